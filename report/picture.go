package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// Picture is a cluster at an instant, to be drawn.
type Picture struct {
	Title, Subtitle string
	Instances       []PictureInstance // in the order of launch

	// Fates are the texts of the legend by number, in the order of the legend.
	// Number 0 is the pick, drawn with a thick outline. The last of three or
	// more is what was not considered, drawn in grey. Without any the instances
	// are drawn alike.
	Fates []string
}

// PictureInstance is an instance of a [Picture].
type PictureInstance struct {
	Name, Type     string
	Zone, Provider string         // empty: none
	CPU, Memory    float64        // reserved, as a share from 0 to 1
	GPUs           []float64      // reserved share of each device
	Tasks          int            // that run on it
	Fate           int            // index in the Fates of the picture
	Note           string         // lacks 256 MiB; in the tooltip, and written out where there is room
	Blocks         []PictureBlock // its tasks, drawn in a picture of a few dozens of instances
}

// PictureBlock is a task on an instance of a [Picture].
type PictureBlock struct {
	CPU, Memory float64 // share of what the instance registers
	Group       string  // that has a colour: a job or a service
}

// Up to mostLarge instances are boxes that show their tasks, up to mostSmall
// they are boxes with two bars, and above they are squares, of which there are
// at most mostSquares.
const (
	mostLarge   = 40
	mostSmall   = 400
	mostSquares = 4000
)

// WriteSVG draws the picture as SVG, which neither runs nor fetches anything.
func (p *Picture) WriteSVG(w io.Writer) error {
	for i := range p.Instances {
		if n := &p.Instances[i]; n.Fate < 0 || n.Fate >= max(1, len(p.Fates)) {
			return fmt.Errorf("picture: instance %q has fate %d, and there are %d", n.Name, n.Fate, len(p.Fates))
		}
	}
	drawn := p.thinned(mostSquares)
	l := &layout{Picture: p, zones: zonesOf(drawn), drawn: drawn, fates: fateStyles(len(p.Fates))}
	l.paint(drawn)
	_, err := io.WriteString(w, l.draw())
	return err
}

// thinned returns the instances to be drawn, at most so many. Of each fate it
// takes its share, evenly over the launches, but the pick and one of each fate
// are always there.
func (p *Picture) thinned(most int) []*PictureInstance {
	counts := p.counts()
	kept := slices.Clone(counts)
	if len(p.Instances) > most {
		picks, fates := 0, len(counts)
		if len(counts) > 1 && counts[0] <= most/2 {
			picks = counts[0]
		}
		room, rest := most-picks-fates, len(p.Instances)-picks
		for f, n := range counts {
			if n > 0 && (f > 0 || picks == 0) {
				kept[f] = max(1, n*max(0, room)/rest)
			}
		}
	}
	var drawn []*PictureInstance
	seen := make([]int, len(counts))
	for i := range p.Instances {
		f := p.Instances[i].Fate
		// The k-th of n is one of m where k·m/n passes a whole number.
		if before := seen[f] * kept[f] / counts[f]; (seen[f]+1)*kept[f]/counts[f] > before && len(drawn) < most {
			drawn = append(drawn, &p.Instances[i])
		}
		seen[f]++
	}
	return drawn
}

// counts returns the number of instances by fate.
func (p *Picture) counts() []int {
	counts := make([]int, max(1, len(p.Fates)))
	for i := range p.Instances {
		counts[p.Instances[i].Fate]++
	}
	return counts
}

// pictureZone is a panel of the picture.
type pictureZone struct {
	name  string
	count int
	parts []picturePart
}

// picturePart is what a capacity provider has in a zone.
type picturePart struct {
	provider  string
	instances []*PictureInstance
}

// zonesOf sorts instances into zones and providers by name; within those they
// stay in the order of launch.
func zonesOf(instances []*PictureInstance) []pictureZone {
	sorted := slices.Clone(instances)
	slices.SortStableFunc(sorted, func(a, b *PictureInstance) int {
		return cmp.Or(cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.Provider, b.Provider))
	})
	var zones []pictureZone
	for i, n := range sorted {
		fresh := i == 0 || sorted[i-1].Zone != n.Zone
		if fresh {
			zones = append(zones, pictureZone{name: n.Zone})
		}
		z := &zones[len(zones)-1]
		if fresh || sorted[i-1].Provider != n.Provider {
			z.parts = append(z.parts, picturePart{provider: n.Provider})
		}
		z.count++
		part := &z.parts[len(z.parts)-1]
		part.instances = append(part.instances, n)
	}
	return zones
}
