package scenarios

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// Settings are values by the dotted path of what they replace, in the order in
// which they are written.
type Settings []Setting

// Setting is one value and where it goes, such as services.web.desiredCount: 6.
type Setting struct {
	Path  string
	key   *yaml.Node // where the path is written
	value *yaml.Node
}

// settings decodes a mapping of paths to values. What the paths lead to is seen
// when they are applied.
func (d *decoder) settings(n *yaml.Node, path string) Settings {
	if n.Kind != yaml.MappingNode {
		d.expected(n, path, "a mapping of paths to values")
		return nil
	}
	var all Settings
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if before := first[key.Value]; before != nil {
			d.refuse(key, join(path, key.Value), "stated twice; first in line %d", before.Line)
			continue
		}
		first[key.Value] = key
		all = append(all, Setting{Path: key.Value, key: key, value: n.Content[i+1]})
	}
	return all
}

// argument reads PATH=VALUE as the command line gives it. The value is YAML.
func (t *tree) argument(text string) (Setting, *Issue) {
	origin := "--set " + short(text)
	fail := func(path, message string) (Setting, *Issue) {
		return Setting{}, &Issue{Position: Position{Argument: origin}, Path: path, Message: message}
	}
	path, value, ok := strings.Cut(text, "=")
	if !ok || path == "" {
		return fail("", "expected PATH=VALUE, such as seed=2")
	}
	key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: path}
	t.args[key] = origin
	if strings.TrimSpace(value) == "" {
		empty := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
		t.args[empty] = origin
		return Setting{Path: path, key: key, value: empty}, nil
	}
	if strings.TrimSpace(value) == "-" { // standard input, where YAML has the beginning of a list
		value = `"-"`
	}
	if line, _, ok := invalid([]byte(value)); !ok {
		return fail(path, fmt.Sprintf("line %d of the value is not UTF-8 text", line))
	}
	var document yaml.Node
	if err := yaml.Load([]byte(value), &document); err != nil {
		_, _, message := syntax(err, nil)
		return fail(path, message)
	}
	x := expansion{open: map[*yaml.Node]bool{}}
	root := x.expand(document.Content[0], 0)
	if x.err != "" {
		return fail(path, x.err)
	}
	t.own(root, origin)
	return Setting{Path: path, key: key, value: root}, nil
}

// own notes that a node and what is in it come from the command line.
func (t *tree) own(n *yaml.Node, origin string) {
	t.args[n] = origin
	for _, child := range n.Content {
		t.own(child, origin)
	}
}

// apply puts a setting into the tree. It follows the schema as far as that goes,
// so that a part of the document that is left out can be set (prices.discounts.ec2)
// and a wrong name is told apart from a new one.
func (t *tree) apply(s Setting) *Issue {
	fail := func(format string, args ...any) *Issue {
		issue := t.at(t.position(s.key), s.Path, fmt.Sprintf(format, args...))
		return &issue
	}
	steps, ok := split(s.Path)
	if !ok {
		return fail("expected a dotted path such as jobs.replay.priority")
	}
	if first := lowerFirst(steps[0]); first == "variants" {
		return fail("variants cannot be set")
	}
	at, schema := t.root, reflect.TypeFor[Scenario]()
	for i := 0; ; i++ {
		if schema != nil && schema.Kind() == reflect.Pointer {
			schema = schema.Elem()
		}
		if null(at) { // a key without a value: what the schema has there
			at.Kind, at.Tag, at.Value = yaml.MappingNode, "!!map", ""
			if schema != nil && schema.Kind() == reflect.Slice {
				at.Kind, at.Tag = yaml.SequenceNode, "!!seq"
			}
		}
		where := strings.Join(steps[:i], ".")
		switch at.Kind {
		case yaml.SequenceNode:
			e := element(at, steps[i])
			if e < 0 {
				return fail("there is no element %q in %s%s", short(steps[i]), where, meant(steps[i], elementNames(at)))
			}
			if schema != nil {
				schema = schema.Elem()
			}
			if i == len(steps)-1 {
				if null(s.value) {
					at.Content = slices.Delete(at.Content, e, e+1)
				} else {
					at.Content[e] = s.value
				}
				return nil
			}
			at = at.Content[e]
		case yaml.MappingNode:
			var f field
			known := schema != nil
			switch {
			case schema != nil && schema.Kind() == reflect.Struct:
				if f, known = named(fields(schema), steps[i]); known {
					schema = f.typ
				} else if name := schema.Name(); !listed(later[name], steps[i]) && !listed(unmodelled[name], steps[i]) {
					return fail("unknown field %q%s%s", short(steps[i]), inside(where), meant(steps[i], names(fields(schema))))
				} else {
					schema = nil
				}
			case schema != nil && schema.Kind() == reflect.Map:
				// The names in a map are the user's, and those of instance types have dots.
				if elem := schema.Elem(); elem.Kind() != reflect.Pointer {
					steps = append(steps[:i:i], strings.Join(steps[i:], "."))
				}
				schema = schema.Elem()
			}
			k, child := entry(at, steps[i])
			if i == len(steps)-1 {
				t.put(at, k, steps[i], s)
				return nil
			}
			if child == nil && f.typ != nil && !container(f.typ) && f.typ.Kind() != reflect.Slice {
				return fail("%s has no parts", strings.Join(steps[:i+1], "."))
			}
			if child == nil && known && (f.typ == nil || !container(f.typ)) {
				return fail("there is no %q%s%s", short(steps[i]), inside(where), meant(steps[i], keys(at)))
			}
			if child == nil && !known {
				return fail("there is no %q%s to set a part of", short(steps[i]), inside(where))
			}
			if child == nil {
				child = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: s.key.Line, Column: s.key.Column}
				key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: f.name, Line: s.key.Line, Column: s.key.Column}
				if origin, ok := t.args[s.key]; ok {
					t.args[child], t.args[key] = origin, origin
				}
				at.Content = append(at.Content, key, child)
			}
			at = child
		default:
			return fail("%s is %s, which has no parts", where, describe(at))
		}
	}
}

// put sets, replaces or (with null) removes a key of a mapping. The key's
// position becomes that of the setting.
func (t *tree) put(mapping *yaml.Node, k int, name string, s Setting) {
	key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name, Line: s.key.Line, Column: s.key.Column}
	if origin, ok := t.args[s.key]; ok {
		t.args[key] = origin
	}
	switch {
	case k >= 0 && null(s.value):
		mapping.Content = slices.Delete(mapping.Content, k, k+2)
	case k >= 0:
		key.Value = mapping.Content[k].Value
		mapping.Content[k], mapping.Content[k+1] = key, s.value
	case !null(s.value):
		mapping.Content = append(mapping.Content, key, s.value)
	}
}

// container reports whether a part of the schema is a mapping that can be begun
// where the document has none.
func container(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct || t.Kind() == reflect.Map
}

func inside(where string) string {
	if where == "" {
		return ""
	}
	return " in " + where
}

func keys(mapping *yaml.Node) []string {
	var all []string
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		all = append(all, mapping.Content[i].Value)
	}
	return all
}

// split takes a path apart at its dots. jobs[0] is the same as jobs.0, and a
// name in quotation marks may hold dots.
func split(path string) ([]string, bool) {
	var steps []string
	for rest := path; rest != ""; {
		var step string
		if strings.HasPrefix(rest, `"`) {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return nil, false
			}
			rest = rest[len(quoted):]
			step, _ = strconv.Unquote(quoted)
		} else {
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			step, rest = rest[:end], rest[end:]
		}
		if step == "" {
			return nil, false
		}
		steps = append(steps, step)
		for strings.HasPrefix(rest, "[") {
			index, after, ok := strings.Cut(rest[1:], "]")
			if !ok || index == "" {
				return nil, false
			}
			steps, rest = append(steps, index), after
		}
		if rest == "" {
			break
		}
		if rest = strings.TrimPrefix(rest, "."); rest == "" {
			return nil, false
		}
	}
	return steps, len(steps) > 0 && len(steps) <= mostDepth
}
