package reference

import (
	"fmt"
	"strings"
)

const head = `# The scenario file, field by field

<!-- Written by go generate ./scenarios from the structs of the package. Change their comments and tags, not this page. -->

A scenario is one YAML document. This page lists every field; ` + "`berth schema`" + ` prints the same as a JSON schema for
editors, and the library (` + "`berth scenarios list`" + `) has whole examples.

- **AWS names.** Where AWS has a concept, the field has the AWS API's name, spelling and unit. The first letter of a key may
  be of either case (` + "`MinSize`" + ` is ` + "`minSize`" + `). AWS's fields without an effect on placement, time or cost
  (` + "`family`" + `, ` + "`logConfiguration`" + `, ARNs, tags) are accepted and listed as not modelled; all other unknown fields are errors.
- **Durations** are Go's (` + "`90s`, `2m30s`, `12h`" + `) with ` + "`d` and `w`" + ` added. Times are RFC 3339.
  What AWS measures in seconds takes an integer too (` + "`60`" + `); elsewhere the unit is needed.
- **Sizes.** ` + "`cpu`" + ` is in ECS CPU units (1024 = 1 vCPU), ` + "`memory`" + ` in MiB; both also take AWS's strings (` + "`\"512\"`, `\".5 vCPU\"`, `\"1 GB\"`" + `).
- **A quantity** that varies is a duration or a distribution: ` + "`20s`" + ` or ` + "`{distribution: lognormal, median: 20s, p95: 45s}`" + `.
- **Paths** of files are relative to the scenario's file.
- **Variants and ` + "`--set`" + `** address a value by a dotted path, an element of a list by its ` + "`name`" + `, else by its index:
  ` + "`jobs.replay.placementStrategy.0.type=spread`" + `. The value is YAML; ` + "`null`" + ` removes what the path leads to.
- **YAML.** Anchors, aliases and merge keys (` + "`<<`" + `) are resolved first. One document to a file.

*Source* says whose field it is: an AWS API (with the operation or type that documents it) or berth's own.
`

// Markdown writes the reference for people.
func Markdown(structs map[string]Struct) []byte {
	var b strings.Builder
	b.WriteString(head)
	for _, s := range inOrder(structs) {
		title := s.Name
		if s.Name == Root {
			title = "The document"
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", title, s.Doc)
		if len(s.Fields) == 0 {
			continue
		}
		b.WriteString("\n| field | type and unit | default | meaning | source |\n| --- | --- | --- | --- | --- |\n")
		for _, f := range s.Fields {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", f.Name, kind(f, structs), cell(fallback(f)), cell(meaning(f)), cell(f.Source))
		}
	}
	return []byte(b.String())
}

func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

func fallback(f Field) string {
	words := inWords(f)
	if f.Required || strings.HasPrefix(f.Default, "(") || f.Default == "" {
		return words
	}
	return "`" + words + "`"
}

func meaning(f Field) string {
	words := f.Doc
	if len(f.Enum) > 0 {
		words += " One of `" + strings.Join(f.Enum, "`, `") + "`."
	}
	return words
}

// kind says the type of a field, its unit and its bounds.
func kind(f Field, structs map[string]Struct) string {
	words := typeInWords(f.Type, structs)
	if f.Unit == "seconds" {
		words += " or integer"
	}
	if f.Unit != "" && f.Unit != "duration" && f.Unit != "RFC 3339" {
		words += ", " + f.Unit
	}
	switch low, high, open := bounds(f.Range); {
	case high != "":
		over := ""
		if open {
			over = "above "
		}
		words += fmt.Sprintf(", %s%s to %s", over, low, high)
	case open:
		words += ", above " + low
	case low != "" && low != "0" && low != "0s":
		words += ", at least " + low
	}
	return words
}

func typeInWords(t string, structs map[string]Struct) string {
	switch {
	case strings.HasPrefix(t, "*"):
		return typeInWords(t[1:], structs)
	case strings.HasPrefix(t, "[]"):
		return "list of " + typeInWords(t[2:], structs)
	case strings.HasPrefix(t, "map[string]"):
		return "mapping of names to " + typeInWords(t[len("map[string]"):], structs)
	}
	if _, ok := structs[t]; ok {
		return fmt.Sprintf("[%s](#%s)", t, strings.ToLower(t))
	}
	return map[string]string{
		"string": "text", "bool": "true or false", "int64": "integer", "float64": "number", "sim.Time": "duration", "time.Time": "time, RFC 3339",
		"CPU": "CPU", "Memory": "memory", "GPU": "number", "Weight": "integer", "Dollars": "number", "TimeOfDay": "time of day", "Instant": "duration since the start, or time, RFC 3339",
		"Settings": "mapping of paths to values",
	}[t]
}
