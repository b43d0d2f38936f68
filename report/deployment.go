package report

import (
	"fmt"
	"slices"
	"strings"

	"berth/sim"
	"berth/sim/cluster"
)

// Deployment is one deployment of a service: its tasks are replaced by those of
// another revision.
type Deployment struct {
	// Number of the deployment among those of its service. The first, with which it
	// was created, is listed only if it fails.
	Number int `json:"number"`
	// Revision of the service that is deployed, from 1, which is the one that the
	// run begins with. A rollback deploys an earlier one.
	Revision       int    `json:"revision"`
	TaskDefinition string `json:"taskDefinition"` // of the revision, by name; "" where it is in place
	// StartedSeconds and EndedSeconds are since the start of the run. It has not
	// ended where EndedSeconds is nil.
	StartedSeconds float64  `json:"startedSeconds"`
	EndedSeconds   *float64 `json:"endedSeconds"`
	Status         string   `json:"status"`      // as in ECS: IN_PROGRESS, COMPLETED, FAILED or STOPPED
	FailedTasks    int64    `json:"failedTasks"` // tasks of it that ended before they ran, or failed health checks
	Rollback       bool     `json:"rollback"`    // it takes back one that failed
	Reason         string   `json:"reason"`      // for its beginning, or why it ended in another way, in words
	// Stuck says why it could neither start nor stop a task when the run ended.
	Stuck string `json:"stuck,omitempty"`
}

// The states of a deployment.
//
// Source: ECS API, Deployment, rolloutState, and ServiceDeployment, status.
const (
	DeploymentInProgress = "IN_PROGRESS"
	DeploymentCompleted  = "COMPLETED"
	DeploymentFailed     = "FAILED"
	DeploymentStopped    = "STOPPED" // another one began before
)

// DeploymentKind is what happens to a deployment: a kind of events.ndjson.
type DeploymentKind string

// What happens to a deployment.
const (
	DeploymentStarts    DeploymentKind = "deploymentStarted"
	DeploymentShifts    DeploymentKind = "deploymentShifted" // requests, to the tasks of its revision
	DeploymentCompletes DeploymentKind = "deploymentCompleted"
	DeploymentFails     DeploymentKind = "deploymentFailed"
	DeploymentStops     DeploymentKind = "deploymentStopped"
)

// DeploymentChanged records how far a deployment of a service has come. What has
// happened to it may be nothing that has a name: the kind is empty then.
func (r *Recorder) DeploymentChanged(_ sim.Time, g cluster.GroupID, _ DeploymentKind, d Deployment) {
	s := r.serviceOf[g]
	for i := range s.deployments {
		if s.deployments[i].Number == d.Number {
			s.deployments[i] = d
			return
		}
	}
	s.deployments = append(s.deployments, d)
}

// underWay leaves of deployments those that have not ended.
func underWay(all []Deployment) []Deployment {
	return slices.DeleteFunc(all, func(d Deployment) bool { return d.EndedSeconds != nil })
}

// DeploymentChanged writes deploymentStarted, deploymentShifted,
// deploymentCompleted, deploymentFailed or deploymentStopped, and nothing where
// the kind is empty.
func (e *Events) DeploymentChanged(now sim.Time, g cluster.GroupID, kind DeploymentKind, d Deployment) {
	if e.err != nil || kind == "" {
		return
	}
	e.begin(now, string(kind))
	e.text(`,"service":`, strings.TrimPrefix(e.cluster.GroupName(g), cluster.ServicePrefix))
	e.line = fmt.Appendf(e.line, `,"deployment":%d,"revision":%d`, d.Number, d.Revision)
	e.text(`,"taskDefinition":`, d.TaskDefinition)
	if d.EndedSeconds != nil {
		e.line = fmt.Appendf(e.line, `,"failedTasks":%d`, d.FailedTasks)
	}
	if d.Rollback {
		e.line = append(e.line, `,"rollback":true`...)
	}
	e.text(`,"reason":`, d.Reason)
	e.end()
}

// ScenarioEvent writes scenarioEvent: an event of the scenario happens.
func (e *Events) ScenarioEvent(now sim.Time, action, what string) {
	if e.err != nil {
		return
	}
	e.begin(now, "scenarioEvent")
	e.text(`,"action":`, action)
	e.text(`,"reason":`, what)
	e.end()
}

// title names a deployment in a table or a picture: "v2", "rollback to v1".
func (d *Deployment) title() string {
	name := d.TaskDefinition
	if name == "" {
		name = fmt.Sprintf("revision %d", d.Revision)
	}
	if d.Rollback {
		return "rollback to " + name
	}
	return name
}

// took says how long a deployment took, or for how long it has been under way.
func (d *Deployment) took(end float64) string {
	if d.EndedSeconds == nil {
		return span(end-d.StartedSeconds) + " so far"
	}
	return span(*d.EndedSeconds - d.StartedSeconds)
}

// status of a deployment in a word.
func (d *Deployment) status() string {
	switch d.Status {
	case DeploymentCompleted:
		return "completed"
	case DeploymentFailed:
		return "failed"
	case DeploymentStopped:
		return "stopped"
	}
	return "under way"
}

// why is what is to be said of a deployment beside its state.
func (d *Deployment) why() string {
	if d.Stuck != "" {
		return d.Stuck
	}
	return d.Reason
}

// deploymentRemarks tells of deployments that did not come to a good end.
func deploymentRemarks(s *Summary) []string {
	var remarks []string
	for _, name := range sortedKeys(s.Services) {
		for _, d := range s.Services[name].Deployments {
			of := "service " + name + ": the deployment of " + d.title() + " at " + span(d.StartedSeconds)
			if d.Rollback {
				of = "service " + name + ": the " + d.title() + " at " + span(d.StartedSeconds)
			}
			switch d.Status {
			case DeploymentFailed:
				remarks = append(remarks, of+" failed after "+d.took(0)+": "+d.Reason)
			case DeploymentInProgress:
				remark := of + " was still under way at the end, after " + span(s.SimulatedSeconds-d.StartedSeconds)
				if d.FailedTasks > 0 {
					remark += " and " + plural(d.FailedTasks, "failed task", "failed tasks")
				}
				if d.Stuck != "" {
					remark += ": " + d.Stuck
				}
				remarks = append(remarks, remark)
			}
		}
	}
	return remarks
}
