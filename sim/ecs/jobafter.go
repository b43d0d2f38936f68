package ecs

import (
	"fmt"

	"berth/sim"
	"berth/sim/cluster"
)

// A job that depends on others is held until they have ended: its tasks are
// submitted then, or when they come if that is later. So what it waits for them
// is not time in the queue. If one of them has lost a task for good, its own
// tasks fail as they are submitted.
//
// The children of arrays can wait for one another instead. Each is submitted when
// what it waits for has been completed, and fails where that is lost.
//
// Source: AWS Batch user guide, "Job dependencies" and "Array jobs".

// child is one of an array that waits for other children.
type child struct {
	next    Submission
	missing int32 // children of other jobs, or the one before it, that have not ended
	failed  bool  // one of those was lost
}

// depend notes on what a job hangs, and holds it back if it does.
func (s *Scheduler) depend(n int) {
	j := &s.jobs[n]
	if len(j.After) == 0 && !j.Sequential {
		return
	}
	s.depends = true
	j.held = true
	if j.Sequential {
		j.children = []child{}
	}
	for _, d := range j.After {
		for len(s.dependents) <= int(d.On) {
			s.dependents = append(s.dependents, nil)
		}
		s.dependents[d.On] = append(s.dependents[d.On], dependent{job: int32(n), each: d.Each})
		if d.Each {
			j.children = []child{}
		}
	}
	s.kernel.Schedule(s.kernel.Now(), s.release, uint32(n), 0) // when all jobs are there
}

// dependent is a job that waits for another.
type dependent struct {
	job  int32
	each bool
}

// gather takes all children of an array from its source.
func (s *Scheduler) gather(n int) error {
	j := &s.jobs[n]
	each := int32(0)
	for _, d := range j.After {
		if d.Each {
			each++
		}
	}
	for {
		ok, err := j.Source.Next(&j.next)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if j.next.At > 0 {
			return fmt.Errorf("ecs: children of an array that wait for one another come at %v", j.next.At)
		}
		one := j.next
		one.Count = 1
		for range j.next.Count {
			c := child{next: one, missing: each}
			if j.Sequential && len(j.children) > 0 {
				c.missing++
			}
			j.children = append(j.children, c)
		}
	}
	j.exhausted = true
	j.alive = int64(len(j.children))
	return nil
}

// onRelease submits the tasks of a job, or has them come, if what it waits for
// has ended.
func (s *Scheduler) onRelease(now sim.Time, slot, _ uint32) {
	j := &s.jobs[slot]
	if !j.held {
		return
	}
	for _, d := range j.After {
		on := &s.jobs[s.groups[d.On].job-1]
		if d.Each {
			if len(j.children) != on.Array {
				panic("ecs: arrays of different sizes, whose children wait for one another")
			}
			continue
		}
		if !on.ended() {
			return
		}
		j.failed = j.failed || on.lost > 0
	}
	j.held = false
	switch {
	case j.children != nil:
		for i := range j.children {
			if j.children[i].missing == 0 {
				s.kernel.Schedule(now, s.childDue, slot, uint32(i))
			}
		}
	case !j.exhausted:
		s.kernel.Schedule(max(now, j.next.At), s.arrival, slot, 0)
	}
	s.over(int(slot))
}

// onChild submits a child of an array.
func (s *Scheduler) onChild(_ sim.Time, slot, index uint32) {
	j := &s.jobs[slot]
	c := &j.children[index]
	failed := j.failed
	j.failed = failed || c.failed
	j.submitted++
	s.submitFirst(j, &c.next, c.next.Class, j.startup(), int32(index))
	j.failed = failed
}

// taskOver counts a task of a job that has ended for good, if that matters to
// another job or to the children of arrays.
func (s *Scheduler) taskOver(n int, index int32, completed bool) {
	if !s.depends {
		return
	}
	j := &s.jobs[n]
	j.alive--
	if !completed {
		j.lost++
	}
	if j.Sequential && int(index)+1 < len(j.children) {
		s.childFreed(n, index+1, completed)
	}
	if int(j.Group) < len(s.dependents) {
		for _, d := range s.dependents[j.Group] {
			if d.each {
				s.childFreed(int(d.job), index, completed)
			}
		}
	}
	s.over(n)
}

// childFreed notes that one of those that a child waits for has ended.
func (s *Scheduler) childFreed(n int, index int32, completed bool) {
	j := &s.jobs[n]
	c := &j.children[index]
	c.missing--
	c.failed = c.failed || !completed
	if c.missing == 0 && !j.held {
		s.kernel.Schedule(s.kernel.Now(), s.childDue, uint32(n), uint32(index))
	}
}

// ended reports whether all tasks of a job have ended for good and no more come.
func (j *job) ended() bool { return j.exhausted && j.alive == 0 && !j.held }

// over has the jobs looked at that wait for a job, if that has ended.
func (s *Scheduler) over(n int) {
	j := &s.jobs[n]
	if !s.depends || !j.ended() || int(j.Group) >= len(s.dependents) {
		return
	}
	for _, d := range s.dependents[j.Group] {
		if !d.each {
			s.kernel.Schedule(s.kernel.Now(), s.release, uint32(d.job), 0)
		}
	}
}

// Held reports whether a job waits for others, so that no task of it has been
// submitted.
func (s *Scheduler) Held(g cluster.GroupID) bool {
	n := int(s.groups[g].job) - 1
	return n >= 0 && s.jobs[n].held
}
