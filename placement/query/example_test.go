package query_test

import (
	"fmt"
	"time"

	"berth/placement/query"
)

// machine is an m6i.large that hosts tasks of some groups.
type machine struct{ hosts []int }

func (m machine) Attribute(name string) (string, bool) {
	return "m6i.large", name == "ecs.instance-type"
}
func (m machine) ID() string              { return "i-0" }
func (m machine) RegisteredAt() time.Time { return time.Unix(0, 0) }
func (m machine) RunningTasks() int64     { return int64(len(m.hosts)) }
func (m machine) AgentVersion() string    { return "1.14.5" }
func (m machine) AgentConnected() bool    { return true }

func (m machine) Runs(group int) bool {
	for _, g := range m.hosts {
		if g == group {
			return true
		}
	}
	return false
}

// A web server wants a machine of the m6i family without a database on it.
func ExampleParse() {
	e, err := query.Parse(`attribute:ecs.instance-type =~ m6i.* && !task:group == service:database`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e)
	fmt.Println("hangs on what runs there:", e.Static(query.Known{Attribute: machine{}.Attribute}) == query.Unknown)

	b := e.Bind([]string{"service:web", "service:database"})
	fmt.Println("beside another web server:", b.Matches(machine{hosts: []int{0}}))
	fmt.Println("beside a database:", b.Matches(machine{hosts: []int{0, 1}}))
	fmt.Println("can a start make it true:", b.StartsCanOpen())

	_, err = query.Parse(`attribute:ecs.instance-type = m6i.large`)
	fmt.Println(err)
	// Output:
	// attribute:ecs.instance-type =~ m6i.* and not(task:group == service:database)
	// hangs on what runs there: true
	// beside another web server: true
	// beside a database: false
	// can a start make it true: false
	// character 29: expected an operator of attribute:ecs.instance-type (==, !=, in, !in, =~, !~, exists, !exists), not "="; did you mean "=="?
}
