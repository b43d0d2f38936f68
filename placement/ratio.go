package placement

import (
	"fmt"
	"strconv"
	"strings"

	"berth/sim/cluster"
)

// requestedToCapacityRatio is the scoring strategy RequestedToCapacityRatio of
// kube-scheduler's NodeResourcesFit. Each resource has a score by its
// utilisation, requested · 100 / capacity rounded down, on a broken line; the
// node has the weighted mean of those that are above 0, rounded to the nearest.
// kubernetes.go says what scores are here.
// Source: kube-scheduler, noderesources/requested_to_capacity_ratio.go and
// helper/shape_score.go.
type requestedToCapacityRatio struct {
	weights
	shape shape
	scale uint
}

// shape is a broken line through points of rising utilisation, 0 to 100, with
// scores from 0 to 100; beyond its ends it is level.
type shape []point

type point struct{ utilisation, score int64 }

// binPacking is the shape of the documentation's example of bin packing.
// Source: Kubernetes documentation, "Resource Bin Packing".
var binPacking = shape{{0, 0}, {100, 100}}

// newRequestedToCapacityRatio reads the points of the shape, UTILISATION:SCORE
// with scores from 0 to 10 as Kubernetes has them, and weights:
// "0:0 100:10 cpu=1 memory=1".
func newRequestedToCapacityRatio(field string, of *Policy) (Strategy, error) {
	k := requestedToCapacityRatio{shape: binPacking, scale: of.Rounding.scale()}
	var points, others []string
	for _, part := range strings.Fields(field) {
		if strings.Contains(part, ":") {
			points = append(points, part)
		} else {
			others = append(others, part)
		}
	}
	var err error
	if len(points) > 0 {
		if k.shape, err = parseShape(points); err != nil {
			return Strategy{}, err
		}
	}
	if k.weights, err = parseWeights(strings.Join(others, " "), weights{cpu: 1, memory: 1}); err != nil {
		return Strategy{}, err
	}
	return Scored(k), nil
}

func parseShape(points []string) (shape, error) {
	var s shape
	for _, text := range points {
		left, right, _ := strings.Cut(text, ":")
		u, wrong := strconv.ParseInt(left, 10, 64)
		v, bad := strconv.ParseInt(right, 10, 64)
		if wrong != nil || bad != nil || u < 0 || u > 100 || v < 0 || v > 10 {
			return nil, fmt.Errorf("shape: %q: expected UTILISATION:SCORE with a utilisation from 0 to 100 and a score from 0 to 10, as 0:0 100:10", text)
		}
		if len(s) > 0 && u <= s[len(s)-1].utilisation {
			return nil, fmt.Errorf("shape: %q: expected a utilisation above %d, that of the point before", text, s[len(s)-1].utilisation)
		}
		s = append(s, point{u, 10 * v})
	}
	return s, nil
}

// at returns the score at a utilisation, both in units of 2^-scale.
func (s shape) at(u int64, scale uint) int64 {
	for i, p := range s {
		switch {
		case u > p.utilisation<<scale:
		case i == 0:
			return p.score << scale
		default:
			q := s[i-1]
			return q.score<<scale + (p.score-q.score)*(u-q.utilisation<<scale)/(p.utilisation-q.utilisation)
		}
	}
	return s[len(s)-1].score << scale
}

// between returns the least and the greatest score at utilisations from u to
// v.
func (s shape) between(u, v int64, scale uint) (least, most int64) {
	a, b := s.at(u, scale), s.at(v, scale)
	least, most = min(a, b), max(a, b)
	for _, p := range s {
		if x := p.utilisation << scale; u < x && x < v {
			least, most = min(least, p.score<<scale), max(most, p.score<<scale)
		}
	}
	return least, most
}

// Score implements [Scorer].
func (k requestedToCapacityRatio) Score(s *State, demand cluster.Vector) int64 {
	var m mean
	for _, r := range k.of(s.Capacity, s.Free, demand) {
		if score := k.shape.at(percent(r.requested(), r.capacity, k.scale), k.scale); score > 0 {
			m.add(r.weight, score)
		}
	}
	return -m.nearest()
}

// Bound implements [Bounder]: where every resource is sure to count, the mean
// is not above that of the greatest scores; else, not above the greatest.
func (k requestedToCapacityRatio) Bound(b *Box, demand cluster.Vector) int64 {
	fullest := k.of(b.Capacity, b.Least, demand)
	var m mean
	sure, greatest := true, int64(0)
	for i, r := range k.of(b.Capacity, b.Most, demand) {
		if r.weight == 0 {
			continue
		}
		u, v := percent(r.requested(), r.capacity, k.scale), percent(fullest[i].requested(), r.capacity, k.scale)
		least, most := k.shape.between(u, v, k.scale)
		sure, greatest = sure && least > 0, max(greatest, most)
		m.add(r.weight, most)
	}
	if sure {
		return -m.nearest()
	}
	return -greatest
}

// Unlimited implements [Elastic]: of such an instance nothing is ever in use.
func (k requestedToCapacityRatio) Unlimited(cluster.Vector) int64 { return -k.shape.at(0, k.scale) }
