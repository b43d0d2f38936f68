package catalog

import (
	"cmp"
	"slices"
	"strings"
)

// nearest returns up to n of the names with the smallest edit distance to word,
// the nearest first; among equals those that share more of the beginning. A
// name that would have to be changed in more than a third is not near, unless
// it shares the part before the dot, the family of an instance type: m5.huge.
func nearest(word string, names []string, n int) []string {
	word = strings.ToLower(word)
	type candidate struct {
		name             string
		distance, common int
	}
	family, _, _ := strings.Cut(word, ".")
	var near []candidate
	for _, name := range names {
		// A length that differs by more than the limit cannot be near: this
		// keeps a very long word from costing much.
		limit := max(2, len(name)/3)
		if strings.HasPrefix(name, family+".") {
			limit = len(name)
		}
		if d := len(word) - len(name); d > limit || -d > limit {
			continue
		}
		if d := distance(word, name); d <= limit && d < len(name) {
			near = append(near, candidate{name, d, commonPrefix(word, name)})
		}
	}
	slices.SortFunc(near, func(a, b candidate) int {
		return cmp.Or(a.distance-b.distance, b.common-a.common, strings.Compare(a.name, b.name))
	})
	var found []string
	for _, c := range near[:max(0, min(n, len(near)))] {
		found = append(found, c.name)
	}
	return found
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// distance counts the bytes to insert, delete, replace or exchange with their
// neighbour to make b of a.
func distance(a, b string) int {
	var before []int // the row before the last
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

// meant ends an error message about an unknown name with what was likely meant.
func meant(near []string) string {
	switch len(near) {
	case 0:
		return ""
	case 1:
		return "; did you mean " + near[0] + "?"
	}
	return "; did you mean " + strings.Join(near[:len(near)-1], ", ") + " or " + near[len(near)-1] + "?"
}
