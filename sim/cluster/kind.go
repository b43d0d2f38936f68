package cluster

import (
	"maps"
	"math"
	"slices"
	"strings"
)

// The attributes that ECS gives container instances of itself.
// Source: Amazon ECS developer guide, "Amazon ECS task placement constraints".
const (
	AttributeInstanceType     = "ecs.instance-type"
	AttributeAvailabilityZone = "ecs.availability-zone"
	AttributeCPUArchitecture  = "ecs.cpu-architecture"
	AttributeOSType           = "ecs.os-type"
	AttributeExternal         = "ecs.capability.external"
)

// AttributeGPUModel is berth's own attribute: the model of the instance's GPUs.
const AttributeGPUModel = "berth.gpu-model"

// Kind is what instances have in common: everything about them that never
// changes. Two instances of one kind differ only in what runs on them.
type Kind struct {
	Provider   ProviderID
	Type       string            // EC2 instance type; "" for a machine of one's own and for Fargate
	Zone       string            // availability zone; "" where there is none
	Attributes map[string]string // static attributes by name, built-in and custom, without the prefix "attribute:"
	Capacity   Vector            // what tasks may use of one instance; GPU is 1000 × Devices
	Devices    int               // GPUs, 0 to 32
	Interfaces int               // tasks that can have a network interface of their own, 0 to 255
	Agent      string            // version of the ECS agent
	Spot       bool              // bought on the Spot market
	Unlimited  bool              // Fargate: the instance holds any number of tasks
}

// Requirement restricts a pool to kinds whose attribute has one of the values.
type Requirement struct {
	Attribute string
	Values    []string
}

// Matcher is a rule about kinds, such as what a placement constraint says
// about what never changes.
type Matcher interface {
	Matches(*Kind) bool
	String() string // equal for matchers that match the same
}

// Pool names the instances that may hold a task: those of the providers that
// meet every requirement and that the matcher matches, if there is one.
type Pool struct {
	Providers    []ProviderID
	Requirements []Requirement
	Matcher      Matcher
}

func (p Pool) equal(o Pool) bool {
	if (p.Matcher == nil) != (o.Matcher == nil) || p.Matcher != nil && p.Matcher.String() != o.Matcher.String() {
		return false
	}
	return slices.Equal(p.Providers, o.Providers) &&
		slices.EqualFunc(p.Requirements, o.Requirements, func(a, b Requirement) bool {
			return a.Attribute == b.Attribute && slices.Equal(a.Values, b.Values)
		})
}

func (p Pool) allows(k *Kind) bool {
	if !slices.Contains(p.Providers, k.Provider) {
		return false
	}
	for _, r := range p.Requirements {
		if v, ok := k.Attributes[r.Attribute]; !ok || !slices.Contains(r.Values, v) {
			return false
		}
	}
	return p.Matcher == nil || p.Matcher.Matches(k)
}

// AddProvider declares a capacity provider and returns its number.
func (c *Cluster) AddProvider(name string) ProviderID {
	c.providers = append(c.providers, provider{name: name})
	return ProviderID(len(c.providers) - 1)
}

// ProviderName returns the name of a capacity provider.
func (c *Cluster) ProviderName(p ProviderID) string { return c.providers[p].name }

// Providers returns how many capacity providers there are.
func (c *Cluster) Providers() int { return len(c.providers) }

// AddKind declares a kind of instance and returns its number. The kind is
// copied.
func (c *Cluster) AddKind(k Kind) KindID {
	if k.Devices > maxDevices {
		panic("cluster: more than 32 GPUs on one instance")
	}
	if k.Interfaces > math.MaxUint8 {
		panic("cluster: more than 255 interfaces on one instance")
	}
	k.Attributes = maps.Clone(k.Attributes)
	c.kinds = append(c.kinds, k)
	id := KindID(len(c.kinds) - 1)
	for i := range c.pools {
		if c.pools[i].allows(&c.kinds[id]) {
			c.pools[i].kinds = append(c.pools[i].kinds, id)
		}
	}
	return id
}

// Kind returns a kind; it must not be changed.
func (c *Cluster) Kind(k KindID) *Kind { return &c.kinds[k] }

// Kinds returns how many kinds there are; they are numbered from 0.
func (c *Cluster) Kinds() int { return len(c.kinds) }

// AddGroup declares a task group and returns its number. Placement strategies
// and what spread counts belong to the group.
func (c *Cluster) AddGroup(name string) GroupID {
	c.groups = append(c.groups, name)
	return GroupID(len(c.groups) - 1)
}

// GroupName returns the name of a task group.
func (c *Cluster) GroupName(g GroupID) string { return c.groups[g] }

// TaskGroup returns the name that ECS gives a task group: "service:web" for
// the group of the service "service/web", "family:etl" for the job "etl".
// Source: Amazon ECS developer guide, "Task groups".
func (c *Cluster) TaskGroup(g GroupID) string {
	if service, ok := strings.CutPrefix(c.groups[g], ServicePrefix); ok {
		return "service:" + service
	}
	return "family:" + c.groups[g]
}

// ServicePrefix begins the names of the groups of services, so that the tasks
// of the service web are service/web/0, service/web/1 and so on.
const ServicePrefix = "service/"

// Groups returns how many task groups there are; they are numbered from 0.
func (c *Cluster) Groups() int { return len(c.groups) }

// AddPool returns the number of the pool, the same one for an equal pool.
func (c *Cluster) AddPool(p Pool) PoolID {
	for i := range c.pools {
		if c.pools[i].equal(p) {
			return PoolID(i)
		}
	}
	entry := pool{Pool: p}
	for k := range c.kinds {
		if p.allows(&c.kinds[k]) {
			entry.kinds = append(entry.kinds, KindID(k))
		}
	}
	c.pools = append(c.pools, entry)
	return PoolID(len(c.pools) - 1)
}

// Pool returns a pool; it must not be changed.
func (c *Cluster) Pool(p PoolID) Pool { return c.pools[p].Pool }

// Pools returns how many pools there are; they are numbered from 0.
func (c *Cluster) Pools() int { return len(c.pools) }

// PoolKinds returns the kinds of a pool in the order of their numbers; the
// slice must not be changed, and grows when kinds are added.
func (c *Cluster) PoolKinds(p PoolID) []KindID { return c.pools[p].kinds }

// Allows reports whether instances of the kind may hold tasks of the pool.
func (c *Cluster) Allows(p PoolID, k KindID) bool {
	_, found := slices.BinarySearch(c.pools[p].kinds, k)
	return found
}
