package scenarios_test

import (
	"fmt"

	"berth/scenarios"
)

func Example() {
	file, err := scenarios.LoadBytes("queue.yaml", []byte(`
region: us-east-1
duration: 2d
cluster:
  capacityProviders:
    - name: fleet
      autoScalingGroup: {instanceTypes: [c6i.2xlarge], availabilityZones: [us-east-1a], desiredCapacity: 10}
jobs:
  - name: etl
    task: {cpu: 2048, memory: 1024}
    arrivals: {distribution: exponential, mean: 30s}
    duration: 18m
variants:
  - name: small
  - name: large
    set: {cluster.capacityProviders.fleet.autoScalingGroup.desiredCapacity: 20}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range file.Variants() {
		s, err := file.Variant(name, []string{"jobs.etl.duration=20m"})
		if err != nil {
			fmt.Println(err)
			return
		}
		job := s.Jobs[0]
		fmt.Println(name, s.Cluster.CapacityProviders[0].AutoScalingGroup.Size(), "instances,", s.Definition(job).Demand(), "for", job.Duration.Value)
	}
	_, err = file.Variant("small", []string{"jobs.etl.duratoin=20m"})
	fmt.Println(err)
	// Output:
	// small 10 instances, cpu 2048, memory 1024 MiB for 20m0s
	// large 20 instances, cpu 2048, memory 1024 MiB for 20m0s
	// --set jobs.etl.duratoin=20m: jobs.etl.duratoin: unknown field "duratoin" in jobs.etl; did you mean "duration"?
}
