package ec2

import (
	"math"
	"strconv"

	"berth/sim"
)

// Fate is when the Spot market takes an instance back. All of it is
// [sim.Never] for an instance that it leaves alone.
type Fate struct {
	// Recommendation to rebalance, at the notice or before it.
	Recommendation sim.Time
	// Notice of the interruption.
	Notice sim.Time
	// End of the instance, the notice's lead after it.
	End sim.Time
}

// Spared is the fate of an instance that is not interrupted.
var Spared = Fate{sim.Never, sim.Never, sim.Never}

// fate of an instance that gets its notice so long after now. A recommendation
// that would have to come before the launch, or at it, comes with the notice: else
// a group that replaces at once would launch without end at one instant.
//
// Source: Amazon EC2 user guide, "EC2 instance rebalance recommendations": it can
// arrive along with the interruption notice.
func (s *MarketSetup) fate(now, after sim.Time) Fate {
	if after >= sim.Never-now-s.Notice {
		return Spared
	}
	notice := now + after
	recommendation := notice - s.Rebalance
	if recommendation <= now {
		recommendation = notice
	}
	return Fate{Recommendation: recommendation, Notice: notice, End: notice + s.Notice}
}

// survival draws how long an instance runs until its notice: exponential with
// the hazard of its pool, in interruptions per hour. The draw belongs to the
// number of the instance's launch, so that it stays where it is when other
// launches come or go and only its scale hangs on the pool.
func (s *MarketSetup) survival(hazard float64, launch uint32) sim.Time {
	if hazard <= 0 {
		return sim.Never
	}
	u := sim.Stream(s.Seed, "spot/"+s.Name+"/"+strconv.FormatUint(uint64(launch), 10)).Float64()
	ms := math.Round(-math.Log1p(-u) / hazard * float64(sim.Hour/sim.Millisecond))
	if !(ms < float64(sim.Never/(2*sim.Millisecond))) {
		return sim.Never
	}
	return sim.Time(ms) * sim.Millisecond
}

// bandMiddles are the middles of the Spot advisor's bands but the last: the part
// of the instances that was interrupted within a month.
//
// Source: Spot Instance advisor, "Frequency of interruption".
var bandMiddles = [...]float64{0.025, 0.075, 0.125, 0.175}

// AdvisorMonth is the month of the Spot advisor's bands.
const AdvisorMonth = 30 * sim.Day

// AdvisorHazard returns the interruptions per hour and instance that a band of
// the Spot advisor, 0 to 4, stands for: with p the middle of the band,
// −ln(1 − p) / 30 days. It is the rate of the exponential of which p have been
// interrupted after 30 days. topBand is the p of band 4, above 20 %, which has no
// upper bound and hence no middle; below 1.
func AdvisorHazard(band int, topBand float64) float64 {
	p := topBand
	if band < len(bandMiddles) {
		p = bandMiddles[band]
	}
	return -math.Log1p(-p) / float64(AdvisorMonth/sim.Hour)
}
