package catalog

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestOlderThan(t *testing.T) {
	on := func(date string) time.Time {
		at, err := time.Parse(time.DateOnly, date)
		assert.NoError(t, err)
		return at
	}
	for _, c := range []struct {
		date string
		at   string
		want bool
	}{
		{"2024-07-01", "2026-01-01", false}, // eighteen months to the day
		{"2024-06-30", "2026-01-01", true},
		{"2024-07", "2026-01-01", false}, // from the first of July
		{"2024-07", "2026-01-02", true},
		{"2022-12-02", "2026-01-01", true},
		{"2026-07-20", "2026-01-01", false}, // newer than the run
		{"2026", "2027-07-01", false},
		{"2026", "2027-07-02", true},
		{"2022..2025", "2026-01-01", true}, // counts from its beginning
		{"", "2026-01-01", false},
	} {
		assert.Equal(t, c.want, Price{Date: c.date}.OlderThan(18, on(c.at)), "%s at %s", c.date, c.at)
		assert.Equal(t, c.want, MonthlyPrice{Date: c.date}.OlderThan(18, on(c.at)), "%s at %s", c.date, c.at)
	}
}

func TestAPriceInUseIsOlderThanEighteenMonths(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ireland, _ := Embedded().OnDemand("eu-west-1", "m5.large")
	assert.True(t, ireland.OlderThan(18, start), ireland.Date)
	virginia, _ := Embedded().OnDemand("us-east-1", "m5.large")
	assert.False(t, virginia.OlderThan(18, start), virginia.Date)
}

func TestHourlyOfAMonth(t *testing.T) {
	p := MonthlyPrice{PerMonth: 80_000_000, Date: "2024-07", Derivation: "list"}
	// 30 GB × 0.08 / 730 h = 0.003287671232…
	assert.Equal(t, Price{3_287_671, "2024-07", "list, × 30 / 730 h"}, p.Hourly(30))
}

func TestAnUnknownPriceStaysUnknownWhenDiscounted(t *testing.T) {
	assert.False(t, Price{}.off(0.5, EC2).Known())
	assert.True(t, Price{Derivation: "free"}.Known())
}
