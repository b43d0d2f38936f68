package report

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// browser opens a page in chromium and gathers what goes wrong in it.
type browser struct {
	ctx      context.Context
	mu       sync.Mutex
	errors   []string
	requests []string
}

func openBrowser(t *testing.T, path string, width, height int64) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser, which -short leaves out")
	}
	chromium, err := findChromium()
	if err != nil {
		t.Skip("needs chromium to look at the page: ", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox)
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancelAllocator)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	ctx, cancelTimeout := context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(cancelTimeout)

	b := &browser{ctx: ctx}
	require.NoError(t, chromedp.Listen(ctx, func(event any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.errors = append(b.errors, fmt.Sprint(e.ExceptionDetails.Text, " ", e.ExceptionDetails.Exception))
		case *runtime.EventConsoleAPICalled:
			b.errors = append(b.errors, fmt.Sprint(e.Type, " ", e.Args))
		case *log.EventEntryAdded:
			b.errors = append(b.errors, e.Entry.Text)
		case *network.EventRequestWillBeSent:
			b.requests = append(b.requests, e.Request.URL)
		}
	}))
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, height), chromedp.Navigate("file://"+path)))
	return b
}

func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("none of chromium, chromium-browser and google-chrome is installed")
}

func eval[T any](t *testing.T, b *browser, script string) T {
	t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	require.NoError(t, err)
	return v
}

// drawAll draws the pictures that are not in sight too.
func (b *browser) drawAll(t *testing.T) {
	t.Helper()
	eval[bool](t, b, `window.dispatchEvent(new Event('beforeprint'))`)
}

func (b *browser) clean(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	assert.Empty(t, b.errors, "errors on the console")
	for _, url := range b.requests {
		assert.True(t, strings.HasPrefix(url, "file://") || strings.HasPrefix(url, "data:"), "the page fetched %s", url)
	}
}

func writePage(t *testing.T, r Report) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, WriteHTML(f, r))
	require.NoError(t, f.Close())
	return path
}

// evil is a name that breaks out of scripts, elements and attributes that do
// not guard against it.
const evil = `</script><b id=pwn>"'><img src=x onerror="window.pwned=1">{{.}}__f__(function(){window.pwned=1})()__f__`

// evilReport has the name everywhere where a name or a text can be.
func evilReport() Report {
	r := small()
	r.Title = evil
	for i := range r.Results {
		result := &r.Results[i]
		s := &result.Summary
		s.Scenario, s.Variant, s.Version = evil, evil+fmt.Sprint(i), evil
		s.Jobs = map[string]Job{evil: {Submitted: 1}}
		s.Cost.ByJob = map[string]float64{evil: 4}
		s.Cost.ByService = map[string]float64{evil: 1}
		s.Cost.ByCapacityProvider = map[string]float64{evil: 4}
		s.Notes = []string{evil, notModelled + evil}
		s.Expectations = []Expectation{{Metric: evil, Max: pointer(1.0)}}
		s.Bounds.Kind = evil
		result.Scenario, result.Description, result.Placement = evil+fmt.Sprint(i), evil, []string{evil}
		for c := range result.Series.Columns {
			result.Series.Columns[c].Unit = evil
		}
		result.Series.Columns = append(result.Series.Columns, Column{Name: "services." + evil + ".rps", Unit: evil, Values: []float64{1, 2, 3, 4}})
		for _, figure := range []string{"desired", "running", "cpu", "latencyP99", "lost"} {
			result.Series.Columns = append(result.Series.Columns, Column{Name: "services." + evil + "." + figure, Unit: evil, Values: []float64{1, 2, 3, 4}})
		}
		s.Services = map[string]Service{evil: {Requests: 1, Served: 1, Oscillation: 9}}
		result.Scaling = []ServiceScaling{{Service: evil, Load: ServiceLoad{Targets: []Target{{evil, 1}, {evil + "CPUUtilization", 50}}}, Activities: []ScalingActivity{{0, 1, 2, evil}}}}
		for y := range result.Heatmap.Rows {
			result.Heatmap.Rows[y] = evil
		}
	}
	r.Charts = []Chart{{
		Title: evil, Text: evil, XName: evil, YName: evil,
		Lines: []ChartLine{{Name: evil, Points: []ChartPoint{{1, 2}, {2, 3}}}}, Marks: []ChartMark{{1.5, 2.5, evil}},
	}}
	return r
}

func TestPageIsSafeFromNames(t *testing.T) {
	b := openBrowser(t, writePage(t, evilReport()), 1280, 900)
	b.drawAll(t)
	// Tooltips are made of HTML too: show one on every picture.
	found := eval[bool](t, b, `document.querySelectorAll('.chart').forEach(function (el) {
		var c = echarts.getInstanceByDom(el);
		for (var s = 0; s < c.getOption().series.length; s++) c.dispatchAction({type: 'showTip', seriesIndex: s, dataIndex: 0});
	}); document.querySelector('#pwn') !== null || window.pwned === 1 || document.querySelector('main img') !== null`)
	assert.False(t, found, "a name became part of the page")
	tips := eval[int](t, b, `[...document.querySelectorAll('.chart > div')].filter(d => d.textContent.includes('id=pwn')).length`)
	assert.Positive(t, tips, "no tooltip showed the name")
	b.clean(t)
}

func TestPageOnAPhoneAndOnADesk(t *testing.T) {
	path := writePage(t, week(4))
	for _, width := range []int64{360, 390, 1280} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			b := openBrowser(t, path, width, 844)
			b.drawAll(t)
			canvases := eval[int](t, b, `document.querySelectorAll('canvas').length`)
			charts := eval[int](t, b, `document.querySelectorAll('.chart').length`)
			overflow := eval[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
			assert.Equal(t, charts, canvases, "every picture is drawn")
			assert.Greater(t, canvases, 8)
			assert.LessOrEqual(t, overflow, 0, "the page is wider than the screen")
			b.clean(t)
		})
	}
}

func TestPageTurnsDarkAndHidesLines(t *testing.T) {
	b := openBrowser(t, writePage(t, small()), 1280, 900)
	b.drawAll(t)
	before := eval[string](t, b, `document.documentElement.dataset.theme`)
	after := eval[string](t, b, `document.getElementById('theme').click(); document.documentElement.dataset.theme`)
	assert.NotEqual(t, before, after)
	pressed := eval[string](t, b, `(function () { var l = document.querySelector('.legend button'); l.click(); return l.getAttribute('aria-pressed'); })()`)
	assert.Equal(t, "false", pressed)
	b.clean(t)
}

// Runs that are over at once, or in which nothing happens, have their page too.
func TestPagesOfOddRuns(t *testing.T) {
	instant := small()
	instant.Results[0].Series.Width, instant.Results[0].Series.End = 0, 0
	instant.Results[0].Heatmap.Width = 0
	instant.Results[0].Heatmap.Shares = [][]float64{{0.5}}
	instant.Results[1].Series = Series{Width: 1, End: 2, Columns: []Column{{Name: "tasks.running", Unit: "tasks", Values: []float64{1, 2}}}}
	for name, r := range map[string]Report{"instant": instant, "nothing": {Results: []Result{{}}}, "seeds": {Title: "seeds", Comparison: overSeeds(t, 5)}} {
		t.Run(name, func(t *testing.T) {
			b := openBrowser(t, writePage(t, r), 390, 844)
			b.drawAll(t)
			overflow := eval[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
			assert.LessOrEqual(t, overflow, 0, "the page is wider than the screen")
			b.clean(t)
		})
	}
}
