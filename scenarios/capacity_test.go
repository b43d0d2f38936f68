package scenarios_test

import "testing"

// What a user sees for each way in which capacity can be wrong.
func TestBrokenCapacity(t *testing.T) { broken(t, "broken_capacity.txt") }
