package report

import "berth/sim"

// Result is everything that came of one run: what the files and the terminal
// are made of.
type Result struct {
	Summary Summary
	Series  Series
	Heatmap Heatmap
	// WaitingCounts is the distribution of waiting times.
	WaitingCounts []WaitingCount
	// Scaling is how the services under load were scaled: [Recorder.Scaling].
	Scaling []ServiceScaling
	// Capacity is how capacity moved: [Recorder.Capacity]. It is nil where it did
	// not.
	Capacity *Capacity
	// Scenario is the text of the scenario as it was run, variant applied.
	Scenario    string
	Description string
	// Placement lists the settings that placement results hang on, per job:
	// "replay: binpack(memory), ties to the instance launched first".
	Placement []string
	Run       Run
}

// Run holds what differs from run to run of one scenario: the content of
// run.json. It is never part of the summary.
type Run struct {
	Version       string  `json:"version"`
	Scenario      string  `json:"scenario"`
	Variant       string  `json:"variant,omitempty"`
	StartedAt     string  `json:"startedAt"` // RFC 3339, of the host's clock
	WallSeconds   float64 `json:"wallSeconds"`
	Events        uint64  `json:"events"`
	Tasks         uint64  `json:"tasks"`
	TasksPerSec   float64 `json:"tasksPerSecond"`
	PeakMemoryMiB float64 `json:"peakMemoryMiB"`
}

// Series is the course of a run in equal buckets, for series.csv and the
// pictures. Bucket i covers [Start + i·Width, Start + (i+1)·Width); the last
// one may be cut by the end of the run.
type Series struct {
	Start   sim.Time // of the first bucket: the end of the warm-up
	Width   sim.Time
	End     sim.Time // of the run
	Columns []Column
}

// Column is the mean of one figure in each bucket. Its name is the figure's
// path in the summary: "tasks.running", "utilisation.cpuReserved",
// "cost.perHour". A value is NaN where the figure does not exist, for example
// a utilisation without instances.
type Column struct {
	Name   string
	Unit   string // "tasks", "instances", "share", "USD/h"
	Values []float64
}

// Heatmap shows how strategies pack: the reserved share of the dominant
// resource of each instance over time. A row stands for PerRow instances that
// follow each other in launch order.
type Heatmap struct {
	Rows   []string // label of the first instance of the row: "general/i-0"
	PerRow int
	Start  sim.Time
	Width  sim.Time // of a column
	// Shares holds a row for each of Rows: the mean reserved share from 0 to
	// 1 in each column, NaN where no instance of the row was running.
	Shares [][]float64
}

// WaitingCount is one step of a distribution of waiting times: Count tasks
// waited between Low and High seconds. The first may be [0, 0]: no waiting.
type WaitingCount struct {
	Low, High float64
	Count     int64
}
