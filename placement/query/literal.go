package query

import (
	"slices"
	"strings"
	"unicode"
)

// booleans are the words that a literal cannot be without quotes, for they more
// likely tell that the literal was forgotten.
var booleans = []string{"and", "or", "not"}

// bareLength returns how many bytes of a text a literal without quotes takes.
// The literals of a pattern hold more characters than others do.
func bareLength(text string, pattern bool) int {
	for at, r := range text {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r):
		case r == '|' && strings.HasPrefix(text[at:], "||"):
			return at
		case strings.ContainsRune(`-_/\.@:*+?^$|`, r):
		case pattern && strings.ContainsRune(`,[]{}`, r):
		default:
			return at
		}
	}
	return len(text)
}

// writeLiteral writes a literal with quotes if it needs any. It holds one kind
// of quotes at most, for it has been read from a text.
func writeLiteral(b *strings.Builder, literal string, pattern bool) {
	quote := ""
	if literal == "" || bareLength(literal, pattern) < len(literal) || isBoolean(literal) {
		quote = "'"
		if strings.Contains(literal, quote) {
			quote = `"`
		}
	}
	b.WriteString(quote)
	b.WriteString(literal)
	b.WriteString(quote)
}

func isBoolean(word string) bool { return slices.Contains(booleans, word) }
