package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"berth/internal/spelling"
)

// Parse reads an expression of 1 to [MaxLength] characters. Its error is a
// [*SyntaxError].
//
//	expression = and { ("||" | "or") and }
//	and        = unary { ("&&" | "and") unary }
//	unary      = ("!" | "not") unary | "(" expression ")" | subject operator [argument]
//	argument   = literal | "[" literal { "," literal } "]"
func Parse(text string) (*Expression, error) {
	if n := utf8.RuneCountInString(text); n > MaxLength {
		p := parser{text: text, at: offsetOf(text, MaxLength)}
		return nil, p.fail(p.at, "expected the end: there are %d characters, but ECS takes at most %d", n, MaxLength)
	}
	return parse(text)
}

// offsetOf returns where in a text so many characters end.
func offsetOf(text string, characters int) int {
	for at := range text {
		if characters == 0 {
			return at
		}
		characters--
	}
	return len(text)
}

// parse is Parse for a text of any length.
func parse(text string) (*Expression, error) {
	p := parser{text: text}
	for at, r := range text {
		if _, size := utf8.DecodeRuneInString(text[at:]); r == utf8.RuneError && size == 1 {
			return nil, p.fail(at, "expected UTF-8")
		}
	}
	root, err := p.expression()
	if err != nil {
		return nil, err
	}
	if p.at < len(text) {
		return nil, p.afterTerm("the end")
	}
	return &Expression{root: root, groups: p.groups}, nil
}

// parser reads from left to right. Spaces are skipped before whatever is read.
type parser struct {
	text   string
	at     int // in bytes
	groups int // how many task:group there were
}

func (p *parser) expression() (node, error) {
	return p.terms(true, "||", "or", func() (node, error) {
		return p.terms(false, "&&", "and", p.unary)
	})
}

// terms reads terms with one of two spellings between them.
func (p *parser) terms(or bool, symbol, word string, term func() (node, error)) (node, error) {
	var terms []node
	for {
		t, err := term()
		if err != nil {
			return nil, err
		}
		terms = append(terms, t)
		p.space()
		if !p.take(symbol) && !p.takeWord(word) {
			return join(or, terms), nil
		}
	}
}

func (p *parser) unary() (node, error) {
	p.space()
	switch {
	case p.take("!"), p.takeWord("not"):
		of, err := p.unary()
		if err != nil {
			return nil, err
		}
		return &negation{of}, nil
	case p.take("("):
		e, err := p.expression()
		if err != nil {
			return nil, err
		}
		if !p.take(")") {
			return nil, p.afterTerm(`")"`)
		}
		return e, nil
	}
	return p.simple()
}

func (p *parser) simple() (node, error) {
	s := &simple{}
	if err := p.subject(s); err != nil {
		return nil, err
	}
	p.space()
	if err := p.operator(s); err != nil {
		return nil, err
	}
	switch {
	case s.operator.takesNothing():
		return s, nil
	case s.operator.takesList():
		return s, p.list(s)
	}
	return s, p.literal(s)
}

func (p *parser) subject(s *simple) error {
	word := p.word()
	if word == "" || isBoolean(word) {
		return p.fail(p.at, "expected a subject such as attribute:ecs.instance-type, %s", p.found())
	}
	if name, ok := strings.CutPrefix(word, ofAttribute); ok {
		p.at += len(ofAttribute)
		s.subject, s.name = attribute, name
		return p.name(name)
	}
	for n := range subjects {
		if subject(n) != attribute && subjects[n].name == word {
			s.subject = subject(n)
			if s.subject == taskGroup {
				s.number = p.groups
				p.groups++
			}
			p.at += len(word)
			return nil
		}
	}
	if nearest := nearestSubject(word); nearest != "" {
		return p.fail(p.at, "unknown subject %q%s", word, didYouMean(nearest))
	}
	var names []string
	for _, known := range subjects {
		names = append(names, known.name)
	}
	return p.fail(p.at, "unknown subject %q: expected one of %s", word, strings.Join(names, ", "))
}

// name checks the name of an attribute and goes behind it.
func (p *parser) name(name string) error {
	if name == "" {
		return p.fail(p.at, "expected the name of an attribute directly after %q", ofAttribute)
	}
	for at, r := range name {
		switch {
		case !inName(r):
			return p.fail(p.at+at, `the name of an attribute holds letters, digits and -_/\. only, not %q`, string(r))
		case at == maxName: // so far each character was a byte
			return p.fail(p.at+at, "the name of an attribute has at most %d characters", maxName)
		}
	}
	p.at += len(name)
	return nil
}

func (p *parser) operator(s *simple) error {
	subject := subjects[s.subject].name
	if s.subject == attribute {
		subject = ofAttribute + s.name
	}
	var names, spellings []string
	for _, o := range subjects[s.subject].operators {
		names = append(names, o.String())
		spellings = append(spellings, operators[o]...)
	}
	allowed := strings.Join(names, ", ")

	token := p.operatorToken()
	o, known := operatorOf(token)
	switch {
	case known && !slices.Contains(subjects[s.subject].operators, o):
		return p.fail(p.at, "%s is no operator of %s: expected one of %s", token, subject, allowed)
	case !known:
		found, nearest := p.found(), ""
		if token != "" {
			found = fmt.Sprintf("not %q", token)
		}
		if token == "=" {
			nearest = equals.String()
		} else if strings.Trim(token, symbols) != "" { // those of symbols are all near one another
			nearest = spelling.Nearest(token, spellings)
		}
		return p.fail(p.at, "expected an operator of %s (%s), %s%s", subject, allowed, found, didYouMean(nearest))
	}
	s.operator = o
	p.at += len(token)
	return nil
}

// operatorToken returns what is to be an operator: a word, symbols, or a word
// after an exclamation mark.
func (p *parser) operatorToken() string {
	rest := p.text[p.at:]
	n := len(rest) - len(strings.TrimLeft(rest, symbols))
	if rest[:n] == "" || rest[:n] == "!" {
		n += wordLength(rest[n:])
	}
	return rest[:n]
}

func (p *parser) list(s *simple) error {
	p.space()
	if !p.take("[") {
		return p.fail(p.at, `expected a list such as ["a", "b"] after %s, %s`, s.operator, p.found())
	}
	for {
		if err := p.literal(s); err != nil {
			return err
		}
		p.space()
		if p.take("]") {
			return nil
		}
		if !p.take(",") {
			return p.fail(p.at, `expected "," or "]", %s`, p.found())
		}
	}
}

// literal reads a literal and what it means to the subject.
func (p *parser) literal(s *simple) error {
	p.space()
	rest := p.text[p.at:]
	if rest != "" && (rest[0] == '\'' || rest[0] == '"') {
		end := strings.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return p.fail(p.at, "this quote is not closed")
		}
		if err := p.mean(s, p.at+1, rest[1:1+end]); err != nil {
			return err
		}
		p.at += end + 2
		return nil
	}
	n := bareLength(rest, s.operator.takesPattern())
	if n == 0 {
		hint := ""
		switch {
		case rest != "" && rest[0] == '[':
			hint = "; lists go with in and !in"
		case rest != "" && strings.IndexByte(",])&|", rest[0]) < 0:
			hint = "; quote it if it belongs to one"
		}
		return p.fail(p.at, "expected a literal after %s, %s%s", s.operator, p.found(), hint)
	}
	if isBoolean(rest[:n]) {
		return p.fail(p.at, "expected a literal after %s, %s; quote the word if it is one", s.operator, p.found())
	}
	end := p.at + n
	if r, _ := utf8.DecodeRuneInString(p.text[end:]); end < len(p.text) && !ends(p.text[end:], s.operator.takesList()) {
		return p.fail(end, "%q cannot stand in a literal without quotes: expected %q to end, or quotes around it", string(r), rest[:n])
	}
	if err := p.mean(s, p.at, rest[:n]); err != nil {
		return err
	}
	p.at = end
	return nil
}

// ends reports whether a literal without quotes can end before a text.
func ends(text string, list bool) bool {
	if list && (text[0] == ',' || text[0] == ']') {
		return true
	}
	return strings.IndexByte(spaces+")", text[0]) >= 0 || strings.HasPrefix(text, "&&") || strings.HasPrefix(text, "||")
}

// mean adds a literal to an expression. It begins at an offset.
func (p *parser) mean(s *simple, at int, literal string) (err error) {
	s.literals = append(s.literals, literal)
	ok, expected := true, ""
	switch {
	case s.operator.takesPattern():
		var within int
		if s.pattern, within, err = compilePattern(literal); err != nil {
			return p.fail(at+within, "%v", err)
		}
	case s.subject == agentConnected:
		ok, expected = literal == "true" || literal == "false", "true or false"
	case s.subject == agentVersion:
		s.version, ok = parseVersion(literal)
		expected = "a version such as 1.14.5"
	case s.subject == registeredAt:
		s.instant, ok = parseInstant(literal)
		expected = "a time such as 2018-06-18T22:28:28Z or 2018-06-18"
	case s.subject == runningTasksCount:
		n, err := strconv.ParseUint(literal, 10, 63)
		s.count, ok, expected = int64(n), err == nil, "a whole number"
	}
	if !ok {
		return p.fail(at, "expected %s, not %q", expected, literal)
	}
	return nil
}

const (
	spaces  = " \t\r\n"
	symbols = "=!<>~"
)

func (p *parser) space() {
	p.at = len(p.text) - len(strings.TrimLeft(p.text[p.at:], spaces))
}

func (p *parser) take(symbol string) bool {
	if !strings.HasPrefix(p.text[p.at:], symbol) {
		return false
	}
	p.at += len(symbol)
	return true
}

// takeWord takes a word if it stands there and does not go on.
func (p *parser) takeWord(word string) bool { return p.word() == word && p.take(word) }

// word returns the subject, or the word between two of them, that stands there.
func (p *parser) word() string {
	rest := p.text[p.at:]
	return rest[:wordLength(rest)]
}

func wordLength(text string) int {
	if n := strings.IndexAny(text, spaces+symbols+`()[]'"&|,`); n >= 0 {
		return n
	}
	return len(text)
}

// found says what stands there instead of what was expected.
func (p *parser) found() string {
	rest := p.text[p.at:]
	if rest == "" {
		return "but the expression ends"
	}
	n := wordLength(rest)
	if n == 0 {
		n = len(rest) - len(strings.TrimLeft(rest, symbols+"&|"))
	}
	if n == 0 {
		n = 1 // punctuation, one byte each
	}
	return fmt.Sprintf("not %q", rest[:n])
}

// afterTerm is the error for what cannot follow a term.
func (p *parser) afterTerm(end string) error {
	nearest := spelling.Nearest(p.word(), []string{"and", "or"})
	return p.fail(p.at, `expected "and", "or" or %s, %s%s`, end, p.found(), didYouMean(nearest))
}

// didYouMean asks for the nearest name, if there is one.
func didYouMean(nearest string) string {
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", nearest)
}

func (p *parser) fail(at int, format string, arguments ...any) error {
	return &SyntaxError{
		Offset:    at,
		Character: utf8.RuneCountInString(p.text[:at]) + 1,
		Message:   fmt.Sprintf(format, arguments...),
	}
}
