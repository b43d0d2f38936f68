package scenarios

// attempts checks what becomes of tasks that lose their place.
func (c *checker) attempts(j *Job, path string) {
	if o := j.OnInterruption; o != nil && o.Lose && c.stated(join(path, "retries")) {
		c.issue(join(path, "retries"), "onInterruption is lose: no task is tried again")
	}
}

// array makes an array the tasks of each arrival, or of the job as a whole.
func (c *checker) array(j *Job, path string) {
	if j.ArraySize == nil {
		return
	}
	at := join(path, "arraySize")
	if c.stated(join(path, "tasksPerArrival")) {
		c.issue(at, "tasksPerArrival is stated too; use one of them")
	}
	if j.once() && !c.stated(join(path, "arrivals")) && !c.stated(join(path, "schedule")) {
		if c.stated(join(path, "count")) {
			c.issue(at, "count is stated too; use one of them")
		}
		size := *j.ArraySize
		j.Count = &size
		return
	}
	j.TasksPerArrival = *j.ArraySize
}

// gang checks that the tasks of a gang go to one place to look for room.
func (c *checker) gang(j *Job, path string) {
	if !j.Gang {
		return
	}
	some := 0
	for _, item := range c.Target(j).Strategy {
		if item.Weight > 0 || item.Base > 0 {
			some++
		}
	}
	if some > 1 {
		c.issue(join(path, "gang"), "its capacityProviderStrategy divides the tasks among %d providers, and a gang starts in one pool; use capacityProviders, or one provider", some)
	}
	if j.sequential() {
		c.issue(join(path, "gang"), "its children run one after the other (SEQUENTIAL), and do not start together")
	}
	for _, d := range j.DependsOn {
		if d.Type == nToN {
			c.issue(join(path, "gang"), "its children wait for those of another array (N_TO_N), and do not start together")
		}
	}
}
