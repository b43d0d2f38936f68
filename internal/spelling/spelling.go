// Package spelling finds the name that a misspelt word most likely means, for
// error messages in every room of the house.
package spelling

import (
	"slices"
	"strings"
)

// longest is the length from which on words are not compared: nobody meant
// them.
const longest = 64

// Distance returns how many characters have to be inserted, deleted, replaced
// or exchanged with their neighbour to turn a into b (optimal string
// alignment). Words of more than 64 characters are 64 apart from everything.
func Distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > longest || len(y) > longest {
		return longest
	}
	var before []int // the row before the last
	last, row := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			change := last[j]
			if x[i] != y[j] {
				change++
			}
			row[j+1] = min(change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, slices.Clone(row)
	}
	return last[len(y)]
}

// Nearest returns the name that a word most likely means, or "" when none is
// near: a third of the word may be wrong, and always two characters. Case does
// not count; of names equally near the first wins.
func Nearest(word string, names []string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, name := range names {
		if d := Distance(strings.ToLower(word), strings.ToLower(name)); d < least && d < len(name) {
			best, least = name, d
		}
	}
	return best
}
