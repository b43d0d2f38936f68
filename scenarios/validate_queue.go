package scenarios

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fairShare is the order of a queue with fair shares.
const fairShare = "fairShare"

// queue checks the queue of a job by itself.
func (c *checker) queue(j *Job, path string) {
	at, q := join(path, "queue"), j.Queue
	switch {
	case q.Order == fairShare && q.Blocking == "strict":
		c.issue(join(at, "blocking"), "a queue with fair shares has no first task that could block: expected skip")
	case q.Backfill && q.Blocking != "strict":
		c.issue(join(at, "backfill"), "expected blocking: strict with it; with skip every task that fits overtakes")
	}
	if q.Order != fairShare {
		if len(q.FairShare) > 0 {
			c.issue(join(at, "fairShare"), "expected order: fairShare with it")
		}
		if c.stated(join(path, "group")) {
			c.note(path, "group has no effect: its queue has the order %s", q.Order)
		}
	}
}

// queues checks that jobs which wait for the same instances agree on how they
// wait. Services take the queue of the jobs. Fargate has room for all, so that
// nobody waits there.
func (c *checker) queues(paths []string) {
	works := c.Scenario.works()
	capacity := make([][]string, len(works)) // the providers of each that have instances
	leader := map[string]string{}            // of the providers that are joined by what waits for several
	var find func(name string) string
	find = func(name string) string {
		if l, ok := leader[name]; ok && l != name {
			return find(l)
		}
		return name
	}
	for i, w := range works {
		for _, name := range c.Target(w).Providers() {
			if p := c.Provider(name); p == nil || p.Kind() == KindFargate {
				continue
			}
			capacity[i] = append(capacity[i], name)
			leader[find(name)] = find(capacity[i][0])
		}
	}
	firsts, weighted := map[string]int{}, map[string]int{}
	groups := map[string][]string{}
	for i, w := range works {
		j, ok := w.(*Job)
		if !ok || len(capacity[i]) == 0 {
			continue
		}
		of := find(capacity[i][0])
		groups[of] = append(groups[of], j.share())
		f, ok := firsts[of]
		if !ok {
			firsts[of] = i
		} else {
			c.agree(j, works[f].(*Job), paths[i], capacity[i], capacity[f])
		}
		if len(j.Queue.FairShare) == 0 {
			continue
		}
		if f, ok = weighted[of]; !ok {
			weighted[of] = i
		} else if first := works[f].(*Job); !maps.Equal(first.Queue.FairShare, j.Queue.FairShare) {
			c.issue(join(paths[i], "queue.fairShare"), "other weights in job %q, which waits for the same capacity: they form one queue and have to agree", first.Name)
		}
	}
	for i, w := range works { // a share of no job
		j, ok := w.(*Job)
		if !ok || len(capacity[i]) == 0 || j.Queue.Order != fairShare {
			continue
		}
		known := groups[find(capacity[i][0])]
		for _, name := range slices.Sorted(maps.Keys(j.Queue.FairShare)) {
			if !slices.Contains(known, name) {
				c.issue(join(join(paths[i], "queue.fairShare"), name), "no job of this queue is of the group %q%s", short(name), meant(name, known))
			}
		}
	}
}

// agree checks that two jobs of one queue say the same of it.
func (c *checker) agree(j, first *Job, path string, capacity, ofFirst []string) {
	if j.Queue.Order == first.Queue.Order && j.Queue.Blocking == first.Queue.Blocking && j.Queue.Backfill == first.Queue.Backfill {
		return
	}
	shared := "by way of others"
	for _, name := range capacity {
		if slices.Contains(ofFirst, name) {
			shared = name
			break
		}
	}
	c.issue(join(path, "queue"), "%s here, but %s in job %q, which waits for the same capacity (%s): they form one queue and have to agree",
		j.Queue.words(j.Queue.Backfill != first.Queue.Backfill), first.Queue.words(j.Queue.Backfill != first.Queue.Backfill), first.Name, shared)
}

// words of a queue, with or without what it says of backfilling.
func (q Queue) words(backfill bool) string {
	words := []string{q.Order, q.Blocking}
	if backfill {
		words = append(words, fmt.Sprintf("backfill: %v", q.Backfill))
	}
	return strings.Join(words, " and ")
}
