package report

import (
	"math"
	"strings"
)

// The picture is as wide as a slide, and as high as it must be.
const (
	pictureWidth  = 1280.0
	pictureMargin = 24.0
	panelsHeight  = 640.0 // that leave room for titles on a slide
	leastPanel    = 150.0 // in width, for the name of a zone
	panelGap      = 14.0
	panelPad      = 12.0
	zoneLine      = 30.0
	providerLine  = 22.0
	partGap       = 6.0
)

// boxForm is how instances are drawn.
type boxForm struct {
	draw          func(*layout, picturePart, boxes)
	width, height float64 // at least so wide
	gap           float64
	square        bool
}

// largeForms, smallForms and squareForms are the sizes to choose from, the
// largest first.
var (
	largeForms = []boxForm{
		{drawLarge, 260, 250, 12, false},
		{drawLarge, 180, 200, 12, false},
		{drawLarge, 130, 168, 10, false},
		{drawLarge, 116, 152, 9, false},
	}
	smallForms = []boxForm{
		{drawSmall, 112, 60, 8, false},
		{drawSmall, 84, 56, 7, false},
		{drawSmall, 54, 34, 6, false},
		{drawSmall, 46, 28, 5, false},
	}
	squareForms = []boxForm{
		{drawSquares, 22, 22, 4, true},
		{drawSquares, 17, 17, 3, true},
		{drawSquares, 13, 13, 2, true},
		{drawSquares, 11, 11, 2, true},
	}
)

// layout is a picture as it is being drawn.
type layout struct {
	*Picture
	sheet
	drawn    []*PictureInstance
	zones    []pictureZone
	fates    []fateStyle
	colours  map[string]int // of the groups, in groupColours
	groups   []string
	others   int  // groups without a colour
	more     bool // some instance has reserved more than its tasks say
	forms    []boxForm
	form     boxForm
	notes    bool // there are some to be shown
	gpus     bool
	provided bool // there are capacity providers
	picks    int
}

// boxes is where the instances of a part go: from x, y on so many in a row.
type boxes struct {
	x, y, width float64
	perRow      int
	form        boxForm
}

// place returns the upper left corner of the n-th box.
func (b boxes) place(n int) (x, y float64) {
	return b.x + float64(n%b.perRow)*(b.width+b.form.gap), b.y + float64(n/b.perRow)*(b.form.height+b.form.gap)
}

// height returns that of so many boxes.
func (b boxes) height(n int) float64 {
	rows := (n + b.perRow - 1) / b.perRow
	return float64(rows)*(b.form.height+b.form.gap) - b.form.gap
}

// boxesWithin fills a width with boxes of the form.
func boxesWithin(width float64, form boxForm) boxes {
	perRow := max(1, int((width+form.gap)/(form.width+form.gap)))
	b := boxes{width: form.width, perRow: perRow, form: form}
	if !form.square {
		b.width = math.Floor((width+form.gap)/float64(perRow)) - form.gap
	}
	return b
}

// paint decides how instances look.
func (l *layout) paint(instances []*PictureInstance) {
	for _, n := range instances {
		l.notes = l.notes || n.Note != ""
		l.gpus = l.gpus || len(n.GPUs) > 0
		l.provided = l.provided || n.Provider != ""
		if l.fates[n.Fate].pick {
			l.picks++
		}
	}
	switch n := len(l.Instances); {
	case n <= mostLarge:
		l.forms = largeForms
		l.groups, l.others = colouredGroups(instances)
		l.colours = make(map[string]int, len(l.groups))
		for i, g := range l.groups {
			l.colours[g] = i
		}
		for _, n := range instances {
			l.more = l.more || len(n.Blocks) > 0 && hasMore(n)
		}
	case n <= mostSmall:
		l.forms = smallForms
	default:
		l.forms = squareForms
	}
}

// draw returns the SVG file.
func (l *layout) draw() string {
	columns := l.arrange()
	y := l.drawLegend()
	bottom := l.drawPanels(y, columns)
	height := bottom + pictureMargin

	var out sheet
	out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	out.add(`<svg xmlns="http://www.w3.org/2000/svg" width="%[1]s" height="%[2]s" viewBox="0 0 %[1]s %[2]s" role="img" font-family="sans-serif" fill="%[3]s">`, px(pictureWidth), px(height), inkColour)
	out.add("<title>%s</title>\n<desc>%s</desc>", escaped(l.Title), escaped(l.description()))
	out.rect(0, 0, pictureWidth, height, `fill="#ffffff"`)
	out.WriteString(l.String())
	out.WriteString("</svg>\n")
	return out.String()
}

// description says in words what the picture shows, for those who do not see.
func (l *layout) description() string {
	parts := []string{plural(int64(len(l.Instances)), "instance", "instances")}
	for f, n := range l.counts() {
		if f < len(l.Fates) && n > 0 {
			parts = append(parts, l.Fates[f]+": "+count(int64(n)))
		}
	}
	return strings.Join(parts, "; ") + "."
}

// arrange chooses the largest form for which the panels fit on a slide, and
// beside how many others a panel stands, so that they take the least height.
func (l *layout) arrange() (columns int) {
	for _, l.form = range l.forms {
		least := math.Inf(1)
		for n := 1; n <= max(1, len(l.zones)); n++ {
			if panelWidth(n) < max(leastPanel, l.form.width+2*panelPad) {
				break
			}
			sum := 0.0
			for _, height := range l.rowHeights(n) {
				sum += height + panelGap
			}
			if sum <= least {
				least, columns = sum, n
			}
		}
		if least <= panelsHeight {
			break
		}
	}
	return columns
}

// panelWidth returns that of panels of which so many stand side by side.
func panelWidth(columns int) float64 {
	n := float64(columns)
	return math.Floor((pictureWidth - 2*pictureMargin - float64((n-1)*panelGap)) / n)
}

// rowHeights returns how high each row of panels is.
func (l *layout) rowHeights(columns int) []float64 {
	b := boxesWithin(panelWidth(columns)-2*panelPad, l.form)
	var heights []float64
	for i := range l.zones {
		if i%columns == 0 {
			heights = append(heights, 0)
		}
		last := &heights[len(heights)-1]
		*last = max(*last, l.panelHeight(&l.zones[i], b))
	}
	return heights
}

func (l *layout) panelHeight(z *pictureZone, b boxes) float64 {
	height := zoneLine + panelPad
	for i, part := range z.parts {
		if i > 0 {
			height += partGap
		}
		if l.provided {
			height += providerLine
		}
		height += b.height(len(part.instances))
	}
	return height
}

// drawPanels draws the zones, and returns where they end.
func (l *layout) drawPanels(y float64, columns int) float64 {
	if len(l.zones) == 0 {
		l.text(pictureMargin, y+16, 15, "", "There are no instances at this instant.")
		return y + 20
	}
	width := panelWidth(columns)
	for row, height := range l.rowHeights(columns) {
		if row > 0 {
			y += panelGap
		}
		for i := row * columns; i < min(len(l.zones), (row+1)*columns); i++ {
			x := pictureMargin + float64(i%columns)*(width+panelGap)
			l.rect(x, y, width, height, `rx="8" fill="`+sheetColour+`" stroke="`+lineColour+`"`)
			l.drawZone(&l.zones[i], x+panelPad, y, width-2*panelPad)
		}
		y += height
	}
	return y
}

func (l *layout) drawZone(z *pictureZone, x, y, width float64) {
	name := z.name
	switch {
	case name == "" && len(l.zones) == 1:
		name = "the cluster"
	case name == "":
		name = "no zone"
	}
	total := l.inZone(z.name)
	many := plural(int64(total), "instance", "instances")
	l.text(x, y+20, 14, `font-weight="bold"`, cut(name, 14, (width-textWidth(many, 12)-12)/boldness, 0))
	l.text(x+width, y+20, 12, `text-anchor="end" fill="`+softColour+`"`, many)
	y += zoneLine
	for i, part := range z.parts {
		if i > 0 {
			y += partGap
		}
		if l.provided {
			label := "capacity provider " + part.provider
			if part.provider == "" {
				label = "no capacity provider"
			}
			l.text(x, y+12, 12, `fill="`+softColour+`"`, cut(label, 12, width, 0))
			y += providerLine
		}
		b := boxesWithin(width, l.form)
		b.x, b.y = x, y
		l.form.draw(l, part, b)
		y += b.height(len(part.instances))
	}
}

// inZone counts the instances of a zone, drawn or not.
func (l *layout) inZone(zone string) int {
	sum := 0
	for i := range l.Instances {
		if l.Instances[i].Zone == zone {
			sum++
		}
	}
	return sum
}
