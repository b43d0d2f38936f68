package sim

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestEventsOfAnInstantComeByPhaseThenInTheOrderScheduled(t *testing.T) {
	k := NewKernel()
	var got []uint32
	note := func(_ Time, slot, _ uint32) { got = append(got, slot) }
	scale := k.Register("scale", Scaling, false, note)
	end := k.Register("end", Ending, false, note)
	var start Kind
	start = k.Register("start", Starting, false, func(now Time, slot, _ uint32) {
		got = append(got, slot)
		if slot == 3 {
			k.Schedule(now, end, 10, 0) // a task of no length
			k.Schedule(now, start, 11, 0)
		}
	})
	for slot, kind := range []Kind{scale, scale, start, start, end} {
		k.Schedule(5, kind, uint32(slot), 0)
	}
	require.NoError(t, k.Run(Never))
	assert.Equal(t, []uint32{4, 2, 3, 10, 11, 0, 1}, got)
	assert.Equal(t, Time(5), k.Now())
	assert.Equal(t, uint64(7), k.Fired())
}

func TestRunCoversTheTimeUpToTheHorizonAndGoesOn(t *testing.T) {
	k := NewKernel()
	var got []Time
	tick := k.Register("tick", Observing, false, func(now Time, _, _ uint32) { got = append(got, now) })
	for _, at := range []Time{0, 9, 10, 100} {
		k.Schedule(at, tick, 0, 0)
	}
	require.NoError(t, k.Run(10))
	assert.Equal(t, []Time{0, 9}, got, "an event on the horizon is not part of the run")
	k.Schedule(10, tick, 0, 0)
	require.NoError(t, k.Run(Never))
	assert.Equal(t, []Time{0, 9, 10, 10, 100}, got)
}

func TestBackgroundEventsDoNotKeepARunGoing(t *testing.T) {
	k := NewKernel()
	ticks := 0
	var tick Kind
	tick = k.Register("tick", Observing, true, func(now Time, _, _ uint32) {
		ticks++
		k.Schedule(now+Second, tick, 0, 0)
	})
	work := k.Register("work", Ending, false, func(Time, uint32, uint32) {})
	k.Schedule(0, tick, 0, 0)
	k.Schedule(10*Second+1, work, 0, 0)
	require.NoError(t, k.Run(Never))
	assert.Equal(t, 11, ticks)
	assert.True(t, k.Idle())
}

func TestAnInstantWithoutProgressIsAnErrorThatNamesTheKinds(t *testing.T) {
	k := NewKernel()
	var loop Kind
	loop = k.Register("loop", Starting, false, func(now Time, _, _ uint32) { k.Schedule(now, loop, 0, 0) })
	k.Schedule(3, loop, 0, 0)
	err := k.Run(Never)
	require.ErrorContains(t, err, "more than 10000000 events at 3ns")
	assert.ErrorContains(t, err, "of the last 1000: loop: 1001")
}

func TestSchedulingInThePastPanicsWithBothTimes(t *testing.T) {
	k := NewKernel()
	kind := k.Register("late", Ending, false, func(Time, uint32, uint32) {})
	k.Register("check", Ending, false, nil)
	fire := k.Register("fire", Ending, false, func(Time, uint32, uint32) {
		assert.PanicsWithValue(t, "sim: late scheduled at 1s, but it is 2s", func() { k.Schedule(Second, kind, 0, 0) })
	})
	k.Schedule(2*Second, fire, 0, 0)
	require.NoError(t, k.Run(Never))
}

func TestInterruptStopsARun(t *testing.T) {
	k := NewKernel()
	n := 0
	var step Kind
	step = k.Register("step", Ending, false, func(now Time, _, _ uint32) {
		if n++; n == 5000 {
			k.Interrupt()
		}
		k.Schedule(now+1, step, 0, 0)
	})
	k.Schedule(0, step, 0, 0)
	require.ErrorIs(t, k.Run(Never), ErrInterrupted)
	assert.Less(t, n, 5000+1025)
}

func TestStaleTimersAreToldApartByTheirGeneration(t *testing.T) {
	k := NewKernel()
	var generation uint32
	var fired []Time
	timer := k.Register("timer", Ending, false, func(now Time, _, g uint32) {
		if g == generation {
			fired = append(fired, now)
		}
	})
	k.Schedule(10, timer, 0, generation)
	generation++
	k.Schedule(20, timer, 0, generation)
	require.NoError(t, k.Run(Never))
	assert.Equal(t, []Time{20}, fired)
}

func TestTheKernelAllocatesNothingPerEvent(t *testing.T) {
	k := NewKernel()
	var step Kind
	step = k.Register("step", Ending, false, func(now Time, slot, _ uint32) {
		k.Schedule(now+Time(slot%97)*Millisecond, step, slot*31+7, 0)
	})
	for i := range uint32(1000) {
		k.Schedule(Time(i), step, i, 0)
	}
	require.NoError(t, k.Run(100*Second))
	horizon := k.Now()
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		horizon += Second
		_ = k.Run(horizon)
	}))
}

func TestIntegralsAgreeWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var i Integral
		sum := new(big.Int)
		for range rapid.IntRange(1, 20).Draw(t, "terms") {
			// 20 simulated years of the largest instance known, in KiB.
			value := rapid.Int64Range(0, 1<<36).Draw(t, "value")
			span := Time(rapid.Int64Range(0, int64(20*365*Day)).Draw(t, "span"))
			i.Add(value, span)
			sum.Add(sum, new(big.Int).Mul(big.NewInt(value), big.NewInt(int64(span))))
		}
		if i.Big().Cmp(sum) != 0 {
			t.Fatalf("got %v, want %v", i.Big(), sum)
		}
		f, _ := new(big.Float).SetInt(sum).Float64()
		if diff := i.Float() - f; diff > f*1e-15 || diff < -f*1e-15 {
			t.Fatalf("got %v, want %v", i.Float(), f)
		}
		if i.Minus(i).IsZero() != true || i.Plus(i).Minus(i) != i {
			t.Fatal("sum and difference do not agree")
		}
	})
}

// The streams are part of every result: a change of these numbers changes all.
func TestStreamsAreFrozen(t *testing.T) {
	s := Stream(1, "arrivals/web")
	var got []uint64
	for range 3 {
		got = append(got, s.Uint64())
	}
	assert.Equal(t, []uint64{0x47dcbcae23eed152, 0xdca1904c0cf58064, 0x26867208e7322b94}, got)
	assert.NotEqual(t, Stream(1, "a").Uint64(), Stream(1, "b").Uint64())
	assert.NotEqual(t, Stream(1, "a").Uint64(), Stream(2, "a").Uint64())
}

// Many events of one instant are foreseen some at a time, right before they come, so
// that what is read for them is still at hand.
func TestEventsOfAnInstantAreForeseenSomeAtATime(t *testing.T) {
	k := NewKernel()
	var seen []uint32
	handled := 0
	kind := k.Register("due", Arriving, false, func(_ Time, slot, _ uint32) {
		if handled < 32 {
			require.Contains(t, seen, slot)
		}
		require.LessOrEqual(t, len(seen)-handled, 16)
		handled++
	})
	k.Foresee(kind, func(slots []uint32) { seen = append(seen, slots...) })
	for i := range uint32(40) {
		k.Schedule(0, kind, i, 0)
	}
	require.NoError(t, k.Run(Never))
	assert.Equal(t, 40, handled)
	assert.Len(t, seen, 32, "too few are left to be worth it")
}
