package workloads

import (
	"berth/sim"
	"berth/sim/cluster"
)

// Row is one submission: Count identical tasks that arrive together.
type Row struct {
	Submit   sim.Time       // since the start of the trace, not decreasing from row to row
	Duration sim.Time       // of running; 0 is allowed
	Demand   cluster.Vector // CPU and memory rounded up to the unit
	Count    int            // at least 1
	Priority int            // larger goes first
	// Group is the trace's label for a job, a user or a team. It is not a
	// task group: placement strategies do not see it.
	Group string
	ID    string // the trace's own name of the task, "" where it has none
	// GPUModels names the GPU models that may serve the row, joined by "|";
	// "" means any. It is the gpu_spec of the Alibaba lists.
	GPUModels string
	Line      int // of the input, counted from 1; 0 where there is no input file
}

// Source yields rows in the order of their submission. Next fills row and
// reports whether there was one; after false or an error it is not called
// again. The strings in row stay valid; row itself is reused by the caller.
type Source interface {
	Next(row *Row) (ok bool, err error)
}
