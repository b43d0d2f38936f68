package workloads_test

import (
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"strings"

	"berth/sim"
	"berth/sim/cluster"
	"berth/workloads"
)

// A trace is opened by the name of its format and read row by row.
func ExampleOpenTrace() {
	text := `submit_s,duration_s,cpu_units,memory_mib,gpu
0,90,256,512,0
1.5,2,1024,2048,0.5
`
	trace, err := workloads.OpenTrace(workloads.Formats(), "csv", "-", workloads.Options{Stdin: strings.NewReader(text)})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = trace.Close() }()
	var row workloads.Row
	for {
		ok, err := trace.Next(&row)
		if err != nil {
			log.Fatal(err)
		}
		if !ok {
			break
		}
		fmt.Printf("line %d: at %v for %v: %v\n", row.Line, row.Submit, row.Duration, row.Demand)
	}
	// Output:
	// line 2: at 0s for 1m30s: cpu 256, memory 512 MiB
	// line 3: at 1.5s for 2s: cpu 1024, memory 2048 MiB, gpu 0.500
}

// Malformed rows are counted with SkipBadRows.
func ExampleOptions_skipBadRows() {
	text := `submit_s,duration_s,cpu_units,memory_mib,gpu
0,90,256,512,2.5
1,90,256,512,2
`
	trace, err := workloads.OpenTrace(workloads.Formats(), "csv", "-", workloads.Options{Stdin: strings.NewReader(text), SkipBadRows: true})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = trace.Close() }()
	var row workloads.Row
	for ok, err := trace.Next(&row); ok; ok, err = trace.Next(&row) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("row of line", row.Line)
	}
	fmt.Println("skipped:", trace.Skipped())
	fmt.Println(trace.BadRows()[0].Message)
	// Output:
	// row of line 3
	// skipped: 1
	// is more than one GPU and not whole; a task has a share of one GPU or whole GPUs, so write a number up to 1, or 2, 3, ...
}

// The batch queue of a queueing theorist: Poisson arrivals and exponential
// durations.
func ExampleSynthetic() {
	gap, err := workloads.NewDistribution(workloads.Spec{Distribution: "exponential", Parameters: map[string]float64{"mean": 30}})
	if err != nil {
		log.Fatal(err)
	}
	duration, err := workloads.NewDistribution(workloads.Spec{Distribution: "exponential", Parameters: map[string]float64{"mean": 1080}})
	if err != nil {
		log.Fatal(err)
	}
	jobs := &workloads.Synthetic{
		Arrivals: workloads.Gaps(gap, rand.New(rand.NewPCG(7, 1))),
		Duration: duration,
		Stream:   rand.New(rand.NewPCG(7, 2)),
		Demand:   cluster.Vector{CPU: 2 * cluster.VCPU, Memory: cluster.GiB},
		Until:    2 * sim.Minute,
	}
	var row workloads.Row
	for ok, _ := jobs.Next(&row); ok; ok, _ = jobs.Next(&row) {
		fmt.Printf("at %v for %v\n", row.Submit, row.Duration)
	}
	// Output:
	// at 13.555s for 5m19.04s
	// at 31.714s for 2m13.349s
	// at 41.138s for 15m43.987s
	// at 1m22.827s for 10m32.664s
	// at 1m24.532s for 42m38.823s
}

func ExampleNewDistribution() {
	_, err := workloads.NewDistribution(workloads.Spec{Distribution: "lognormal", Parameters: map[string]float64{"median": 20, "p59": 45}})
	fmt.Println(err)
	// Output:
	// distribution lognormal: unknown parameter p59 (did you mean "p95"?); it takes median and p95, or mean and cv
}

func ExampleWriteCSV() {
	b := workloads.DefaultBatch()
	b.Tasks = 3
	stream := func(n uint64) *rand.Rand { return rand.New(rand.NewPCG(1, n)) }
	src, err := workloads.GenerateTrace(b, stream(1), stream(2), stream(3))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := workloads.WriteCSV(os.Stdout, src); err != nil {
		log.Fatal(err)
	}
	// Output:
	// submit_s,duration_s,cpu_units,memory_mib,gpu,count,priority,group,id
	// 26.721,453.555,1024,2048,0,1,0,team4,
	// 35.385,325.446,16384,32768,0,1,0,team5,
	// 49.955,373.053,1024,2048,0,1,0,team1,
}
