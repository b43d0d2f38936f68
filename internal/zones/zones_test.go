package zones

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ExampleLoad() {
	zone, err := Load("Europe/Berlin")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC).In(zone).Format("15:04 MST"))
	_, err = Load("Europe/Berln")
	fmt.Println(err)
	// Output:
	// 14:00 CEST
	// unknown time zone "Europe/Berln" (did you mean "Europe/Berlin"?); write a name of the IANA time zone database such as Europe/Berlin, or UTC
}

func TestLoadKnowsTheRules(t *testing.T) {
	for _, c := range []struct{ zone, at, want string }{
		{"America/New_York", "2026-03-08T06:59:59Z", "01:59:59 -0500"}, // clocks go forward at two
		{"America/New_York", "2026-03-08T07:00:00Z", "03:00:00 -0400"},
		{"America/New_York", "2090-07-01T12:00:00Z", "08:00:00 -0400"}, // beyond the table, by its last rule
		{"Asia/Kathmandu", "2026-01-01T00:00:00Z", "05:45:00 +0545"},
		{"America/Sao_Paulo", "2026-01-01T00:00:00Z", "21:00:00 -0300"}, // no summer time since 2019
		{"Australia/Lord_Howe", "2026-01-01T00:00:00Z", "11:00:00 +1100"},
		{"UTC", "2026-01-01T00:00:00Z", "00:00:00 +0000"},
	} {
		zone, err := Load(c.zone)
		require.NoError(t, err)
		at, err := time.Parse(time.RFC3339, c.at)
		require.NoError(t, err)
		assert.Equal(t, c.want, at.In(zone).Format("15:04:05 -0700"), c.zone)
		assert.Equal(t, c.zone, zone.String())
	}
}

func TestLoadDoesNotAskTheHost(t *testing.T) {
	t.Setenv("ZONEINFO", "nowhere")
	t.Setenv("TZ", "Asia/Tokyo")
	_, err := Load("Europe/Paris")
	require.NoError(t, err)
	_, err = Load("Local")
	require.EqualError(t, err, "the time zone Local is another one on every machine; write a name such as Europe/Berlin, or UTC")
	_, err = Load("")
	require.EqualError(t, err, "the time zone is empty; write a name such as Europe/Berlin, or UTC")
}

func TestLoadSuggests(t *testing.T) {
	for name, want := range map[string]string{
		"america/new_york":   "America/New_York",
		"America/NewYork":    "America/New_York",
		"America/New York":   "America/New_York",
		"US/New_York":        "America/New_York",
		"Berlin":             "Europe/Berlin",
		"Europe/Amsterdm":    "Europe/Amsterdam",
		"Asia/Kathmndu":      "Asia/Kathmandu",
		"Europe/Lodnon":      "Europe/London",
		"../../etc/passwd":   "",
		"Central Daylight??": "",
	} {
		_, err := Load(name)
		require.ErrorContains(t, err, "unknown time zone")
		if want == "" {
			assert.NotContains(t, err.Error(), "did you mean")
		} else {
			assert.Contains(t, err.Error(), fmt.Sprintf("(did you mean %q?)", want))
		}
	}
}

func TestEveryZoneLoads(t *testing.T) {
	names := Names()
	assert.Greater(t, len(names), 500)
	assert.IsIncreasing(t, names)
	for _, name := range names {
		zone, err := Load(name)
		require.NoError(t, err, name)
		again, err := Load(name)
		require.NoError(t, err)
		assert.Same(t, zone, again)
	}
}

func TestLoadFromManyGoroutines(t *testing.T) {
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for _, name := range Names()[:50] {
				_, err := Load(name)
				assert.NoError(t, err)
			}
		})
	}
	wait.Wait()
}
