package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"
)

// Bounds on a document, so that a hostile one ends in an error and not in an
// exhausted machine. No scenario comes near them.
const (
	mostBytes = 16 << 20
	mostNodes = 500_000 // after aliases are expanded
	mostDepth = 100
)

// parse reads the one document of a scenario into nodes without aliases and
// merge keys.
func parse(file string, src []byte) (*tree, error) {
	t := &tree{file: file, lines: strings.Split(string(src), "\n"), nodes: map[string]*yaml.Node{}, args: map[*yaml.Node]string{}}
	fail := func(line, column int, format string, args ...any) (*tree, error) {
		return nil, Errors{t.at(Position{File: file, Line: line, Column: column}, "", fmt.Sprintf(format, args...))}
	}
	if len(src) > mostBytes {
		return fail(0, 0, "%d bytes are too many for a scenario; the limit is %d MiB", len(src), mostBytes>>20)
	}
	if line, column, ok := invalid(src); !ok {
		return fail(line, column, "expected UTF-8 text, found a byte that is not")
	}
	loader, err := yaml.NewLoader(bytes.NewReader(src))
	if err != nil {
		return fail(0, 0, "%v", err)
	}
	var document, second yaml.Node
	switch err := loader.Load(&document); {
	case errors.Is(err, io.EOF) || err == nil && document.IsZero():
		return fail(0, 0, "the file is empty; a scenario has at least a cluster and a job")
	case err != nil:
		line, column, message := syntax(err, t.lines)
		return fail(line, column, "%s", message)
	}
	switch err := loader.Load(&second); {
	case err == nil:
		return fail(second.Line, second.Column, "a second document begins here; a scenario is one document")
	case !errors.Is(err, io.EOF):
		line, column, message := syntax(err, t.lines)
		return fail(line, column, "%s", message)
	}
	root := &document
	if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
		root = root.Content[0]
	}
	x := expansion{open: map[*yaml.Node]bool{}}
	if t.root = x.expand(root, 0); x.err != "" {
		return fail(x.at.Line, x.at.Column, "%s", x.err)
	}
	if t.root.Kind != yaml.MappingNode {
		return fail(t.root.Line, t.root.Column, "expected a mapping with fields such as cluster and jobs, found %s", describe(t.root))
	}
	return t, nil
}

// invalid returns the position of the first byte that is not UTF-8.
func invalid(src []byte) (line, column int, ok bool) {
	if utf8.Valid(src) {
		return 0, 0, true
	}
	line, column = 1, 1
	for len(src) > 0 {
		r, size := utf8.DecodeRune(src)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if column++; r == '\n' {
			line, column = line+1, 1
		}
		src = src[size:]
	}
	return line, column, false
}

// syntax puts the YAML library's error into our words.
func syntax(err error, lines []string) (line, column int, message string) {
	var problem *yaml.LoadError
	if !errors.As(err, &problem) {
		return 0, 0, "not valid YAML: " + err.Error()
	}
	line, column = problem.Mark.Line, problem.Mark.Column
	if line >= 1 && line <= len(lines) {
		text := lines[line-1]
		if indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]; strings.Contains(indent, "\t") && column <= len(indent)+1 {
			return line, column, "not valid YAML: a tab in the indentation; YAML takes spaces only"
		}
	}
	message = "not valid YAML: " + problem.Message
	if problem.ContextMark.Line > 0 && problem.ContextMark.Line != line {
		message += fmt.Sprintf(" (%s, which began in line %d)", problem.ContextMsg, problem.ContextMark.Line)
	}
	return line, column, message
}

// expansion copies nodes and puts in place of each alias what it stands for, and
// in place of each merge key (<<) the fields it brings. What an alias brings
// keeps the position at which it is written.
type expansion struct {
	open  map[*yaml.Node]bool // being copied: an alias to one of these never ends
	nodes int
	at    *yaml.Node
	err   string
}

func (x *expansion) fail(n *yaml.Node, message string) *yaml.Node {
	if x.err == "" {
		x.at, x.err = n, message
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Line: n.Line, Column: n.Column}
}

func (x *expansion) expand(n *yaml.Node, depth int) *yaml.Node {
	x.nodes++
	switch {
	case x.err != "":
		return n
	case depth > mostDepth:
		return x.fail(n, fmt.Sprintf("nested deeper than %d levels", mostDepth))
	case x.nodes > mostNodes:
		return x.fail(n, fmt.Sprintf("more than %d values once aliases are expanded", mostNodes))
	case n.Kind == yaml.AliasNode && x.open[n.Alias]:
		return x.fail(n, fmt.Sprintf("the alias *%s stands inside what it stands for", n.Value))
	case n.Kind == yaml.AliasNode:
		return x.expand(n.Alias, depth+1)
	}
	x.open[n] = true
	defer delete(x.open, n)
	c := *n
	c.Anchor, c.Content = "", make([]*yaml.Node, 0, len(n.Content))
	if n.Kind != yaml.MappingNode {
		for _, child := range n.Content {
			c.Content = append(c.Content, x.expand(child, depth+1))
		}
		return &c
	}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content) && x.err == ""; i += 2 {
		key, value := n.Content[i], x.expand(n.Content[i+1], depth+1)
		switch {
		case key.ShortTag() == "!!merge":
			merged = append(merged, x.merge(value)...)
		case key.Kind != yaml.ScalarNode:
			return x.fail(key, "expected a name before the colon, found "+describe(key))
		default:
			c.Content = append(c.Content, x.expand(key, depth+1), value)
		}
	}
	for i := 0; i+1 < len(merged); i += 2 { // what the mapping states itself goes before what it merges
		if own, _ := entry(&c, merged[i].Value); own < 0 {
			c.Content = append(c.Content, merged[i], merged[i+1])
		}
	}
	return &c
}

// merge returns the keys and values that a merge key brings, from a mapping or a
// list of mappings.
func (x *expansion) merge(value *yaml.Node) []*yaml.Node {
	switch value.Kind {
	case yaml.MappingNode:
		return value.Content
	case yaml.SequenceNode:
		var all []*yaml.Node
		for _, element := range value.Content {
			all = append(all, x.merge(element)...)
		}
		return all
	}
	x.fail(value, "expected a mapping to merge, found "+describe(value))
	return nil
}
