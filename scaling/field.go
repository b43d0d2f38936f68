package scaling

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"berth/internal/spelling"
)

// field is one field of a cron expression.
type field struct {
	name        string
	first, last int
	names       []string // the first is that of number first
	steps       bool     // takes a/b
	wraps       bool     // a range may go past the end: 20-2
}

// itemsOf splits a field at its commas.
func itemsOf(w word) []word {
	var items []word
	at := w.at
	for part := range strings.SplitSeq(w.text, ",") {
		items = append(items, word{part, at})
		at += len(part) + 1
	}
	return items
}

// parse reads *, a, a-b and any of these with /n, and adds the numbers.
func (f *field) parse(p *scheduleText, item word, into *set) error {
	span, step, stepped := strings.Cut(item.text, "/")
	every := 1
	if stepped {
		at := item.at + len(span)
		if !f.steps {
			return p.fail(at, "%s: expected no steps: AWS takes none in this field", f.name)
		}
		var err error
		if every, err = strconv.Atoi(step); err != nil || every < 1 || every > f.last-f.first || !digits(step) {
			return p.fail(at+1, "%s: expected a step from 1 to %d, found %q", f.name, f.last-f.first, step)
		}
	}
	from, to, ranged := strings.Cut(span, "-")
	first, last := f.first, f.last
	if span != "*" {
		var err error
		if first, err = f.number(p, word{from, item.at}); err != nil {
			return err
		}
		switch {
		case ranged:
			if last, err = f.number(p, word{to, item.at + len(from) + 1}); err != nil {
				return err
			}
		case !stepped: // a/n goes on to the end
			last = first
		}
	}
	if last < first {
		if !f.wraps {
			return p.fail(item.at, "%s: expected a range that rises, found %q", f.name, span)
		}
		last += f.last - f.first + 1
	}
	for n := first; n <= last; n += every {
		if n > f.last {
			into.add(f.index(n - (f.last - f.first + 1)))
		} else {
			into.add(f.index(n))
		}
	}
	return nil
}

// index is where a number is kept in a set: years from 0 on.
func (f *field) index(n int) int {
	if f.last > 255 {
		return n - f.first
	}
	return n
}

// number reads a number or a name.
func (f *field) number(p *scheduleText, w word) (int, error) {
	if i := slices.Index(f.names, strings.ToUpper(w.text)); i >= 0 {
		return f.first + i, nil
	}
	if n, err := strconv.Atoi(w.text); err == nil && digits(w.text) && f.first <= n && n <= f.last {
		return n, nil
	}
	expected := fmt.Sprintf("a number from %d to %d", f.first, f.last)
	if f.names != nil {
		expected += fmt.Sprintf(" or %s to %s", f.names[0], f.names[len(f.names)-1])
	}
	found := strconv.Quote(w.text)
	if w.text == "" {
		found = "nothing"
	} else if near := spelling.Nearest(w.text, f.names); near != "" && !digits(w.text) {
		found += ", did you mean " + near + "?"
	}
	return 0, p.fail(w.at, "%s: expected %s, found %s", f.name, expected, found)
}

// digits reports whether a text is of digits alone, which strconv does not
// insist on.
func digits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
