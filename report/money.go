package report

import (
	"math"
	"math/big"

	"berth/sim"
)

// Money is kept in nano-dollars, prices in nano-dollars per hour. The hourly
// price is canonical: a line of the ledger divides once, at the end.
const (
	nanoPerDollar = 1_000_000_000
	nanosPerHour  = int64(sim.Hour)
)

// amount returns price × quantity / (unit × hour) in nano-dollars, rounded half
// up, where quantity is an integral over nanoseconds. It is a big integer: 64
// bits hold nine billion dollars, which a large cluster pays in twenty years.
func amount(quantity sim.Integral, pricePerHour, unit int64) *big.Int {
	divisor := new(big.Int).Mul(big.NewInt(unit), big.NewInt(nanosPerHour))
	product := new(big.Int).Mul(quantity.Big(), big.NewInt(pricePerHour))
	product.Add(product, new(big.Int).Rsh(divisor, 1))
	return product.Quo(product, divisor)
}

func dollars(nano *big.Int) float64 {
	f, _ := new(big.Rat).SetFrac(nano, big.NewInt(nanoPerDollar)).Float64()
	return f
}

// compensated is a sum of floating-point numbers that keeps what rounding
// loses (Neumaier's algorithm), so that ten million small amounts add up to
// their total.
type compensated struct{ sum, lost float64 }

func (c *compensated) add(x float64) {
	t := c.sum + x
	if math.Abs(c.sum) >= math.Abs(x) {
		c.lost += (c.sum - t) + x
	} else {
		c.lost += (x - t) + c.sum
	}
	c.sum = t
}

func (c *compensated) value() float64 { return c.sum + c.lost }

// billable returns what AWS charges for a run of the given length: per second,
// begun seconds whole, at least the minimum.
//
// Sources: Amazon EC2 user guide and pricing pages, "per second, with a minimum
// of 60 seconds"; AWS Fargate pricing, "rounded up to the nearest second", with
// a minimum of 1 minute for Linux.
func billable(length sim.Time) sim.Time {
	whole := (length + sim.Second - 1) / sim.Second * sim.Second
	return max(whole, sim.Minute)
}
