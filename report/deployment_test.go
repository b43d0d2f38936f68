package report

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/sim"
	"berth/sim/cluster"
)

// deployments are one that was completed, one that failed, and its rollback.
func deployments() []Deployment {
	return []Deployment{
		{Number: 1, Revision: 2, TaskDefinition: "v2", StartedSeconds: 3600, EndedSeconds: pointer(4200.0), Status: DeploymentCompleted, Reason: "all tasks are of revision 2"},
		{Number: 2, Revision: 3, TaskDefinition: "v3", StartedSeconds: 14400, EndedSeconds: pointer(16200.0), Status: DeploymentFailed, FailedTasks: 13, Reason: "13 tasks failed, as many as the circuit breaker allows"},
		{Number: 3, Revision: 2, TaskDefinition: "v2", StartedSeconds: 16200, Status: DeploymentInProgress, Rollback: true},
	}
}

// withDeployments adds them to the first service of each run.
func withDeployments(r Report) Report {
	for i := range r.Results {
		s := r.Results[i].Summary.Services["web"]
		s.Deployments = deployments()
		r.Results[i].Summary.Services["web"] = s
	}
	return r
}

func TestDeploymentsAreListed(t *testing.T) {
	s := withDeployments(live()).Results[0].Summary
	text := written(t, func(w io.Writer) error {
		return WriteText(w, Report{Results: []Result{{Summary: s}}}, TextOptions{Width: 100})
	})
	for _, line := range []string{
		"deployments  of                 started                took  failed tasks",
		"web          v2                     1 h              10 min             0  completed",
		"web          v3                     4 h              30 min            13  failed",
	} {
		assert.Contains(t, text, line)
	}
	assert.Contains(t, text, "rollback to v2")
	both := written(t, func(w io.Writer) error { return WriteText(w, withDeployments(liveVariants()), TextOptions{Width: 110}) })
	assert.Contains(t, both, "nervous  web      v3                     4 h              30 min            13         123  failed")
	remarks := (Result{Summary: s}).Remarks()
	assert.Contains(t, remarks, "service web: the deployment of v3 at 4 h failed after 30 min: 13 tasks failed, as many as the circuit breaker allows")
	assert.Contains(t, strings.Join(remarks, "\n"), "service web: the rollback to v2 at 4 h 30 min was still under way at the end, after ")
}

// Deployments come one after the other; what is known of one is replaced. Those
// that end within the warm-up are forgotten.
func TestTheRecorderFollowsDeployments(t *testing.T) {
	kernel := sim.NewKernel()
	c := cluster.New(kernel)
	web := c.AddGroup(cluster.ServicePrefix + "web")
	r := NewMeter(c, 0, 1).Recorder
	r.AddService(web)
	all := deployments()
	begun := all[0]
	begun.EndedSeconds, begun.Status = nil, DeploymentInProgress
	r.DeploymentChanged(0, web, DeploymentStarts, begun)
	r.DeploymentChanged(0, web, DeploymentCompletes, all[0])
	r.DeploymentChanged(0, web, DeploymentFails, all[1])
	r.DeploymentChanged(0, web, DeploymentStarts, all[2])
	assert.Equal(t, all, r.Services()["web"].Deployments)
	r.reset(5 * sim.Hour)
	assert.Equal(t, all[2:], r.Services()["web"].Deployments)
}

func TestEventsTellOfDeployments(t *testing.T) {
	dir := t.TempDir()
	w := newEventWorld()
	e, err := CreateEvents(dir, "", w.Cluster)
	require.NoError(t, err)
	web := w.AddGroup(cluster.ServicePrefix + "web")
	e.ScenarioEvent(4*sim.Hour, "deploy", "service web, task definition v3")
	for i, d := range deployments() {
		e.DeploymentChanged(4*sim.Hour, web, []DeploymentKind{DeploymentCompletes, DeploymentFails, DeploymentStarts}[i], d)
	}
	require.NoError(t, e.Close())
	b, err := os.ReadFile(filepath.Join(dir, "events.ndjson"))
	require.NoError(t, err)
	assert.Equal(t, strings.TrimLeft(`
{"t":14400,"kind":"scenarioEvent","action":"deploy","reason":"service web, task definition v3"}
{"t":14400,"kind":"deploymentCompleted","service":"web","deployment":1,"revision":2,"taskDefinition":"v2","failedTasks":0,"reason":"all tasks are of revision 2"}
{"t":14400,"kind":"deploymentFailed","service":"web","deployment":2,"revision":3,"taskDefinition":"v3","failedTasks":13,"reason":"13 tasks failed, as many as the circuit breaker allows"}
{"t":14400,"kind":"deploymentStarted","service":"web","deployment":3,"revision":2,"taskDefinition":"v2","rollback":true}
`, "\n"), string(b))
}

// The names of deployments that follow one another closely lie in rows.
func TestNamesOfDeploymentsDoNotOverlap(t *testing.T) {
	r := live()
	web := r.Results[0].Summary.Services["web"]
	for i, from := range []float64{36000, 36060, 36120, 36180, 36240, 80000} {
		web.Deployments = append(web.Deployments, Deployment{Number: i + 2, TaskDefinition: "v2", StartedSeconds: from, EndedSeconds: pointer(from + 60), Status: DeploymentCompleted})
	}
	r.Results[0].Summary.Services["web"] = web
	b := openBrowser(t, writePage(t, r), 1280, 900)
	b.drawAll(t)
	labels := eval[string](t, b, `(function () {
		var o = echarts.getInstanceByDom(document.getElementById('load-1-tasks')).getOption();
		return o.series.filter(function (s) { return s.name === 'deployments'; })[0].markArea.data.map(function (d) {
			return d[0].label.show ? d[0].label.distance : 'none';
		}).join(' ');
	})()`)
	assert.Equal(t, "5 20 35 50 none 5", labels)
	b.clean(t)
}

// A band, or a bar in the lane of its run, for each deployment; the tip at it
// tells what it came to.
func TestPageOfDeployments(t *testing.T) {
	for name, r := range map[string]Report{"one": live(), "several": liveVariants()} {
		t.Run(name, func(t *testing.T) {
			b := openBrowser(t, writePage(t, withDeployments(r)), 1280, 900)
			b.drawAll(t)
			legend := eval[string](t, b, `document.querySelector('#load figure .legend').textContent`)
			for _, sort := range []string{"deployments", "deployments that failed", "deployments still under way at the end"} {
				assert.Contains(t, legend, sort)
			}
			tip := eval[string](t, b, `(function () {
				var el = document.getElementById('load-1-tasks'), c = echarts.getInstanceByDom(el), o = c.getOption();
				var failed = o.series.filter(function (s) { return s.name === 'deployments that failed'; })[0].markArea.data[0];
				var k = 0, data = o.series[0].data;
				while (k + 1 < data.length && data[k + 1][0] <= failed[0].xAxis) k++;
				c.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: k + 1 });
				return [].map.call(el.children, function (d) { return d.textContent; }).join(' ');
			})()`)
			assert.Contains(t, tip, "13 tasks failed, as many as the circuit breaker allows")
			b.clean(t)
		})
	}
}
