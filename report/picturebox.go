package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// drawLarge draws boxes with names, columns of tasks, and notes.
func drawLarge(l *layout, part picturePart, b boxes) {
	for i, n := range part.instances {
		x, y := b.place(i)
		l.open(n)
		l.frame(n, x, y, b.width, b.form.height)
		l.largeBox(n, part.provider, x+9, y, b.width-18, b.form.height)
		l.WriteString("</g>\n")
	}
}

func (l *layout) largeBox(n *PictureInstance, provider string, x, y, width, height float64) {
	l.badge(l.fates[n.Fate], x, y+8, 18)
	l.text(x+24, y+22, 13, `font-weight="bold"`, shortName(n.Name, provider, 13, (width-24)/boldness))

	soft := `fill="` + softColour + `"`
	l.text(x, y+42, 11, soft, cut(n.Type, 11, width, 0))
	tasks := plural(int64(n.Tasks), "task", "tasks")
	if textWidth(n.Type+tasks, 11)+10 < width {
		l.text(x+width, y+42, 11, soft+` text-anchor="end"`, tasks)
	}
	top := y + 51

	bottom := y + height - 9
	if l.notes {
		l.text(x, bottom, 11, "", cut(n.Note, 11, width, 0))
		bottom -= 17
	}
	const gap = 7.0
	oneLine := textWidth("memory 100 %", 11) <= (width-gap-32)/2
	lines := 28.0
	if oneLine {
		lines = 15
	}
	devices := devicesWithin(len(n.GPUs), width/2, bottom-lines-top)
	column := (width - gap) / 2
	if len(n.GPUs) > 0 {
		column = (width - devices.width - 2*gap) / 2
	}
	for i, share := range []float64{n.CPU, n.Memory} {
		left := x + float64(float64(i)*(column+gap))
		l.stack(n, i, left, top, column, bottom-lines-top)
		name, middle := []string{"CPU", "memory"}[i], left+column/2
		if oneLine {
			l.text(middle, bottom, 11, `text-anchor="middle"`, name+" "+reserved(share))
			continue
		}
		if textWidth(name, 10) > column {
			name = "mem."
		}
		l.text(middle, bottom-13, 10, `text-anchor="middle"`, reserved(share))
		l.text(middle, bottom, 10, soft+` text-anchor="middle"`, name)
	}
	if len(n.GPUs) == 0 {
		return
	}
	left, step := x+width-devices.width, devices.side+2
	for i, share := range n.GPUs[:devices.shown] {
		l.device(share, left+float64(i/devices.perColumn)*step, top+float64(i%devices.perColumn)*step, devices.side)
	}
	word := "GPU"
	if devices.shown < len(n.GPUs) {
		word = "GPU…"
	}
	l.text(left, bottom, 10, soft, word)
}

// deviceGrid is how the GPUs of an instance stand in columns.
type deviceGrid struct {
	side, width      float64
	perColumn, shown int
}

// devicesWithin makes the squares of so many GPUs smaller until two columns
// are enough, and leaves out what is too much even then.
func devicesWithin(devices int, width, height float64) deviceGrid {
	g := deviceGrid{}
	for _, g.side = range []float64{10, 8, 6, 4} {
		g.perColumn = max(1, int((height+2)/(g.side+2)))
		if devices <= 2*g.perColumn {
			break
		}
	}
	g.shown = min(devices, g.perColumn*int((width+2)/(g.side+2)))
	columns := (g.shown + g.perColumn - 1) / g.perColumn
	g.width = max(22, float64(columns)*(g.side+2)-2)
	return g
}

// stack draws a column: what is reserved of the CPU (0) or of the memory (1),
// task by task from the bottom.
func (l *layout) stack(n *PictureInstance, measure int, x, y, width, height float64) {
	l.rect(x, y, width, height, `fill="#ffffff"`)
	share, plain := withinOne(n.CPU), softColour
	if measure == 1 {
		share, plain = withinOne(n.Memory), idleColour
	}
	if len(l.groups) > 0 {
		plain = freeColour
	}
	bottom := y + height
	if share > 0 {
		h := float64(share * height)
		l.rect(x, bottom-h, width, h, `fill="`+plain+`"`)
	}
	reached := 0.0
	for _, p := range l.piles(n, measure, height) {
		from, to := float64(reached*height), float64(min(1, reached+p.share)*height)
		reached = min(1, reached+p.share)
		colour := otherColour
		if i, ok := l.colours[p.group]; ok {
			colour = groupColours[i]
		}
		if to-from >= 3 { // a thin line between it and the next
			to -= 0.75
		}
		l.rect(x, bottom-to, width, to-from, `fill="`+colour.fill+`"`)
		if to-from >= 13 {
			if name := cut(p.group, 10, width-6, 0); name == p.group || len(name) > len("abc…") {
				l.text(x+width/2, bottom-(to+from)/2+3.5, 10, `text-anchor="middle" fill="`+colour.ink+`"`, name)
			}
		}
	}
	l.rect(x, y, width, height, `fill="none" stroke="`+softColour+`" stroke-width="0.75"`)
}

// pile is a block of a column.
type pile struct {
	group string
	share float64
}

// piles sorts the tasks of an instance by the order of the legend. Those of a
// group become one where each would be too thin to be seen.
func (l *layout) piles(n *PictureInstance, measure int, height float64) []pile {
	order := func(group string) int {
		if i, ok := l.colours[group]; ok {
			return i
		}
		return len(groupColours)
	}
	blocks := slices.Clone(n.Blocks)
	slices.SortStableFunc(blocks, func(a, b PictureBlock) int { return cmp.Compare(order(a.Group), order(b.Group)) })
	var piles []pile
	for i, b := range blocks {
		share := withinOne(b.CPU)
		if measure == 1 {
			share = withinOne(b.Memory)
		}
		thin := float64(share*height) < 3
		if last := len(piles) - 1; i > 0 && thin && blocks[i-1].Group == b.Group {
			piles[last].share += share
			continue
		}
		piles = append(piles, pile{b.Group, share})
	}
	return slices.DeleteFunc(piles, func(p pile) bool { return p.share == 0 })
}

// hasMore says whether more of an instance is reserved than its blocks say.
func hasMore(n *PictureInstance) bool {
	cpu, memory := 0.0, 0.0
	for _, b := range n.Blocks {
		cpu += withinOne(b.CPU)
		memory += withinOne(b.Memory)
	}
	const visible = 0.005
	return withinOne(n.CPU)-cpu > visible || withinOne(n.Memory)-memory > visible
}

// drawSmall draws boxes with two bars, and with names where there is room.
func drawSmall(l *layout, part picturePart, b boxes) {
	for i, n := range part.instances {
		x, y := b.place(i)
		height := b.form.height
		l.open(n)
		l.frame(n, x, y, b.width, height)
		badge, left, top := 14.0, x+5, y+5
		if b.form.width < 50 {
			badge = 12
		}
		if height >= 50 { // the badge and the name stand above the bars
			l.badge(l.fates[n.Fate], left, top, badge)
			l.text(left+badge+5, top+11, 11, `font-weight="bold"`, shortName(n.Name, part.provider, 11, (b.width-badge-14)/boldness))
			top += badge + 5
		} else {
			l.badge(l.fates[n.Fate], left, y+(height-badge)/2, badge)
			left += badge + 4
		}
		l.bars(n, left, top, x+b.width-5-left, y+height-5-top)
		l.WriteString("</g>\n")
	}
}

// bars draws the shares of CPU and memory, and below them the GPUs.
func (l *layout) bars(n *PictureInstance, x, y, width, height float64) {
	const gap = 3.0
	bar := (height - gap) / 2
	if l.gpus {
		bar = math.Floor((height - 2*gap) / 3)
	}
	for i, share := range []float64{n.CPU, n.Memory} {
		top := y + float64(float64(i)*(bar+gap))
		l.rect(x, top, width, bar, `fill="#ffffff" stroke="`+softColour+`" stroke-width="0.5"`)
		if share = withinOne(share); share > 0 {
			l.rect(x, top, float64(share*width), bar, `fill="`+[]string{softColour, idleColour}[i]+`"`)
		}
	}
	if len(n.GPUs) == 0 {
		return
	}
	top := y + 2*(bar+gap)
	side := y + height - top
	step := min(side+2, (width+1)/float64(len(n.GPUs)))
	step = max(step, 3)
	for i, share := range n.GPUs[:min(len(n.GPUs), int((width+1)/step))] {
		l.device(share, x+float64(float64(i)*step), top, min(side, step-1))
	}
}

// device draws a GPU, which is full from the bottom as far as it is reserved.
func (l *layout) device(share, x, y, side float64) {
	l.rect(x, y, side, side, `fill="#ffffff" stroke="`+inkColour+`" stroke-width="0.75"`)
	if share = withinOne(share); share > 0 {
		h := float64(share * side)
		l.rect(x, y+side-h, side, h, `fill="`+inkColour+`"`)
	}
}

// drawSquares draws the instances of a fate after those of another, for a
// picture of thousands to stay small: what they have in common is written once.
func drawSquares(l *layout, part picturePart, b boxes) {
	side := px(b.form.width)
	for f, style := range l.fates {
		var squares, marks strings.Builder
		for i, n := range part.instances {
			if n.Fate != f {
				continue
			}
			x, y := b.place(i)
			if style.pick && l.picks <= 3 {
				l.pointers(b, y)
			}
			fmt.Fprintf(&squares, "<path d=\"M%s %sh%sv%sh-%sz\"><title>%s</title></path>\n", px(x), px(y), side, side, side, escaped(l.tooltip(n)))
			marks.WriteString(style.mark.at(x+b.form.width/2, y+b.form.width/2, float64(b.form.width*0.42)))
		}
		if squares.Len() == 0 {
			continue
		}
		outline := ""
		if style.pick {
			outline = ` stroke="` + inkColour + `" stroke-width="3"`
		}
		l.add("<g fill=\"%s\"%s>\n%s</g>", style.fill, outline, squares.String())
		if marks.Len() > 0 {
			l.add("<path fill=\"%s\" pointer-events=\"none\" d=\"%s\"/>", style.ink, marks.String())
		}
	}
}

// pointers shows in the margins in which row the pick is.
func (l *layout) pointers(b boxes, y float64) {
	y += b.form.height / 2
	left, right := b.x-3, b.x+float64(b.perRow)*(b.width+b.form.gap)-b.form.gap+3
	l.add(`<path d="M%[1]s %[2]sl-7 -5v10zM%[3]s %[2]sl7 -5v10z"/>`, px(left), px(y), px(right))
}

// open begins the elements of an instance.
func (l *layout) open(n *PictureInstance) {
	l.add("<g>\n<title>%s</title>", escaped(l.tooltip(n)))
}

// tooltip says everything about an instance, unless there are thousands.
func (l *layout) tooltip(n *PictureInstance) string {
	var b strings.Builder
	b.WriteString(n.Name)
	if n.Fate < len(l.Fates) {
		b.WriteString(": " + l.Fates[n.Fate])
	}
	if n.Note != "" {
		b.WriteString(", " + n.Note)
	}
	if l.form.square {
		return b.String()
	}
	for _, s := range []string{n.Type, n.Zone, n.Provider} {
		if s != "" {
			b.WriteString("; " + s)
		}
	}
	b.WriteString("; CPU " + reserved(n.CPU) + ", memory " + reserved(n.Memory))
	for i, share := range n.GPUs {
		fmt.Fprintf(&b, ", GPU %d %s", i, reserved(share))
	}
	return b.String() + "; " + plural(int64(n.Tasks), "task", "tasks")
}

// frame draws a box in the colour of the fate.
func (l *layout) frame(n *PictureInstance, x, y, width, height float64) {
	style := l.fates[n.Fate]
	line := `stroke-width="1.5"`
	switch {
	case style.pick:
		line = `stroke-width="4"`
	case style.aside:
		line = `stroke-width="1.25" stroke-dasharray="4 3"`
	}
	l.rect(x, y, width, height, `rx="5" fill="#ffffff" stroke="`+style.fill+`" `+line)
	if !style.aside {
		l.rect(x, y, width, height, `rx="5" fill="`+style.fill+`" fill-opacity="0.14"`)
	}
}

// badge draws the mark of a fate on its colour.
func (l *layout) badge(style fateStyle, x, y, side float64) {
	l.rect(x, y, side, side, `rx="3" fill="`+style.fill+`"`)
	if d := style.mark.at(x+side/2, y+side/2, float64(side*0.42)); d != "" {
		l.add(`<path fill="%s" d="%s"/>`, style.ink, d)
	}
}

// shortName is the name of an instance without the provider, which stands
// above the boxes, as far as there is room.
func shortName(name, provider string, size, width float64) string {
	if provider != "" {
		name = strings.TrimPrefix(name, provider+"/")
	}
	return cut(name, size, width, lastLetters(name))
}
