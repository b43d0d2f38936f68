package workloads

// didYouMean returns ` (did you mean "x"?)` for the candidate closest to name,
// or "" if none is close.
func didYouMean(name string, candidates []string) string {
	best, least := "", min(max(2, len(name)/2)+1, len(name))
	for _, c := range candidates {
		if d := editDistance(name, c); d < least {
			best, least = c, d
		}
	}
	if best == "" {
		return ""
	}
	return ` (did you mean "` + best + `"?)`
}

// editDistance is Levenshtein's, over bytes: names here are ASCII. Names that
// are too long to be a slip of the pen are far from everything.
func editDistance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
