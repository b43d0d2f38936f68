package placement

import (
	"strings"

	"berth/sim"
	"berth/sim/cluster"
)

// Explanation says why a task goes to an instance, or to none: how many
// instances survive each step of the funnel that ECS describes (resources,
// constraints, strategies, pick), and what became of the others.
// Source of the steps: Amazon ECS developer guide, "Amazon ECS task placement".
//
// It is made by [Linear.Explain], of the definition of what [Index] decides.
type Explanation struct {
	Demand   string `json:"demand"` // what the task takes
	Active   int    `json:"active"` // ACTIVE instances of the cluster
	Inactive int    `json:"inactive"`
	Funnel   []Step `json:"funnel"`
	Fits     int    `json:"fits"` // instances that can hold the task

	Ranking []Ranking `json:"ranking"` // by each rule of the chain
	// Drawn is how many instances power-of-d draws of those that fit; the ranking
	// is of all of them.
	Drawn    int    `json:"drawn,omitempty"`
	Ties     int    `json:"ties"`               // instances that the last rule leaves
	TieBreak string `json:"tieBreak,omitempty"` // what decides among them
	// Pick is the instance that the task gets; "" if there is none or if
	// chance decides, until that is known.
	Pick   string   `json:"pick,omitempty"`
	Others []Choice `json:"others,omitempty"` // what other strategies would have picked

	// Of a task that fits nowhere:

	Nearest []Miss       `json:"nearest,omitempty"` // instances that lack least, the nearest first
	Without []Relaxation `json:"without,omitempty"` // steps without which it would fit
	// New tells kinds of instances of which an empty one would hold the task;
	// nil if none would.
	New     []string `json:"new,omitempty"`
	Release *Release `json:"release,omitempty"` // the end of which running tasks makes room first

	// Fates tells what became of each ACTIVE instance, in the order of launch.
	Fates []Fate `json:"-"`
}

// Step is one step of the funnel.
type Step struct {
	Name   string `json:"name"` // "memory"
	Before int    `json:"before"`
	After  int    `json:"after"`
	// Nearest is the instance among those that fall out here that lacks least.
	Nearest *Miss `json:"nearest,omitempty"`
}

// Miss is an instance that does not hold the task.
type Miss struct {
	Instance string   `json:"instance"`
	Lacks    []string `json:"lacks"` // "256 MiB", in the order of the funnel
}

// String returns the miss as a sentence: "general/i-17 lacks 256 MiB".
func (m Miss) String() string { return m.Instance + " lacks " + strings.Join(m.Lacks, " and ") }

// Ranking is how one rule orders the instances that the rules before leave.
type Ranking struct {
	Rule    string  `json:"rule"` // "binpack(memory)"
	Before  int     `json:"before"`
	After   int     `json:"after"` // that share the first place
	Places  []Place `json:"places"`
	Skipped int     `json:"skipped"` // places that are not listed
}

// Place is a place in a ranking, shared by all instances with the same value.
// Values can tie, such as those of two zones with as many tasks.
type Place struct {
	Value     string `json:"value"`     // "1024 MiB free"
	Instances int    `json:"instances"` // that have it
	First     string `json:"first"`     // the one launched first
	Best      bool   `json:"best"`      // it is the first place, or ties with it
}

// Choice is what a strategy would pick.
type Choice struct {
	Instance   string   `json:"instance"`
	Strategies []string `json:"strategies"`
}

// Relaxation says how many instances would hold the task without a step.
type Relaxation struct {
	Step      string `json:"step"`
	Instances int    `json:"instances"`
}

// Release says which tasks have to end for the task to fit.
type Release struct {
	Instance string   `json:"instance"`
	Tasks    []string `json:"tasks"` // in the order of their ends
	At       sim.Time `json:"-"`
	Seconds  float64  `json:"atSeconds"` // since the start of the simulation
}

// Fate is what became of an instance.
type Fate struct {
	Instance cluster.InstanceID
	Step     string // the step at which it fell out; "" if it fits
	Note     string // "lacks 256 MiB"
	// Elsewhere says that it is not of the task's capacity providers,
	// Constraint that a constraint rules it out.
	Elsewhere, Constraint bool
}
