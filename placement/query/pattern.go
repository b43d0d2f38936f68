package query

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// compilePattern compiles a regular expression so that it matches whole texts
// only. Where there is an error, at is its place in the pattern in bytes.
func compilePattern(pattern string) (compiled *regexp.Regexp, at int, err error) {
	s := javaScan{pattern: pattern}
	if what := s.scan(); what != "" {
		return nil, s.at, fmt.Errorf("berth does not support %s in a regular expression", what)
	}
	// Alone first: "a)(b" would be valid within a group.
	if _, err := syntax.Parse(pattern, syntax.Perl); err != nil {
		return nil, 0, unsupported(err)
	}
	if s.quotes {
		pattern += `\E` // else the end of the group were quoted as well
	}
	compiled, err = regexp.Compile("^(?:" + pattern + ")$")
	if err != nil {
		return nil, 0, unsupported(err)
	}
	return compiled, 0, nil
}

func unsupported(err error) error {
	const message = "not a regular expression that berth supports"
	var bad *syntax.Error
	switch {
	case !errors.As(err, &bad):
		return fmt.Errorf("%s: %w", message, err)
	case bad.Expr == "":
		return fmt.Errorf("%s: %s", message, bad.Code)
	}
	return fmt.Errorf("%s: %s in %q", message, bad.Code, bad.Expr)
}

// javaScan looks for what Java has and Go has not, or has with another meaning.
// Source: java.util.regex.Pattern and regexp/syntax.
type javaScan struct {
	pattern string
	at      int  // where it was found
	quotes  bool // the pattern ends within \Q, as Java allows
}

// scan returns what was found, or "".
func (s *javaScan) scan() string {
	for s.at < len(s.pattern) {
		rest := s.pattern[s.at:]
		step, what := 1, ""
		switch rest[0] {
		case '\\':
			step, what = s.escape(rest)
		case '[':
			step, what = s.class(rest)
		case '(':
			what = group(rest)
		case '*', '+', '?':
			what = possessive(rest[1:])
		case '{':
			if n := repetition(rest); n > 0 {
				step, what = n, possessive(rest[n:])
			}
		}
		if what != "" {
			return what
		}
		s.at += step
	}
	return ""
}

func (s *javaScan) escape(rest string) (step int, what string) {
	switch {
	case len(rest) < 2:
		return 1, ""
	case rest[1] == 'Q':
		quoted, _, closed := strings.Cut(rest, `\E`)
		if !closed {
			s.quotes = true
			return len(rest), ""
		}
		return len(quoted) + len(`\E`), ""
	case '1' <= rest[1] && rest[1] <= '9', rest[1] == 'k':
		return 0, "backreferences"
	case strings.IndexByte("GZRXNhHvVuce", rest[1]) >= 0:
		return 0, rest[:2]
	}
	return 2, ""
}

// class goes to the end of a character class, which rest begins with.
func (s *javaScan) class(rest string) (step int, what string) {
	step = 1
	if strings.HasPrefix(rest[step:], "^") {
		step++
	}
	if strings.HasPrefix(rest[step:], "]") {
		step++ // for itself
	}
	for step < len(rest) {
		switch {
		case rest[step] == ']':
			return step + 1, ""
		case rest[step] == '[':
			return 0, "classes within classes"
		case strings.HasPrefix(rest[step:], "&&"):
			return 0, "intersections of classes"
		case strings.HasPrefix(rest[step:], `\Q`):
			return 0, `\Q within a class`
		case rest[step] == '\\':
			n, what := s.escape(rest[step:])
			if what != "" {
				return 0, what
			}
			step += n
		default:
			step++
		}
	}
	return len(rest), ""
}

// group looks at a group, which rest begins with.
func group(rest string) string {
	kind, special := strings.CutPrefix(rest, "(?")
	switch {
	case !special:
		return ""
	case strings.HasPrefix(kind, "="), strings.HasPrefix(kind, "!"):
		return "lookahead"
	case strings.HasPrefix(kind, "<="), strings.HasPrefix(kind, "<!"):
		return "lookbehind"
	case strings.HasPrefix(kind, ">"):
		return "atomic groups"
	case strings.HasPrefix(kind, "<"):
		return ""
	}
	for _, flag := range kind {
		switch flag {
		case ':', ')':
			return ""
		case 'i', 'm', 's', '-':
		default:
			return "(?" + string(flag)
		}
	}
	return ""
}

// repetition returns the length of a count in braces, or 0.
func repetition(rest string) int {
	end := strings.IndexByte(rest, '}')
	if end < 2 || strings.Trim(rest[1:end], "0123456789,") != "" || rest[1] == ',' {
		return 0
	}
	return end + 1
}

// possessive looks at what follows a quantifier.
func possessive(rest string) string {
	if strings.HasPrefix(rest, "+") {
		return "possessive quantifiers"
	}
	return ""
}
