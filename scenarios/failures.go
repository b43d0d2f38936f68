package scenarios

// Failures are what goes wrong by chance in the capacity of Auto Scaling groups.
// Variants see the same failures as long as they launch the same instances.
type Failures struct {
	// Instances that fail.
	Instances InstanceFailures `yaml:"instances" source:"berth"`
	// Launches that fail.
	Launches LaunchFailures `yaml:"launches" source:"berth"`
}

// InstanceFailures say how long instances last.
type InstanceFailures struct {
	// MeanTimeToFailure of an instance from its launch. A scalar is the mean of an exponential distribution. A failed instance takes its tasks along and is replaced after the next health check.
	MeanTimeToFailure *Quantity `yaml:"meanTimeToFailure" unit:"duration" default:"(never)" source:"berth"`
}

// LaunchFailures say how often a launch fails.
type LaunchFailures struct {
	// Probability that a launch fails, each for itself. It is tried again later.
	Probability float64 `yaml:"probability" range:"0..0.99" default:"0" source:"berth"`
}
