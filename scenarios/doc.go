// Package scenarios is what a user writes: the scenario file, read with the
// positions of everything in it, checked, and turned into typed values.
//
// A scenario is one YAML document. [Load] reads a file (or a scenario of the
// library, by its name); [File.Variant] applies a variant's settings and those
// of the command line to the document and returns a [Scenario], complete with
// defaults and checked as the document that results:
//
//	file, err := scenarios.Load("trace-replay.yaml")
//	if err != nil { … }
//	scenario, err := file.Variant("spread", []string{"seed=7"})
//
// Where AWS has a concept, a field has the AWS API's name, spelling and unit,
// and the first letter of a key may be of either case. Everything that is wrong
// with a file is found in one go and returned as [Errors], each with line,
// column, path, what was expected and the nearest valid name. Nothing is
// ignored: a field is either used, or listed in [Scenario.NotModelled] because
// it is AWS's and has no effect here, or refused.
//
// The structs of the schema carry their documentation: the comment of a field
// says what it is, and its tags give the machine-readable rest.
//
//	yaml     the field's name; "required": may not be left out, "capacity": a size that is rounded down,
//	         "open": other words than those of enum may be allowed, "scalar": text that may look like a number
//	unit     what a number counts
//	range    the values allowed: "0..1", "1..", ">0.."
//	enum     the words allowed
//	default  what holds where the field is left out, in YAML; in parentheses: in words
//	source   whose field it is, and where that is documented
//
// From the same comments and tags come docs/scenario.md and the JSON schema of
// [JSONSchema], written by the program in scenarios/generate.
package scenarios

//go:generate go run ./generate
