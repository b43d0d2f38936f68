package report

import "fmt"

const (
	legendSize = 13.0
	legendLine = 24.0
)

// legend writes entries one after another, and begins a new line where one is
// full.
type legend struct {
	*layout
	x, y, indent float64
}

// drawLegend draws what stands above the zones, and returns where it ends.
func (l *layout) drawLegend() float64 {
	y, width := pictureMargin, pictureWidth-2*pictureMargin
	for _, line := range wrapped(l.Title, 24, width/boldness, 2) {
		y += 24
		l.text(pictureMargin, y, 24, `font-weight="bold"`, line)
		y += 6
	}
	for _, line := range wrapped(l.Subtitle, 15, width, 3) {
		y += 17
		l.text(pictureMargin, y, 15, `fill="`+softColour+`"`, line)
		y += 3
	}
	g := &legend{layout: l, y: y + 24}
	if len(l.Instances) == 0 {
		return g.y - 10
	}
	if len(l.Fates) > 0 {
		g.fateEntries()
		g.y += legendLine
	}
	g.measureEntries()
	g.y += legendLine
	if len(l.groups) > 0 {
		g.taskEntries()
		g.y += legendLine
	}
	if missing := len(l.Instances) - len(l.drawn); missing > 0 {
		l.text(pictureMargin, g.y, legendSize, `font-weight="bold"`, fmt.Sprintf("%s of %s instances are not drawn: some of each colour, evenly over the launches. The figures count all.", count(int64(missing)), count(int64(len(l.Instances)))))
		g.y += legendLine
	}
	return g.y - 10
}

// entry makes room for a swatch and a text, and returns where they go.
func (g *legend) entry(swatch, width float64) (x, y float64) {
	if g.x > g.indent && g.x+swatch+width > pictureWidth-pictureMargin {
		g.x, g.y = g.indent, g.y+legendLine
	}
	x = g.x
	g.x += swatch + width + 12
	return x, g.y
}

// heading begins a line of the legend.
func (g *legend) heading(text string) {
	g.text(pictureMargin, g.y, legendSize, `font-weight="bold"`, text)
	g.indent = pictureMargin + 90
	g.x = g.indent
}

// fateEntries say what the colours of boxes mean. A fate that nothing met is
// left out, but that nothing was picked is said.
func (g *legend) fateEntries() {
	g.heading("Instances")
	for f, n := range g.counts() {
		if n == 0 && f > 0 {
			continue
		}
		many := count(int64(n))
		switch {
		case n == 0:
			many = "none"
		case n == 1 && g.fates[f].pick:
			n := g.first(f)
			many = cut(n.Name, legendSize, 260, lastLetters(n.Name))
			if n.Zone != "" {
				many += " in " + cut(n.Zone, legendSize, 120, 0)
			}
		}
		text := cut(g.Fates[f], legendSize, 480, 0) + ": " + many
		x, y := g.entry(22, textWidth(text, legendSize))
		g.badge(g.fates[f], x, y-13, 16)
		g.text(x+22, y, legendSize, "", text)
	}
}

// first returns the first instance of a fate.
func (l *layout) first(fate int) *PictureInstance {
	for i := range l.Instances {
		if l.Instances[i].Fate == fate {
			return &l.Instances[i]
		}
	}
	return &PictureInstance{}
}

// measureEntries say what the bars are.
func (g *legend) measureEntries() {
	if l := g.layout; len(l.Instances) > mostSmall {
		g.heading("Squares")
		x, y := g.entry(0, 0)
		g.text(x, y, legendSize, `fill="`+softColour+`"`, "Each is an instance; those of a capacity provider in a zone stand in the order of launch, row by row.")
		return
	}
	g.heading("Reserved")
	left, right := "upper bar: CPU", "lower bar: memory"
	if len(g.Instances) <= mostLarge {
		left, right = "left: CPU", "right: memory"
	}
	if len(g.groups) == 0 {
		x, y := g.entry(18, textWidth(left, legendSize))
		g.rect(x, y-11, 12, 12, `fill="`+softColour+`"`)
		g.text(x+18, y, legendSize, "", left)
		x, y = g.entry(18, textWidth(right, legendSize))
		g.rect(x, y-11, 12, 12, `fill="`+idleColour+`"`)
		g.text(x+18, y, legendSize, "", right)
	} else {
		x, y := g.entry(0, textWidth(left+", "+right, legendSize))
		g.text(x, y, legendSize, "", left+", "+right)
	}
	if g.gpus {
		text := "a square for each GPU"
		x, y := g.entry(18, textWidth(text, legendSize))
		g.device(0.5, x, y-11, 12)
		g.text(x+18, y, legendSize, "", text)
	}
	text := "A full bar is 100 % of what the instance registers."
	x, y := g.entry(0, textWidth(text, legendSize))
	g.text(x, y, legendSize, `fill="`+softColour+`"`, text)
}

// taskEntries say whose the blocks are.
func (g *legend) taskEntries() {
	g.heading("Tasks of")
	for i, name := range g.groups {
		g.taskEntry(groupColours[i].fill, cut(name, legendSize, 240, lastLetters(name)))
	}
	if g.others > 0 {
		g.taskEntry(otherColour.fill, plural(int64(g.others), "other", "others"))
	}
	if g.more {
		g.taskEntry(freeColour, "not shown by task")
	}
}

func (g *legend) taskEntry(fill, text string) {
	x, y := g.entry(18, textWidth(text, legendSize))
	g.rect(x, y-11, 12, 12, `fill="`+fill+`"`)
	g.text(x+18, y, legendSize, "", text)
}
