package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Colours of the page, for a sheet of white paper.
const (
	inkColour   = "#1b1f24"
	softColour  = "#59626d"
	lineColour  = "#d9dee4"
	sheetColour = "#f6f7f9"
	idleColour  = "#b4bac1"
	freeColour  = "#d3d8de"
)

// sheet gathers the elements of an SVG file. What it is told is drawn over
// what is there already.
type sheet struct{ strings.Builder }

// add writes an element in the manner of fmt.Sprintf.
func (s *sheet) add(format string, values ...any) { fmt.Fprintf(&s.Builder, format+"\n", values...) }

func (s *sheet) rect(x, y, width, height float64, attributes string) {
	s.add(`<rect x="%s" y="%s" width="%s" height="%s" %s/>`, px(x), px(y), px(width), px(height), attributes)
}

// text writes a line that begins, or ends or has its centre, at x.
func (s *sheet) text(x, y, size float64, attributes, text string) {
	if text == "" {
		return
	}
	if attributes != "" {
		attributes = " " + attributes
	}
	s.add(`<text x="%s" y="%s" font-size="%s"%s>%s</text>`, px(x), px(y), px(size), attributes, escaped(text))
}

// px formats a length: at most two decimals, and no zero with a sign.
func px(x float64) string {
	x = math.Round(x*100) / 100
	return strconv.FormatFloat(x+0, 'f', -1, 64)
}

var xmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\uFFFE", "\uFFFD", "\uFFFF", "\uFFFD")

// escaped makes a text of others safe for an element.
func escaped(s string) string { return xmlEscapes.Replace(clean(s)) }

// boldness is how much wider bold letters are.
const boldness = 1.12

// textWidth estimates how wide a text gets. Nobody knows the font in advance:
// the figures are those of a wide one.
func textWidth(s string, size float64) float64 {
	thousandths := 0
	for _, r := range clean(s) {
		switch {
		case strings.ContainsRune("iljI.,:;|'!·", r):
			thousandths += 330
		case strings.ContainsRune("ftr()[]-/\" ", r):
			thousandths += 410
		case strings.ContainsRune("<>+=~#&_", r):
			thousandths += 840
		case strings.ContainsRune("mwMW@%…\uFFFD", r):
			thousandths += 1040
		case r >= 0x1100: // East Asian letters and pictures are square
			thousandths += 1300
		case r >= 'A' && r <= 'Z', r > 0x7f:
			thousandths += 720
		default:
			thousandths += 630
		}
	}
	return float64(float64(thousandths) / 1000 * size)
}

// cut shortens a text that is wider than there is room, with an ellipsis in
// front of its last so many letters.
func cut(s string, size, width float64, tail int) string {
	if textWidth(s, size) <= width {
		return s
	}
	runes := []rune(s)
	tail = min(tail, len(runes))
	end := string(runes[len(runes)-tail:])
	if tail > 0 && textWidth("…"+end, size) > width {
		return cut(s, size, width, 0)
	}
	best := ""
	if tail > 0 {
		best = "…" + end
	}
	for n := 1; n <= len(runes)-tail; n++ {
		t := strings.TrimRight(string(runes[:n]), " ,;") + "…" + end
		if textWidth(t, size) > width {
			break
		}
		best = t
	}
	return best
}

// wrapped divides a text into at most so many lines.
func wrapped(s string, size, width float64, most int) []string {
	var lines []string
	for words := strings.Fields(s); len(words) > 0; {
		n := 1
		for n < len(words) && textWidth(strings.Join(words[:n+1], " "), size) <= width {
			n++
		}
		if len(lines) == most-1 {
			n = len(words)
		}
		lines = append(lines, cut(strings.Join(words[:n], " "), size, width, 0))
		words = words[n:]
	}
	return lines
}

// reserved formats a share in whole per cent. Full and empty are said of what
// is full and empty alone.
func reserved(share float64) string {
	share = withinOne(share)
	n := int(math.Round(share * 100))
	switch {
	case n == 0 && share > 0:
		n = 1
	case n == 100 && share < 1:
		n = 99
	}
	return strconv.Itoa(n) + " %"
}

// withinOne makes a share of what may be none.
func withinOne(share float64) float64 {
	if !finite(share) {
		return 0
	}
	return min(max(share, 0), 1)
}

// lastLetters is how many letters the number at the end of a name has, i-1234,
// for it is what tells names apart.
func lastLetters(name string) int {
	at := strings.LastIndexAny(name, "/-")
	return min(6, utf8.RuneCountInString(name[at+1:]))
}
