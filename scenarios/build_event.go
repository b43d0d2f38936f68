package scenarios

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
)

// eventActions lists what can happen at a given time. start is called once all
// of the world is there but before anything happens. It returns what is done when
// the time of the event has come, and in words what that is.
var eventActions = []eventAction{
	{"deploy", (*World).deploy},
	{"zoneOutage", (*World).zoneOutage},
	{"slowZone", (*World).slowZone},
	{"registryOutage", (*World).registryOutage},
	{"launchFailure", (*World).launchFailure},
	{"interrupt", (*World).interrupt},
	{"instanceRefresh", (*World).instanceRefresh},
}

// eventAction is one of the things that can happen.
type eventAction struct {
	name  string // of its field
	start func(w *World, e *Event, path string) (happen func(now sim.Time), what string, err error)
}

// given reports whether the event has an action.
func (e *Event) given(action string) bool {
	switch action {
	case "deploy":
		return e.Deploy != nil
	case "zoneOutage":
		return e.ZoneOutage != nil
	case "slowZone":
		return e.SlowZone != nil
	case "registryOutage":
		return e.RegistryOutage != nil
	case "launchFailure":
		return e.LaunchFailure != nil
	case "interrupt":
		return e.Interrupt != nil
	case "instanceRefresh":
		return e.InstanceRefresh != nil
	}
	return false
}

// eventTeller is a watcher of the cluster that wants to know of the events of the
// scenario too.
type eventTeller interface {
	// ScenarioEvent is called when an event happens, before anything comes of it.
	ScenarioEvent(now sim.Time, action, what string)
}

// addEvents schedules the events of the scenario. At their instant they come
// after what ends, and before what arrives.
func (w *World) addEvents(watchers []cluster.Watcher) error {
	var tellers []eventTeller
	for _, watcher := range watchers {
		if t, ok := watcher.(eventTeller); ok {
			tellers = append(tellers, t)
		}
	}
	var happen []func(now sim.Time)
	var kind sim.Kind
	for i, e := range w.scenario.Events {
		for _, a := range eventActions {
			if !e.given(a.name) {
				continue
			}
			begin, what, err := a.start(w, e, fmt.Sprintf("events.%d.%s", i, a.name))
			if err != nil {
				return err
			}
			if len(happen) == 0 {
				kind = w.kernel.Register("scenario event", sim.Capacity, true, func(now sim.Time, slot, _ uint32) { happen[slot](now) })
			}
			w.kernel.Schedule(e.At.In(w.scenario.Start), kind, uint32(len(happen)), 0)
			happen = append(happen, func(now sim.Time) {
				for _, t := range tellers {
					t.ScenarioEvent(now, a.name, what)
				}
				begin(now)
			})
		}
	}
	return nil
}
