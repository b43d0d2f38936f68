package workloads

// names turns the bytes of labels into strings, the same label into the same
// string. What it remembers is bounded, so that memory does not grow with a
// trace in which every row has a label of its own.
type names map[string]string

const (
	maxNames    = 1 << 14
	maxNameSize = 128 // bytes; longer labels are not remembered
)

func (n *names) get(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	if s, ok := (*n)[string(text)]; ok { // does not allocate
		return s
	}
	s := string(text)
	if len(*n) < maxNames && len(s) <= maxNameSize {
		if *n == nil {
			*n = make(names)
		}
		(*n)[s] = s
	}
	return s
}
