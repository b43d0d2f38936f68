package scenarios

import (
	"fmt"
	"strings"

	"berth/internal/spelling"
)

// meant ends a message about an unknown word: with the nearest name, or with
// the names there are when they are few.
func meant(word string, names []string) string {
	if name := spelling.Nearest(word, names); name != "" {
		return fmt.Sprintf("; did you mean %q?", name)
	}
	if len(names) == 0 || len(names) > 12 {
		return ""
	}
	return "; expected " + either(names)
}

// either lists alternatives: a, b or c.
func either(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
