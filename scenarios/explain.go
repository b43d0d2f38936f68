package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"berth/internal/spelling"
	"berth/placement"
	"berth/sim"
	"berth/sim/cluster"
	"berth/sim/ecs"
)

// Question asks why a task goes where it goes: a certain task, or the next one
// of a service.
type Question struct {
	Task    string    // id, such as etl/17 or service/web/3; or
	Service string    // the name of a service
	At      *sim.Time // the instant asked about; nil: a task's decision, and of a service the end of the run
}

// ExplanationSchema names the form of an [Answer] in JSON.
const ExplanationSchema = "berth.explanation/1"

// Answer says why a task went where it went, or nowhere. Times are in seconds
// since the start of the simulation.
type Answer struct {
	Schema      string   `json:"schema"`
	Scenario    string   `json:"scenario"`
	Variant     string   `json:"variant"`
	Seed        uint64   `json:"seed"`
	Task        string   `json:"task"`      // its id; of a task that is only supposed: "the next task of service web"
	State       string   `json:"state"`     // SUPPOSED, PENDING, RUNNING, COMPLETED, STOPPED, REJECTED
	At          float64  `json:"atSeconds"` // the instant that the explanation is of
	Submitted   *float64 `json:"submittedSeconds"`
	Started     *float64 `json:"startedSeconds"`
	Ended       *float64 `json:"endedSeconds"`
	Instance    string   `json:"instance,omitempty"` // that it got
	Ahead       int      `json:"ahead"`              // tasks of the same demand that wait in front of it
	Held        string   `json:"held,omitempty"`     // what keeps it waiting beside a lack of room, as a clause: "it waits as a gang of 8"
	Strategy    string   `json:"strategy"`
	Constraints []string `json:"constraints"`
	// Explanation of the decision; nil where there was nothing to choose, for
	// the reason that Unchosen tells.
	*placement.Explanation
	Unchosen string `json:"unchosen,omitempty"`

	// Snapshot is the cluster at the decision.
	Snapshot []InstanceSnapshot `json:"-"`
}

// InstanceSnapshot is an ACTIVE instance at the instant of a decision.
type InstanceSnapshot struct {
	Name, Type, Zone, Provider string
	CPU, Memory                float64   // reserved share, 0 to 1
	GPUs                       []float64 // reserved share of each device
	Fate                       placement.Fate
	Picked                     bool
	Tasks                      []TaskSnapshot
}

// TaskSnapshot is a task on an instance.
type TaskSnapshot struct {
	Owner       string  // its job or service
	CPU, Memory float64 // share of the instance, 0 to 1
}

// QuestionError says that what a question asks about is not there.
type QuestionError struct{ Err error }

// Error says what is not there.
func (e *QuestionError) Error() string { return e.Err.Error() }

// Unwrap returns what is not there.
func (e *QuestionError) Unwrap() error { return e.Err }

// Explain answers the question of [Options]. It runs the world for it, in
// place of [World.Run].
func (w *World) Explain(ctx context.Context) (*Answer, error) {
	stop := context.AfterFunc(ctx, w.kernel.Interrupt)
	defer stop()
	q, t := w.options.Question, w.witness
	horizon := w.horizon
	if q.At != nil {
		if *q.At >= horizon {
			return nil, &QuestionError{fmt.Errorf("the run ends at %v, and the question is about %v", horizon, *q.At)}
		}
		horizon = *q.At + 1 // what happens at the instant has happened
	}
	err := w.kernel.Run(horizon)
	switch {
	case w.scheduler.Err() != nil:
		return nil, w.sourceError(w.scheduler.Err())
	case errors.Is(err, sim.ErrInterrupted):
		return nil, ErrInterrupted
	case err != nil:
		return nil, err
	}
	t.over = true
	a := &t.answer
	a.Schema, a.Scenario, a.Variant, a.Seed = ExplanationSchema, w.scenario.Name, w.scenario.Variant, uint64(w.scenario.Seed)
	if q.Service != "" {
		t.suppose()
	} else if err := t.conclude(); err != nil {
		return nil, err
	}
	policy := w.policies[t.group]
	a.Strategy = policy.String()
	a.Constraints = []string{}
	for _, c := range policy.Constraints {
		a.Constraints = append(a.Constraints, c.String())
	}
	return a, nil
}

// witness stands between the scheduler and the index, and explains the
// decision that a question is about. It watches the cluster too.
type witness struct {
	*placement.Index
	world  *World
	linear *placement.Linear
	group  cluster.GroupID
	number uint32         // of the task asked about
	task   cluster.TaskID // its slot while it is alive, or None
	known  bool           // the task has been submitted
	failed bool           // it has found no place so far
	over   bool           // the run is
	answer Answer
}

// daemonUnchosen says why nobody chose the instance of a daemon.
const daemonUnchosen = "a DAEMON service has one task on each instance that matches its constraints"

// testify returns the witness for a question about a world.
func (w *World) testify(setup placement.Setup, q *Question) (*witness, error) {
	t := &witness{Index: w.placer, world: w, linear: placement.NewLinear(w.cluster, setup), task: cluster.None}
	name, kind := q.Service, "service"
	group := cluster.ServicePrefix + name
	if q.Task != "" {
		at := strings.LastIndexByte(q.Task, '/')
		number, err := strconv.ParseUint(q.Task[at+1:], 10, 32)
		if at < 0 || err != nil {
			return nil, &QuestionError{fmt.Errorf("%q is not the id of a task: expected JOB/NUMBER or service/NAME/NUMBER, such as etl/17", q.Task)}
		}
		group, t.number = q.Task[:at], uint32(number)
		name, kind = group, "job"
		if service, ok := strings.CutPrefix(group, cluster.ServicePrefix); ok {
			name, kind = service, "service"
		}
	}
	names := map[string][]string{}
	for g := range w.cluster.Groups() {
		of := w.cluster.GroupName(cluster.GroupID(g))
		if of == group {
			t.group = cluster.GroupID(g)
			return t, nil
		}
		if service, ok := strings.CutPrefix(of, cluster.ServicePrefix); ok {
			names["service"] = append(names["service"], service)
		} else {
			names["job"] = append(names["job"], of)
		}
	}
	there := "there is none"
	if len(names[kind]) > 0 {
		there = "there are " + strings.Join(names[kind], ", ")
	}
	if near := spelling.Nearest(name, names[kind]); near != "" {
		there = fmt.Sprintf("did you mean %q? %s", near, there)
	}
	return nil, &QuestionError{fmt.Errorf("unknown %s %q: %s", kind, name, there)}
}

// Place lets the index decide, and explains the decision if it is the one
// asked about.
func (t *witness) Place(r cluster.Request) (cluster.InstanceID, cluster.Reason) {
	on, why := t.Index.Place(r)
	if t.task != cluster.None && t.world.cluster.FirstWaiting(r.Class) == t.task && (on != cluster.None || !t.failed) {
		t.failed = on == cluster.None
		t.explain(r, on)
	}
	t.linear.Took(r.Group, on)
	return on, why
}

// explain explains a decision made now.
func (t *witness) explain(r cluster.Request, on cluster.InstanceID) {
	a, c := &t.answer, t.world.cluster
	a.At = t.now().Seconds()
	a.Explanation = t.linear.Explain(r)
	if on != cluster.None {
		a.Explanation.Pick = c.InstanceName(on)
	}
	t.snapshot()
}

// now is the instant that is explained: once the run is over the one asked
// about, or the end. The clock stands at the last event before.
func (t *witness) now() sim.Time {
	switch at := t.world.options.Question.At; {
	case !t.over:
	case at != nil:
		return *at
	case t.world.horizon != sim.Never:
		return t.world.horizon
	}
	return t.world.cluster.Now()
}

// snapshot keeps the cluster as it is.
func (t *witness) snapshot() {
	a, c := &t.answer, t.world.cluster
	at := map[cluster.InstanceID]int{}
	a.Snapshot = nil
	for _, fate := range a.Fates {
		i := c.Instance(fate.Instance)
		k := c.Kind(i.Kind)
		if k.Unlimited {
			continue
		}
		s := InstanceSnapshot{
			Name: c.InstanceName(fate.Instance), Type: k.Type, Zone: k.Zone, Provider: c.ProviderName(k.Provider),
			CPU:    share(k.Capacity.CPU-i.Free.CPU, k.Capacity.CPU),
			Memory: share(k.Capacity.Memory-i.Free.Memory, k.Capacity.Memory),
			Fate:   fate,
		}
		s.Picked = s.Name == a.Pick
		for _, free := range c.Devices(fate.Instance) {
			s.GPUs = append(s.GPUs, share(cluster.GPU-int64(free), cluster.GPU))
		}
		at[fate.Instance] = len(a.Snapshot)
		a.Snapshot = append(a.Snapshot, s)
	}
	c.LiveTasks(func(id cluster.TaskID) {
		task := c.Task(id)
		n, ok := at[task.Instance]
		if task.Instance == cluster.None || !ok {
			return
		}
		class := c.Class(task.Class)
		capacity := c.Kind(c.Instance(task.Instance).Kind).Capacity
		a.Snapshot[n].Tasks = append(a.Snapshot[n].Tasks, TaskSnapshot{
			Owner:  strings.TrimPrefix(c.GroupName(class.Group), cluster.ServicePrefix),
			CPU:    share(class.Demand.CPU, capacity.CPU),
			Memory: share(class.Demand.Memory, capacity.Memory),
		})
	})
}

func share(n, of int64) float64 { return float64(n) / float64(max(of, 1)) }

// conclude completes the answer about a task, at the end of the run.
func (t *witness) conclude() error {
	a, c := &t.answer, t.world.cluster
	a.Task = fmt.Sprintf("%s/%d", c.GroupName(t.group), t.number)
	if !t.known {
		return &QuestionError{fmt.Errorf("there is no task %s by %v; %s has submitted %d", a.Task, t.now(), c.GroupName(t.group), c.Submissions(t.group))}
	}
	if a.State != "PENDING" || a.Instance != "" {
		return nil // it has had its place, or has it and starts up
	}
	// It waits: the explanation is of the present.
	class := c.Task(t.task).Class
	for id := c.FirstWaiting(class); id != t.task; id = c.NextWaiting(id) {
		a.Ahead++
	}
	a.Held = t.queued()
	t.explainWaiting(class)
	return nil
}

// explainWaiting explains why a task of a class has no place. Of Fargate there is
// nothing to tell but whether it takes tasks.
func (t *witness) explainWaiting(of cluster.ClassID) {
	a, c := &t.answer, t.world.cluster
	for id := range cluster.InstanceID(c.Slots()) {
		if i := c.Instance(id); i.State == cluster.Active && c.Allows(c.Class(of).Pool, i.Kind) && c.Kind(i.Kind).Unlimited {
			a.At, a.Explanation, a.Unchosen = t.now().Seconds(), nil, t.fargate(id)
			return
		}
	}
	t.explain(t.request(of), cluster.None)
	a.Pick = ""
}

// fargate says what becomes of a task that goes to an instance without limit.
func (t *witness) fargate(on cluster.InstanceID) string {
	c := t.world.cluster
	if i := c.Instance(on); i.Suspended {
		return c.ProviderName(c.Kind(i.Kind).Provider) + " has no capacity"
	}
	return "Fargate has room for every task, and nothing to choose among"
}

// queued says what keeps the task asked about, which waits, from a place that has
// room for it, or "".
func (t *witness) queued() string {
	c := t.world.cluster
	of := c.Task(t.task).Class
	gang := int(c.Class(of).Gang)
	head := t.world.scheduler.Head(of)
	if head != cluster.None && (c.FirstWaiting(of) != head || t.answer.Ahead >= max(1, gang)) {
		return fmt.Sprintf("it waits behind %s, the head of its queue", c.TaskName(head))
	}
	if gang > 1 {
		return fmt.Sprintf("it waits as a gang of %d, which starts together or not at all", gang)
	}
	return ""
}

// held says why the scheduler submits no further task of the service, or "".
func (t *witness) held(s *ecs.Service) string {
	why, until := s.Held(t.now())
	switch why {
	case ecs.RestartsHeld:
		return fmt.Sprintf("no task of it is started before %v, because the last ones ended before they ran", until)
	case ecs.LaunchesHeld:
		return fmt.Sprintf("no task of it is started before %v, because a service starts at most %d tasks a minute", until, s.LaunchesPerMinute)
	case ecs.ProviderHeld:
		return fmt.Sprintf("no task of it is started before %v, because of the launch quota of its capacity provider", until)
	case ecs.DeploymentHeld:
		return "no task of it is started, because the circuit breaker has ended its deployment"
	}
	return ""
}

func (t *witness) request(of cluster.ClassID) cluster.Request {
	k := t.world.cluster.Class(of)
	return cluster.Request{Class: of, Demand: k.Demand, Pool: k.Pool, Group: k.Group, Network: k.Network}
}

// suppose explains where the next task of the group would go: that which has
// waited longest, or else one more like those that run.
func (t *witness) suppose() {
	a, c := &t.answer, t.world.cluster
	a.Task = "the next task of " + strings.Replace(c.GroupName(t.group), "/", " ", 1)
	a.State = "SUPPOSED"
	services := t.world.scheduler.Services()
	service := services[slices.IndexFunc(services, func(s *ecs.Service) bool { return s.Group == t.group })]
	a.Held = t.held(service)
	if service.Daemon {
		a.At = t.now().Seconds()
		a.Unchosen = daemonUnchosen
		return
	}
	like := cluster.TaskID(cluster.None)
	c.LiveTasks(func(id cluster.TaskID) {
		task := c.Task(id)
		if c.Class(task.Class).Group != t.group {
			return
		}
		waits := func(id cluster.TaskID) bool { return c.Task(id).Instance == cluster.None }
		switch {
		case like == cluster.None,
			waits(id) && !waits(like),
			waits(id) == waits(like) && waits(id) == (task.Sequence < c.Task(like).Sequence):
			like = id // the first of those that wait, else the last of those that run
		}
	})
	if like == cluster.None {
		a.At = t.now().Seconds()
		a.Unchosen = "no task of it is waiting or running"
		return
	}
	task := c.Task(like)
	class := task.Class
	switch {
	case task.Instance == cluster.None:
		a.Task, a.State = c.TaskName(like), "PENDING"
		since := task.Submitted.Seconds()
		a.Submitted = &since
		t.task = like
		a.Held = t.queued()
		t.explainWaiting(class)
		return
	case c.Kind(c.Instance(task.Instance).Kind).Unlimited:
		a.At = t.now().Seconds()
		a.Unchosen = t.fargate(task.Instance)
		return
	}
	t.explain(t.request(class), cluster.None)
}

// The witness follows the task asked about.

// InstanceChanged does nothing.
func (t *witness) InstanceChanged(sim.Time, cluster.InstanceID, cluster.State, cluster.State) {}

// TaskSubmitted notes the slot of the task.
func (t *witness) TaskSubmitted(now sim.Time, id cluster.TaskID) {
	task := t.world.cluster.Task(id)
	if t.world.options.Question.Task == "" || t.known || task.Number != t.number || t.world.cluster.Class(task.Class).Group != t.group {
		return
	}
	t.known, t.task = true, id
	at := now.Seconds()
	t.answer.State, t.answer.Submitted = "PENDING", &at
}

// TaskStarted notes where the task runs. Without an instant to wait for, the
// question is answered.
func (t *witness) TaskStarted(now sim.Time, id cluster.TaskID) {
	if id != t.task {
		return
	}
	a, c := &t.answer, t.world.cluster
	on := c.Task(id).Instance
	at := now.Seconds()
	a.State, a.Started, a.Instance = "RUNNING", &at, c.InstanceName(on)
	if c.Task(id).Pulling() {
		a.State = "PENDING"
	}
	switch {
	case c.Kind(c.Instance(on).Kind).Unlimited:
		a.At, a.Explanation = at, nil
		a.Unchosen = t.fargate(on)
	case a.Explanation == nil || a.Pick == "":
		a.At = at
		a.Explanation = nil
		a.Unchosen = daemonUnchosen
	}
	if t.world.options.Question.At == nil {
		t.world.kernel.Stop()
	}
}

// TaskPulled notes that the task's containers have started.
func (t *witness) TaskPulled(_ sim.Time, id cluster.TaskID) {
	if id == t.task {
		t.answer.State = "RUNNING"
	}
}

// TaskEnded notes the end of the task.
func (t *witness) TaskEnded(now sim.Time, id cluster.TaskID, why cluster.Reason) {
	if id != t.task {
		return
	}
	at := now.Seconds()
	a := &t.answer
	a.Ended = &at
	switch why {
	case cluster.Completed:
		a.State = "COMPLETED"
	case cluster.Rejected, cluster.NeverFits:
		a.State = "REJECTED"
		if a.Explanation == nil {
			t.explain(t.request(t.world.cluster.Task(id).Class), cluster.None)
		}
	default:
		a.State = "STOPPED"
	}
	t.task = cluster.None
	if t.world.options.Question.At == nil {
		t.world.kernel.Stop()
	}
}
