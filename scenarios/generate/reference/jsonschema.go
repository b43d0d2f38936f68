package reference

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// object is a JSON object; encoding/json writes its keys in order.
type object map[string]any

// A duration in YAML: one or more numbers with a unit, or 0.
const durationPattern = `^(0|([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h|d|w)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h|d|w))*)$`

// JSONSchema writes the schema for editors, JSON Schema draft 2020-12. It knows
// names, types, bounds and words; what goes with what is only checked by berth.
func JSONSchema(structs map[string]Struct) ([]byte, error) {
	defs := object{}
	for _, s := range inOrder(structs) {
		defs[s.Name] = definition(s, structs)
	}
	root := defs[Root].(object)
	delete(defs, Root)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "berth scenario"
	root["$defs"] = defs
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(root)
	return b.Bytes(), err
}

func definition(s Struct, structs map[string]Struct) object {
	properties, required := object{}, []string{}
	for _, f := range s.Fields {
		property := schema(f.Type, f, structs)
		property["description"] = description(f)
		if f.Default != "" && !strings.HasPrefix(f.Default, "(") {
			property["default"] = literal(f.Default)
		}
		properties[f.Name] = property
		if f.Required {
			required = append(required, f.Name)
		}
	}
	o := object{"type": "object", "description": s.Doc, "properties": properties, "additionalProperties": false}
	if takesAWS[s.Name] {
		// AWS's fields that are not modelled are too many to suggest.
		delete(o, "additionalProperties")
	}
	if len(required) > 0 {
		o["required"] = required
	}
	switch s.Name {
	case "Quantity":
		return object{"description": s.Doc, "anyOf": []any{durationSchema(), o}}
	case "RequestRate":
		o["minProperties"], o["maxProperties"] = 1, 1
		return object{"description": s.Doc, "anyOf": []any{object{"type": "number", "minimum": 0}, o}}
	case "OnInterruption":
		return object{"description": s.Doc, "anyOf": []any{object{"enum": []string{"restart", "lose"}}, o}}
	case "JobDependency":
		return object{"description": s.Doc, "anyOf": []any{object{"type": "string"}, o}}
	case "Interruptions":
		return object{"description": s.Doc, "anyOf": []any{object{"enum": []string{"none", "advisor"}}, o}}
	case "SpotPricing":
		return object{"description": s.Doc, "anyOf": []any{object{"enum": []string{"catalog"}}, o}}
	case "Arrivals":
		o["required"] = []string{"at"}
		return object{"description": s.Doc, "anyOf": []any{object{"$ref": "#/$defs/Quantity"}, o}}
	}
	return o
}

// takesAWS are the structs into which parts of AWS's documents are pasted.
var takesAWS = map[string]bool{
	"Cluster": true, "CapacityProvider": true, "AutoScalingGroupProvider": true, "AutoScalingGroup": true, "EBS": true,
	"LaunchTemplate": true, "InstanceOverride": true, "LifecycleHook": true,
	"TaskDefinition": true, "ContainerDefinition": true, "PortMapping": true, "Job": true, "Service": true,
	"Scaling": true, "TargetTracking": true, "PredefinedMetricSpecification": true, "StepScaling": true, "Alarm": true, "ScheduledAction": true,
}

func schema(t string, f Field, structs map[string]Struct) object {
	switch {
	case strings.HasPrefix(t, "*"):
		return schema(t[1:], f, structs)
	case strings.HasPrefix(t, "[]"):
		return object{"type": "array", "items": schema(t[2:], f, structs)}
	case strings.HasPrefix(t, "map[string]"):
		return object{"type": "object", "additionalProperties": schema(t[len("map[string]"):], f, structs)}
	}
	if _, ok := structs[t]; ok {
		return object{"$ref": "#/$defs/" + t}
	}
	switch t {
	case "string":
		o := object{"type": "string"}
		switch {
		case f.Scalar:
			o["type"] = []string{"string", "number"}
		case len(f.Enum) > 0:
			o["enum"] = f.Enum
		}
		return o
	case "bool":
		return object{"type": "boolean"}
	case "int64":
		return bounded(object{"type": "integer"}, f)
	case "float64":
		return bounded(object{"type": "number"}, f)
	case "CPU", "Memory", "GPU", "Weight", "Dollars":
		return bounded(object{"type": []string{"number", "string"}}, f)
	case "sim.Time":
		if f.Unit == "seconds" {
			return object{"type": []string{"string", "integer"}, "pattern": durationPattern, "minimum": 0}
		}
		return durationSchema()
	case "time.Time":
		return object{"type": "string", "format": "date-time"}
	case "Instant":
		return object{"type": "string"}
	case "TimeOfDay":
		return object{"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}$"}
	}
	return object{"type": "object"}
}

func durationSchema() object { return object{"type": "string", "pattern": durationPattern} }

// bounded adds the bounds of a number.
func bounded(o object, f Field) object {
	low, high, open := bounds(f.Range)
	if x, err := strconv.ParseFloat(low, 64); err == nil {
		o[map[bool]string{false: "minimum", true: "exclusiveMinimum"}[open]] = x
	}
	if x, err := strconv.ParseFloat(high, 64); err == nil {
		o["maximum"] = x
	}
	return o
}

func description(f Field) string {
	words := f.Doc
	if f.Unit != "" {
		words += " Unit: " + f.Unit + map[bool]string{true: " or a duration"}[f.Unit == "seconds"] + "."
	}
	if strings.HasPrefix(f.Default, "(") {
		words += " Default: " + inWords(f) + "."
	}
	return words + " Source: " + f.Source + "."
}

// literal is a default as a JSON value: a number, true or false, else text.
func literal(text string) any {
	var v any
	if json.Unmarshal([]byte(text), &v) == nil {
		return v
	}
	return text
}
