// Package ecs is the control plane of Amazon ECS as far as tasks go: jobs
// and services submit tasks, tasks wait in queues, and a dispatch gives them
// their places.
//
// A [Scheduler] takes submissions from each job's [Source], keeps what has no
// place in queues, and asks a [Placer] where a task goes. A dispatch comes after
// everything that ends, joins or arrives at its instant, so that the outcome
// does not depend on the order of arrivals within it. There is one per instant,
// and another where tasks of no length have ended at once.
//
// Tasks wait in classes of equal demand (see [cluster.Class]). A class that
// found no place is not asked for again until something has changed in its
// favour: after a release only the instances that gained room are looked at,
// and the earliest waiting task that fits there is found through a tree over
// the waiting classes. See [Discipline] for what earliest means and what may
// overtake what.
//
// Where ports, interfaces or constraints decide too, free room is necessary for
// a class but not sufficient, and the placer has the last word. Constraints hang
// on nothing but the instance itself. A start takes room, but it can make its
// instance eligible for a class that hopes for company; then the instance is
// looked at again in the same dispatch.
//
// A task of a [Job] that loses its place can be tried again, as another attempt.
// Jobs can wait for jobs, and the tasks of one submission can be a gang that starts
// together. A queue can divide its capacity among shares, and let tasks overtake
// one that blocks it without delaying that.
//
// A [Service] replaces tasks that end. It keeps a desired number of them
// (REPLICA), or one on each instance that matches (DAEMON). Daemons do not wait
// in queues: after everything that changes capacity at an instant, and before
// anything is dispatched, they take their places.
//
// A task that has its place pulls its image first, unless the instance has it, and
// then its containers start. A task of a service starts up before it serves, and
// one that is told to stop keeps its place for a while. What takes no time costs no
// event.
//
// [Service.Deploy] replaces the tasks of a service by those of another [Revision],
// by and by or by shifting requests. Whatever is to be replaced, by a deployment,
// because an instance drains or because checks have found a task unhealthy, is only
// marked; one function compares what there is with what should be, starts as many
// tasks as the upper bound of the [DeploymentConfiguration] allows and stops as many
// as the lower one does. Health checks are not events: what they will find, and
// when, follows from when a task answers, and only what has a consequence is
// scheduled.
//
// [Division] divides tasks among capacity providers by base and weight.
package ecs
