package report

import (
	"math/big"

	"berth/sim"
	"berth/sim/cluster"
)

// spotPrice is the price of a Spot kind over time. What an hour costs may change
// at any instant, and that takes O(1), however many instances there are: an
// account looks at how much the integral of the price has grown by.
type spotPrice struct {
	perHour int64 // nano-dollars, since
	since   sim.Time
	paid    sim.Integral // of the price until then, nano-dollars per hour × ns
	least   int64        // so far
}

func newSpotPrice(perHour int64) spotPrice { return spotPrice{perHour: perHour, least: perHour} }

// at returns the integral of the price from the start of the run until now.
func (p *spotPrice) at(now sim.Time) sim.Integral {
	paid := p.paid
	paid.Add(p.perHour, now-p.since)
	return paid
}

func (p *spotPrice) change(now sim.Time, perHour int64) {
	p.paid, p.since, p.perHour = p.at(now), now, perHour
	p.least = min(p.least, perHour)
}

// spotBill is what all Spot instances of a kind together have cost, in nano-dollars
// per hour × ns.
type spotBill struct {
	paid, spared sim.Integral
	// sparedTime is how long instances ran that were not charged.
	sparedTime sim.Integral // ns
}

// spotAccount is the part of an account that only Spot instances have.
//
// A Spot instance that EC2 reclaims within its first hour costs nothing but its
// volume and its address. Nobody knows before whether that will be so. So for the
// first hour the shares of its tasks are held back in the account, a sum for
// each task group, and they are booked when the hour is over or the instance has
// ended: in full, or reduced to the part of the bill that is left. All that was
// charged is reduced alike, what was idle too.
//
// Source: Amazon EC2 user guide, "Billing for interrupted Spot Instances".
type spotAccount struct {
	began     sim.Integral // of the price, when the account was opened or the warm-up ended
	last      sim.Integral // of the price, when the account was last brought up to date
	idle      [idleCauses]float64
	held      int32 // first of the sums that are held back, or none
	reclaimed bool
}

// heldCharge is what tasks of a group owe an instance in its first hour.
type heldCharge struct {
	group  cluster.GroupID
	next   int32
	amount float64 // nano-dollars
	lost   float64 // part of it that paid for work that was thrown away
}

// firstHour is for how long a Spot instance costs nothing if EC2 reclaims it.
const firstHour = sim.Hour

const noCharge = -1

// openSpot opens the account of a Spot instance.
func (l *Ledger) openSpot(now sim.Time, id cluster.InstanceID, kind cluster.KindID) {
	for len(l.spotAccounts) <= int(id) {
		l.spotAccounts = append(l.spotAccounts, spotAccount{held: noCharge})
	}
	paid := l.spotPrice(kind).at(now)
	l.spotAccounts[id] = spotAccount{began: paid, last: paid, held: noCharge}
}

// spotPrice returns the price of a kind; one that was never declared is free.
func (l *Ledger) spotPrice(k cluster.KindID) *spotPrice {
	for len(l.spotPrices) <= int(k) {
		l.spotPrices = append(l.spotPrices, newSpotPrice(l.instancePrice(cluster.KindID(len(l.spotPrices))).Spot))
		l.spotBills = append(l.spotBills, spotBill{})
	}
	return &l.spotPrices[k]
}

// spotCost returns what a Spot instance cost since its account was last brought up
// to date, in nano-dollars.
func (l *Ledger) spotCost(id cluster.InstanceID, kind cluster.KindID, now sim.Time) float64 {
	s := &l.spotAccounts[id]
	paid := l.spotPrices[kind].at(now)
	cost := paid.Minus(s.last)
	s.last = paid
	return cost.Float() / float64(nanosPerHour)
}

// SpotPriceChanged says that an hour of a Spot instance of the kind costs
// something else from now on, in nano-dollars. It takes O(1).
func (l *Ledger) SpotPriceChanged(now sim.Time, k cluster.KindID, perHour int64) {
	l.spotPrice(k).change(now, perHour)
}

// Reclaimed says that EC2 takes a Spot instance back. It is called before the
// instance is terminated at the same instant: if that is within its first hour,
// the Spot price is not charged.
func (l *Ledger) Reclaimed(id cluster.InstanceID) {
	if l.instances[id].spot {
		l.spotAccounts[id].reclaimed = true
	}
}

// hold adds to what a group owes an instance. Groups are few on one instance.
func (l *Ledger) hold(id cluster.InstanceID, g cluster.GroupID, amount, lost float64) {
	s := &l.spotAccounts[id]
	for at := s.held; at != noCharge; at = l.held[at].next {
		if h := &l.held[at]; h.group == g {
			h.amount += amount
			h.lost += lost
			return
		}
	}
	at := int32(len(l.held))
	if n := len(l.freeHeld); n > 0 {
		at = l.freeHeld[n-1]
		l.freeHeld = l.freeHeld[:n-1]
	} else {
		l.held = append(l.held, heldCharge{})
	}
	l.held[at] = heldCharge{group: g, next: s.held, amount: amount, lost: lost}
	s.held = at
}

// release books what was held back, as far as a part of it is to be paid.
func (l *Ledger) release(id cluster.InstanceID, part float64) {
	s := &l.spotAccounts[id]
	for at := s.held; at != noCharge; at = l.held[at].next {
		h := &l.held[at]
		l.book(h.group, float64(h.amount*part), float64(h.lost*part))
		l.freeHeld = append(l.freeHeld, at)
	}
	s.held = noCharge
}

// closeSpot ends the bill of a Spot instance, whose account is up to date and
// whose idle time is settled. from and end bound what is billed.
func (l *Ledger) closeSpot(now sim.Time, id cluster.InstanceID, launched, from, end sim.Time) {
	a, s := &l.instances[id], &l.spotAccounts[id]
	price, bill := &l.spotPrices[a.kind], &l.spotBills[a.kind]
	paid := s.last.Minus(s.began)
	paid.Add(price.perHour, end-max(now, from)) // seconds are whole, and there is a minimum
	part := 1.0
	if s.reclaimed && now-launched < firstHour {
		rest := float64(a.rate * float64(end-from))
		all := rest + paid.Float()/float64(nanosPerHour)
		if all > 0 {
			part = rest / all
		}
		bill.spared = bill.spared.Plus(paid)
		bill.sparedTime.Add(1, end-from)
	} else {
		bill.paid = bill.paid.Plus(paid)
	}
	l.release(id, part)
	for cause, amount := range s.idle {
		l.idle[cause].add(float64(amount * part))
	}
}

// spared returns the sum of what reclaimed instances were not charged, in
// nano-dollars.
func (l *Ledger) spared() float64 {
	sum := new(big.Int)
	for _, b := range l.spotBills {
		sum.Add(sum, amount(b.spared, 1, 1))
	}
	f, _ := new(big.Float).SetInt(sum).Float64()
	return f
}

// Spot returns what Spot instances cost, and what the same hours would have cost on
// demand. Call it after [Ledger.Close].
func (l *Ledger) Spot() Spot {
	var s Spot
	paid, instead := new(big.Int), new(big.Int)
	var spot, all, spared sim.Integral
	for k, t := range l.kindTime {
		kind, price := l.cluster.Kind(cluster.KindID(k)), l.instancePrice(cluster.KindID(k))
		if kind.Type != "" {
			all = all.Plus(t)
		}
		if !kind.Spot {
			continue
		}
		spot = spot.Plus(t)
		instead.Add(instead, amount(t, price.OnDemand, 1))
		if k < len(l.spotBills) {
			b := l.spotBills[k]
			paid.Add(paid, amount(b.paid, 1, 1))
			spared = spared.Plus(b.sparedTime)
		}
	}
	hours := func(t sim.Integral) float64 { return t.Float() / float64(sim.Hour) }
	s.InstanceHours, s.FreeHours = hours(spot), hours(spared)
	s.Cost, s.OnDemandCost = dollars(paid), dollars(instead)
	s.SavingsAgainstOnDemand = dollars(instead.Sub(instead, paid))
	if s.OnDemandCost > 0 {
		saved := s.SavingsAgainstOnDemand / s.OnDemandCost
		s.SavingsFraction = &saved
	}
	if !all.IsZero() {
		part := spot.Ratio(all)
		s.HoursFraction = &part
	}
	return s
}
