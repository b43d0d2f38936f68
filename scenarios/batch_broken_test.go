package scenarios_test

import "testing"

// What a user sees where jobs, their attempts, what they wait for and their queues
// are wrong. As TestBrokenScenarios.
func TestBrokenJobs(t *testing.T) { broken(t, "broken_jobs.txt") }
