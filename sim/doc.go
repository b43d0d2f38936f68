// Package sim is the kernel of a discrete-event simulation: a clock, pending
// events, random streams and exact integrals over time. It has no word of the
// domain; clusters, tasks and prices are the business of the rooms above it.
//
// A [Kernel] holds the pending events of one world and calls a [Handler] for
// each, in the order of time. Events of one instant come by [Phase], and within
// a phase in the order in which they were scheduled. That order is total and
// does not depend on anything outside the run: same calls, same run.
//
// An event is a kind, a slot and a generation. The slot usually is the index
// of the thing that the event is about in a slice of its owner. Events are not
// cancelled: the owner raises the generation of the slot, and its handler
// passes over events of another generation.
//
// Random numbers come from [Stream], one named stream per consumer. [Integral]
// sums integer quantities over time without rounding.
//
// The package leaves out processes, resources and statistics: handlers and
// plain Go do that work, see the example of a queue with one server.
package sim
