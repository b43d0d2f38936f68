package query

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// simple is an expression without parentheses: subject, operator, argument.
type simple struct {
	subject  subject
	name     string // of the attribute
	number   int    // of task:group: which of those of the expression, from 0
	operator operator
	literals []string // as they were written, without quotes

	// What the literals mean, where they are no texts.
	pattern *regexp.Regexp
	version version
	instant time.Time
	count   int64
}

func (s *simple) write(b *strings.Builder, _ bool) {
	if s.subject == attribute {
		b.WriteString(ofAttribute)
		b.WriteString(s.name)
	} else {
		b.WriteString(subjects[s.subject].name)
	}
	b.WriteByte(' ')
	b.WriteString(s.operator.String())
	switch {
	case s.operator.takesNothing():
	case s.operator.takesList():
		b.WriteString(" [")
		for n, literal := range s.literals {
			if n > 0 {
				b.WriteString(", ")
			}
			writeLiteral(b, literal, false)
		}
		b.WriteByte(']')
	default:
		b.WriteByte(' ')
		writeLiteral(b, s.literals[0], s.operator.takesPattern())
	}
}

func (s *simple) each(visit func(*simple)) { visit(s) }

func (s *simple) static(k *Known) Truth {
	switch s.subject {
	case agentConnected:
		return truthOf(s.ofText(strconv.FormatBool(k.AgentConnected), true))
	case agentVersion:
		return truthOf(s.ofVersion(k.AgentVersion))
	case attribute:
		if k.Attribute == nil {
			return truthOf(s.ofText("", false))
		}
		return truthOf(s.ofText(k.Attribute(s.name)))
	}
	return Unknown
}

func (s *simple) matches(i Instance, groups [][]int) bool {
	switch s.subject {
	case agentConnected:
		return s.ofText(strconv.FormatBool(i.AgentConnected()), true)
	case agentVersion:
		return s.ofVersion(i.AgentVersion())
	case attribute:
		return s.ofText(i.Attribute(s.name))
	case ec2InstanceID:
		return s.ofText(i.ID(), true)
	case registeredAt:
		return s.ofOrder(i.RegisteredAt().Compare(s.instant))
	case runningTasksCount:
		return s.ofOrder(cmp.Compare(i.RunningTasks(), s.count))
	}
	for _, g := range groups[s.number] {
		if i.Runs(g) {
			return !s.operator.negates()
		}
	}
	return s.operator.negates()
}

func (s *simple) moves(groups [][]int) (opens, closes bool) {
	switch s.subject {
	case taskGroup:
		named := len(groups[s.number]) > 0
		return named && !s.operator.negates(), named && s.operator.negates()
	case runningTasksCount:
		// A task that starts takes the count from n to n+1, and n is not below
		// zero: it reaches s.count unless that is zero, and can leave it.
		reaches := s.count > 0
		switch s.operator {
		case equals:
			return reaches, true
		case notEquals:
			return true, reaches
		case greater:
			return true, false
		case greaterEqual:
			return reaches, false
		case less:
			return false, reaches
		case lessEqual:
			return false, true
		}
	}
	return false, false
}

// ofText says what the expression is for a text, if there is one.
func (s *simple) ofText(text string, ok bool) bool {
	return (ok && s.accepts(text)) != s.operator.negates()
}

// accepts reports whether a text satisfies the operator, or the one that the
// operator negates.
func (s *simple) accepts(text string) bool {
	switch s.operator {
	case equals, notEquals:
		return text == s.literals[0]
	case in, notIn:
		return slices.Contains(s.literals, text)
	case matches, notMatches:
		return s.pattern.MatchString(text)
	}
	return true // exists and its negation
}

func (s *simple) ofVersion(text string) bool {
	c, ok := compareVersion(text, s.version)
	if !ok {
		return s.operator.negates()
	}
	return s.ofOrder(c)
}

// ofOrder says what the expression is for a value that comes before the literal
// (c < 0), after it (c > 0), or equals it.
func (s *simple) ofOrder(c int) bool {
	switch s.operator {
	case equals:
		return c == 0
	case notEquals:
		return c != 0
	case greater:
		return c > 0
	case greaterEqual:
		return c >= 0
	case less:
		return c < 0
	}
	return c <= 0
}
