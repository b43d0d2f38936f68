package query

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pattern matches whole texts, as java.lang.String.matches does.
func TestCompilePattern(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{`m6i.*`, "m6i.large", true},
		{`m6i.*`, "xm6i.large", false},
		{`m6i`, "m6i.large", false},
		{`a|ab`, "ab", true}, // not the first alternative, but one
		{`^a$`, "a", true},
		{`a|^b`, "b", true},
		{`(?i)T2.*`, "t2.small", true},
		{`(?<size>a+)?b*?`, "aabb", true},
		{`\Qa.b\E+`, "a.bbb", true},
		{`\Q(a`, "(a", true},
		{`\Qa\`, `a\`, true},
		{`\*+a\++`, "**a++", true},
		{`[*+]+`, "*+*", true},
		{`[]+]+`, "]+", true},
		{`[^]]`, "a", true},
		{`[\]+]+`, "]+", true},
		{`a{2}b{1,}c{0,3}`, "aab", true},
		{`\d\w\s\.\p{Lu}`, "1a .Z", true},
		{`(?:a)(?i:B)`, "ab", true},
		{`é?`, "é", true},
		{``, "", true},
		{``, "a", false},
	} {
		compiled, _, err := compilePattern(c.pattern)
		if assert.NoError(t, err, c.pattern) {
			assert.Equal(t, c.want, compiled.MatchString(c.text), "%s on %q", c.pattern, c.text)
		}
	}
}

// Source: java.util.regex.Pattern has all of these ; those below are, but for
// \p{Alpha}, mistakes in both languages.
func TestCompilePatternRefuses(t *testing.T) {
	for _, c := range []struct {
		pattern string
		at      int
		want    string
	}{
		{`a(?=b)`, 1, "lookahead"},
		{`a(?!b).*`, 1, "lookahead"},
		{`(?<=a)b`, 0, "lookbehind"},
		{`(?<!a)b`, 0, "lookbehind"},
		{`(?>a)`, 0, "atomic groups"},
		{`(a)\1`, 3, "backreferences"},
		{`(?<n>a)\k<n>`, 7, "backreferences"},
		{`ab*+`, 2, "possessive quantifiers"},
		{`ab++`, 2, "possessive quantifiers"},
		{`ab?+`, 2, "possessive quantifiers"},
		{`ab{2,3}+`, 2, "possessive quantifiers"},
		{`[a-z&&[^b]]`, 0, "intersections of classes"},
		{`[a[b]]`, 0, "classes within classes"},
		{`[[:alpha:]]`, 0, "classes within classes"},
		{`[\Qa\E]`, 0, `\Q within a class`},
		{`[\h]`, 0, `\h`},
		{`\Ga`, 0, `\G`},
		{`a\R`, 1, `\R`},
		{`\u0041`, 0, `\u`},
		{`(?x)a`, 0, "(?x"},
		{`(?U:a)`, 0, "(?U"},
	} {
		_, at, err := compilePattern(c.pattern)
		assert.EqualError(t, err, "berth does not support "+c.want+" in a regular expression", c.pattern)
		assert.Equal(t, c.at, at, c.pattern)
	}
	for pattern, want := range map[string]string{
		`a(b`:       `missing closing ) in "a(b"`,
		`a)(b`:      `unexpected ) in "a)(b"`,
		`*`:         `missing argument to repetition operator in "*"`,
		`[a`:        `missing closing ] in "[a"`,
		`(?`:        `invalid or unsupported Perl syntax in "(?"`,
		`\`:         `trailing backslash at end of expression`,
		`[\`:        `trailing backslash at end of expression`,
		`\p{Alpha}`: `invalid character class range in "\\p{Alpha}"`,
	} {
		_, _, err := compilePattern(pattern)
		assert.EqualError(t, err, "not a regular expression that berth supports: "+want, pattern)
	}
}

// The place of an error is counted from the beginning of the text, quotes and
// all.
func TestPatternErrorPosition(t *testing.T) {
	_, err := Parse(`attribute:a =~ "ab*+"`)
	var bad *SyntaxError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, len(`attribute:a =~ "ab`), bad.Offset)
	assert.Equal(t, "berth does not support possessive quantifiers in a regular expression", bad.Message)
}
