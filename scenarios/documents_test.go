package scenarios_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	yaml "go.yaml.in/yaml/v4"

	"berth/scenarios"
	"berth/sim"
	"berth/sim/cluster"
)

// AWS's documents, pasted: a task definition as describe-task-definition prints
// it, a group with Auto Scaling's capitals.
const pasted = `
name: pasted
region: us-east-1
start: 2026-03-02T01:00:00+01:00
cluster:
  clusterName: prod
  capacityProviders:
    - name: ec2
      autoScalingGroupProvider: {autoScalingGroupArn: "arn:aws:autoscaling:us-east-1:1:group"}
      AutoScalingGroup:
        AutoScalingGroupName: web
        InstanceTypes: [m6i.large]
        AvailabilityZones: [us-east-1a]
        MinSize: 2
        MaxSize: 2
        Tags: [{Key: stack, Value: prod}]
taskDefinitions:
  web: {
    "family": "web", "taskRoleArn": "arn:aws:iam::1:role/web", "networkMode": "bridge", "volumes": [], "placementConstraints": [],
    "requiresCompatibilities": ["EC2"],
    "containerDefinitions": [
      {"name": "app", "image": "web:1", "cpu": 256, "memory": 512, "memoryReservation": 300, "portMappings": [], "essential": true,
       "resourceRequirements": [{"type": "GPU", "value": "1"}]},
      {"name": "log", "image": "log:1", "cpu": 10, "memory": 64, "logConfiguration": {"logDriver": "awslogs"}}
    ]
  }
  strings: {cpu: ".5 vCPU", memory: "1 GB"}
  partly: {cpu: "512", containerDefinitions: [{name: a, cpu: 9999, memory: 100}]}
  tiny: {cpu: 0.001, memory: 0.0001, gpu: 0.0301}
jobs:
  - {name: j, taskDefinition: web, duration: 1m}
`

func TestPastedDocuments(t *testing.T) {
	s, err := load(t, pasted).Variant("", nil)
	require.NoError(t, err)
	for name, want := range map[string]cluster.Vector{
		// 256+10 units; 300 (the reservation) + 64 MiB; one GPU
		"web":     {CPU: 266 * 125, Memory: 364 * 1024, GPU: 1000},
		"strings": {CPU: 64000, Memory: 1024 * 1024},
		// what the task states goes before what its containers sum up to
		"partly": {CPU: 64000, Memory: 100 * 1024},
		// 0.001 × 125, 0.0001 × 1024, 0.0301 × 1000: rounded up
		"tiny": {CPU: 1, Memory: 1, GPU: 31},
	} {
		assert.Equal(t, want, s.TaskDefinitions[name].Demand(), name)
	}
	assert.Equal(t, int64(2), s.Cluster.CapacityProviders[0].AutoScalingGroup.Size())
	assert.Equal(t, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), s.Start)
	assert.Equal(t, []string{
		"cluster.clusterName",
		"cluster.capacityProviders.ec2.autoScalingGroupProvider.autoScalingGroupArn",
		"cluster.capacityProviders.ec2.autoScalingGroup.AutoScalingGroupName",
		"cluster.capacityProviders.ec2.autoScalingGroup.Tags",
		"taskDefinitions.web.family", "taskDefinitions.web.taskRoleArn", "taskDefinitions.web.volumes", "taskDefinitions.web.requiresCompatibilities",
		"taskDefinitions.web.containerDefinitions.app.image", "taskDefinitions.web.containerDefinitions.app.essential",
		"taskDefinitions.web.containerDefinitions.log.image", "taskDefinitions.web.containerDefinitions.log.logConfiguration",
	}, s.NotModelled)
}

// A task definition with ports and constraints, and services as create-service
// and describe-services have them.
const pastedServices = `
name: services
region: us-east-1
duration: 1h
cluster:
  accountSettings: {awsvpcTrunking: enabled}
  agentVersion: 1.87
  capacityProviders:
    - {name: ec2, autoScalingGroup: {instanceTypes: [m6i.large], availabilityZones: [us-east-1a, us-east-1b], desiredCapacity: 2, attributes: {stack: prod}}}
    - {name: FARGATE}
taskDefinitions:
  web: {
    "family": "web", "networkMode": "bridge", "requiresCompatibilities": ["EC2"],
    "placementConstraints": [{"type": "memberOf", "expression": "attribute:stack == prod"}],
    "containerDefinitions": [
      {"name": "app", "cpu": 256, "memory": 512, "portMappings": [
        {"containerPort": 80, "hostPort": 0, "protocol": "tcp", "name": "http", "appProtocol": "http2"},
        {"containerPort": 8125, "hostPort": 8125, "protocol": "udp"}, {"containerPortRange": "9000-9009"}]},
      {"name": "log", "memory": 64, "portMappings": [{"containerPort": 24224, "hostPort": 24224, "protocol": "tcp"}]}
    ]
  }
  own: {memory: 64, networkMode: awsvpc, portMappings: [{containerPort: 80, hostPort: 80}]}
  host: {memory: 64, networkMode: host, portMappings: [{containerPort: 80}, {containerPort: 443, hostPort: 443}]}
  either: {cpu: 256, memory: 512, portMappings: [{containerPort: 22}]}
services:
  - {
      "name": "web", "serviceArn": "arn:aws:ecs:us-east-1:1:service/web", "taskDefinition": "web", "desiredCount": 2, "launchType": "EC2", "schedulingStrategy": "REPLICA",
      "placementConstraints": [{"type": "distinctInstance"}],
      "placementStrategy": [{"type": "spread", "field": "attribute:ecs.availability-zone"}, {"type": "binpack", "field": "MEMORY"}],
      "propagateTags": "SERVICE", "events": [], "tags": []
    }
  - {name: default, taskDefinition: own, desiredCount: 0}
  - {name: agent, taskDefinition: host, schedulingStrategy: DAEMON, capacityProviderStrategy: [{capacityProvider: ec2, weight: 1}]}
  - {name: outside, taskDefinition: either, desiredCount: 1, launchType: FARGATE}
jobs:
  - {name: inside, taskDefinition: either, duration: 1m, launchType: EC2}
`

func TestPastedServices(t *testing.T) {
	s, err := load(t, pastedServices).Variant("", []string{"services.web.desiredCount=6"})
	require.NoError(t, err)
	for name, want := range map[string]cluster.Network{
		// Of the range each port takes one of its own.
		"web":    {Static: []cluster.Port{{Number: 8125, Protocol: cluster.UDP}, {Number: 24224}}, Dynamic: 11},
		"own":    {Interface: true},
		"host":   {Static: []cluster.Port{{Number: 80}, {Number: 443}}},
		"either": {Dynamic: 1},
	} {
		assert.Equal(t, want, s.TaskDefinitions[name].Network(), name)
	}
	web, plain, agent, outside := s.Services[0], s.Services[1], s.Services[2], s.Services[3]
	assert.Equal(t, int64(6), *web.DesiredCount)
	assert.Equal(t, []scenarios.PlacementConstraint{{Type: "distinctInstance"}}, web.PlacementConstraints)
	assert.Equal(t, []scenarios.PlacementStrategy{{Type: "spread", Field: "attribute:ecs.availability-zone"}, {Type: "spread", Field: "instanceId"}}, plain.PlacementStrategy)
	assert.Equal(t, []string{"launched", "source", "REPLICA"}, []string{plain.TieBreak, plain.Rounding, plain.SchedulingStrategy})
	assert.True(t, agent.Daemon())
	assert.Empty(t, agent.PlacementStrategy)
	assert.Equal(t, scenarios.Target{Pool: []string{"ec2"}}, s.Target(agent), "on the instances of all providers, whatever their weights")
	assert.True(t, s.Target(outside).Fargate())
	assert.Empty(t, outside.PlacementStrategy)
	assert.Equal(t, "1.87", s.Cluster.AgentVersion)
	assert.Equal(t, []string{
		"taskDefinitions.web.family", "taskDefinitions.web.requiresCompatibilities",
		"taskDefinitions.web.containerDefinitions.app.portMappings.http.name", "taskDefinitions.web.containerDefinitions.app.portMappings.http.appProtocol",
		"services.web.serviceArn", "services.web.propagateTags", "services.web.events", "services.web.tags",
	}, s.NotModelled)
}

func TestDefaults(t *testing.T) {
	s, err := load(t, "cluster: {capacityProviders: [{name: a, external: {instances: [{cpu: 1024.3, memory: 1 GB}]}}]}\njobs: [{name: j, task: {memory: 64}, duration: 1m, queue: }]\n").Variant("", nil)
	require.NoError(t, err)
	j := s.Jobs[0]
	assert.Equal(t, "x", s.Name)
	assert.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), s.Start)
	assert.Equal(t, sim.Never, s.Duration)
	assert.Equal(t, int64(1), s.Seed)
	assert.Equal(t, "warm", s.InitialState)
	assert.Equal(t, scenarios.Queue{Order: "fifo", Blocking: "skip"}, j.Queue)
	assert.Equal(t, []string{"launched", "wait", "source"}, []string{j.TieBreak, j.OnNoCapacity, j.Rounding})
	assert.Equal(t, []string{"disabled", "1.90.0"}, []string{s.Cluster.AccountSettings.AwsvpcTrunking, s.Cluster.AgentVersion})
	assert.Equal(t, []scenarios.PlacementStrategy{{Type: "random"}}, j.PlacementStrategy)
	assert.Equal(t, int64(1), *j.Count)
	assert.Equal(t, scenarios.Constant(sim.Minute), *j.Duration)
	assert.Equal(t, scenarios.Target{Pool: []string{"a"}}, s.Target(j))
	x := s.Cluster.CapacityProviders[0].External.Instances[0]
	assert.Equal(t, int64(1), x.Count)
	assert.Equal(t, scenarios.CPU(128037), x.CPU, "a capacity of 1024.3 × 125 = 128037.5 is rounded down")
	assert.Equal(t, "X86_64", x.CPUArchitecture)
}

func TestGeneratedTrace(t *testing.T) {
	s, err := load(t, "region: us-east-1\ncluster: {capacityProviders: [{name: FARGATE}]}\njobs: [{name: j, trace: {generate: {tasks: 100}}, launchType: FARGATE}]\n").Variant("", nil)
	require.NoError(t, err)
	g := s.Jobs[0].Trace.Generate
	assert.Equal(t, scenarios.Generate{Tasks: 100, Span: sim.Day, Amplitude: 0.6, Peak: scenarios.TimeOfDay(14 * sim.Hour)}, *g)
	assert.InDelta(t, 14, g.Peak.Hours(), 0)
}

func TestAliases(t *testing.T) {
	s, err := load(t, `
region: us-east-1
prices: {ec2: &prices {m6i.large: 0.1, m5.large: 0.1}}
cluster:
  capacityProviders:
    - name: a
      autoScalingGroup: &group {instanceTypes: [m6i.large], availabilityZones: [us-east-1a], desiredCapacity: 1}
    - name: b
      autoScalingGroup: {<<: *group, desiredCapacity: 2}
jobs: [{name: j, task: {memory: 64}, duration: 1m}]
variants: [{name: x, set: {prices.spot: *prices, cluster.capacityProviders.a.autoScalingGroup.desiredCapacity: 9}}]
`).Variant("x", nil)
	require.NoError(t, err)
	assert.Equal(t, s.Prices.EC2, s.Prices.Spot)
	assert.Equal(t, int64(9), s.Cluster.CapacityProviders[0].AutoScalingGroup.Size())
	assert.Equal(t, int64(2), s.Cluster.CapacityProviders[1].AutoScalingGroup.Size(), "setting one place does not reach the others")
}

func TestNotes(t *testing.T) {
	s, err := load(t, `
region: us-east-1
cluster: {capacityProviders: [{name: a, autoScalingGroup: {instanceTypes: [m6i.large], availabilityZones: [us-east-1a], desiredCapacity: 1, attributes: {stack: prod}}}]}
jobs:
  - {name: j, task: {memory: 64}, duration: 1m, placementStrategy: [{type: spread, field: "attribute:ecs.ami-id"}, {type: spread, field: "attribute:stack"}, {type: spread, field: host}, {type: BINPACK}]}
`).Variant("", []string{"jobs.j.placementStrategy.3={type: binpack, field: MEMORY}"})
	require.NoError(t, err)
	assert.Equal(t, []string{`jobs.j.placementStrategy.0.field: no instance carries the attribute "ecs.ami-id", so that the rule leaves the choice as it is`}, s.Notes)
	assert.Equal(t, scenarios.PlacementStrategy{Type: "binpack", Field: "MEMORY"}, s.Jobs[0].PlacementStrategy[3])
}

// The order in which keys are written means nothing.
func TestOrderOfKeys(t *testing.T) {
	var documents []string
	for _, name := range []string{"trace-replay", "batch-poisson"} {
		src, err := os.ReadFile(filepath.Join("testdata", "design", name+".yaml"))
		require.NoError(t, err)
		documents = append(documents, string(src))
	}
	documents = append(documents, pasted, pastedServices, workers)
	t.Chdir(filepath.Join("testdata", "design"))
	scenario := func(t require.TestingT, src []byte) *scenarios.Scenario {
		file, err := scenarios.LoadBytes("x.yaml", src)
		require.NoError(t, err)
		s, err := file.Variant("", nil)
		require.NoError(t, err)
		return s
	}
	rapid.Check(t, func(t *rapid.T) {
		src := []byte(rapid.SampledFrom(documents).Draw(t, "document"))
		var document yaml.Node
		require.NoError(t, yaml.Load(src, &document))
		shuffle(t, &document)
		shuffled, err := yaml.Dump(&document)
		require.NoError(t, err)
		want, got := scenario(t, src), scenario(t, shuffled)
		assert.ElementsMatch(t, want.NotModelled, got.NotModelled)
		blank(want)
		blank(got)
		require.EqualExportedValues(t, *want, *got)
	})
}

// blank takes out of a scenario what says how it is written.
func blank(s *scenarios.Scenario) {
	s.Source, s.NotModelled, s.Variants = nil, nil, nil
}

func shuffle(t *rapid.T, n *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		pairs := make([][2]*yaml.Node, 0, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			pairs = append(pairs, [2]*yaml.Node{n.Content[i], n.Content[i+1]})
		}
		n.Content = n.Content[:0]
		for _, pair := range rapid.Permutation(pairs).Draw(t, "order") {
			n.Content = append(n.Content, pair[0], pair[1])
		}
	}
	for _, child := range n.Content {
		shuffle(t, child)
	}
}

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]sim.Time{
		"0": 0, "0s": 0, "90s": 90 * sim.Second, "2m30s": 150 * sim.Second, "1.5h": 90 * sim.Minute, "7d": 7 * sim.Day, "2w1d": 15 * sim.Day,
		".5s": 500 * sim.Millisecond, "1us": sim.Microsecond, "1µs": sim.Microsecond, "1.0000000019s": sim.Second + 1, "-3m": -3 * sim.Minute, "36500d": 36500 * sim.Day,
	} {
		got, err := scenarios.ParseDuration(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "-", "5", "s", ".s", "1.2.3s", "1y", "1 h", "1h 2m", "36501d", "1e3s", "--1s", "9223372036854775807h"} {
		_, err := scenarios.ParseDuration(text)
		require.Error(t, err, text)
	}
	// What Go writes, we read.
	rapid.Check(t, func(t *rapid.T) {
		d := sim.Time(rapid.Int64Range(0, int64(36500*sim.Day)).Draw(t, "duration"))
		got, err := scenarios.ParseDuration(d.String())
		require.NoError(t, err)
		require.Equal(t, d, got)
	})
}

func TestQuantities(t *testing.T) {
	for _, text := range []string{
		"20s", "{distribution: constant, value: 20s}", "{distribution: uniform, min: 1s, max: 2s}", "{distribution: exponential, mean: 1s}", "{distribution: normal, mean: 10s, stddev: 1s}",
		"{distribution: lognormal, median: 20s, p95: 45s}", "{distribution: lognormal, mean: 20s, cv: 2}", "{distribution: weibull, shape: 1.5, scale: 20s}",
		"{distribution: gamma, shape: 2, scale: 20s}", "{distribution: gamma, shape: 2, mean: 20s}", "{distribution: pareto, minimum: 1s, shape: 1.5}",
		"{distribution: empirical, values: [1s, 2s]}", "{distribution: empirical, values: [1s, 2s], weights: [1, 3]}",
	} {
		_, err := load(t, workers).Variant("", []string{"jobs.replay.duration=" + text})
		assert.NoError(t, err, text)
	}
}

// Unequal kinds of a pool, Fargate named as the only provider of one, and a
// launch type: where the tasks of a job go.
func TestTarget(t *testing.T) {
	file := load(t, `
region: us-east-1
cluster:
  capacityProviders:
    - {name: g, autoScalingGroup: {instanceTypes: [m6i.large], availabilityZones: [us-east-1a], desiredCapacity: 1}}
    - {name: x, external: {instances: [{cpu: 1024, memory: 1024}]}}
    - {name: FARGATE}
    - {name: FARGATE_SPOT}
jobs: [{name: j, task: {cpu: 300, memory: 700}, duration: 1m}]
`)
	strategy := func(name string) scenarios.Target {
		return scenarios.Target{Strategy: []scenarios.CapacityProviderStrategyItem{{CapacityProvider: name, Weight: 1}}}
	}
	for set, want := range map[string]scenarios.Target{
		"seed=1":                                  {Pool: []string{"g", "x"}},
		"jobs.j.launchType=EC2":                   {Pool: []string{"g"}},
		"jobs.j.launchType=EXTERNAL":              {Pool: []string{"x"}},
		"jobs.j.launchType=FARGATE":               strategy("FARGATE"),
		"jobs.j.capacityProviders=[x, g]":         {Pool: []string{"x", "g"}},
		"jobs.j.capacityProviders=[FARGATE_SPOT]": strategy("FARGATE_SPOT"),
		"cluster.defaultCapacityProviderStrategy=[{capacityProvider: FARGATE, weight: 1}]": strategy("FARGATE"),
		"jobs.j.capacityProviderStrategy=[{capacityProvider: g, weight: 1}]":               strategy("g"),
	} {
		s, err := file.Variant("", []string{set})
		require.NoError(t, err, set)
		assert.Equal(t, want, s.Target(s.Jobs[0]), set)
	}
}
