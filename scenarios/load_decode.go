package scenarios

import (
	"reflect"
	"time"

	yaml "go.yaml.in/yaml/v4"
)

// requestRate decodes a number, a profile or a trace.
func (d *decoder) requestRate(n *yaml.Node, r *RequestRate, f field, path string) {
	switch n.Kind {
	case yaml.ScalarNode:
		if _, ok := d.rational(n, "!!int", "!!float"); !ok {
			d.expected(n, path, "a number of requests per second, {profile: …} or {trace: …}")
			return
		}
		f.bounds = "0..1000000000000"
		constant := d.number(n, f, path)
		r.Constant = &constant
	case yaml.MappingNode:
		before := len(d.issues)
		d.structure(n, reflect.ValueOf(r).Elem(), path)
		switch {
		case len(d.issues) > before:
		case r.Profile == nil && r.Trace == nil:
			d.refuse(n, path, "expected profile or trace")
		case r.Profile != nil && r.Trace != nil:
			d.refuse(n, path, "expected profile or trace, found both")
		}
	default:
		d.expected(n, path, "a number of requests per second, {profile: …} or {trace: …}")
	}
}

// instantOrSpan decodes a span since the start of the run, or a point in time of
// the calendar.
func (d *decoder) instantOrSpan(n *yaml.Node, path string) Instant {
	if n.Kind == yaml.ScalarNode {
		if _, err := time.Parse(time.RFC3339Nano, n.Value); err == nil {
			return Instant{Calendar: d.instant(n, path)}
		}
		if t, err := ParseDuration(n.Value); err == nil {
			return Instant{Since: t}
		}
	}
	d.expected(n, path, "a time since the start such as 4h, or one in RFC 3339 such as 2026-03-02T00:00:00Z")
	return Instant{}
}
