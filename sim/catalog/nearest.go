package catalog

import (
	"cmp"
	"slices"
	"strings"

	"berth/internal/spelling"
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
		if d := spelling.Distance(word, name); d <= limit && d < len(name) {
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
