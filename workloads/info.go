package workloads

import (
	"errors"
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
)

// Info is what a look at a trace file finds. Its JSON has the same names,
// beginning with a small letter.
type Info struct {
	File    string `json:"file"`
	Format  string `json:"format"`
	Rows    int    `json:"rows"`    // with the bad ones
	BadRows int    `json:"badRows"` // malformed, in none of the figures below
	Tasks   int64  `json:"tasks"`   // the sum of the rows' counts

	// BadRowErrors are those of the first ten bad rows.
	BadRowErrors []string `json:"badRowErrors,omitempty"`
	// Notes are what a scenario has to add, and what is otherwise odd.
	Notes []string `json:"notes,omitempty"`

	FirstSubmitSeconds float64 `json:"firstSubmitSeconds"`
	LastSubmitSeconds  float64 `json:"lastSubmitSeconds"`
	EndSeconds         float64 `json:"endSeconds"` // of the task that ends last

	// Of a node list, the figures are those of its nodes.
	CPUUnits        Percentiles `json:"cpuUnits"`
	MemoryMiB       Percentiles `json:"memoryMiB"`
	GPUs            Percentiles `json:"gpus"`
	DurationSeconds Percentiles `json:"durationSeconds"`

	// Peak is the most that runs at one instant, each figure at its own, if
	// every task starts when it is submitted.
	Peak Totals `json:"peak"`
	// CPUUnitsInUse follows that over time, from 0 on.
	CPUUnitsInUse Series `json:"cpuUnitsInUse"`
	// Capacity is that of all nodes of a node list; nil for a trace.
	Capacity *Totals `json:"capacity,omitempty"`
}

// Totals are sums over tasks or nodes.
type Totals struct {
	Tasks     float64 `json:"tasks"` // 0 for nodes
	CPUUnits  float64 `json:"cpuUnits"`
	MemoryMiB float64 `json:"memoryMiB"`
	GPUs      float64 `json:"gpus"`
}

// Inspect reads the file at path to its end, "-" being options.Stdin, in the
// format that Detect finds. Bad rows are counted, whatever options say, and
// memory that the file does not tell counts as 0, with a note, unless
// options.MemoryKiB fills it in. An error is one of reading, or of a file that
// is no trace.
func Inspect(path string, options Options) (Info, error) {
	in, err := Open(path, options.Stdin)
	if err != nil {
		return Info{}, err
	}
	info, err := inspect(in, options)
	return info, errors.Join(err, in.Close())
}

func inspect(in *Input, options Options) (Info, error) {
	format, err := detect(in)
	if err != nil {
		return Info{}, err
	}
	if format == NodeList {
		return inspectNodes(in)
	}
	options.SkipBadRows = true
	options.memoryMayBeUnknown = true
	var notes []string
	if format == "alibaba-gpu-2023" && !options.Untimed {
		// Whether a pod list has times is in its header.
		head, err := in.peek(inputBuffer)
		if err != nil {
			return Info{}, err
		}
		if options.Untimed = !podsHaveTimes(head); options.Untimed {
			notes = append(notes, "the list has no times; a scenario gives it arrivals and duration")
		}
	}
	for _, f := range Formats() {
		if f.Name != format {
			continue
		}
		trace, err := f.New(in, options)
		if err != nil {
			return Info{}, err
		}
		info, err := InspectSource(trace)
		if err != nil {
			return Info{}, err
		}
		info.File, info.Format = in.Name(), format
		info.Notes = append(notes, info.Notes...)
		return info, nil
	}
	return Info{}, fmt.Errorf("%s: no reader for the format %s", in.Name(), format)
}

// InspectSource reads src to its end. File and Format of the Info stay empty.
func InspectSource(src Source) (Info, error) {
	var s survey
	var row Row
	for {
		ok, err := src.Next(&row)
		if err != nil {
			return Info{}, err
		}
		if !ok {
			break
		}
		s.add(&row)
	}
	info := s.finish()
	if t, ok := src.(Trace); ok {
		info.BadRows = t.Skipped()
		info.Rows += info.BadRows
		for _, bad := range t.BadRows() {
			info.BadRowErrors = append(info.BadRowErrors, bad.Error())
		}
	}
	if t, ok := src.(*SWF); ok && t.unknownMemory > 0 {
		info.Notes = append(info.Notes, fmt.Sprintf("the memory of %d rows is not known; a scenario says how much a task has with memory", t.unknownMemory))
	}
	return info, nil
}

// survey collects an Info row by row.
type survey struct {
	info                       Info
	cpu, memory, gpu, duration tally
	alive                      alive
	now                        sim.Time // up to which cpuUse is told
	cpuUse                     averager
	first, last, end           sim.Time
}

func (s *survey) add(row *Row) {
	if s.info.Rows == 0 {
		s.first = row.Submit
	}
	s.info.Rows++
	s.info.Tasks += int64(row.Count)
	s.last = row.Submit
	s.cpu.add(row.Demand.CPU, row.Count)
	s.memory.add(row.Demand.Memory, row.Count)
	s.gpu.add(row.Demand.GPU, row.Count)
	s.duration.add(int64(row.Duration), row.Count)

	s.advance(row.Submit)
	s.end = max(s.end, row.Submit+row.Duration)
	if row.Duration == 0 {
		return // runs at no instant
	}
	n := float64(row.Count)
	s.alive.start(load{n, n * float64(row.Demand.CPU), n * float64(row.Demand.Memory), n * float64(row.Demand.GPU)}, row.Submit+row.Duration)
	peak, now := &s.info.Peak, s.alive.load
	peak.Tasks = max(peak.Tasks, now.tasks)
	peak.CPUUnits = max(peak.CPUUnits, now.cpu/cluster.CPUUnit)
	peak.MemoryMiB = max(peak.MemoryMiB, now.memory/cluster.MiB)
	peak.GPUs = max(peak.GPUs, now.gpu/cluster.GPU)
}

// advance lets the tasks end that end up to the given instant.
func (s *survey) advance(to sim.Time) {
	for {
		until := min(to, s.alive.next())
		s.cpuUse.add(s.now, until, s.alive.load.cpu/cluster.CPUUnit)
		s.now = until
		if s.alive.next() > to {
			return
		}
		s.alive.end()
	}
}

func (s *survey) finish() Info {
	s.advance(s.end)
	info := s.info
	info.FirstSubmitSeconds, info.LastSubmitSeconds, info.EndSeconds = s.first.Seconds(), s.last.Seconds(), s.end.Seconds()
	info.CPUUnits = s.cpu.percentiles(cluster.CPUUnit)
	info.MemoryMiB = s.memory.percentiles(cluster.MiB)
	info.GPUs = s.gpu.percentiles(cluster.GPU)
	info.DurationSeconds = s.duration.percentiles(int64(sim.Second))
	info.CPUUnitsInUse = s.cpuUse.series()
	return info
}

func inspectNodes(in *Input) (Info, error) {
	nodes, err := readNodes(in)
	if err != nil {
		return Info{}, err
	}
	info := Info{File: in.Name(), Format: NodeList, Rows: len(nodes), Capacity: &Totals{}}
	var cpu, memory, gpu tally
	var sum cluster.Vector
	for _, n := range nodes {
		cpu.add(n.Capacity.CPU, 1)
		memory.add(n.Capacity.Memory, 1)
		gpu.add(n.Capacity.GPU, 1)
		sum = sum.Add(n.Capacity)
	}
	info.CPUUnits = cpu.percentiles(cluster.CPUUnit)
	info.MemoryMiB = memory.percentiles(cluster.MiB)
	info.GPUs = gpu.percentiles(cluster.GPU)
	info.Capacity.CPUUnits = float64(sum.CPU) / cluster.CPUUnit
	info.Capacity.MemoryMiB = float64(sum.Memory) / cluster.MiB
	info.Capacity.GPUs = float64(sum.GPU) / cluster.GPU
	return info, nil
}
