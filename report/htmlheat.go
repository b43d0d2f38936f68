package report

import (
	"fmt"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// levels are the letters in which the page holds the shares of a heat map, one
// per cell, from 0 to 1 in 61 steps; a full stop is no instance. A list of
// coordinates would be ten times as long.
const levels = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// mostColumns is how many columns a heat map on the page has.
const mostColumns = 256

// heatPictures draw for each run which instances were how full when.
func heatPictures(labels []string, results []Result) ([]picture, error) {
	var pictures []picture
	for i, r := range results {
		if len(r.Heatmap.Shares) == 0 {
			continue
		}
		p, err := heatPicture(len(pictures)+1, labels[i], r)
		if err != nil {
			return nil, err
		}
		pictures = append(pictures, p)
	}
	if len(pictures) == 1 {
		pictures[0].Wide = true
	}
	return pictures, nil
}

func heatPicture(n int, label string, r Result) (picture, error) {
	h := r.Heatmap
	chart := charts.NewHeatMap()
	chart.ChartID = fmt.Sprintf("packing-%d", n)
	chart.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "category"}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Data: h.Rows, Inverse: opts.Bool(true)}),
		charts.WithVisualMapOpts(opts.VisualMap{Type: "continuous", Max: 100, Calculable: opts.Bool(false), Orient: "horizontal", Left: "center", Bottom: "0"}),
	)
	chart.AddSeries(label, nil)
	rows, per := make([]string, len(h.Shares)), 1
	sum, cells := 0.0, 0
	for y, shares := range h.Shares {
		thinned, k := thin(shares, mostColumns)
		per = max(per, k)
		row := make([]byte, len(thinned))
		for x, v := range thinned {
			if !finite(v) {
				row[x] = '.'
				continue
			}
			row[x] = levels[int(min(max(v, 0), 1)*float64(len(levels)-1)+0.5)]
			sum += v
			cells++
		}
		rows[y] = string(row)
	}
	option := finish(chart, &chart.BaseConfiguration)
	cell := min(14, max(1, 300/len(rows))) // pixels
	start := startOf(r.Summary)
	p, err := newPicture(chart.ChartID, label, drawing{
		Option: option, Kind: "heat", Unit: "share", Start: start,
		Fill: map[string]any{
			"rows": rows,
			"cell": cell,
			"x0":   start + milliseconds(h.Start),
			"dx":   float64(h.Width) * float64(per) / 1e6,
		},
	})
	if err != nil {
		return picture{}, err
	}
	p.Height = cell*len(rows) + 90
	if h.PerRow > 1 {
		p.Text = fmt.Sprintf("A row is %d instances.", h.PerRow)
	}
	p.Label = fmt.Sprintf("Heat map of %s: %s over time, reserved to %s on the mean.", label, plural(int64(len(rows)*max(1, h.PerRow)), "instance", "instances"), percent(sum/float64(max(1, cells))))
	return p, nil
}
