package load

import "berth/sim"

// Load is how many requests come: a rate over time that is linear in pieces.
type Load interface {
	// Rate returns the rate at an instant in requests per second, at least 0,
	// how much it rises per second, and the first instant after t from which
	// this line no longer holds, [sim.Never] if it always does. Up to there
	// the rate must not fall below 0. Instants are asked for in their order,
	// never before the end of the piece asked for last.
	Rate(t sim.Time) (rate, slope float64, until sim.Time)
}
