// Package reference turns the structs of a scenario file into a page for people
// and a JSON schema for editors. It reads the Go source, because that is where
// the descriptions are, and it does not need the program to compile.
package reference

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Root is the struct that a document is.
const Root = "Scenario"

// Struct is one struct of the schema.
type Struct struct {
	Name   string
	Doc    string
	Fields []Field
}

// Field is one field of a struct, as its tags and its comment describe it.
type Field struct {
	Name     string // in YAML
	Type     string // in Go: "string", "[]*Job", "map[string]float64"
	Doc      string // without the Go name in front
	Required bool
	Scalar   bool // text that may be written as a number
	Unit     string
	Range    string
	Enum     []string
	Default  string
	Source   string
}

// Files returns the generated files by their path, for the folder of package
// scenarios.
func Files(dir string) (map[string][]byte, error) {
	structs, err := Read(dir)
	if err != nil {
		return nil, err
	}
	schema, err := JSONSchema(structs)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		filepath.Join(dir, "schema.json"):               schema,
		filepath.Join(dir, "..", "docs", "scenario.md"): Markdown(structs),
	}, nil
}

// Read returns the structs that have fields with a yaml tag, by name.
func Read(dir string) (map[string]Struct, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	structs := map[string]Struct{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, declaration := range file.Decls {
			types, ok := declaration.(*ast.GenDecl)
			if !ok || types.Tok != token.TYPE {
				continue
			}
			for _, spec := range types.Specs {
				if s, ok := read(spec.(*ast.TypeSpec), types.Doc); ok {
					structs[s.Name] = s
				}
			}
		}
	}
	if _, ok := structs[Root]; !ok {
		return nil, fmt.Errorf("%s: there is no struct %s", dir, Root)
	}
	return structs, nil
}

func read(spec *ast.TypeSpec, doc *ast.CommentGroup) (Struct, bool) {
	body, ok := spec.Type.(*ast.StructType)
	if !ok || !spec.Name.IsExported() {
		return Struct{}, false
	}
	s := Struct{Name: spec.Name.Name, Doc: text(doc, "", "")}
	for _, f := range body.Fields.List {
		if f.Tag == nil || len(f.Names) == 0 {
			continue
		}
		tag := reflect.StructTag(strings.Trim(f.Tag.Value, "`"))
		name, options, _ := strings.Cut(tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		s.Fields = append(s.Fields, Field{
			Name: name, Type: expression(f.Type), Doc: text(f.Doc, f.Names[0].Name, name), Required: strings.Contains(options, "required"), Scalar: strings.Contains(options, "scalar"),
			Unit: tag.Get("unit"), Range: tag.Get("range"), Enum: strings.Fields(tag.Get("enum")), Default: tag.Get("default"), Source: tag.Get("source"),
		})
	}
	return s, len(s.Fields) > 0 || len(body.Fields.List) == 0
}

// expression writes a type as it stands in the source.
func expression(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return "*" + expression(e.X)
	case *ast.ArrayType:
		return "[]" + expression(e.Elt)
	case *ast.MapType:
		return "map[" + expression(e.Key) + "]" + expression(e.Value)
	case *ast.SelectorExpr:
		return expression(e.X) + "." + e.Sel.Name
	}
	return ""
}

// verbs with which a comment may go on after the name of its field.
var verbs = []string{"says", "decides", "lists", "overrides", "orders", "divides", "makes", "bring", "brings", "gives", "restricts", "holds", "states", "reads", "bounds", "multiply", "moves", "names"}

// text is a comment on one line, without the Go name that it begins with:
// "Warmup is the part …" becomes "The part …", and "InitialState says whether …"
// of a field initialState "initialState says whether …".
func text(comment *ast.CommentGroup, goName, name string) string {
	words := strings.Join(strings.Fields(comment.Text()), " ")
	for _, verb := range []string{" is ", " are "} {
		if rest, ok := strings.CutPrefix(words, goName+verb); ok && goName != "" {
			return strings.ToUpper(rest[:1]) + rest[1:]
		}
	}
	rest, ok := strings.CutPrefix(words, goName+" ")
	if verb, _, _ := strings.Cut(rest, " "); ok && slices.Contains(verbs, verb) {
		return name + " " + rest
	}
	return words
}

// inOrder lists the structs in the order in which a document leads to them.
func inOrder(structs map[string]Struct) []Struct {
	var order []Struct
	var visit func(name string)
	visit = func(name string) {
		s, ok := structs[name]
		if !ok || slices.ContainsFunc(order, func(o Struct) bool { return o.Name == name }) {
			return
		}
		order = append(order, s)
		for _, f := range s.Fields {
			visit(base(f.Type))
		}
	}
	visit(Root)
	return order
}

// base is the type without pointers, lists and maps around it.
func base(t string) string {
	for _, prefix := range []string{"*", "[]", "map[string]"} {
		if rest, ok := strings.CutPrefix(t, prefix); ok {
			return base(rest)
		}
	}
	return t
}

// bounds takes a range apart: "0..1", "1..", ">0..".
func bounds(text string) (low, high string, open bool) {
	text, open = strings.CutPrefix(text, ">")
	low, high, _ = strings.Cut(text, "..")
	return low, high, open
}

// inWords says a default as it is documented.
func inWords(f Field) string {
	switch {
	case f.Required:
		return "required"
	case strings.HasPrefix(f.Default, "("):
		return strings.Trim(f.Default, "()")
	}
	return cmp.Or(f.Default, "–")
}
