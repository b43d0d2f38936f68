package workloads

// Touch reads what the next piece will need. It returns what keeps that from being
// optimised away.
func (l *profileLoad) Touch() float64 {
	sum := float64(l.from) + l.base + float64(l.spikes.i) + float64(l.clock.midnight) + l.weekly[0]
	for i := 0; i < rowLength; i += 4 { // of a line of a cache
		sum += l.row[i].first
	}
	if l.noise != nil {
		sum += l.noise.x + l.noise.keep
	}
	return max(0, sum)
}
