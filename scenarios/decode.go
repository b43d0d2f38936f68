package scenarios

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v4"

	"berth/internal/spelling"
	"berth/sim"
)

// decoder fills the structs of the schema from a tree and collects everything
// that is wrong on the way.
type decoder struct {
	*tree
	issues      Errors
	early       Errors // fields of a later version that are checked already; they are refused where nothing else is wrong
	notModelled []string
}

const notYet = "this version of berth does not support it yet"

// refuse adds an issue at a node.
func (d *decoder) refuse(n *yaml.Node, path, format string, args ...any) {
	d.issues = append(d.issues, d.at(d.position(n), path, fmt.Sprintf(format, args...)))
}

// expected adds an issue about a value of the wrong kind.
func (d *decoder) expected(n *yaml.Node, path, what string) {
	d.refuse(n, path, "expected %s, found %s", what, describe(n))
}

// value decodes n into v.
func (d *decoder) value(n *yaml.Node, v reflect.Value, f field, path string) {
	d.nodes[path] = n
	switch p := v.Addr().Interface().(type) {
	case *sim.Time:
		*p = d.duration(n, f, path)
		return
	case *time.Time:
		*p = d.instant(n, path)
		return
	case *TimeOfDay:
		*p = d.timeOfDay(n, path)
		return
	case *CPU:
		*p = CPU(d.size(n, cpuSize, f, path))
		return
	case *Memory:
		*p = Memory(d.size(n, memorySize, f, path))
		return
	case *GPU:
		*p = GPU(d.size(n, gpuSize, f, path))
		return
	case *Quantity:
		d.quantity(n, p, f, path)
		return
	case *Arrivals:
		d.arrivals(n, p, f, path)
		return
	case *RequestRate:
		d.requestRate(n, p, f, path)
		return
	case *Instant:
		*p = d.instantOrSpan(n, path)
		return
	case *Settings:
		*p = d.settings(n, path)
		return
	case *OnInterruption:
		d.onInterruption(n, p, path)
		return
	case *JobDependency:
		d.dependency(n, p, path)
		return
	case *Interruptions:
		d.interruptions(n, p, path)
		return
	case *SpotPricing:
		d.spotPricing(n, p, path)
		return
	case *Weight:
		*p = Weight(d.integer(quoted(n), f, path))
		return
	case *Dollars:
		*p = Dollars(d.number(quoted(n), f, path))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), f, path)
	case reflect.Struct:
		d.structure(n, v, path)
	case reflect.Slice:
		d.list(n, v, f, path)
	case reflect.Map:
		d.mapping(n, v, f, path)
	case reflect.String:
		v.SetString(d.text(n, f, path))
	case reflect.Bool:
		v.SetBool(d.truth(n, path))
	case reflect.Int64:
		v.SetInt(d.integer(n, f, path))
	case reflect.Float64:
		v.SetFloat(d.number(n, f, path))
	default:
		panic("scenarios: no decoding into " + v.Type().String())
	}
}

// structure decodes a mapping into a struct, and gives the fields that are left
// out their defaults.
func (d *decoder) structure(n *yaml.Node, v reflect.Value, path string) {
	all, name := fields(v.Type()), v.Type().Name()
	if n.Kind != yaml.MappingNode {
		d.expected(n, path, "a mapping with "+some(names(all)))
		return
	}
	present := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		f, known := named(all, key.Value)
		switch {
		case known && present[f.name] != nil:
			d.refuse(key, at, "stated twice; first in line %d", present[f.name].Line)
		case known:
			present[f.name] = key
			at = join(path, f.name)
			if null(value) {
				d.blank(value, v.Field(f.index), f, at)
				continue
			}
			d.value(value, v.Field(f.index), f, at)
			if listed(later[name], f.name) && !empty(value) {
				d.early = append(d.early, d.at(d.position(key), at, notYet))
			}
		case listed(later[name], key.Value):
			if !empty(value) {
				d.refuse(key, at, notYet)
			}
		case listed(unmodelled[name], key.Value):
			d.notModelled = append(d.notModelled, at)
		default:
			d.refuse(key, at, "unknown field%s", meant(key.Value, append(names(all), unmodelled[name]...)))
		}
	}
	for _, f := range all {
		if present[f.name] == nil {
			d.absent(n, v.Field(f.index), f, join(path, f.name))
		}
	}
}

// blank handles a key without a value. A list or mapping without elements is
// left out; a scalar without a value is a slip.
func (d *decoder) blank(n *yaml.Node, v reflect.Value, f field, path string) {
	t := v.Type()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case f.required || t.Kind() != reflect.Slice && t.Kind() != reflect.Map && t.Kind() != reflect.Struct ||
		t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[Quantity]() || t == reflect.TypeFor[Arrivals]() || t == reflect.TypeFor[Instant]():
		d.nodes[path] = n // stated, so that nobody misses it a second time
		d.refuse(n, path, "there is no value after the colon")
	default:
		d.absent(n, v, f, path)
	}
}

// absent gives a field that is left out its default.
func (d *decoder) absent(n *yaml.Node, v reflect.Value, f field, path string) {
	switch {
	case f.required:
		d.refuse(n, path, "required, and left out")
	case f.fallback != "":
		var document yaml.Node
		if err := yaml.Load([]byte(f.fallback), &document); err != nil {
			panic("scenarios: default of " + path + ": " + err.Error())
		}
		inner := aside(n)
		inner.value(document.Content[0], v, f, path)
		if len(inner.issues) > 0 {
			panic("scenarios: default of " + inner.issues.Error())
		}
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[Quantity]():
		inner := aside(n)
		inner.value(&yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column}, v, f, path)
	}
}

// aside is a decoder for what is not in the document: what it decodes does not
// count as stated.
func aside(root *yaml.Node) *decoder {
	return &decoder{tree: &tree{root: root, nodes: map[string]*yaml.Node{}, args: map[*yaml.Node]string{}}}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, f field, path string) {
	if n.Kind != yaml.SequenceNode {
		d.expected(n, path, "a list")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	if len(n.Content) == 0 && f.required {
		d.refuse(n, path, "expected at least one element")
	}
	names := elementNames(n)
	for i, name := range names {
		child := n.Content[i]
		if first := slices.Index(names, name); first < i {
			d.refuse(child, join(path, name), "a second element has this name; the first is at %s", d.position(n.Content[first]))
			name = strconv.Itoa(i)
		}
		d.value(child, v.Index(i), f, join(path, name))
	}
}

// paths of the elements of a list that was decoded.
func (d *decoder) paths(list string) []string {
	n := d.nodes[list]
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	names := elementNames(n)
	paths := make([]string, len(names))
	for i, name := range names {
		if slices.Index(names, name) < i {
			name = strconv.Itoa(i)
		}
		paths[i] = join(list, name)
	}
	return paths
}

// stated reports whether a path has a value in the document.
func (d *decoder) stated(path string) bool { return d.nodes[path] != nil }

// issue adds what is wrong with the value at a path. Where the document has no
// such value it stands at what is around it.
func (d *decoder) issue(path, format string, args ...any) {
	d.issues = append(d.issues, d.at(d.pos(path), path, fmt.Sprintf(format, args...)))
}

// issueWithin adds what is wrong at a character (from 0) of the text at a path.
func (d *decoder) issueWithin(path string, character int, message string) {
	p, known := d.within(path, character)
	if !known {
		message = fmt.Sprintf("character %d: %s", character+1, message)
	}
	d.issues = append(d.issues, d.at(p, path, message))
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, f field, path string) {
	if n.Kind != yaml.MappingNode {
		d.expected(n, path, "a mapping")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if before := first[key.Value]; before != nil {
			d.refuse(key, join(path, key.Value), "stated twice; first in line %d", before.Line)
			continue
		}
		first[key.Value] = key
		value := reflect.New(v.Type().Elem()).Elem()
		d.value(n.Content[i+1], value, f, join(path, key.Value))
		v.SetMapIndex(reflect.ValueOf(key.Value), value)
	}
}

func (d *decoder) text(n *yaml.Node, f field, path string) string {
	switch {
	case n.Kind != yaml.ScalarNode || null(n):
		what := "text"
		if len(f.enum) > 0 {
			what = either(f.enum)
		}
		d.expected(n, path, what)
	case len(f.enum) > 0 && !slices.Contains(f.enum, n.Value):
		message := fmt.Sprintf("expected %s, found %s", either(f.enum), describe(n))
		if name := spelling.Nearest(n.Value, f.enum); name != "" {
			message += fmt.Sprintf("; did you mean %q?", name)
		}
		d.refuse(n, path, "%s", message)
	case n.Value == "" && f.required:
		d.refuse(n, path, "expected text, found none")
	case n.Value == "" && f.typ.Kind() == reflect.String && f.name != "description" && f.name != "field": // else it would pass for one left out
		d.refuse(n, path, "expected text, found none; leave %s out", f.name)
	}
	return n.Value
}

func (d *decoder) truth(n *yaml.Node, path string) bool {
	var truth bool
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" || n.Load(&truth) != nil {
		d.expected(n, path, "true or false")
	}
	return truth
}

func (d *decoder) integer(n *yaml.Node, f field, path string) int64 {
	r, ok := d.rational(n, "!!int")
	if !ok || !r.IsInt() || !r.Num().IsInt64() {
		d.expected(n, path, "an integer"+within(f))
		return 0
	}
	d.inside(n, r, f, path)
	return r.Num().Int64()
}

func (d *decoder) number(n *yaml.Node, f field, path string) float64 {
	r, ok := d.rational(n, "!!int", "!!float")
	if !ok {
		d.expected(n, path, "a number"+within(f))
		return 0
	}
	d.inside(n, r, f, path)
	x, _ := r.Float64()
	return x
}

func (d *decoder) size(n *yaml.Node, s size, f field, path string) int64 {
	if n.Kind != yaml.ScalarNode || null(n) {
		d.expected(n, path, s.want)
		return 0
	}
	r, ok := s.parse(n.Value)
	if !ok || n.ShortTag() == "!!bool" {
		d.expected(n, path, s.want)
		return 0
	}
	if r.Cmp(new(big.Rat).SetInt64(s.most)) > 0 {
		d.refuse(n, path, "%s is beyond any machine", short(n.Value))
		return 0
	}
	if !d.inside(n, r, f, path) {
		return 0
	}
	return s.amount(r, f.capacity)
}

// rational returns the number in a scalar with one of the tags.
func (d *decoder) rational(n *yaml.Node, tags ...string) (*big.Rat, bool) {
	if n.Kind != yaml.ScalarNode || !slices.Contains(tags, n.ShortTag()) {
		return nil, false
	}
	return rational(n.Value)
}

func (d *decoder) duration(n *yaml.Node, f field, path string) sim.Time {
	want := "a duration such as 90s, 2m30s, 12h or 7d"
	if f.seconds {
		want = "a number of seconds or " + want
		if t, ok := d.seconds(n, f, path); ok {
			return t
		}
	}
	if n.Kind != yaml.ScalarNode {
		d.expected(n, path, want)
		return 0
	}
	t, err := ParseDuration(n.Value)
	if err != nil {
		if errors.Is(err, errForm) || errors.Is(err, errUnit) && f.seconds {
			d.expected(n, path, want)
		} else {
			d.refuse(n, path, "expected %s, found %s: %v", want, describe(n), err)
		}
		return 0
	}
	d.inside(n, new(big.Rat).SetInt64(int64(t)), f, path)
	return t
}

// seconds reads a whole number of seconds, as AWS writes them, and reports
// whether there is one.
func (d *decoder) seconds(n *yaml.Node, f field, path string) (sim.Time, bool) {
	r, ok := d.rational(n, "!!int")
	if !ok {
		return 0, false
	}
	if most := new(big.Rat).SetInt64(int64(longest / sim.Second)); r.Cmp(most) > 0 {
		d.refuse(n, path, "%s seconds are %v", short(n.Value), errLength)
		return 0, true
	}
	r.Mul(r, big.NewRat(int64(sim.Second), 1))
	if !d.inside(n, r, f, path) {
		return 0, true
	}
	return sim.Time(r.Num().Int64()), true
}

func (d *decoder) instant(n *yaml.Node, path string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		d.expected(n, path, "a time in RFC 3339 such as 2026-03-02T00:00:00Z")
	} else if y := t.UTC().Year(); y < 1970 || y > 9999 {
		d.refuse(n, path, "expected a year from 1970 to 9999")
	}
	return t.UTC()
}

func (d *decoder) timeOfDay(n *yaml.Node, path string) TimeOfDay {
	t, err := time.Parse("15:04", n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		d.expected(n, path, `a time of day such as "14:00"`)
		return 0
	}
	return TimeOfDay(t.Hour())*TimeOfDay(sim.Hour) + TimeOfDay(t.Minute())*TimeOfDay(sim.Minute)
}

// inside checks a number against the bounds of its field.
func (d *decoder) inside(n *yaml.Node, r *big.Rat, f field, path string) bool {
	low, high, open := bounds(f)
	switch {
	case low != nil && (r.Cmp(low) < 0 || open && r.Cmp(low) == 0), high != nil && r.Cmp(high) > 0:
		d.expected(n, path, "a value"+within(f))
		return false
	}
	return true
}

// bounds reads a range tag: "0..1", "1..", ">0..". nil is no bound; open means
// that the lower one itself is outside.
func bounds(f field) (low, high *big.Rat, open bool) {
	text, open := strings.CutPrefix(f.bounds, ">")
	from, to, _ := strings.Cut(text, "..")
	return bound(from), bound(to), open
}

func bound(text string) *big.Rat {
	if text == "" {
		return nil
	}
	if r, ok := rational(text); ok {
		return r
	}
	t, err := ParseDuration(text)
	if err != nil {
		panic("scenarios: a range tag says " + text)
	}
	return new(big.Rat).SetInt64(int64(t))
}

// within says the bounds of a field in words.
func within(f field) string {
	text, open := strings.CutPrefix(f.bounds, ">")
	from, to, _ := strings.Cut(text, "..")
	switch {
	case from == "" && to == "":
		return ""
	case to == "" && open:
		return " above " + from
	case to == "":
		return " of at least " + from
	case open:
		return " above " + from + " and up to " + to
	}
	return " from " + from + " to " + to
}

// some lists names, the first few of many.
func some(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
