package scenarios_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	yaml "go.yaml.in/yaml/v4"

	"berth/scenarios"
	"berth/sim"
)

const workers = `
region: us-east-1
duration: 1d
cluster:
  capacityProviders:
    - name: workers
      autoScalingGroup:
        instanceTypes: [m6i.large]
        availabilityZones: [us-east-1a]
        desiredCapacity: 2
        bootTime: {distribution: lognormal, median: 60s, p95: 120s}
    - name: FARGATE
taskDefinitions:
  web: {cpu: 512, memory: 1024}
jobs:
  - name: replay
    taskDefinition: web
    arrivals: 30s
    duration: 1m
    capacityProviders: [workers]
    placementStrategy: [{type: spread, field: instanceId}, {type: binpack, field: memory}]
variants:
  - name: more
    description: twice the instances
    set: {cluster.capacityProviders.workers.autoScalingGroup.desiredCapacity: 4}
  - name: fargate
    set:
      cluster.capacityProviders: [{name: FARGATE}]
      jobs.replay.capacityProviders: [FARGATE]
      jobs.replay.placementStrategy: []
  - name: services
    set: {services: [{name: web, taskDefinition: web, desiredCount: 2, capacityProviders: [workers], networkConfiguration: {awsvpcConfiguration: {}}}]}
`

func load(t *testing.T, document string) *scenarios.File {
	t.Helper()
	file, err := scenarios.LoadBytes("x.yaml", []byte(document))
	require.NoError(t, err)
	return file
}

func TestSettings(t *testing.T) {
	file := load(t, workers)
	group := func(s *scenarios.Scenario) *scenarios.AutoScalingGroup {
		return s.Cluster.CapacityProviders[0].AutoScalingGroup
	}
	for _, c := range []struct {
		name, set string
		got       func(s *scenarios.Scenario) any
		want      any
	}{
		{"by names", "cluster.capacityProviders.workers.autoScalingGroup.desiredCapacity=5", func(s *scenarios.Scenario) any { return group(s).Size() }, int64(5)},
		{"by index", "cluster.capacityProviders.0.autoScalingGroup.desiredCapacity=5", func(s *scenarios.Scenario) any { return group(s).Size() }, int64(5)},
		{"by index in brackets", "jobs[0].placementStrategy[1].field=cpu", func(s *scenarios.Scenario) any { return s.Jobs[0].PlacementStrategy[1].Field }, "cpu"},
		{"AWS's capitals", "Cluster.CapacityProviders.workers.AutoScalingGroup.DesiredCapacity=5", func(s *scenarios.Scenario) any { return group(s).Size() }, int64(5)},
		{"a whole list", "jobs.replay.placementStrategy=[{type: random}]", func(s *scenarios.Scenario) any { return s.Jobs[0].PlacementStrategy }, []scenarios.PlacementStrategy{{Type: "random"}}},
		{"a new key", "seed=9", func(s *scenarios.Scenario) any { return s.Seed }, int64(9)},
		{"a new key in a new mapping", "prices.discounts.ec2=0.28", func(s *scenarios.Scenario) any { return s.Prices.Discounts.EC2 }, 0.28},
		{"a name with dots", "prices.ec2.m6i.large=0.05", func(s *scenarios.Scenario) any { return s.Prices.EC2["m6i.large"] }, 0.05},
		{"a name in quotation marks", `prices.ec2."m6i.large"=0.05`, func(s *scenarios.Scenario) any { return s.Prices.EC2["m6i.large"] }, 0.05},
		{"into a mapping of names", "taskDefinitions.web.cpu=1 vCPU", func(s *scenarios.Scenario) any { return *s.TaskDefinitions["web"].CPU }, scenarios.CPU(128000)},
		{"into a distribution", "cluster.capacityProviders.workers.autoScalingGroup.bootTime.p95=5m", func(s *scenarios.Scenario) any { return group(s).BootTime.P95 }, 5 * sim.Minute},
		{"a field that is there", "duration=2d", func(s *scenarios.Scenario) any { return s.Duration }, 2 * sim.Day},
		{"null", "jobs.replay.placementStrategy=null", func(s *scenarios.Scenario) any { return s.Jobs[0].PlacementStrategy }, []scenarios.PlacementStrategy{{Type: "random"}}},
		{"nothing is null", "cluster.capacityProviders.FARGATE=", func(s *scenarios.Scenario) any { return len(s.Cluster.CapacityProviders) }, 1},
		{"an equals sign in the value", "description=a=b", func(s *scenarios.Scenario) any { return s.Description }, "a=b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := file.Variant("", []string{c.set})
			require.NoError(t, err)
			assert.Equal(t, c.want, c.got(s))

			// What is reported as the scenario gives the same scenario.
			again, err := load(t, string(s.Source)).Variant("", nil)
			require.NoError(t, err)
			assert.Equal(t, c.want, c.got(again))
		})
	}
	s, err := file.Variant("", nil)
	require.NoError(t, err)
	assert.Equal(t, int64(2), group(s).Size(), "a setting does not reach the next variant")
}

func TestBadSettings(t *testing.T) {
	file := load(t, workers)
	for _, c := range []struct{ set, want string }{
		{"seed", "--set seed: expected PATH=VALUE"},
		{"=1", "--set =1: expected PATH=VALUE"},
		{"jobs.=1", "--set jobs.=1: jobs.: expected a dotted path"},
		{"sede=1", `--set sede=1: sede: unknown field "sede"; did you mean "seed"?`},
		{"jobs.replai.priority=1", `there is no element "replai" in jobs; did you mean "replay"?`},
		{"jobs.1.priority=1", `there is no element "1" in jobs; expected replay`},
		{"taskDefinitions.wbe.cpu=1", `there is no "wbe" in taskDefinitions; did you mean "web"?`},
		{"jobs.replay.arrivals.mean=1m", "jobs.replay.arrivals is \"30s\", which has no parts"},
		{"jobs.replay.priority=[", "not valid YAML"},
		{"jobs.replay.priority=high", "--set jobs.replay.priority=high: jobs.replay.priority: expected an integer"},
		{"jobs.replay.priority=\xff", "not UTF-8"},
		{"services.web.desiredCount=6", `there is no "services"`},
		{"warmup=2d", "--set warmup=2d: warmup: a warm-up of 48h0m0s leaves nothing"},
	} {
		t.Run(c.set, func(t *testing.T) {
			_, err := file.Variant("", []string{c.set})
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.want)
			assert.NotContains(t, err.Error(), "\n", "one mistake, one error")
		})
	}
}

func TestVariants(t *testing.T) {
	file := load(t, workers)
	assert.Equal(t, []string{"more", "fargate", "services"}, file.Variants())

	more, err := file.Variant("more", nil)
	require.NoError(t, err)
	assert.Equal(t, "more", more.Variant)
	assert.Equal(t, int64(4), more.Cluster.CapacityProviders[0].AutoScalingGroup.Size())

	fargate, err := file.Variant("fargate", nil)
	require.NoError(t, err)
	assert.True(t, fargate.Target(fargate.Jobs[0]).Fargate())
	var source struct {
		Jobs []struct{ CapacityProviders []string }
	}
	require.NoError(t, yaml.Load(fargate.Source, &source))

	// The command line goes last.
	both, err := file.Variant("more", []string{"cluster.capacityProviders.workers.autoScalingGroup.desiredCapacity=7"})
	require.NoError(t, err)
	assert.Equal(t, int64(7), both.Cluster.CapacityProviders[0].AutoScalingGroup.Size())

	_, err = file.Variant("moree", nil)
	require.EqualError(t, err, `x.yaml: there is no variant "moree"; did you mean "more"?`)

	// What only one variant uses is refused there and nowhere else.
	_, err = file.Variant("services", nil)
	require.EqualError(t, err, "x.yaml:32:102: services.web.networkConfiguration: this version of berth does not support it yet")
	_, err = file.All(nil)
	require.EqualError(t, err, "x.yaml:32:102: services.web.networkConfiguration: this version of berth does not support it yet")
}

// The scenarios that the program was designed by are right as they are written.
func TestDesign(t *testing.T) {
	for _, name := range []string{"batch-poisson", "trace-replay", "quickstart", "hybrid", "lesson-zones", "spot"} {
		t.Run(name, func(t *testing.T) {
			file, err := scenarios.Load(filepath.Join("testdata", "design", name+".yaml"))
			require.NoError(t, err)
			all, err := file.All(nil)
			require.NoError(t, err)
			assert.Len(t, all, max(1, len(file.Variants())))
		})
	}
}

// Services under load, as the design writes them, without what comes later.
func TestDesignOfServices(t *testing.T) {
	for name, c := range map[string]struct {
		variant string
		sets    []string
	}{
		"quickstart":   {"fargate-spot-mix", nil},
		"hybrid":       {"", nil},
		"lesson-zones": {"spread", []string{"events.0=null"}},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := scenarios.Load(filepath.Join("testdata", "design", name+".yaml"))
			require.NoError(t, err)
			s, err := file.Variant(c.variant, c.sets)
			require.NoError(t, err)
			assert.Empty(t, s.Notes)
			assert.Empty(t, s.NotModelled)
		})
	}
}

func TestFormat(t *testing.T) {
	_, err := scenarios.LoadBytes("x.yaml", []byte("variants:\n\t- name: x\n"))
	var errs scenarios.Errors
	require.ErrorAs(t, err, &errs)
	assert.Equal(t, "x.yaml:2:1: not valid YAML: a tab in the indentation; YAML takes spaces only\n    \t- name: x\n    ^\n", errs.Format())
}

func TestPositions(t *testing.T) {
	s, err := load(t, workers).Variant("", []string{"seed=3"})
	require.NoError(t, err)
	for path, want := range map[string]string{
		"jobs.replay.arrivals": "x.yaml:18:15",
		"jobs.replay.queue":    "x.yaml:16:5", // left out: where the job begins
		"nosuch.path":          "x.yaml:2:1",
		"seed":                 "--set seed=3",
		"cluster.capacityProviders.workers.autoScalingGroup.instanceTypes.0": "x.yaml:8:25",
	} {
		assert.Equal(t, want, s.Pos(path).String(), path)
	}
	assert.Equal(t, "x.yaml:18:15: jobs.replay.arrivals: too many", s.Issue("jobs.replay.arrivals", "too %s", "many").String())
}

func TestLoadFollowsTheFile(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "tasks.csv"), nil, 0o600))
	document := "region: us-east-1\ncluster: {capacityProviders: [{name: a, external: {instances: [{cpu: 1024, memory: 1024}]}}]}\njobs: [{name: j, trace: {format: csv, path: tasks.csv}}]\n"
	path := filepath.Join(folder, "mine.yaml")
	require.NoError(t, os.WriteFile(path, []byte(document), 0o600))
	file, err := scenarios.Load(path)
	require.NoError(t, err)
	s, err := file.Variant("", nil)
	require.NoError(t, err)
	assert.Equal(t, "mine", s.Name)
	assert.Equal(t, filepath.Join(folder, "tasks.csv"), s.Resolve(s.Jobs[0].Trace.Path))
	assert.Equal(t, document, string(s.Source))
}

func TestLibrary(t *testing.T) {
	entries := scenarios.Library()
	require.NotEmpty(t, entries)
	for _, e := range entries {
		src, err := scenarios.LibraryFile(e.Name)
		require.NoError(t, err)
		assert.NotEmpty(t, src)
		file, err := scenarios.Load(e.Name)
		require.NoError(t, err)
		_, err = file.All(nil)
		require.NoError(t, err, e.Name)
	}
	_, err := scenarios.LibraryFile("nosuch")
	assert.ErrorContains(t, err, `there is no scenario "nosuch" in the library`)
}
