package cluster

import "fmt"

// CPU is counted in 1/128000 of a vCPU, the largest unit in which both an ECS
// CPU unit (1/1024 vCPU) and a Kubernetes millicore are whole numbers.
const (
	VCPU      = 128000
	CPUUnit   = VCPU / 1024 // one ECS CPU unit
	Millicore = VCPU / 1000 // one Kubernetes millicore
)

// Memory is counted in KiB.
const (
	MiB = 1024
	GiB = 1024 * MiB
)

// GPU is counted in thousandths of a device.
const GPU = 1000

// Vector is an amount of each resource: what a task demands, what an instance
// registers, what is free. No component is negative.
type Vector struct {
	CPU    int64 // 1/128000 vCPU
	Memory int64 // KiB
	// GPU is in thousandths of a device. A demand of up to 1000 is a share of
	// one device; a larger demand is a whole number of devices, a multiple of
	// 1000. Four devices with 400 free each therefore do not hold a 500, so
	// of an instance this sum says less than its devices do.
	GPU int64
}

// Add returns v + w.
func (v Vector) Add(w Vector) Vector {
	return Vector{v.CPU + w.CPU, v.Memory + w.Memory, v.GPU + w.GPU}
}

// Sub returns v - w.
func (v Vector) Sub(w Vector) Vector {
	return Vector{v.CPU - w.CPU, v.Memory - w.Memory, v.GPU - w.GPU}
}

// String gives the vector in the units of a scenario: ECS CPU units, MiB and
// GPUs.
func (v Vector) String() string {
	s := fmt.Sprintf("cpu %s, memory %s MiB", decimal(v.CPU, CPUUnit), decimal(v.Memory, MiB))
	if v.GPU != 0 {
		s += ", gpu " + decimal(v.GPU, GPU)
	}
	return s
}

func decimal(n, unit int64) string {
	if n%unit == 0 {
		return fmt.Sprint(n / unit)
	}
	return fmt.Sprintf("%.3f", float64(n)/float64(unit))
}

// covers reports whether CPU and memory of w fit into v. GPUs are devices and
// are compared apart.
func (v Vector) covers(w Vector) bool { return w.CPU <= v.CPU && w.Memory <= v.Memory }
