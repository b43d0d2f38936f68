package workloads

// Touch reads what the next piece will need. It returns what keeps that from being
// optimised away.
func (l *profileLoad) Touch() float64 {
	sum := l.base + l.first + float64(l.clock.start) + float64(l.clock.midnight) + float64(l.spikes.i)
	if l.noise != nil {
		sum += l.noise.x
	}
	return sum
}
