package workloads

import "berth/internal/spelling"

// didYouMean returns ` (did you mean "x"?)` for the candidate closest to name,
// or "" if none is close.
func didYouMean(name string, candidates []string) string {
	best := spelling.Nearest(name, candidates)
	if best == "" {
		return ""
	}
	return ` (did you mean "` + best + `"?)`
}
