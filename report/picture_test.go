package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// drawnCluster is a cluster of so many instances in three zones and two
// providers, as a scheduler may have seen it.
func drawnCluster(instances int, gpus bool) *Picture {
	p := &Picture{
		Title:    "Where etl/17 went",
		Subtitle: "At 2026-03-02 09:14:07 UTC etl/17 asked for 2 vCPU and 4 GiB; strategy spread(attribute:ecs.availability-zone), binpack(memory).",
		Fates:    []string{"picked", "fits, ranked lower", "no room", "constraint", "other capacity"},
	}
	groups := []string{"web", "etl", "search-index-with-a-long-name", "cache"}
	for i := range instances {
		n := PictureInstance{
			Type: []string{"m6i.2xlarge", "c7g.4xlarge"}[i%2], Zone: "eu-central-1" + "abc"[i%3:i%3+1],
			Provider: []string{"general", "spot"}[i/3%4/3],
		}
		n.Name = fmt.Sprintf("%s/i-%d", n.Provider, i)
		if n.Provider == "spot" {
			n.Fate = 4
		} else {
			n.Fate = []int{1, 2, 2, 3, 1, 2, 1}[i%7]
		}
		if i == instances/2 {
			n.Fate = 0
		}
		switch n.Fate {
		case 2:
			n.Note = []string{"lacks 256 MiB", "lacks 1.5 vCPU", "port 8080 is taken"}[i/7%3]
		case 3:
			n.Note = "attribute:ecs.instance-type =~ c7g.*"
		}
		for t := range 3 + i%5 {
			b := PictureBlock{CPU: float64(1+(i+t)%3) / 16, Memory: float64(1+(i*t)%4) / 32, Group: groups[(i+t*t)%4]}
			n.CPU += b.CPU
			n.Memory += b.Memory
			n.Blocks = append(n.Blocks, b)
		}
		n.Tasks = len(n.Blocks)
		if gpus && i%4 == 0 {
			n.GPUs = []float64{1, 1, 0.5, 0}
			n.Type = "g5.12xlarge"
		}
		p.Instances = append(p.Instances, n)
	}
	return p
}

func TestPictures(t *testing.T) {
	golden(t, "picture-large.svg", written(t, drawnCluster(7, true).WriteSVG))
	golden(t, "picture-small.svg", written(t, drawnCluster(mostLarge+1, true).WriteSVG))
	golden(t, "picture-squares.svg", written(t, drawnCluster(mostSmall+1, false).WriteSVG))
}

// hostile is a cluster of which every text and figure is as bad as can be.
func hostile(instances, zones, providers int) *Picture {
	const text = "</title><script>alert('&\"')</script>\x00\x1b\uFFFE\xff"
	p := drawnCluster(instances, true)
	p.Title, p.Subtitle = strings.Repeat(text+" ", 9), strings.Repeat("subtitle ", 99)
	for f := range p.Fates {
		p.Fates[f] += text
	}
	for i := range p.Instances {
		n := &p.Instances[i]
		n.Zone = strings.Repeat(text, i%zones) + string(rune('a'+i%zones))
		n.Provider = strings.Repeat("provider", i%providers)
		n.Name, n.Type, n.Note = n.Provider+"/"+strings.Repeat(text, 5)+"i-12345", text, text
		n.CPU, n.Memory = []float64{math.NaN(), math.Inf(1), -1, 2}[i%4], 1e-9
		n.GPUs = make([]float64, i%5*i)
		n.Tasks = 1e6
		for t := range 25 {
			n.Blocks = append(n.Blocks, PictureBlock{CPU: math.NaN(), Memory: float64(t) / 50, Group: fmt.Sprint(text, t)})
		}
	}
	return p
}

// Whatever the names are, the file is XML of nothing but shapes and letters,
// its rectangles have a size and lie within it, and its figures are short.
func TestPictureIsSound(t *testing.T) {
	// What runs or fetches something, what is no number, and a third decimal.
	bad := regexp.MustCompile(`^(on|href|style)|url|NaN|\d\.\d{3}`)
	for _, p := range []*Picture{
		{},
		{Instances: []PictureInstance{{}}},
		drawnCluster(1, true), drawnCluster(mostLarge, true), drawnCluster(mostSmall, true), drawnCluster(mostSquares+1, true),
		hostile(mostLarge, 7, 3), hostile(mostLarge, 25, 1), hostile(mostSmall, 5, 9), hostile(mostSmall+50, 25, 4),
	} {
		svg := written(t, p.WriteSVG)
		assert.Equal(t, svg, written(t, p.WriteSVG))
		width, height := 0.0, 0.0
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			e, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			require.Contains(t, []string{"svg", "title", "desc", "g", "rect", "path", "text"}, e.Name.Local)
			value := map[string]float64{}
			for _, a := range e.Attr {
				if a.Name.Local == "font-family" {
					continue
				}
				require.False(t, bad.MatchString(a.Name.Local+"="+a.Value), "%s=%s", a.Name.Local, a.Value)
				value[a.Name.Local], _ = strconv.ParseFloat(a.Value, 64)
			}
			switch e.Name.Local {
			case "svg":
				width, height = value["width"], value["height"]
			case "rect":
				require.True(t, value["x"] >= 0 && value["y"] >= 0 && value["width"] >= 0 && value["height"] >= 0, e.Attr)
				require.True(t, value["x"]+value["width"] <= width+0.01 && value["y"]+value["height"] <= height+0.01, e.Attr)
			}
		}
	}
}

// Of more instances than there are squares each fate keeps its share, rare
// ones and the pick are there, and the launch order stays.
func TestPictureIsThinned(t *testing.T) {
	p := &Picture{Fates: []string{"picked", "fits", "no room", "other"}}
	for i := range 10000 {
		fate := 1 + i%2
		switch i {
		case 7777:
			fate = 0
		case 4321:
			fate = 3
		}
		p.Instances = append(p.Instances, PictureInstance{Fate: fate, Tasks: i})
	}
	drawn := p.thinned(1000)
	counts := make([]int, 4)
	for i, n := range drawn {
		counts[n.Fate]++
		assert.True(t, i == 0 || drawn[i-1].Tasks < n.Tasks)
	}
	// Four are kept back for rare fates, one is the pick: 995 · 4999 / 9999 is 497.
	assert.Equal(t, []int{1, 497, 497, 1}, counts)
	assert.Len(t, p.thinned(10000), 10000)

	svg := written(t, drawnCluster(5000, false).WriteSVG)
	squares := strings.Count(svg, "v11h") + strings.Count(svg, "v13h")
	assert.LessOrEqual(t, squares, mostSquares)
	assert.Contains(t, svg, count(int64(5000-squares))+" of 5,000 instances are not drawn")
}

func TestPictureOfNoSuchFate(t *testing.T) {
	p := drawnCluster(3, false)
	p.Instances[1].Fate = 5
	assert.EqualError(t, p.WriteSVG(io.Discard), `picture: instance "general/i-1" has fate 5, and there are 5`)
}

func TestCut(t *testing.T) {
	// Letters are 6.3 wide at size 10, i is 3.3 and the ellipsis 10.4.
	for _, c := range []struct {
		text  string
		width float64
		tail  int
		want  string
	}{
		{"spare", 29.2, 0, "sp…"}, // 29.3, for r is 4.1
		{"abcde", 31.5, 0, "abcde"},
		{"abcde", 31.4, 0, "abc…"},
		{"abcdefghi-12", 45, 2, "abc…12"},
		{"abcdefghi-12", 20, 2, "a…"},
		{"abc", 5, 0, ""},
	} {
		assert.Equal(t, c.want, cut(c.text, 10, c.width, c.tail), "%q in %g", c.text, c.width)
	}
}

// Full and empty are said of what is full and empty alone.
func TestReserved(t *testing.T) {
	for share, want := range map[float64]string{0: "0 %", 0.0001: "1 %", 0.255: "26 %", 0.999: "99 %", 1: "100 %", 1.5: "100 %", math.Inf(-1): "0 %"} {
		assert.Equal(t, want, reserved(share), share)
	}
}
