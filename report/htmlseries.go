package report

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"berth/sim"
)

// mostPoints is how many points a curve on the page has: a screen shows no
// more, and each costs bytes.
const mostPoints = 512

// courseTitles are the titles of the columns that the recorder writes, but for
// those of services. Other columns go by their names.
var courseTitles = []struct{ name, title string }{
	{"cost.perHour", "Cost per hour"},
	{"tasks.running", "Tasks running"},
	{"tasks.pending", "Tasks waiting"},
	{"instances.running", "Instances running"},
	{"instances.occupied", "Instances with tasks"},
	{"utilisation.cpuReserved", "CPU reserved"},
	{"utilisation.memoryReserved", "Memory reserved"},
	{"utilisation.gpuReserved", "GPU reserved"},
	{"utilisation.cpuUsed", "CPU used"},
	{"utilisation.memoryUsed", "Memory used"},
	{"utilisation.fargateCpuUsed", "Fargate CPU used"},
	{"fargate.vcpu", "Demand on Fargate, CPU"},
	{"fargate.memoryGiB", "Demand on Fargate, memory"},
	{"utilisation.fargateMemoryUsed", "Fargate memory used"},
}

// mostCourses bounds the pictures of a page with many services.
const mostCourses = 24

// coursePictures draw each figure over time, with a line per run.
func coursePictures(labels []string, results []Result) ([]picture, error) {
	var pictures []picture
	for _, name := range courseNames(results) {
		p, err := coursePicture(len(pictures)+1, name, labels, results)
		if err != nil {
			return nil, err
		}
		if p != nil {
			pictures = append(pictures, *p)
		}
		if len(pictures) == mostCourses {
			break
		}
	}
	return pictures, nil
}

// courseNames lists the columns of all runs, those with a title first.
func courseNames(results []Result) []string {
	seen := map[string]bool{}
	var others []string
	for _, name := range loadsByCost(results) { // they have pictures of their own
		for _, figure := range loadFigureNames {
			seen["services."+name+"."+figure] = true
		}
	}
	for _, r := range results {
		for _, c := range r.Series.Columns {
			if r.Capacity != nil && ofCapacity(c.Name) {
				seen[c.Name] = true
			}
		}
	}
	for _, r := range results {
		for _, c := range r.Series.Columns {
			if !seen[c.Name] {
				seen[c.Name] = true
				others = append(others, c.Name)
			}
		}
	}
	var names []string
	for _, c := range courseTitles {
		if seen[c.name] {
			names = append(names, c.name)
			seen[c.name] = false
		}
	}
	for _, name := range others {
		if seen[name] {
			names = append(names, name)
		}
	}
	return names
}

func courseTitle(name string) string {
	for _, c := range courseTitles {
		if c.name == name {
			return c.title
		}
	}
	if of, ok := strings.CutPrefix(name, "services."); ok {
		if service, figure, _ := strings.Cut(of, "."); figure == "desired" || figure == "running" {
			return service + ": tasks " + figure
		}
	}
	return name
}

// units tells how the values of a column are formatted, here and in the
// script.
var units = map[string]struct {
	script string
	format func(float64) string
	suffix string
}{
	"USD/h":   {"money", money, "US dollars per hour"},
	"USD":     {"money", money, "US dollars"},
	"share":   {"share", percent, "of what is registered"},
	"seconds": {"seconds", span, ""},
	"s":       {"seconds", span, ""},
}

// coursePicture draws one column of all runs, or nothing where it is zero or
// missing in all of them.
func coursePicture(n int, name string, labels []string, results []Result) (*picture, error) {
	chart := charts.NewLine()
	chart.ChartID = fmt.Sprintf("course-%d", n)
	title := courseTitle(name)
	table := &htmlTable{Caption: title, Head: []string{"", "least", "mean", "most"}}
	var lines []courseLine
	var present []int
	var from, to int64 = math.MaxInt64, math.MinInt64
	unit := ""
	told := false
	for run, r := range results {
		for _, c := range r.Series.Columns {
			if c.Name != name || len(c.Values) == 0 {
				continue
			}
			least, mean, most := extent(c.Values)
			if !finite(mean) {
				continue
			}
			unit = c.Unit
			l := newCourseLine(r, c)
			from, to = min(from, l.Start), max(to, l.End)
			told = told || most != 0 || least != 0
			format := number
			if u, ok := units[unit]; ok {
				format = u.format
			}
			table.Rows = append(table.Rows, htmlRow{labels[run], []htmlCell{{Text: format(least)}, {Text: format(mean)}, {Text: format(most)}}})
			lines = append(lines, l)
			present = append(present, run)
			chart.AddSeries(labels[run], nil, charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(false), Step: "end"}), charts.WithLineStyleOpts(opts.LineStyle{Width: 1.5}))
		}
	}
	if !told {
		return nil, nil
	}
	chart.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "time", Min: from, Max: to}),
		charts.WithYAxisOpts(opts.YAxis{Type: "value"}),
	)
	fill := colours(present)
	fill["lines"] = lines
	p, err := newPicture(chart.ChartID, title, drawing{
		Option: finish(chart, &chart.BaseConfiguration), Kind: "time", Unit: units[unit].script,
		Start: startOf(results[present[0]].Summary), Fill: fill,
	})
	if err != nil {
		return nil, err
	}
	p.Table, p.Height = table, 240
	p.Text = unit
	if u, ok := units[unit]; ok {
		p.Text = u.suffix
	}
	if !strings.HasPrefix(name, "services.") { // the names of those are as they are
		title = strings.ToLower(title[:1]) + title[1:]
	}
	p.Label = "Lines of " + title + " over time, per run; least, mean and most are in the table below."
	return &p, nil
}

// courseLine is a curve in few bytes: equal intervals from Start, in
// milliseconds since 1970, and the mean of each.
type courseLine struct {
	Start  int64           `json:"x0"`
	Step   float64         `json:"dx"`
	End    int64           `json:"end"`
	Values json.RawMessage `json:"y"`
}

func newCourseLine(r Result, c Column) courseLine {
	s := r.Series
	start := startOf(r.Summary)
	values, per := thin(c.Values, mostPoints)
	end := s.Start + sim.Time(len(c.Values))*s.Width
	if s.End > s.Start {
		end = min(end, s.End)
	}
	return courseLine{
		Start:  start + milliseconds(s.Start),
		Step:   float64(s.Width) * float64(per) / 1e6,
		End:    start + milliseconds(end),
		Values: compact(values),
	}
}

func milliseconds(t sim.Time) int64 { return int64(t / sim.Millisecond) }

// startOf returns the start of a run in milliseconds since 1970.
func startOf(s Summary) int64 {
	start, err := time.Parse(time.RFC3339, s.Start)
	if err != nil {
		return 0
	}
	return start.UnixMilli()
}

// thin takes the means of neighbours until at most a number of values is left,
// and returns how many each stands for.
func thin(values []float64, most int) ([]float64, int) {
	per := (len(values) + most - 1) / most
	if per <= 1 {
		return values, 1
	}
	var thinned []float64
	for i := 0; i < len(values); i += per {
		thinned = append(thinned, mean(values[i:min(i+per, len(values))]))
	}
	return thinned, per
}

// mean of the values that there are.
func mean(values []float64) float64 {
	sum, n := 0.0, 0
	for _, v := range values {
		if finite(v) {
			sum += v
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}

func extent(values []float64) (least, average, most float64) {
	least, most = math.NaN(), math.NaN()
	for _, v := range values {
		if !finite(v) {
			continue
		}
		if !(v >= least) {
			least = v
		}
		if !(v <= most) {
			most = v
		}
	}
	return least, mean(values), most
}

// compact writes values as JSON with five digits, null where there is none.
func compact(values []float64) json.RawMessage {
	b := []byte{'['}
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		if !finite(v) {
			b = append(b, "null"...)
			continue
		}
		b = strconv.AppendFloat(b, round(v), 'g', -1, 64)
	}
	return append(b, ']')
}
