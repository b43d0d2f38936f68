package report

import (
	"maps"
	"slices"
	"strings"
)

// fateStyle is how the instances of a fate look: a colour that colour-blind
// people tell from the others, and a mark for them who print in grey.
type fateStyle struct {
	fill, ink string
	mark      emblem
	pick      bool // a thick outline
	aside     bool // a broken one
}

// emblem is a shape: the corners of a polygon around 0, 0.
type emblem [][2]float64

var (
	star     = emblem{{0, -1}, {0.25, -0.34}, {0.95, -0.31}, {0.4, 0.13}, {0.59, 0.81}, {0, 0.42}, {-0.59, 0.81}, {-0.4, 0.13}, {-0.95, -0.31}, {-0.25, -0.34}}
	disc     = emblem{{0.25, -0.6}, {0.6, -0.25}, {0.6, 0.25}, {0.25, 0.6}, {-0.25, 0.6}, {-0.6, 0.25}, {-0.6, -0.25}, {-0.25, -0.6}}
	cross    = emblem{{-0.75, -0.5}, {-0.5, -0.75}, {0, -0.25}, {0.5, -0.75}, {0.75, -0.5}, {0.25, 0}, {0.75, 0.5}, {0.5, 0.75}, {0, 0.25}, {-0.5, 0.75}, {-0.75, 0.5}, {-0.25, 0}}
	dash     = emblem{{-0.8, -0.22}, {0.8, -0.22}, {0.8, 0.22}, {-0.8, 0.22}}
	triangle = emblem{{0, -0.75}, {0.8, 0.65}, {-0.8, 0.65}}
	diamond  = emblem{{0, -0.85}, {0.85, 0}, {0, 0.85}, {-0.85, 0}}
	plus     = emblem{{-0.2, -0.8}, {0.2, -0.8}, {0.2, -0.2}, {0.8, -0.2}, {0.8, 0.2}, {0.2, 0.2}, {0.2, 0.8}, {-0.2, 0.8}, {-0.2, 0.2}, {-0.8, 0.2}, {-0.8, -0.2}, {-0.2, -0.2}}
	wedge    = emblem{{0, 0.75}, {0.8, -0.65}, {-0.8, -0.65}}
)

// at returns the data of a path: the shape around a point.
func (m emblem) at(x, y, radius float64) string {
	var b strings.Builder
	for i, corner := range m {
		b.WriteByte("ML"[min(i, 1)])
		b.WriteString(px(x+float64(corner[0]*radius)) + " " + px(y+float64(corner[1]*radius)))
	}
	if len(m) > 0 {
		b.WriteByte('z')
	}
	return b.String()
}

// fateLooks are the colours --c0 to --c7 of the page, those of Okabe and Ito,
// in the order in which neighbours in a funnel differ most.
var fateLooks = []fateStyle{
	{fill: "#009e73", ink: "#ffffff", mark: star, pick: true},
	{fill: "#56b4e9", ink: inkColour, mark: disc},
	{fill: "#d55e00", ink: "#ffffff", mark: cross},
	{fill: "#cc79a7", ink: inkColour, mark: dash},
	{fill: "#e69f00", ink: inkColour, mark: triangle},
	{fill: "#0072b2", ink: "#ffffff", mark: diamond},
	{fill: "#b8ac00", ink: inkColour, mark: plus},
	{fill: "#5b5b5b", ink: "#ffffff", mark: wedge},
}

// fateStyles returns a style for each fate.
func fateStyles(fates int) []fateStyle {
	if fates == 0 {
		return []fateStyle{{fill: softColour, ink: "#ffffff"}}
	}
	styles := make([]fateStyle, fates)
	for f := range styles {
		styles[f] = fateLooks[f%len(fateLooks)]
		if f >= len(fateLooks) { // the same colours come with other marks
			styles[f].mark = fateLooks[1+f%(len(fateLooks)-1)].mark
			styles[f].pick = false
		}
	}
	if fates >= 3 {
		styles[fates-1] = fateStyle{fill: idleColour, ink: inkColour, aside: true}
	}
	return styles
}

// groupColour is the colour of the tasks of a group, and of letters on it.
type groupColour struct{ fill, ink string }

// groupColours are the colours --p0 to --p9 of the page.
var groupColours = []groupColour{
	{"#332288", "#ffffff"},
	{"#88ccee", inkColour},
	{"#aa4466", "#ffffff"},
	{"#ddaa99", inkColour},
	{"#117733", "#ffffff"},
	{"#88bb77", inkColour},
	{"#999933", inkColour},
	{"#882255", "#ffffff"},
	{"#44aa99", inkColour},
	{"#ddcc77", inkColour},
}

// otherColour is that of the groups for which there is no colour.
var otherColour = groupColour{"#8a929b", inkColour}

// colouredGroups returns the groups that have a colour, by name, and how many
// have none. Where there are too many groups those with most tasks have one.
func colouredGroups(instances []*PictureInstance) (groups []string, others int) {
	tasks := map[string]int{}
	for _, n := range instances {
		for _, b := range n.Blocks {
			tasks[b.Group]++
		}
	}
	groups = slices.Sorted(maps.Keys(tasks))
	if most := len(groupColours); len(groups) > most {
		others = len(groups) - most
		slices.SortStableFunc(groups, func(a, b string) int { return tasks[b] - tasks[a] })
		groups = groups[:most]
		slices.Sort(groups)
	}
	return groups, others
}
