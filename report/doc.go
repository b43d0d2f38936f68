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
// What is written depends on the results alone, never on the host's clock, a
// random number or the order of a map; run.json is the one exception, and it
// is there to hold what differs from run to run.
package report
