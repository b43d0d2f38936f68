package scenarios

import (
	"fmt"
	"reflect"
	"slices"

	yaml "go.yaml.in/yaml/v4"

	"berth/workloads"
)

// quantity decodes a scalar, which is a constant, or a distribution.
func (d *decoder) quantity(n *yaml.Node, q *Quantity, f field, path string) {
	switch n.Kind {
	case yaml.ScalarNode:
		*q = Constant(d.duration(n, field{name: f.name, bounds: "0s.."}, path))
	case yaml.MappingNode:
		before := len(d.issues)
		d.structure(n, reflect.ValueOf(q).Elem(), path)
		for _, key := range keys(n) {
			if name := lowerFirst(key); name != "distribution" {
				q.given = append(q.given, name)
			}
		}
		slices.Sort(q.given) // equal quantities are equal values, however they are written
		if len(d.issues) == before {
			d.distribution(n, q, path)
		}
	default:
		d.expected(n, path, "a duration such as 20s, or a distribution such as {distribution: lognormal, median: 20s, p95: 45s}")
	}
}

// distribution checks that the parameters determine the distribution and make
// sense together. A parameter of another distribution is refused where it
// stands.
func (d *decoder) distribution(n *yaml.Node, q *Quantity, path string) {
	taken := []string{"values", "weights"}
	if q.Distribution != "empirical" {
		taken = nil
		for _, set := range workloads.Parameters(q.Distribution) {
			for _, p := range set {
				if !slices.Contains(taken, p.Name) {
					taken = append(taken, p.Name)
				}
			}
		}
	}
	for _, name := range q.given {
		if !slices.Contains(taken, name) {
			i, _ := entry(n, name)
			d.refuse(n.Content[i], join(path, name), "not a parameter of %s, which has %s", q.Distribution, either(taken))
			return
		}
	}
	if _, err := workloads.NewDistribution(q.Spec()); err != nil {
		d.refuse(n, path, "%v", err)
	}
}

// arrivals decodes a quantity, or a list of times.
func (d *decoder) arrivals(n *yaml.Node, a *Arrivals, f field, path string) {
	if i, _ := entry(n, "at"); i < 0 {
		a.Gap = &Quantity{}
		d.quantity(n, a.Gap, f, path)
		return
	}
	d.structure(n, reflect.ValueOf(a).Elem(), path)
	if len(a.At) == 0 {
		d.refuse(n, path, "expected at least one time")
	}
	for i := 1; i < len(a.At); i++ {
		if a.At[i] < a.At[i-1] {
			d.issue(fmt.Sprintf("%s.at.%d", path, i), "%v is earlier than the %v before it", a.At[i], a.At[i-1])
		}
	}
}
