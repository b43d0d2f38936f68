package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What a daemon itself runs is no reason for it to go, whatever else has its
// constraints looked at: one task on an instance is distinct, and alone of its group.
func TestDaemonsDoNotTurnThemselvesOut(t *testing.T) {
	r := run(t, "%s", `
duration: 10m
cluster: {capacityProviders: [{name: iron, external: {instances: [{cpu: 8192, memory: 16384}]}}]}
taskDefinitions: {of: {cpu: 256, memory: 1024}}
services:
  - {name: apart, taskDefinition: of, schedulingStrategy: DAEMON, placementConstraints: [{type: distinctInstance}]}
  - {name: alone, taskDefinition: of, schedulingStrategy: DAEMON, placementConstraints: [{type: memberOf, expression: "not(task:group == service:alone)"}]}
  - {name: few, taskDefinition: of, schedulingStrategy: DAEMON, placementConstraints: [{type: memberOf, expression: "runningTasksCount < 3"}]}
  - {name: shy, taskDefinition: of, schedulingStrategy: DAEMON, placementConstraints: [{type: memberOf, expression: "not(task:group == service:apart)"}]}
`)
	for name, running := range map[string]float64{"apart": 1, "alone": 1, "few": 1, "shy": 0} {
		assert.InDelta(t, running, r.Summary.Services[name].Running.Mean, 1e-9, name)
	}
	assert.EqualValues(t, 3, r.Summary.Tasks.Submitted)
}
