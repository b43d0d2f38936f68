package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"berth/placement"
	"berth/sim/cluster"
)

// rounds runs tasks of ten minutes and returns how many rounds of ten minutes
// they took: 1 if all ran side by side.
func rounds(t *testing.T, text string, args ...any) float64 {
	t.Helper()
	s := run(t, text, args...).Summary
	assert.Equal(t, s.Tasks.Submitted, s.Tasks.Completed)
	return s.Jobs["j"].MakespanSeconds / 600
}

func TestPortsAndInterfacesBindTasksToInstances(t *testing.T) {
	const own = `
cluster: {capacityProviders: [{name: own, external: {instances: [{count: %d, cpu: 65536, memory: 65536}]}}]}
jobs: [{name: j, task: {cpu: 64, memory: 64, %s}, count: %d, duration: 10m, placementStrategy: [{type: binpack, field: cpu}]}]
`
	for _, c := range []struct {
		name, task       string
		instances, tasks int
		rounds           float64
	}{
		{"nothing in the way", "networkMode: bridge", 1, 6, 1},
		{"a port of the host is there once on an instance", "portMappings: [{containerPort: 80, hostPort: 8080}]", 1, 6, 6},
		{"… and on each", "portMappings: [{containerPort: 80, hostPort: 8080}]", 3, 6, 2},
		{"udp is another port than tcp, but two tasks want both", "portMappings: [{containerPort: 80, hostPort: 80}, {containerPort: 80, hostPort: 80, protocol: udp}]", 2, 6, 3},
		{"dynamic ports do not collide", "portMappings: [{containerPort: 80, hostPort: 0}, {containerPort: 81}]", 1, 6, 1},
		{"host mode takes the container's port", "networkMode: host, portMappings: [{containerPort: 80}]", 2, 6, 3},
		{"host mode without ports takes nothing", "networkMode: host", 1, 6, 1},
		{"no network takes nothing", "networkMode: none", 1, 6, 1},
		// 28,232 ports from 32768 to 60999, of which a task takes 11,000.
		{"the ephemeral range ends", "portMappings: [{containerPortRange: 1000-11999}]", 1, 6, 3},
		// 94 ports are left to reserve, of which a task takes 1 of its own here.
		{"containers have ports too", "containerDefinitions: [{portMappings: [{containerPort: 1, hostPort: 1}]}, {portMappings: [{containerPort: 1, hostPort: 2}]}]", 2, 6, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.InDelta(t, c.rounds, rounds(t, own, c.instances, c.task, c.tasks), 1e-9)
		})
	}
	const ec2 = `
region: us-east-1
cluster:
  accountSettings: {awsvpcTrunking: %s}
  capacityProviders: [{name: ec2, autoScalingGroup: {instanceTypes: [%s], availabilityZones: [us-east-1a], desiredCapacity: 1}}]
jobs: [{name: j, task: {cpu: 64, memory: 64, networkMode: awsvpc, portMappings: [{containerPort: 80}]}, count: 20, duration: 10m}]
`
	// Source: Amazon ECS Developer Guide, "Elastic network interface trunking":
	// an m6i.large holds 2 tasks without and 10 with a trunk, an m5.xlarge 3
	// and 20. Types before Nitro have no trunk: an m4.large has 2 interfaces.
	for _, c := range []struct {
		trunking, instance string
		rounds             float64
	}{
		{"disabled", "m6i.large", 10},
		{"enabled", "m6i.large", 2},
		{"disabled", "m5.xlarge", 7},
		{"enabled", "m5.xlarge", 1},
		{"disabled", "m4.large", 20},
		{"enabled", "m4.large", 20},
	} {
		t.Run("awsvpc on "+c.instance+", trunking "+c.trunking, func(t *testing.T) {
			assert.InDelta(t, c.rounds, rounds(t, ec2, c.trunking, c.instance), 1e-9)
		})
	}
}

func TestConstraintsBind(t *testing.T) {
	const two = `
region: us-east-1
cluster:
  accountSettings: {awsvpcTrunking: enabled}
  capacityProviders:
    - {name: left, autoScalingGroup: {instanceTypes: [m6i.large], availabilityZones: [us-east-1a, us-east-1b], desiredCapacity: 2, attributes: {stack: prod}}}
    - {name: right, autoScalingGroup: {instanceTypes: [m4.large], availabilityZones: [us-east-1a], desiredCapacity: 1}}
jobs: [{name: j, task: {cpu: 64, memory: 64, placementConstraints: [%s]}, count: 9, duration: 10m, placementStrategy: [{type: spread, field: instanceId}], placementConstraints: [%s]}]
`
	all := []string{"left/i-0", "left/i-1", "right/i-0"}
	for _, c := range []struct {
		name, definition, job string
		on                    []string
		rounds                float64
	}{
		{"none", "", "", all, 1},
		{"distinctInstance", "", "{type: distinctInstance}", all, 3},
		{"a type", "", "{type: memberOf, expression: 'attribute:ecs.instance-type =~ m6i.*'}", all[:2], 1},
		{"of the definition", "{type: memberOf, expression: 'attribute:ecs.instance-type =~ m6i.*'}", "", all[:2], 1},
		{"of both", "{type: memberOf, expression: 'attribute:ecs.availability-zone == us-east-1a'}", "{type: memberOf, expression: 'attribute:stack == prod'}", all[:1], 1},
		{"of both, and distinct", "{type: memberOf, expression: 'attribute:ecs.availability-zone == us-east-1a'}", "{type: memberOf, expression: 'attribute:stack == prod'}, {type: distinctInstance}", all[:1], 9},
		{"a trunk", "", "{type: memberOf, expression: 'attribute:ecs.awsvpc-trunk-id exists'}", all[:2], 1},
		{"no trunk", "", "{type: memberOf, expression: 'attribute:ecs.awsvpc-trunk-id !exists'}", all[2:], 1},
		{"an attribute that nothing has, asked for in vain", "", "{type: memberOf, expression: 'attribute:ecs.outpost-arn !exists'}", all, 1},
		{"the agent", "", "{type: memberOf, expression: 'agentVersion > 1.14.5 and agentConnected == true'}", all, 1},
		{"at most two on an instance", "", "{type: memberOf, expression: 'runningTasksCount < 2'}", all, 2},
		{"away from its own kind", "", "{type: memberOf, expression: 'not(task:group == family:j)'}", all, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			on := map[string]bool{}
			s := scenario(t, two, c.definition, c.job)
			for line := range strings.Lines(decideOn(t, s)) {
				if _, instance, ok := strings.Cut(strings.TrimSpace(line), " on "); ok {
					on[instance] = true
				}
			}
			assert.ElementsMatch(t, c.on, keysOf(on))
			assert.InDelta(t, c.rounds, rounds(t, two, c.definition, c.job), 1e-9)
		})
	}
}

func keysOf(set map[string]bool) []string {
	var keys []string
	for k := range set {
		keys = append(keys, k)
	}
	return keys
}

// A strategy of one's own: known when the file is read, or when it is built.
func TestStrategiesOfOnesOwn(t *testing.T) {
	const text = `
cluster: {capacityProviders: [{name: own, external: {instances: [{count: 3, cpu: 1024, memory: 1024}]}}]}
jobs: [{name: j, task: {cpu: 1024, memory: 64}, count: 1, duration: 10m, placementStrategy: [{type: lowest, field: 7}]}]
`
	file, err := LoadBytes("test.yaml", []byte(text))
	require.NoError(t, err)
	_, err = file.Variant("", nil)
	require.ErrorContains(t, err, `test.yaml:3:101: jobs.j.placementStrategy.0.type: unknown strategy "lowest"`)
	file.Strategies = placement.Builtin()
	field := ""
	file.Strategies["lowest"] = func(f string, p *placement.Policy) (placement.Strategy, error) {
		field = f
		assert.NotEmpty(t, p.Workload)
		return placement.Scored(alike{}), nil
	}
	s, err := file.Variant("", nil)
	require.NoError(t, err)
	assert.Equal(t, "7", field)
	assert.Contains(t, decideOn(t, s), "j/0 on own/i-0")
	_, err = Build(s, Options{Strategies: placement.Builtin()})
	require.ErrorContains(t, err, `test.yaml:3:101: jobs.j.placementStrategy.0.type: unknown strategy "lowest"`)
}

// alike scores all instances alike.
type alike struct{}

func (alike) Score(*placement.State, cluster.Vector) int64 { return 0 }

// What a strategy that looks ahead is told: each sort of tasks of the trace and
// how often it comes, the first 4,096 sorts.
func TestStrategiesLookAhead(t *testing.T) {
	var told []placement.Expected
	strategies := placement.Builtin()
	strategies["ahead"] = func(_ string, p *placement.Policy) (placement.Strategy, error) {
		told = p.Workload
		return placement.Scored(alike{}), nil
	}
	const text = `
cluster: {capacityProviders: [{name: own, external: {instances: [{count: 3, cpu: 65536, memory: 65536}]}}]}
jobs: [{name: j, trace: {format: csv, path: %s}, placementStrategy: [{type: ahead}]}]
`
	build := func(text string) (*World, error) {
		file, err := LoadBytes("test.yaml", []byte(text))
		require.NoError(t, err)
		file.Strategies = strategies
		s, err := file.Variant("", nil)
		require.NoError(t, err)
		told = nil
		w, err := Build(s, Options{})
		if err == nil {
			w.Close()
		}
		return w, err
	}
	write := func(rows string) string {
		path := filepath.Join(t.TempDir(), "trace.csv")
		require.NoError(t, os.WriteFile(path, []byte("submit_s,duration_s,cpu_units,memory_mib,count\n"+rows), 0o600))
		return path
	}
	demand := func(cpu, memory int64) cluster.Vector {
		return cluster.Vector{CPU: cpu * cluster.CPUUnit, Memory: memory * cluster.MiB}
	}
	_, err := build(fmt.Sprintf(text, write("0,1,256,512,3\n1,1,512,512,1\n2,1,256,512,4\n")))
	require.NoError(t, err)
	assert.Equal(t, []placement.Expected{{Demand: demand(256, 512), Weight: 7}, {Demand: demand(512, 512), Weight: 1}}, told)

	var rows strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&rows, "%d,1,256,%d,2\n", i, 1+i)
	}
	w, err := build(fmt.Sprintf(text, write(rows.String())))
	require.NoError(t, err)
	assert.Len(t, told, 4096)
	assert.Contains(t, w.notes, "placement strategies that look ahead expect the first 4096 sorts of tasks; 1808 tasks are of others")

	_, err = build(fmt.Sprintf(text, `"-"`))
	require.ErrorContains(t, err, "jobs.j.trace.path: the placement strategy looks at the tasks of the trace before the first comes")

	_, err = build(strings.Replace(fmt.Sprintf(text, "x"), "{format: csv, path: x}", "{generate: {tasks: 100}}", 1))
	require.NoError(t, err)
	assert.NotEmpty(t, told)

	_, err = build(strings.Replace(fmt.Sprintf(text, "x"), "trace: {format: csv, path: x}", "task: {cpu: 64, memory: 128}, duration: 1m", 1))
	require.NoError(t, err)
	assert.Equal(t, []placement.Expected{{Demand: demand(64, 128), Weight: 1}}, told)
}

// fgd keeps what is free of use to the tasks that come: of two machines, on one
// of which half a GPU is taken, a small task goes there, and the whole GPU stays
// for those that need one.
func TestFGDKnowsItsWorkload(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trace.csv")
	require.NoError(t, os.WriteFile(path, []byte("submit_s,duration_s,cpu_units,memory_mib,gpu\n0,600,64,64,0.5\n1,600,64,64,0.25\n2,600,64,64,1\n"), 0o600))
	lines := decide(t, 0, `
cluster: {capacityProviders: [{name: own, external: {instances: [{count: 2, cpu: 65536, memory: 65536, gpus: 1}]}}]}
jobs: [{name: j, trace: {format: csv, path: %s}, rounding: exact, placementStrategy: [{type: fgd}]}]
`, path)
	assert.Contains(t, lines, "1s j/1 on own/i-0\n2s j/2 on own/i-1\n")
}
