package scenarios

import (
	"reflect"

	yaml "go.yaml.in/yaml/v4"

	"berth/sim"
)

// OnInterruption is what becomes of a task of a job that loses its place: with
// its instance, with its place on Fargate Spot, or because its container ends. In
// YAML it is restart (another attempt does all the work again), lose (there is no
// other attempt), or {checkpoint: 5m} (another attempt goes on from the last
// checkpoint).
type OnInterruption struct {
	// Lose says that there is no other attempt.
	Lose bool `yaml:"-"`
	// Checkpoint is the interval at which a task secures its work. The first is so long after its startup.
	Checkpoint sim.Time `yaml:"checkpoint,required" unit:"duration" range:">0s.." source:"berth"`
}

// onInterruption decodes a word, or a mapping with the interval of checkpoints.
func (d *decoder) onInterruption(n *yaml.Node, o *OnInterruption, path string) {
	if n.Kind == yaml.MappingNode {
		d.structure(n, reflect.ValueOf(o).Elem(), path)
		return
	}
	words := field{enum: []string{"restart", "lose"}}
	if n.Kind != yaml.ScalarNode || null(n) {
		d.expected(n, path, "restart, lose or {checkpoint: 5m}")
		return
	}
	o.Lose = d.text(n, words, path) == "lose"
}

// JobDependency is what a job waits for. In YAML it is the name of a job, which has
// to end successfully, or a mapping. A SEQUENTIAL dependency names no job.
type JobDependency struct {
	// Job that has to end successfully; with N_TO_N an array of the same size.
	Job string `yaml:"job" default:"(required, except for SEQUENTIAL)" source:"AWS Batch JobDependency, jobId"`
	// Type of the dependency between children of arrays: each waits for the one of the other array with its index (N_TO_N), or for the one before it in its own (SEQUENTIAL).
	Type string `yaml:"type" enum:"N_TO_N SEQUENTIAL" default:"(the whole job)" source:"AWS Batch JobDependency"`
}

// dependency decodes the name of a job, or a mapping.
func (d *decoder) dependency(n *yaml.Node, j *JobDependency, path string) {
	if n.Kind == yaml.ScalarNode && !null(n) {
		j.Job = d.text(n, field{required: true}, path)
		return
	}
	if n.Kind != yaml.MappingNode {
		d.expected(n, path, "the name of a job, or a mapping with job and type")
		return
	}
	d.structure(n, reflect.ValueOf(j).Elem(), path)
}

// sequential reports whether the children of a job's array run one after the
// other.
func (j *Job) sequential() bool {
	for _, d := range j.DependsOn {
		if d.Type == sequential {
			return true
		}
	}
	return false
}

// The types of dependencies between children of arrays.
const (
	nToN       = "N_TO_N"
	sequential = "SEQUENTIAL"
)

// share is the share of a queue to which the tasks of a job belong.
func (j *Job) share() string {
	if j.Group != "" {
		return j.Group
	}
	return j.Name
}
