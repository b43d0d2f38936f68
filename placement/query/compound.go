package query

import "strings"

// node is a part of an expression: *[simple], *[compound] or *[negation].
type node interface {
	// write writes the canonical spelling, within another compound or alone.
	write(b *strings.Builder, within bool)
	// each visits what is simple, from left to right.
	each(visit func(*simple))
	static(k *Known) Truth
	// matches takes the task groups of each task:group, by its number.
	matches(i Instance, groups [][]int) bool
	// moves reports whether a task that starts on an instance can make the
	// node true, and whether it can make it false.
	moves(groups [][]int) (opens, closes bool)
}

// compound joins two terms or more. None of them is a compound of the same
// kind.
type compound struct {
	or    bool // or else and
	terms []node
}

// join joins terms, and takes in those of compounds of the same kind.
func join(or bool, terms []node) node {
	if len(terms) == 1 {
		return terms[0]
	}
	c := &compound{or: or}
	for _, t := range terms {
		if inner, ok := t.(*compound); ok && inner.or == or {
			c.terms = append(c.terms, inner.terms...)
		} else {
			c.terms = append(c.terms, t)
		}
	}
	return c
}

func (c *compound) write(b *strings.Builder, within bool) {
	if within {
		b.WriteByte('(')
	}
	for n, t := range c.terms {
		switch {
		case n == 0:
		case c.or:
			b.WriteString(" or ")
		default:
			b.WriteString(" and ")
		}
		t.write(b, true)
	}
	if within {
		b.WriteByte(')')
	}
}

func (c *compound) each(visit func(*simple)) {
	for _, t := range c.terms {
		t.each(visit)
	}
}

func (c *compound) static(k *Known) Truth {
	decides, all := truthOf(c.or), truthOf(!c.or)
	for _, t := range c.terms {
		switch t.static(k) {
		case decides:
			return decides
		case Unknown:
			all = Unknown
		}
	}
	return all
}

func (c *compound) matches(i Instance, groups [][]int) bool {
	for _, t := range c.terms {
		if t.matches(i, groups) == c.or {
			return c.or
		}
	}
	return !c.or
}

func (c *compound) moves(groups [][]int) (opens, closes bool) {
	for _, t := range c.terms {
		o, x := t.moves(groups)
		opens, closes = opens || o, closes || x
	}
	return opens, closes
}

type negation struct{ of node }

func (n *negation) write(b *strings.Builder, _ bool) {
	b.WriteString("not(")
	n.of.write(b, false)
	b.WriteByte(')')
}

func (n *negation) each(visit func(*simple)) { n.of.each(visit) }

func (n *negation) static(k *Known) Truth { return n.of.static(k).not() }

func (n *negation) matches(i Instance, groups [][]int) bool { return !n.of.matches(i, groups) }

func (n *negation) moves(groups [][]int) (opens, closes bool) {
	closes, opens = n.of.moves(groups)
	return opens, closes
}
