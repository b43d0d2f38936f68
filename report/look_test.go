package report

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestLook(t *testing.T) {
	r := week(3)
	r.Comparison = overSeeds(t, 6)
	b := openBrowser(t, writePage(t, r), 1280, 900)
	b.drawAll(t)
	eval[bool](t, b, `(function(){ var c = echarts.getInstanceByDom(document.getElementById('course-1')); c.dispatchAction({type:'showTip', seriesIndex:0, dataIndex:200}); c = echarts.getInstanceByDom(document.getElementById('packing-1')); c.dispatchAction({type:'showTip', seriesIndex:0, dataIndex:20000}); c = echarts.getInstanceByDom(document.getElementById('cost-by-component')); c.dispatchAction({type:'showTip', seriesIndex:0, dataIndex:0});  return true })()`)
	b.clean(t)
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile("/tmp/look/seeds.png", png, 0o644)
}
