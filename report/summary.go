package report

// Schema is the name and version of summary.json.
const Schema = "berth.summary/1"

// Summary is what came of one run: the content of summary.json. Times are in
// seconds, money in US dollars, unrounded. Fields may be added; none changes
// its name or meaning.
type Summary struct {
	Schema   string `json:"schema"`
	Version  string `json:"version"`
	Scenario string `json:"scenario"`
	Variant  string `json:"variant"`
	Seed     uint64 `json:"seed"`
	// Complete is false when the run was interrupted: what was computed until
	// then is right, but it is not the whole.
	Complete         bool    `json:"complete"`
	Start            string  `json:"start"` // RFC 3339
	End              string  `json:"end"`   // RFC 3339
	WarmupSeconds    float64 `json:"warmupSeconds"`
	SimulatedSeconds float64 `json:"simulatedSeconds"` // from the start to the end, warm-up included

	Tasks       Tasks       `json:"tasks"`
	Instances   Instances   `json:"instances"`
	Utilisation Utilisation `json:"utilisation"`
	Cost        Cost        `json:"cost"`
	Spot        Spot        `json:"spot"`
	// CapacityProviders are those of EC2 instances, where capacity moves.
	CapacityProviders map[string]CapacityProvider `json:"capacityProviders"`
	Services          map[string]Service          `json:"services"`
	Jobs              map[string]Job              `json:"jobs"`
	Bounds            Bounds                      `json:"bounds"`
	Fragments         Fragmentation               `json:"fragmentation"`
	Expectations      []Expectation               `json:"expectations"`
	Notes             []string                    `json:"notes"`
}

// Tasks counts attempts submitted after the warm-up. Each is in exactly one
// state at the end: Submitted = Completed + Stopped + Interrupted + Failed +
// Rejected + Running + Pending.
type Tasks struct {
	Submitted   int64 `json:"submitted"`
	Completed   int64 `json:"completed"`
	Stopped     int64 `json:"stopped"`
	Interrupted int64 `json:"interrupted"`
	Failed      int64 `json:"failed"`
	Rejected    int64 `json:"rejected"`
	Running     int64 `json:"running"`
	Pending     int64 `json:"pending"`
	// RoundedUp counts tasks whose demand was rounded up to a Fargate size.
	RoundedUp int64 `json:"roundedUp"`
	// BadRows counts rows of traces that were skipped because onBadRow says so.
	BadRows        int64   `json:"badRows"`
	PendingSeconds Waiting `json:"pendingSeconds"`
	// LostSeconds is the time of tasks of jobs whose work was thrown away, because
	// they were interrupted or failed.
	LostSeconds float64 `json:"lostSeconds"`
	// OldestPendingSeconds is how long the task that waits longest at the end
	// has waited.
	OldestPendingSeconds float64 `json:"oldestPendingSeconds"`
}

// Waiting describes the time from submission to the start of the containers,
// in seconds, over attempts that started. Mean and Max are exact; quantiles
// are within 1 %.
type Waiting struct {
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	Max  float64 `json:"max"`
}

// Instances counts EC2 and external instances after the warm-up:
// RunningAtStart + Launched = Terminated + RunningAtEnd. Running means from
// the launch to the end, booting included.
type Instances struct {
	RunningAtStart int64   `json:"runningAtStart"`
	Launched       int64   `json:"launched"`
	Terminated     int64   `json:"terminated"`
	Interrupted    int64   `json:"interrupted"` // part of Terminated
	RunningAtEnd   int64   `json:"runningAtEnd"`
	Peak           int64   `json:"peak"`
	Mean           float64 `json:"mean"`
	Hours          float64 `json:"hours"`
	OccupiedPeak   int64   `json:"occupiedPeak"` // with at least one task, most at once
	OccupiedMean   float64 `json:"occupiedMean"`
}

// Utilisation holds shares from 0 to 1: what was reserved, and what was used,
// of what EC2 and external instances registered, over the time in which they
// were ACTIVE or DRAINING. A share is nil where there is nothing to speak of.
type Utilisation struct {
	CPUReserved       *float64 `json:"cpuReserved"`
	MemoryReserved    *float64 `json:"memoryReserved"`
	GPUReserved       *float64 `json:"gpuReserved"`
	CPUUsed           *float64 `json:"cpuUsed"`
	MemoryUsed        *float64 `json:"memoryUsed"`
	FargateCPUUsed    *float64 `json:"fargateCpuUsed"`
	FargateMemoryUsed *float64 `json:"fargateMemoryUsed"`
}

// Cost is the bill after the warm-up, in US dollars. Sum over ByService + sum
// over ByJob + Idle + Unattributed = Total = sum over the components = sum over
// ByCapacityProvider + Unattributed.
type Cost struct {
	Total float64 `json:"total"`
	// Idle is what was paid for instances and held by no task: free, booting
	// and empty time.
	Idle float64 `json:"idle"`
	// IdleByCause is Idle by what the instances did meanwhile.
	IdleByCause IdleByCause `json:"idleByCause"`
	// LostWork is what tasks of jobs paid for work that was thrown away, because
	// they were interrupted or failed; UsefulWork is what tasks paid for all else.
	// UsefulWork + LostWork + Idle + Unattributed = Total.
	UsefulWork   float64 `json:"usefulWork"`
	LostWork     float64 `json:"lostWork"`
	Unattributed float64 `json:"unattributed"` // belongs to no capacity provider
	// RoundingWaste is the part that pays for rounding demands up to Fargate
	// sizes; it is contained in the cost of the jobs and
	// services.
	RoundingWaste      float64            `json:"roundingWaste"`
	ByComponent        Components         `json:"byComponent"`
	ByCapacityProvider map[string]float64 `json:"byCapacityProvider"`
	ByService          map[string]float64 `json:"byService"`
	ByJob              map[string]float64 `json:"byJob"`
}

// IdleByCause is what was paid for instances and held by no task, in US dollars,
// by what they did meanwhile.
type IdleByCause struct {
	Booting  float64 `json:"booting"`  // from the launch until ACTIVE, warm pools that run included
	Waiting  float64 `json:"waiting"`  // ACTIVE, while a task waited for a place somewhere in the cluster
	Free     float64 `json:"free"`     // ACTIVE, while none waited, and what is billed beyond the end
	Draining float64 `json:"draining"` // DRAINING
	WarmPool float64 `json:"warmPool"` // in a warm pool, stopped or running
}

func (i IdleByCause) sum() float64 {
	return i.Booting + i.Waiting + i.Free + i.Draining + i.WarmPool
}

// Spot is what came of EC2 Spot instances after the warm-up. Fargate Spot is not
// part of it.
type Spot struct {
	Interruptions int64   `json:"interruptions"` // instances that EC2 reclaimed
	InstanceHours float64 `json:"instanceHours"` // as billed, those not charged among them
	// HoursFraction is the Spot part of the hours of EC2 instances; nil without any.
	HoursFraction *float64 `json:"hoursFraction"`
	// FreeHours were not charged: EC2 reclaimed the instances within their first
	// hour.
	FreeHours float64 `json:"freeHours"`
	Cost      float64 `json:"cost"` // US dollars, without volumes and addresses
	// OnDemandCost is what the same hours would have cost on demand.
	OnDemandCost           float64 `json:"onDemandCost"`
	SavingsAgainstOnDemand float64 `json:"savingsAgainstOnDemand"` // US dollars: OnDemandCost - Cost
	// SavingsFraction is the savings as a share of OnDemandCost; nil without any.
	SavingsFraction *float64 `json:"savingsFraction"`
}

// CapacityProvider is what came of the EC2 instances of a capacity provider whose
// capacity moves, after the warm-up.
type CapacityProvider struct {
	Launched    int64   `json:"launched"`
	Terminated  int64   `json:"terminated"`
	Interrupted int64   `json:"interrupted"` // part of Terminated
	Notices     int64   `json:"notices"`     // warnings that an instance or a task would be reclaimed
	Failed      int64   `json:"failedLaunches"`
	Peak        int64   `json:"peak"` // instances at once, booting and draining ones included
	Mean        float64 `json:"mean"`
	// SpotFraction is the Spot part of the time of its instances; nil without any.
	SpotFraction *float64 `json:"spotFraction"`
	// Reservation describes CapacityProviderReservation in per cent; nil where
	// there is no managed scaling.
	Reservation *ReservationLevel `json:"reservation"`
	Activities  int64             `json:"activities"` // of its Auto Scaling group
}

// ReservationLevel is the metric CapacityProviderReservation over time, in per
// cent.
type ReservationLevel struct {
	Mean   float64 `json:"mean"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	Target float64 `json:"target"`
}

// Components is the bill by what is paid for.
type Components struct {
	EC2OnDemand       float64 `json:"ec2OnDemand"`
	EC2Spot           float64 `json:"ec2Spot"`
	FargateCPU        float64 `json:"fargateCpu"`
	FargateMemory     float64 `json:"fargateMemory"`
	FargateSpotCPU    float64 `json:"fargateSpotCpu"`
	FargateSpotMemory float64 `json:"fargateSpotMemory"`
	FargateStorage    float64 `json:"fargateStorage"`
	External          float64 `json:"external"`
	EBS               float64 `json:"ebs"`
	PublicIPv4        float64 `json:"publicIpv4"`
}

// Service is what came of one service.
type Service struct {
	Desired Level `json:"desired"` // tasks that it should have
	Running Level `json:"running"` // tasks that it had
	// Requests + BacklogStart = Served + Lost + BacklogEnd. They and the latency
	// are 0 where the service has no load.
	Requests     float64 `json:"requests"`
	Served       float64 `json:"served"`
	Lost         float64 `json:"lost"`
	BacklogStart float64 `json:"backlogStart"`
	BacklogEnd   float64 `json:"backlogEnd"`
	// UnservedFraction is the share of the requests, those among them that
	// waited when the warm-up ended, that were lost or still waited at the end:
	// (Lost + BacklogEnd) / (Requests + BacklogStart).
	UnservedFraction float64 `json:"unservedFraction"`
	// LatencySeconds is of the requests served.
	LatencySeconds Latency `json:"latencySeconds"`
	// CPUUtilisation is what the tasks used of the CPU that they reserved while
	// they ran; nil without load.
	CPUUtilisation *float64 `json:"cpuUtilisation"`
	// CostPerMillionRequests is what the tasks of the service held, in US
	// dollars, for each million requests that it served; nil if it served none.
	CostPerMillionRequests *float64 `json:"costPerMillionRequests"`
	// BelowDesiredSeconds is how long fewer tasks ran than it should have.
	BelowDesiredSeconds float64 `json:"belowDesiredSeconds"`
	ScalingActivities   int64   `json:"scalingActivities"`
	// Oscillation is how often within an hour, at worst, its scaling turned from
	// adding tasks to taking them away or back.
	Oscillation int64 `json:"oscillation"`
	// Deployments in the order in which they began, those left out that ended
	// within the warm-up.
	Deployments []Deployment `json:"deployments,omitempty"`
}

// Level is a number over time. Min and Max are of what lasted.
type Level struct {
	Mean float64 `json:"mean"`
	Min  int64   `json:"min"`
	Max  int64   `json:"max"`
}

// Latency describes response times, in seconds, each within 1 %.
type Latency struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
}

// Job is what came of one job.
type Job struct {
	Submitted int64 `json:"submitted"` // logical tasks
	Completed int64 `json:"completed"`
	Attempts  int64 `json:"attempts"`
	Rejected  int64 `json:"rejected"`
	// Interrupted, Failed and LostSeconds are as in Tasks: they count attempts.
	Interrupted int64   `json:"interrupted"`
	Failed      int64   `json:"failed"`
	LostSeconds float64 `json:"lostSeconds"`
	// PendingSeconds is as in Tasks.
	PendingSeconds Waiting `json:"pendingSeconds"`
	// MakespanSeconds runs from the first submission to the last end.
	MakespanSeconds float64 `json:"makespanSeconds"`
}

// Bounds says what no placement could have beaten, for the tasks as this run
// ran them.
type Bounds struct {
	// InstancesLowerBound: no placement can do with fewer instances of the
	// providers' types at the busiest moment.
	InstancesLowerBound *int64 `json:"instancesLowerBound"`
	// CostLowerBound is the sum over tasks of their time times the cheapest
	// offered price for their share of a mix of resources, for the mix for
	// which that is most, in US dollars.
	CostLowerBound *float64 `json:"costLowerBound"`
	Kind           string   `json:"kind"`
}

// Fragmentation says how much of what was free could not have held the median
// task: the share of free CPU that lay on instances without room for it, mean
// over time. MedianCPU and MedianMemoryMiB describe that task. Shares are
// nil where nothing was free or there were no instances.
type Fragmentation struct {
	UnusableFreeCPU    *float64 `json:"unusableFreeCpu"`
	UnusableFreeMemory *float64 `json:"unusableFreeMemory"`
	MedianCPU          float64  `json:"medianCpu"` // ECS CPU units
	MedianMemoryMiB    float64  `json:"medianMemoryMiB"`
}

// Expectation is an assertion of the scenario about the summary.
type Expectation struct {
	Metric string   `json:"metric"` // a path into the summary, as in cost.total
	Max    *float64 `json:"max,omitempty"`
	Min    *float64 `json:"min,omitempty"`
	Value  *float64 `json:"value"` // nil where the metric has none
	Holds  bool     `json:"holds"`
}
