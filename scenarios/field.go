package scenarios

import (
	"reflect"
	"slices"
	"strings"
)

// field is what the tags of a struct's field say.
type field struct {
	name     string
	index    int
	typ      reflect.Type
	required bool
	capacity bool // a size that is rounded down
	seconds  bool // a duration that may be a whole number of seconds
	bounds   string
	enum     []string // the words allowed; none where other words are too
	fallback string   // in YAML; "" where there is none or it is in words
}

// fields of a struct of the schema, in order.
func fields(t reflect.Type) []field {
	var all []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		fallback := f.Tag.Get("default")
		if strings.HasPrefix(fallback, "(") {
			fallback = ""
		}
		is := func(option string) bool { return slices.Contains(strings.Split(options, ","), option) }
		var enum []string
		if !is("open") {
			enum = strings.Fields(f.Tag.Get("enum"))
		}
		all = append(all, field{
			name: name, index: i, typ: f.Type, required: is("required"), capacity: is("capacity"), seconds: f.Tag.Get("unit") == "seconds",
			bounds: f.Tag.Get("range"), enum: enum, fallback: fallback,
		})
	}
	return all
}

// named finds a field by its name, the first letter in either case.
func named(all []field, name string) (field, bool) {
	for _, f := range all {
		if same(f.name, name) {
			return f, true
		}
	}
	return field{}, false
}

// names of fields, for suggestions.
func names(all []field) []string {
	list := make([]string, len(all))
	for i, f := range all {
		list[i] = f.name
	}
	return list
}

// listed reports whether name is in the list, the first letter in either case.
func listed(list []string, name string) bool {
	for _, l := range list {
		if same(l, name) {
			return true
		}
	}
	return false
}
