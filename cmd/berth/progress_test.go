package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"berth/sim"
)

func TestProgressInWords(t *testing.T) {
	for _, c := range []struct {
		end  sim.Time
		all  int64
		want string
	}{
		// A quarter in 10 s leaves three quarters, 30 s.
		{end: 28 * sim.Day, want: " 7d 0h of 28d 0h, 120k tasks/s, 30s left"},
		// 1.2 of 1.8 million tasks leave a third, 5 s.
		{all: 1_800_000, want: " 7d 0h simulated, 120k tasks/s, 5s left"},
		{want: " 7d 0h simulated, 120k tasks/s"},
	} {
		b := &runBar{end: c.end, all: c.all}
		b.now.Store(int64(7 * sim.Day))
		b.tasks.Store(1_200_000)
		assert.Equal(t, c.want, b.text(10*time.Second))
	}
}
