package scenarios

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever befalls capacity, the checks hold after each event, tasks and instances
// and money add up, and the same scenario gives the same result.
func TestCapacityHoldsUnderAnyEvents(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := drawCapacity(r)
		s := func() *Scenario {
			file, err := LoadBytes("test.yaml", []byte(text))
			require.NoError(r, err, text)
			s, err := file.Variant("", nil)
			require.NoError(r, err, text)
			return s
		}
		first, lines := runCapacity(t, s())
		again, same := runCapacity(t, s())
		assert.Equal(r, lines, same)
		a, err := json.Marshal(first.Summary)
		require.NoError(r, err)
		b, err := json.Marshal(again.Summary)
		require.NoError(r, err)
		assert.Equal(r, string(a), string(b))
		if t.Failed() {
			r.Fatal(text)
		}
	})
}

// drawCapacity draws a scenario of which the capacity moves.
func drawCapacity(r *rapid.T) string {
	number := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(r, name) }
	one := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(r, name) }
	low := number("min", 0, 3)
	desired := low + number("desired", 0, 4)
	group := []string{
		"availabilityZones: [us-east-1a, us-east-1b]",
		fmt.Sprintf("minSize: %d, desiredCapacity: %d, maxSize: %d", low, desired, desired+number("max", 0, 12)),
		"newInstancesProtectedFromScaleIn: true",
		one("boot", "bootTime: 0s", "bootTime: 70s", "bootTime: {distribution: lognormal, median: 75s, p95: 400s}"),
		one("rebalance", "capacityRebalance: true", "capacityRebalance: false"),
		one("draining", "agent: {ECS_ENABLE_SPOT_INSTANCE_DRAINING: true}", "agent: {}"),
		one("policies", "terminationPolicies: [Default]", "terminationPolicies: [OldestInstance]", "terminationPolicies: [NewestInstance]"),
	}
	share := number("on demand", 0, 4) * 25
	group = append(group, fmt.Sprintf("mixedInstancesPolicy: {instancesDistribution: {onDemandBaseCapacity: %d, onDemandPercentageAboveBaseCapacity: %d, spotAllocationStrategy: %s}, overrides: [{instanceType: m5.large}, {instanceType: c5.xlarge}]}",
		number("base", 0, 2), share, one("strategy", "lowest-price", "price-capacity-optimized", "capacity-optimized", "diversified")))
	if share < 100 {
		group = append(group, fmt.Sprintf("spotMarket: {interruptions: {ratePerHour: %s}, price: %s, pools: [{depth: %d}]}",
			one("rate", "0", "0.5", "3"), one("price", "catalog", "{model: {step: 10m, volatility: 0.2}}"), number("depth", 0, 6)))
	}
	events := []string{
		"zoneOutage: {availabilityZone: us-east-1a, duration: 25m}", "zoneOutage: {availabilityZone: us-east-1b}",
		"launchFailure: {capacityProvider: a, duration: 10m}", "interrupt: {capacityProvider: a}", "interrupt: {capacityProvider: a, count: 1}",
		"instanceRefresh: {capacityProvider: a, minHealthyPercentage: 50}", "slowZone: {availabilityZone: us-east-1a, factor: 4}",
	}
	var happens strings.Builder
	at := 0
	for range number("events", 0, 4) {
		at += number("at", 0, 20)
		if happens.Len() == 0 {
			happens.WriteString("events:")
		}
		fmt.Fprintf(&happens, "\n  - {at: %dm, %s}", at, one("event", events...))
	}
	failures := one("failures", "", "failures: {instances: {meanTimeToFailure: 2h}, launches: {probability: 0.2}}")
	return fmt.Sprintf(`
region: us-east-1
duration: 2h
seed: %d
cluster:
  capacityProviders:
    - name: a
      managedScaling: {status: ENABLED, targetCapacity: %d, instanceWarmupPeriod: %ds}
      managedTerminationProtection: %s
      managedDraining: %s
      autoScalingGroup: {%s}
initialState: %s
%s
%s
jobs:
  - {name: j, task: {cpu: 512, memory: 1024}, arrivals: {distribution: exponential, mean: 90s}, duration: {distribution: exponential, mean: 8m}, capacityProviderStrategy: [{capacityProvider: a, weight: 1}], retries: %d}
services:
  - {name: s, task: {cpu: 256, memory: 512, stopTimeout: 30s, startup: 20s}, desiredCount: %d, capacityProviderStrategy: [{capacityProvider: a, weight: 1}], placementStrategy: [{type: spread, field: "attribute:ecs.availability-zone"}]}
  - {name: agent, schedulingStrategy: DAEMON, task: {cpu: 0, memory: 64}, capacityProviderStrategy: [{capacityProvider: a, weight: 1}]}
`, number("seed", 1, 1000), number("target", 50, 100), number("warm-up", 0, 300), one("protection", "ENABLED", "DISABLED"), one("managed draining", "ENABLED", "DISABLED"),
		strings.Join(group, ", "), one("state", "warm", "cold"), failures, happens.String(), number("retries", 0, 3), number("services", 0, 12))
}
