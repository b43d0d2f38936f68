package scenarios

import (
	"reflect"

	yaml "go.yaml.in/yaml/v4"
)

// interruptions decodes none, advisor, or a mapping.
func (d *decoder) interruptions(n *yaml.Node, i *Interruptions, path string) {
	const want = "none, advisor, or a mapping such as {ratePerHour: 0.02}, {advisor: {factor: 2}}, {trace: FILE} or {wholePool: {meanTimeBetween: 7d, duration: 1h}}"
	switch {
	case n.Kind == yaml.ScalarNode && n.Value == "none":
	case n.Kind == yaml.ScalarNode && n.Value == "advisor":
		i.Advisor = &SpotAdvisor{}
		aside(n).structure(&yaml.Node{Kind: yaml.MappingNode}, reflect.ValueOf(i.Advisor).Elem(), path)
	case n.Kind == yaml.MappingNode && len(n.Content) > 0:
		before := len(d.issues)
		d.structure(n, reflect.ValueOf(i).Elem(), path)
		if len(d.issues) > before {
			return
		}
		first := ""
		for _, name := range []string{"ratePerHour", "advisor", "trace"} {
			at, _ := entry(n, name)
			switch {
			case at < 0:
			case first != "":
				d.refuse(n.Content[at], join(path, name), "expected one of ratePerHour, advisor and trace, and %s is there already", first)
			default:
				first = name
			}
		}
	default:
		d.expected(n, path, want)
	}
}

// spotPricing decodes catalog, or a mapping with history or model.
func (d *decoder) spotPricing(n *yaml.Node, p *SpotPricing, path string) {
	switch {
	case n.Kind == yaml.ScalarNode && n.Value == "catalog":
	case n.Kind == yaml.MappingNode:
		before := len(d.issues)
		d.structure(n, reflect.ValueOf(p).Elem(), path)
		if i, model := entry(n, "model"); i >= 0 && (null(model) || empty(model)) {
			p.Model = &SpotPriceModel{} // all of it left out: {model: {}}
			aside(n).structure(&yaml.Node{Kind: yaml.MappingNode}, reflect.ValueOf(p.Model).Elem(), path)
		}
		switch {
		case len(d.issues) > before:
		case p.History == "" && p.Model == nil:
			d.refuse(n, path, "expected history or model; for the catalog's price write price: catalog")
		case p.History != "" && p.Model != nil:
			d.refuse(n, path, "expected history or model, found both")
		}
		if i, _ := entry(n, "align"); i >= 0 && p.Model != nil {
			d.refuse(n.Content[i], join(path, "align"), "only a history is aligned")
		}
	default:
		d.expected(n, path, "catalog, {history: FILE} or {model: {volatility: 0.03}}")
	}
}

// quoted takes the quotation marks off a number, which AWS writes around some.
func quoted(n *yaml.Node) *yaml.Node {
	var document yaml.Node
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" || yaml.Load([]byte(n.Value), &document) != nil || len(document.Content) != 1 {
		return n
	}
	plain := *n
	plain.Tag, plain.Style = document.Content[0].Tag, 0
	return &plain
}
