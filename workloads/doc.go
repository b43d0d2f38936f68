// Package workloads is where the tasks of a simulation come from: traces of
// real clusters, and arrivals drawn from distributions.
//
// # Sources
//
// Everything here ends in a [Source], which yields one [Row] after the other
// in the order of submission. A row is one or more equal tasks: when they are
// submitted, for how long they run, and what they demand. A simulation keeps
// one row ahead of its clock, so that a trace of any length takes the memory
// of a few thousand rows.
//
// # Traces
//
// [OpenTrace] opens a file in one of [Formats]:
//
//   - csv, the generic trace: a header line and the columns submit_s,
//     duration_s, cpu_units, memory_mib and, as far as they are there, gpu,
//     count, priority, group and id. See [NewCSV].
//   - swf, the Standard Workload Format of the Parallel Workloads Archive. See
//     [NewSWF].
//   - alibaba-gpu-2023, the pod lists of a published GPU cluster. See
//     [NewPods]; [ReadNodes] reads the node lists beside them.
//
// Files may be compressed with gzip or zstd. Numbers are read exactly: no
// decimal goes through a floating-point number, times are whole nanoseconds,
// and demands are rounded up to the unit of [berth/sim/cluster.Vector].
//
// A malformed row ends a trace with a [RowError], which names file, line,
// column and value. With [Options].SkipBadRows it is left out and counted
// instead; nothing is dropped without either. A file that is cut off or
// damaged is an error in any case, after the rows before the damage.
//
// [Ahead] moves reading to a second goroutine, in the same order of rows and
// errors. [Inspect] looks at a whole file and tells what is in it, as
// [WriteCSV] writes one.
//
// # Drawn workloads
//
// A [Distribution] is made from a [Spec] by [NewDistribution], which explains
// what is wrong with one. [Synthetic] draws tasks of one kind: [Arrivals] at
// drawn distances ([Gaps]) or listed instants ([At]), and durations. [Timed]
// gives the rows of another source new times. [GenerateTrace] makes up a trace
// that looks like one of a batch queue, and [Steady] is the fixed workload of
// published benchmarks.
//
// The streams of random numbers are passed in, one for each use. What is drawn
// for a task is drawn when its row is, in the order of rows, and does not
// depend on what a simulation does with it: two runs with the same seed see
// the same tasks. Drawn times are rounded to whole milliseconds, once.
//
// # What is left out
//
// Tasks do not depend on each other, demands do not change while a task runs,
// and what a trace says about where and when a task was started by the cluster
// of that time is not read: that is what is simulated.
package workloads
