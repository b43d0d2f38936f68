package workloads

import (
	"strings"
	"testing"

	"berth/sim"
	"berth/sim/cluster"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const podHeader = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n"

func openPods(t testing.TB, text string, options Options) (*Pods, error) {
	in, err := NewInput("pods.csv", strings.NewReader(text))
	require.NoError(t, err)
	return NewPods(in, options)
}

func TestPods(t *testing.T) {
	const list = podHeader +
		"late,1500,10,0,0,,BE,Running,90,100,95\n" +
		"share,1000,10,1,460,T4|P100,LS,Running,20,100,30\n" +
		"four,1000,10,4,1000,,LS,Running,20,21,21\n" +
		"pending,1000,10,1,1000,,LS,Pending,5,9,\n"
	p, err := openPods(t, list, Options{SkipBadRows: true, KeepIDs: true})
	require.NoError(t, err)
	demand := func(cpu, gpu int64) cluster.Vector {
		return cluster.Vector{CPU: cpu * cluster.Millicore, Memory: 10 * cluster.MiB, GPU: gpu}
	}
	assert.Equal(t, []Row{
		{Submit: 20 * sim.Second, Duration: 70 * sim.Second, Demand: demand(1000, 460), Count: 1, ID: "share", GPUModels: "T4|P100", Line: 3},
		{Submit: 20 * sim.Second, Demand: demand(1000, 4000), Count: 1, ID: "four", Line: 4},
		{Submit: 90 * sim.Second, Duration: 5 * sim.Second, Demand: demand(1500, 0), Count: 1, ID: "late", Line: 2},
	}, readAll(t, p))
	require.Len(t, p.BadRows(), 1)
	require.EqualError(t, p.BadRows()[0], `pods.csv:5:40: scheduled_time: "" is empty: it did not happen in the time of the trace; give arrivals and duration, or skip such rows`)

	p, err = openPods(t, list, Options{Untimed: true, KeepIDs: true})
	require.NoError(t, err)
	var names []string
	for _, row := range readAll(t, p) {
		names = append(names, row.ID)
		assert.Zero(t, row.Submit+row.Duration)
	}
	assert.Equal(t, []string{"late", "share", "four", "pending"}, names)
}

func TestPodErrors(t *testing.T) {
	for _, test := range []struct{ row, want string }{
		{"a,1000,10,1,0,,LS,Running,1,2,1", `pods.csv:2:13: gpu_milli: "0" is not a whole number from 1 to 1000`},
		{"a,1000,10,-1,0,,LS,Running,1,2,1", `num_gpu: "-1" is not a whole number`},
		{"a,x,10,1,1000,,LS,Running,1,2,1", `cpu_milli: "x" is not a number`},
		{"a,1,10,1,1000,,LS,Running,1,2,3", `deletion_time: "2" is earlier than the scheduled_time 3`},
		{"a,1,10,1,1000,,LS,Running,-1,2,1", `creation_time: "-1" is negative`},
	} {
		_, err := openPods(t, podHeader+test.row+"\n", Options{})
		require.ErrorContains(t, err, test.want)
	}
	_, err := openPods(t, "name,cpu,memory_mib,num_gpu,gpu_milli\n", Options{})
	assert.ErrorContains(t, err, "the header has no column cpu_milli")
}

func TestTimedPods(t *testing.T) {
	p, err := openPods(t, "name,cpu_milli,memory_mib,num_gpu,gpu_milli\na,1,1,0,0\nb,2,1,0,0\nc,3,1,0,0\n", Options{Untimed: true})
	require.NoError(t, err)
	at, err := At(3*sim.Second, 5*sim.Second)
	require.NoError(t, err)
	rows := readAll(t, &Timed{Source: p, Arrivals: at, Duration: Constant(60)})
	require.Len(t, rows, 2)
	assert.Equal(t, Row{Submit: 5 * sim.Second, Duration: sim.Minute, Demand: cluster.Vector{CPU: 2 * cluster.Millicore, Memory: cluster.MiB}, Count: 1, Line: 3}, rows[1])
}

func FuzzPods(f *testing.F) {
	f.Add(podHeader + "a,1000,10,1,460,T4|P100,LS,Running,20,100,30\n")
	f.Add("name,cpu_milli,memory_mib,num_gpu,gpu_milli\na,1,1,0,0\n")
	f.Fuzz(func(t *testing.T, text string) {
		fuzzRows(t, "alibaba-gpu-2023", text, Options{KeepIDs: true})
		fuzzRows(t, "alibaba-gpu-2023", text, Options{SkipBadRows: true, Untimed: true})
	})
}

func FuzzNodes(f *testing.F) {
	f.Add("sn,cpu_milli,memory_mib,gpu,model\nn,32000,262144,2,P100\n")
	f.Fuzz(func(t *testing.T, text string) {
		in, err := NewInput("fuzz", strings.NewReader(text))
		if err != nil {
			return
		}
		nodes, _ := readNodes(in)
		for _, n := range nodes {
			if c := n.Capacity; n.Name == "" || c.CPU <= 0 || c.Memory <= 0 || c.GPU < 0 || c.GPU%cluster.GPU != 0 {
				t.Errorf("no such node may come out: %+v", n)
			}
		}
	})
}

func TestNodeErrors(t *testing.T) {
	for _, test := range []struct{ rows, want string }{
		{"n,1,1,0,\nn,1,1,0,\n", `nodes.csv:3:1: sn: "n" is the name of line 2 too`},
		{"n,0,1,0,\n", `cpu_milli: "0" is not a whole number from 1`},
		{"n,1,1.5,0,\n", `memory_mib: "1.5" is not a whole number`},
		{"n,1,1,x,\n", `gpu: "x" is not a whole number from 0`},
		{",1,1,1,\n", `sn: "" is empty; a node needs a name`},
		{"n,1,1,1\n", "the row has 4 fields, the header 5"},
	} {
		in, err := NewInput("nodes.csv", strings.NewReader("sn,cpu_milli,memory_mib,gpu,model\n"+test.rows))
		require.NoError(t, err)
		_, err = readNodes(in)
		assert.ErrorContains(t, err, test.want)
	}
}
