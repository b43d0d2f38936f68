// Package cluster holds the state that every other room reads: instances,
// tasks, and what of the instances is free.
//
// State changes in one way only, through the methods of [Cluster]. They keep
// the invariants (an instance never holds more than it registered, a task is
// in exactly one place) and tell the watchers: the placement index, the
// ledger, the recorder and the checker, always in this order. A [Watcher] may
// schedule events but must not change the state.
//
// Instances and tasks live in slabs and are addressed by small integers, which
// are reused; the names that users see ("general/i-17", "etl/42") are made of
// launch and submission numbers, which are not. Instances that are equal in
// every attribute share a [Kind]. Tasks that are equal in all that matters to
// placement share a [Class]. A [Pool] says which kinds may hold the tasks of a
// class.
//
// Fargate is one instance without limit per capacity provider, so that a task
// is always on exactly one instance and nothing downstream has a special case.
//
// Resources are integers, see [Vector]; GPUs are devices of which a task takes
// a share or several whole ones, see [Cluster.Start].
package cluster
