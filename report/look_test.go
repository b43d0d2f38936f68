package report

import (
	"fmt"
	"github.com/chromedp/chromedp"
	"os"
	"testing"
	"time"
)

func TestLook(t *testing.T) {
	r := week(4)
	r.Charts = []Chart{{Title: "Cost against how full the machines are", Text: "Where the curves cross, EC2 and Fargate cost the same.", XName: "CPU reserved (%)", YName: "US dollars per vCPU-hour",
		Lines: []ChartLine{{Name: "EC2 on demand", Points: []ChartPoint{{20, .25}, {30, .166}, {40, .125}, {50, .1}, {60, .083}, {80, .0625}, {100, .05}}}, {Name: "Fargate", Points: []ChartPoint{{20, .09}, {100, .09}}}},
		Marks: []ChartMark{{55.5, .09, "equal at 55.5 %"}}}}
	for i := range 3 {
		f, _ := os.Create("/tmp/look/week.html")
		at := time.Now()
		if err := WriteHTML(f, r); err != nil {
			t.Fatal(err)
		}
		st, _ := f.Stat()
		fmt.Println(i, time.Since(at), st.Size())
		f.Close()
	}
	f, _ := os.Create("/tmp/look/small.html")
	one := week(1)
	one.Results[0].Summary.Variant = ""
	if err := WriteHTML(f, one); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("SHOTS") == "" {
		return
	}
	for _, shot := range []struct {
		page, name string
		width      int64
		dark       bool
	}{{"week", "light", 1280, false}, {"week", "dark", 1280, true}, {"week", "phone", 390, false}, {"small", "one", 1280, false}} {
		b := openBrowser(t, "/tmp/look/"+shot.page+".html", shot.width, 900)
		if shot.dark {
			eval[bool](t, b, "document.getElementById('theme').click() === undefined")
		}
		b.drawAll(t)
		b.clean(t)
		png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile("/tmp/look/"+shot.name+".png", png, 0o644)
	}
}
