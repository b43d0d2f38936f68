package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"berth/scenarios"
	"berth/sim"
)

func TestProgressInWords(t *testing.T) {
	for _, c := range []struct {
		end  sim.Time
		all  int64
		read float64
		want string
	}{
		// A quarter in 10 s leaves three quarters, 30 s.
		{end: 28 * sim.Day, want: " 7d 0h of 28d 0h, 120k tasks/s, 30s left"},
		// 1.2 of 1.8 million tasks leave a third, 5 s.
		{all: 1_800_000, want: " 7d 0h simulated, 120k tasks/s, 5s left"},
		{want: " 7d 0h simulated, 120k tasks/s"},
		// Four fifths of the file were read in 10 s: 2.5 s, rounded, are left.
		{read: 0.8, want: " 7d 0h simulated, 120k tasks/s, 3s left"},
		{read: 1, want: " 7d 0h simulated, 120k tasks/s"},
	} {
		b := &runBar{end: c.end, all: c.all}
		b.come.Store(&scenarios.Progress{Now: 7 * sim.Day, Tasks: 1_200_000, Read: c.read})
		assert.Equal(t, c.want, b.text(10*time.Second))
	}
}
