package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"
)

// tree is a document whose values know where they are written.
type tree struct {
	file  string
	lines []string // of the file, for excerpts
	root  *yaml.Node
	nodes map[string]*yaml.Node // the value at each path that was decoded
	args  map[*yaml.Node]string // the nodes that come from the command line, and from which argument
}

// clone copies the tree, so that a variant can change its copy.
func (t *tree) clone() *tree {
	c := *t
	c.nodes, c.args = map[string]*yaml.Node{}, map[*yaml.Node]string{}
	c.root = clone(t.root)
	return &c
}

func clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = clone(child)
	}
	return &c
}

// position of a node.
func (t *tree) position(n *yaml.Node) Position {
	if argument, ok := t.args[n]; ok {
		return Position{Argument: argument}
	}
	return Position{File: t.file, Line: n.Line, Column: n.Column}
}

// pos is the position of the value at path, or of the nearest value around it.
func (t *tree) pos(path string) Position {
	for {
		if n, ok := t.nodes[path]; ok {
			return t.position(n)
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return t.position(t.root)
		}
		path = path[:i]
	}
}

// within returns the position of a character (from 0) of the text at a path, and
// whether that is known: of text on one line of the file it is.
func (t *tree) within(path string, character int) (Position, bool) {
	n := t.nodes[path]
	if n == nil {
		return t.pos(path), false
	}
	p := t.position(n)
	if p.Argument != "" || p.Line < 1 || p.Line > len(t.lines) {
		return p, false
	}
	line := []rune(strings.TrimRight(t.lines[p.Line-1], "\r"))
	at, text := p.Column-1, []rune(n.Value)
	quote := rune(0)
	if at < len(line) && (line[at] == '"' || line[at] == '\'') {
		quote = line[at]
		at++
	}
	column := 0
	for i, r := range text {
		if i == character {
			column = at + 1
		}
		if at+1 < len(line) && (quote == '\'' && line[at] == '\'' || quote == '"' && line[at] == '\\' && (line[at+1] == '"' || line[at+1] == '\\')) {
			at++ // the first of two characters that stand for one
		}
		if at >= len(line) || line[at] != r {
			return p, false
		}
		at++
	}
	if character >= len(text) {
		column = at + 1
	}
	p.Column = column
	return p, true
}

// at makes an issue with its line of the file.
func (t *tree) at(p Position, path, message string) Issue {
	issue := Issue{Position: p, Path: path, Message: message}
	if p.Argument == "" && p.Line >= 1 && p.Line <= len(t.lines) {
		if line := strings.TrimRight(t.lines[p.Line-1], "\r"); utf8.RuneCountInString(line) <= 160 {
			issue.excerpt = line
		}
	}
	return issue
}

// entry returns where the key name is in a mapping, its first letter in either
// case, and its value; -1 and nil when it is not there.
func entry(mapping *yaml.Node, name string) (int, *yaml.Node) {
	if mapping.Kind != yaml.MappingNode {
		return -1, nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if same(mapping.Content[i].Value, name) {
			return i, mapping.Content[i+1]
		}
	}
	return -1, nil
}

// same reports whether two names differ at most in the case of their first
// letter: Auto Scaling writes MinSize what ECS would write minSize.
func same(a, b string) bool {
	return a == b || lowerFirst(a) == lowerFirst(b)
}

func lowerFirst(name string) string {
	r, size := utf8.DecodeRuneInString(name)
	if unicode.IsUpper(r) {
		return string(unicode.ToLower(r)) + name[size:]
	}
	return name
}

// element returns the index of the element of a list that has the name, or whose
// index it is; -1 when there is none.
func element(list *yaml.Node, name string) int {
	names := elementNames(list)
	if i := slices.Index(names, name); i >= 0 {
		return i
	}
	if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(names) {
		return i
	}
	return -1
}

// elementNames gives what the elements of a list are addressed by in a path:
// their name, or else their index.
func elementNames(list *yaml.Node) []string {
	names := make([]string, len(list.Content))
	for i, n := range list.Content {
		names[i] = strconv.Itoa(i)
		if _, name := entry(n, "name"); name != nil && name.Kind == yaml.ScalarNode && name.Value != "" {
			names[i] = name.Value
		}
	}
	return names
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// describe says in words what a node is, for "expected …, found …".
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "the number " + short(n.Value)
	case "!!bool":
		return n.Value
	}
	return fmt.Sprintf("%q", short(n.Value))
}

func short(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return text
}

func null(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// empty reports whether a value asks for nothing: null, [], {} or "".
func empty(n *yaml.Node) bool {
	return null(n) || len(n.Content) == 0 && (n.Kind != yaml.ScalarNode || n.Value == "")
}
