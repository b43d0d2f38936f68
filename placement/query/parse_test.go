package query

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSyntaxErrors(t *testing.T) {
	const anyText = "==, !=, in, !in, =~, !~"
	for _, c := range []struct {
		text   string
		offset int
		want   string
	}{
		{``, 0, `expected a subject such as attribute:ecs.instance-type, but the expression ends`},
		{`  `, 2, `expected a subject such as attribute:ecs.instance-type, but the expression ends`},
		{`()`, 1, `expected a subject such as attribute:ecs.instance-type, not ")"`},
		{`not`, 3, `expected a subject such as attribute:ecs.instance-type, but the expression ends`},
		{`and attribute:a exists`, 0, `expected a subject such as attribute:ecs.instance-type, not "and"`},
		{`attribute:a exists and || attribute:b exists`, 23, `expected a subject such as attribute:ecs.instance-type, not "||"`},

		{`agentConected == true`, 0, `unknown subject "agentConected"; did you mean "agentConnected"?`},
		{`not(taskGroup == a)`, 4, `unknown subject "taskGroup"; did you mean "task:group"?`},
		{`attribut:zone == a`, 0, `unknown subject "attribut:zone"; did you mean "attribute:zone"?`},
		{`ecs.instance-type == a`, 0, `unknown subject "ecs.instance-type"; did you mean "attribute:ecs.instance-type"?`},
		{`zone == a`, 0, `unknown subject "zone": expected one of agentConnected, agentVersion, attribute:NAME, ec2InstanceId, registeredAt, runningTasksCount, task:group`},
		{`attribute: a == b`, 10, `expected the name of an attribute directly after "attribute:"`},
		{`attribute:a@b == c`, 11, `the name of an attribute holds letters, digits and -_/\. only, not "@"`},
		{`attribute:aé == c`, 11, `the name of an attribute holds letters, digits and -_/\. only, not "é"`},
		{`attribute:` + strings.Repeat("a", 129) + ` exists`, 138, `the name of an attribute has at most 128 characters`},

		{`attribute:foo`, 13, `expected an operator of attribute:foo (` + anyText + `, exists, !exists), but the expression ends`},
		{`attribute:foo = a`, 14, `expected an operator of attribute:foo (` + anyText + `, exists, !exists), not "="; did you mean "=="?`},
		{`attribute:foo equal a`, 14, `expected an operator of attribute:foo (` + anyText + `, exists, !exists), not "equal"; did you mean "equals"?`},
		{`attribute:foo !exist`, 14, `expected an operator of attribute:foo (` + anyText + `, exists, !exists), not "!exist"; did you mean "!exists"?`},
		{`attribute:foo ! in [a]`, 14, `expected an operator of attribute:foo (` + anyText + `, exists, !exists), not "!"`},
		{`attribute:foo > 1`, 14, `> is no operator of attribute:foo: expected one of ` + anyText + `, exists, !exists`},
		{`runningTasksCount exists`, 18, `exists is no operator of runningTasksCount: expected one of ==, !=, >, >=, <, <=`},
		{`registeredAt in [2018-06-18]`, 13, `in is no operator of registeredAt: expected one of ==, !=, >, >=, <, <=`},
		{`agentVersion =~ 1.*`, 13, `=~ is no operator of agentVersion: expected one of ==, !=, >, >=, <, <=`},
		{`ec2InstanceId not_exists`, 14, `not_exists is no operator of ec2InstanceId: expected one of ` + anyText},
		{`agentConnected < true`, 15, `< is no operator of agentConnected: expected one of ` + anyText},
		{`task:group > a`, 11, `> is no operator of task:group: expected one of ` + anyText + `, exists, !exists`},

		{`attribute:a ==`, 14, `expected a literal after ==, but the expression ends`},
		{`attribute:a == and attribute:b == c`, 15, `expected a literal after ==, not "and"; quote the word if it is one`},
		{`attribute:a == [b, c]`, 15, `expected a literal after ==, not "["; lists go with in and !in`},
		{`attribute:a =~ (b|c)`, 15, `expected a literal after =~, not "("; quote it if it belongs to one`},
		{`(attribute:a == )`, 16, `expected a literal after ==, not ")"`},
		{`attribute:a =~ b(c|d)`, 16, `"(" cannot stand in a literal without quotes: expected "b" to end, or quotes around it`},
		{`attribute:a == b,c`, 16, `"," cannot stand in a literal without quotes: expected "b" to end, or quotes around it`},
		{`attribute:a == b&c`, 16, `"&" cannot stand in a literal without quotes: expected "b" to end, or quotes around it`},
		{`attribute:a == 'b`, 15, `this quote is not closed`},
		{`attribute:a in b`, 15, `expected a list such as ["a", "b"] after in, not "b"`},
		{`attribute:a in []`, 16, `expected a literal after in, not "]"`},
		{`attribute:a in [b,]`, 18, `expected a literal after in, not "]"`},
		{`attribute:a in [b c]`, 18, `expected "," or "]", not "c"`},
		{`attribute:a in [b`, 17, `expected "," or "]", but the expression ends`},

		{`agentConnected == yes`, 18, `expected true or false, not "yes"`},
		{`agentConnected in [true, 'no']`, 26, `expected true or false, not "no"`},
		{`agentVersion < 1.x`, 15, `expected a version such as 1.14.5, not "1.x"`},
		{`agentVersion < ''`, 16, `expected a version such as 1.14.5, not ""`},
		{`registeredAt < 18.6.2018`, 15, `expected a time such as 2018-06-18T22:28:28Z or 2018-06-18, not "18.6.2018"`},
		{`registeredAt < 2018-06-18T22:28:28.5Z`, 15, `expected a time such as 2018-06-18T22:28:28Z or 2018-06-18, not "2018-06-18T22:28:28.5Z"`},
		{`registeredAt < 2018-06-18T2:28:28Z`, 15, `expected a time such as 2018-06-18T22:28:28Z or 2018-06-18, not "2018-06-18T2:28:28Z"`},
		{`runningTasksCount < -1`, 20, `expected a whole number, not "-1"`},
		{`runningTasksCount < 9223372036854775808`, 20, `expected a whole number, not "9223372036854775808"`},

		{`attribute:a exists attribute:b exists`, 19, `expected "and", "or" or the end, not "attribute:b"`},
		{`attribute:a exists AND attribute:b exists`, 19, `expected "and", "or" or the end, not "AND"; did you mean "and"?`},
		{`attribute:a exists)`, 18, `expected "and", "or" or the end, not ")"`},
		{`(attribute:a exists`, 19, `expected "and", "or" or ")", but the expression ends`},
		{"attribute:a == '\xff'", 16, `expected UTF-8`},
		{"attribute:é", 10, `the name of an attribute holds letters, digits and -_/\. only, not "é"`},
	} {
		_, err := Parse(c.text)
		var bad *SyntaxError
		require.ErrorAs(t, err, &bad, c.text)
		assert.Equal(t, c.want, bad.Message, c.text)
		assert.Equal(t, c.offset, bad.Offset, c.text)
	}
}

// People count characters, programs bytes.
func TestSyntaxErrorCountsCharacters(t *testing.T) {
	_, err := Parse(`attribute:a == 'é' x`)
	assert.EqualError(t, err, `character 20: expected "and", "or" or the end, not "x"`)
	var bad *SyntaxError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, 20, bad.Offset)
	assert.Equal(t, 20, bad.Character)
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		`attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d`,
		`not(task:group == database) || runningTasksCount<=4`,
		`ec2InstanceId in ['i-abcd1234', "i-wxyx7890"]`,
		`(agentVersion < 1.14.5 or registeredAt >= 2018-06-18T22:28:28+00:00) && agentConnected == true`,
		`attribute:a !~ '^(?:\Qa||b\E|[^]]{1,2})$' or !!attribute:b !exists`,
		`attribute:a =~ \Q( or task:group not_in [a|, "and"]`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			var bad *SyntaxError
			require.ErrorAs(t, err, &bad)
			require.LessOrEqual(t, bad.Offset, len(text))
			require.GreaterOrEqual(t, bad.Offset, 0)
			require.Equal(t, utf8.RuneCountInString(text[:bad.Offset])+1, bad.Character)
			return
		}
		again := mustParse(t, e.String())
		require.Equal(t, e.String(), again.String())
		require.Equal(t, e, again)

		b, h := e.Bind(groups), example()
		if static := e.Static(h.known()); static != Unknown {
			require.Equal(t, static == True, b.Matches(h))
		}
	})
}
