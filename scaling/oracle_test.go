package scaling

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// part is a random piece of a cron expression, beside a plain statement of
// which numbers it takes.
type part struct {
	text  string
	takes func(n int) bool
}

// anyPart draws *, a, a-b, a/n, a-b/n or */n of a field.
func anyPart(t *rapid.T, first, last int, steps bool) part {
	a, b := rapid.IntRange(first, last).Draw(t, "a"), rapid.IntRange(first, last).Draw(t, "b")
	n := rapid.IntRange(1, max(1, min(7, last-first))).Draw(t, "n")
	size := last - first + 1
	switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
	case kind == 0:
		return part{"*", func(int) bool { return true }}
	case kind == 1:
		return part{fmt.Sprint(a), func(x int) bool { return x == a }}
	case kind == 2 && steps:
		return part{fmt.Sprintf("%d/%d", a, n), func(x int) bool { return x >= a && (x-a)%n == 0 }}
	case kind == 3 && steps:
		return part{fmt.Sprintf("*/%d", n), func(x int) bool { return (x-first)%n == 0 }}
	case kind == 4 && steps:
		// The distance from a, going round, is at most that of b.
		return part{fmt.Sprintf("%d-%d/%d", a, b, n), func(x int) bool {
			return (x-a+size)%size <= (b-a+size)%size && (x-a+size)%size%n == 0
		}}
	}
	return part{fmt.Sprintf("%d-%d", a, b), func(x int) bool { return (x-a+size)%size <= (b-a+size)%size }}
}

// anyField draws a list of parts.
func anyField(t *rapid.T, first, last int, steps bool) part {
	return join(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) part { return anyPart(t, first, last, steps) }), 1, 3).Draw(t, "parts"))
}

func join(parts []part) part {
	var texts []string
	for _, p := range parts {
		texts = append(texts, p.text)
	}
	return part{strings.Join(texts, ","), func(n int) bool {
		for _, p := range parts {
			if p.takes(n) {
				return true
			}
		}
		return false
	}}
}

// dayPart is a random piece for days, beside a plain statement of which days it
// takes.
type dayPart struct {
	text  string
	takes func(day time.Time) bool
}

func working(d time.Time) bool {
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

func lastOf(d time.Time) int { return time.Date(d.Year(), d.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day() }

// nearest reports whether a day is the working day of its month that is nearest
// to day n, looking one day around, then two.
func nearest(d time.Time, n int) bool {
	if n > lastOf(d) {
		return false
	}
	for _, off := range []int{0, -1, 1, -2, 2} {
		c := time.Date(d.Year(), d.Month(), n+off, 0, 0, 0, 0, time.UTC)
		if c.Month() == d.Month() && working(c) {
			return c.Day() == d.Day()
		}
	}
	return false
}

func anyDays(t *rapid.T) (month, week dayPart) {
	question := dayPart{"?", nil}
	n := rapid.IntRange(1, 31).Draw(t, "day")
	w := rapid.IntRange(1, 7).Draw(t, "weekday")
	k := rapid.IntRange(1, 5).Draw(t, "k")
	ofMonth := func(text string, takes func(time.Time) bool) (dayPart, dayPart) {
		return dayPart{text, takes}, question
	}
	ofWeek := func(text string, takes func(time.Time) bool) (dayPart, dayPart) {
		return question, dayPart{text, takes}
	}
	isW := func(d time.Time) bool { return int(d.Weekday())+1 == w }
	switch rapid.IntRange(0, 8).Draw(t, "days") {
	case 0:
		return ofMonth("L", func(d time.Time) bool { return d.Day() == lastOf(d) })
	case 1:
		return ofMonth("LW", func(d time.Time) bool { return nearest(d, lastOf(d)) })
	case 2:
		return ofMonth(fmt.Sprintf("%dW", n), func(d time.Time) bool { return nearest(d, n) })
	case 3:
		return ofWeek(fmt.Sprintf("%dL", w), func(d time.Time) bool { return isW(d) && d.AddDate(0, 0, 7).Month() != d.Month() })
	case 4:
		return ofWeek(fmt.Sprintf("%d#%d", w, k), func(d time.Time) bool {
			return isW(d) && d.AddDate(0, 0, -7*(k-1)).Month() == d.Month() && d.AddDate(0, 0, -7*k).Month() != d.Month()
		})
	case 5:
		return ofWeek(weekdayNames[w-1]+"L", func(d time.Time) bool { return isW(d) && d.AddDate(0, 0, 7).Month() != d.Month() })
	case 6, 7:
		f := anyField(t, 1, 31, true)
		return ofMonth(f.text, func(d time.Time) bool { return f.takes(d.Day()) })
	}
	f := anyField(t, 1, 7, false)
	return ofWeek(f.text, func(d time.Time) bool { return f.takes(int(d.Weekday()) + 1) })
}

// Every minute of two years is looked at: what the schedule returns, one after
// the other, is exactly what a plain reading of the fields takes, without the
// minutes that the clocks repeat. Real minutes cannot fall into a gap.
func TestCronAgainstEveryMinute(t *testing.T) {
	zones := []*time.Location{time.UTC, zone(t, "America/New_York"), zone(t, "Australia/Lord_Howe"), zone(t, "Europe/Dublin"), zone(t, "America/Sao_Paulo")}
	rapid.Check(t, func(t *rapid.T) {
		minutes, hours := anyField(t, 0, 59, true), anyField(t, 0, 23, true)
		months := anyField(t, 1, 12, true)
		month, week := anyDays(t)
		days := month
		if days.takes == nil {
			days = week
		}
		loc := rapid.SampledFrom(zones).Draw(t, "zone")
		year := rapid.IntRange(2004, 2030).Draw(t, "year")
		text := fmt.Sprintf("cron(%s %s %s %s %s %d-%d)", minutes.text, hours.text, month.text, months.text, week.text, year, year+1)
		s, err := ParseSchedule(text, loc)

		seen := map[time.Time]bool{} // local times in the hours that may come twice
		at := time.Date(year, 1, 1, 0, 0, 0, 0, loc).Add(-time.Minute)
		found := 0
		taken, today := false, 0
		for now := at.Add(time.Minute); now.Year() <= year+1; now = now.Add(time.Minute) {
			if yearDay := now.YearDay(); yearDay != today {
				today = yearDay
				noon := time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, time.UTC)
				taken = months.takes(int(now.Month())) && days.takes(noon)
			}
			if !taken {
				// To the next half hour: days begin nowhere else.
				now = now.Truncate(30 * time.Minute).Add(29 * time.Minute)
				continue
			}
			if !hours.takes(now.Hour()) || !minutes.takes(now.Minute()) {
				continue
			}
			local := time.Date(now.Year(), now.Month(), now.Day(), now.Hour(), now.Minute(), 0, 0, time.UTC)
			if seen[local] {
				continue
			}
			seen[local] = true
			require.NoError(t, err, text)
			next, ok := s.Next(at)
			require.True(t, ok, text)
			require.Equal(t, now.Format(time.RFC3339), next.Format(time.RFC3339), "%s after %v", text, at)
			at = next
			if found++; found == 500 {
				return
			}
		}
		if found == 0 {
			assert.Error(t, err, text)
			return
		}
		_, more := s.Next(at)
		assert.False(t, more, text)
	})
}
