// Package report says what came of a run.
//
// While a run goes on, its watchers measure: the ledger divides the bill among
// tasks, the recorder keeps the course of things in at most 1,024 buckets, and
// waiting times go into a distribution of a stated precision. Together with
// the lower bounds they become a [Result]: the [Summary], which is the content
// of summary.json, and what the pictures need.
//
// A [Report] is made of one or several results. It is written to a terminal
// ([WriteText]), as a table for other documents ([WriteMarkdown]), as one page
// that needs no network ([WriteHTML]), or with everything else into a folder
// ([Write]). [Compare] says which differences between variants are more than
// chance. [Events] writes down each event of a run as it happens.
//
// Capacity that moves has more to tell, once [Meter.FollowCapacity] was called: the
// meter is a [CapacityWatcher] beside a [cluster.Watcher]. A Spot instance pays the
// price of each moment; one that EC2 reclaims within its first hour pays for its
// volume and its address alone, and all that tasks and idle time were to pay
// shrinks to that, in proportion. The bill is also divided by what it was for:
// useful work, work that was thrown away, and instances that no task held while
// they booted, drained, waited in a warm pool, or had room, with or without a task
// that waited for a place somewhere in the cluster. The parts add up to the total.
//
// What is written depends on the results alone, never on the host's clock, a
// random number or the order of a map; run.json is the one exception, and it
// is there to hold what differs from run to run.
package report
