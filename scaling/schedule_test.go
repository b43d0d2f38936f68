package scaling

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

func instant(t testing.TB, rfc3339 string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, rfc3339)
	require.NoError(t, err)
	return at
}

func schedule(t testing.TB, text, in string) *Schedule {
	t.Helper()
	s, err := ParseSchedule(text, zone(t, in))
	require.NoError(t, err, text)
	return s
}

// times returns the next n times after an instant, as they are written in the
// schedule's zone.
func times(s *Schedule, after time.Time, n int) []string {
	out := []string{}
	for range n {
		at, ok := s.Next(after)
		if !ok {
			break
		}
		out = append(out, at.Format("2006-01-02T15:04Z07:00"))
		after = at
	}
	return out
}

// The examples of AWS's guides: EventBridge, "Creating an Amazon EventBridge
// rule that runs on a schedule" (EB); Application Auto Scaling, "Schedule
// recurring scaling actions using cron expressions" (AAS) and "Example
// scheduled actions" (AAS-E).
func TestSchedulesOfTheGuides(t *testing.T) {
	for _, c := range []struct {
		source, text, zone, after string
		want                      []string
	}{
		{"EB, AAS: 10:00 am every day", "cron(0 10 * * ? *)", "UTC", "2026-02-27T12:00:00Z", []string{"2026-02-28T10:00Z", "2026-03-01T10:00Z"}},
		{"EB, AAS: 12:15 pm every day", "cron(15 12 * * ? *)", "UTC", "2026-01-01T00:00:00Z", []string{"2026-01-01T12:15Z", "2026-01-02T12:15Z"}},
		{"EB, AAS: 6:00 pm Monday through Friday", "cron(0 18 ? * MON-FRI *)", "UTC", "2026-03-05T18:00:00Z", []string{"2026-03-06T18:00Z", "2026-03-09T18:00Z"}},
		{"EB, AAS: 8:00 am the 1st day of every month", "cron(0 8 1 * ? *)", "UTC", "2026-01-01T08:00:00Z", []string{"2026-02-01T08:00Z", "2026-03-01T08:00Z"}},
		{"EB, AAS: every 15 minutes", "cron(0/15 * * * ? *)", "UTC", "2026-01-01T00:40:00Z", []string{"2026-01-01T00:45Z", "2026-01-01T01:00Z", "2026-01-01T01:15Z"}},
		{"EB, AAS: every 10 minutes Monday through Friday", "cron(0/10 * ? * MON-FRI *)", "UTC", "2026-03-06T23:40:00Z", []string{"2026-03-06T23:50Z", "2026-03-09T00:00Z"}},
		{"EB, AAS: every 5 minutes Monday through Friday between 8:00 am and 5:55 pm", "cron(0/5 8-17 ? * MON-FRI *)", "UTC", "2026-03-06T17:50:00Z", []string{"2026-03-06T17:55Z", "2026-03-09T08:00Z"}},
		// Fields match independently: the early hours of Monday too, those of Saturday not.
		{"EB: every 30 minutes, 20-2, Monday through Friday", "cron(0/30 20-2 ? * MON-FRI *)", "UTC", "2026-03-06T02:30:00Z", []string{"2026-03-06T20:00Z", "2026-03-06T20:30Z", "2026-03-06T21:00Z", "2026-03-06T21:30Z", "2026-03-06T22:00Z", "2026-03-06T22:30Z", "2026-03-06T23:00Z", "2026-03-06T23:30Z", "2026-03-09T00:00Z"}},
		{"EB: 12:00 pm every day", "cron(0 12 * * ? *)", "UTC", "2026-01-01T00:00:00Z", []string{"2026-01-01T12:00Z"}},
		{"EB: 2:05 pm and 2:35 pm every day", "cron(5,35 14 * * ? *)", "UTC", "2026-01-01T14:05:00Z", []string{"2026-01-01T14:35Z", "2026-01-02T14:05Z"}},
		{"EB: 10:15 am on the last Friday of each month during the years 2019 to 2022", "cron(15 10 ? * 6L 2019-2022)", "UTC", "2022-11-01T00:00:00Z", []string{"2022-11-25T10:15Z", "2022-12-30T10:15Z"}},
		{"EB: JAN,FEB,MAR", "cron(0 0 1 JAN,FEB,MAR ? *)", "UTC", "2026-02-01T00:00:00Z", []string{"2026-03-01T00:00Z", "2027-01-01T00:00Z"}},
		{"EB: 1/10 is the 11th, 21st and 31st minute too", "cron(1/10 0 1 1 ? *)", "UTC", "2026-01-01T00:00:00Z", []string{"2026-01-01T00:01Z", "2026-01-01T00:11Z", "2026-01-01T00:21Z", "2026-01-01T00:31Z", "2026-01-01T00:41Z", "2026-01-01T00:51Z"}},
		{"EB: 3W is the weekday closest to the third", "cron(0 0 3W * ? *)", "UTC", "2026-01-01T00:00:00Z", []string{"2026-01-02T00:00Z", "2026-02-03T00:00Z", "2026-03-03T00:00Z", "2026-04-03T00:00Z", "2026-05-04T00:00Z"}},
		{"EB: 3#2 is the second Tuesday", "cron(0 0 ? * 3#2 *)", "UTC", "2026-03-01T00:00:00Z", []string{"2026-03-10T00:00Z", "2026-04-14T00:00Z"}},
		{"AAS-E: 10:00 PM UTC on March 31, 2021", "at(2021-03-31T22:00:00)", "UTC", "2021-01-01T00:00:00Z", []string{"2021-03-31T22:00Z"}},
		{"AAS-E: 5:00 PM local time on January 31, 2021", "at(2021-01-31T17:00:00)", "America/New_York", "2021-01-01T00:00:00Z", []string{"2021-01-31T17:00-05:00"}},
		{"AAS-E: Monday through Friday at 6:00 PM local time", "cron(0 18 ? * MON-FRI *)", "Etc/GMT+9", "2026-03-06T12:00:00-09:00", []string{"2026-03-06T18:00-09:00", "2026-03-09T18:00-09:00"}},
		{"AAS-E: every day at 9:00 AM", "cron(0 9 * * ? *)", "UTC", "2026-03-06T09:00:00Z", []string{"2026-03-07T09:00Z"}},
		{"EB: rate(1 minute)", "rate(1 minute)", "UTC", "2026-01-01T00:00:30Z", []string{"2026-01-01T00:01Z", "2026-01-01T00:02Z"}},
		{"EB: rate(5 minutes)", "rate(5 minutes)", "UTC", "2026-01-01T00:00:00Z", []string{"2026-01-01T00:05Z"}},
		{"EB: rate(1 hour)", "rate(1 hour)", "UTC", "2026-01-01T00:00:00Z", []string{"2026-01-01T01:00Z"}},
		{"EB: rate(1 day)", "rate(1 day)", "UTC", "2026-01-01T00:00:00Z", []string{"2026-01-02T00:00Z"}},
	} {
		t.Run(c.source, func(t *testing.T) {
			s := schedule(t, c.text, c.zone)
			assert.Equal(t, c.want, times(s, instant(t, c.after), len(c.want)))
			assert.Equal(t, c.text, s.String())
			assert.Equal(t, c.zone, s.Zone().String())
		})
	}
}

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		name, text, zone, after string
		want                    []string
	}{
		{"last day", "cron(0 0 L * ? *)", "UTC", "2028-01-31T00:00:00Z", []string{"2028-02-29T00:00Z", "2028-03-31T00:00Z", "2028-04-30T00:00Z"}},
		{"last weekday", "cron(0 0 LW * ? *)", "UTC", "2026-01-01T00:00:00Z", []string{"2026-01-30T00:00Z", "2026-02-27T00:00Z", "2026-03-31T00:00Z"}},
		// Saturday the 1st of August 2026: not into July, but to Monday.
		{"1W stays in its month", "cron(0 0 1W 8 ? 2026)", "UTC", "2026-01-01T00:00:00Z", []string{"2026-08-03T00:00Z"}},
		// Sunday the 31st of May 2026: to Friday.
		{"31W stays in its month", "cron(0 0 31W 5 ? 2026)", "UTC", "2026-01-01T00:00:00Z", []string{"2026-05-29T00:00Z"}},
		{"31W of months that have one", "cron(0 0 31W * ? 2026)", "UTC", "2026-03-31T00:00:00Z", []string{"2026-05-29T00:00Z", "2026-07-31T00:00Z"}},
		{"29 February", "cron(0 0 29 2 ? *)", "UTC", "2026-01-01T00:00:00Z", []string{"2028-02-29T00:00Z", "2032-02-29T00:00Z"}},
		{"2100 is no leap year", "cron(0 0 29 FEB ? 2097-2105)", "UTC", "2026-01-01T00:00:00Z", []string{"2104-02-29T00:00Z"}},
		{"fifth Monday", "cron(0 0 ? * MON#5 2026)", "UTC", "2026-01-01T00:00:00Z", []string{"2026-03-30T00:00Z", "2026-06-29T00:00Z", "2026-08-31T00:00Z", "2026-11-30T00:00Z"}},
		{"L alone is Saturday", "cron(0 0 ? * L *)", "UTC", "2026-03-02T00:00:00Z", []string{"2026-03-07T00:00Z", "2026-03-14T00:00Z"}},
		{"last by name", "cron(0 0 ? * friL *)", "UTC", "2026-03-02T00:00:00Z", []string{"2026-03-27T00:00Z"}},
		{"1 is Sunday", "cron(0 0 ? * 1 *)", "UTC", "2026-03-02T00:00:00Z", []string{"2026-03-08T00:00Z"}},
		{"weekdays past the end", "cron(0 0 ? * FRI-MON *)", "UTC", "2026-03-02T00:00:00Z", []string{"2026-03-06T00:00Z", "2026-03-07T00:00Z", "2026-03-08T00:00Z", "2026-03-09T00:00Z", "2026-03-13T00:00Z"}},
		{"months past the end", "cron(0 0 1 NOV-JAN ? *)", "UTC", "2026-03-02T00:00:00Z", []string{"2026-11-01T00:00Z", "2026-12-01T00:00Z", "2027-01-01T00:00Z", "2027-11-01T00:00Z"}},
		{"a range with steps", "cron(10-40/15 0 1 1 ? *)", "UTC", "2026-01-01T00:00:00Z", []string{"2026-01-01T00:10Z", "2026-01-01T00:25Z", "2026-01-01T00:40Z"}},
		{"every other year", "cron(0 0 1 1 ? 2026/2)", "UTC", "2026-03-01T00:00:00Z", []string{"2028-01-01T00:00Z", "2030-01-01T00:00Z"}},
		{"the last minute there is", "cron(59 23 31 12 ? *)", "UTC", "2198-12-31T23:59:00Z", []string{"2199-12-31T23:59Z"}},
		{"before the first year", "cron(0 0 1 1 ? *)", "UTC", "1900-01-01T00:00:00Z", []string{"1970-01-01T00:00Z"}},
		{"lists of many forms", "cron(0 0 1,15W,L 2 ? 2026)", "UTC", "2026-01-01T00:00:00Z", []string{"2026-02-01T00:00Z", "2026-02-16T00:00Z", "2026-02-28T00:00Z"}},
		{"spaces", "cron(  0 12  *\t* ? * )", "UTC", "2026-01-01T00:00:00Z", []string{"2026-01-01T12:00Z"}},
		{"at() once", "at(2026-03-05T17:00:30)", "UTC", "2026-03-05T17:00:30Z", []string{}},

		// The clocks of New York go from 02:00 to 03:00 on 8 March 2026, and from
		// 02:00 back to 01:00 on 1 November. What each library does with these two
		// differs; AWS's EventBridge Scheduler skips the first and runs the second once.
		{"02:30 in the gap", "cron(30 2 * * ? *)", "America/New_York", "2026-03-07T00:00:00-05:00", []string{"2026-03-07T02:30-05:00", "2026-03-09T02:30-04:00"}},
		{"03:00 after the gap", "cron(0 3 * * ? *)", "America/New_York", "2026-03-07T12:00:00-05:00", []string{"2026-03-08T03:00-04:00"}},
		{"every half hour over the gap", "cron(0/30 * * * ? *)", "America/New_York", "2026-03-08T01:00:00-05:00", []string{"2026-03-08T01:30-05:00", "2026-03-08T03:00-04:00"}},
		{"01:30 in the overlap", "cron(30 1 * * ? *)", "America/New_York", "2026-10-31T12:00:00-04:00", []string{"2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"}},
		{"asked in the second of the hours", "cron(30 1 * * ? *)", "America/New_York", "2026-11-01T01:10:00-05:00", []string{"2026-11-02T01:30-05:00"}},
		{"every half hour over the overlap", "cron(0/30 * * * ? *)", "America/New_York", "2026-11-01T00:30:00-04:00", []string{"2026-11-01T01:00-04:00", "2026-11-01T01:30-04:00", "2026-11-01T02:00-05:00"}},
		{"at() in the overlap", "at(2026-11-01T01:30:00)", "America/New_York", "2026-01-01T00:00:00Z", []string{"2026-11-01T01:30-04:00"}},
		{"a gap of half an hour", "cron(15 2 * 10 ? 2026)", "Australia/Lord_Howe", "2026-10-03T03:00:00+10:30", []string{"2026-10-05T02:15+11:00"}},
		{"an overlap at midnight", "cron(30 23 * 2 ? 2019)", "America/Sao_Paulo", "2019-02-16T00:00:00-02:00", []string{"2019-02-16T23:30-02:00", "2019-02-17T23:30-03:00"}},
		{"a gap at midnight", "cron(0 0 * 11 ? 2018)", "America/Sao_Paulo", "2018-11-03T12:00:00Z", []string{"2018-11-05T00:00-02:00"}},
		{"a day that never was", "cron(0 12 * 12 ? 2011)", "Pacific/Apia", "2011-12-29T12:00:00-10:00", []string{"2011-12-31T12:00+14:00"}},
		{"Dublin, whose standard time is in summer", "cron(30 2 * * ? *)", "Europe/Dublin", "2026-03-28T12:00:00Z", []string{"2026-03-29T02:30+01:00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, times(schedule(t, c.text, c.zone), instant(t, c.after), max(1, len(c.want))))
		})
	}
}

func TestRateCountsFromItsStart(t *testing.T) {
	s := schedule(t, "rate(5 hours)", "UTC").Since(instant(t, "2021-01-30T12:00:00Z"))
	assert.Equal(t, []string{"2021-01-30T17:00Z", "2021-01-30T22:00Z"}, times(s, instant(t, "2021-01-30T12:00:00Z"), 2))
	assert.Equal(t, []string{"2021-01-30T17:00Z"}, times(s, instant(t, "2020-01-01T00:00:00Z"), 1), "first after one interval")
	// A day is 24 hours, whatever the clocks do: re:Post, "How can I adjust my
	// Amazon EventBridge schedule for daylight saving?".
	s = schedule(t, "rate(1 day)", "America/New_York").Since(instant(t, "2026-03-07T12:00:00-05:00"))
	assert.Equal(t, []string{"2026-03-08T13:00-04:00"}, times(s, instant(t, "2026-03-07T12:00:00-05:00"), 1))
}

func TestWrongSchedulesSayWhereAndWhat(t *testing.T) {
	for _, c := range []struct{ text, zone, want string }{
		{"", "", `character 1: expected at(…), rate(…) or cron(…), found ""`},
		{"0 9 * * ? *", "", `character 1: expected at(…), rate(…) or cron(…), found "0 9 * * ? *"`},
		{"Cron(0 9 * * ? *)", "", `character 1: expected at(…), rate(…) or cron(…), found "Cron(0 9 * * ? *)"`},
		{"cron(0 9 * * ? *", "", `character 17: expected ")" at the end`},
		{"cron(0 9 * * ?)", "", "character 6: expected six fields (minutes hours day-of-month month day-of-week year), found 5"},
		{"cron(0 0 9 * * ? *)", "", "character 6: expected six fields (minutes hours day-of-month month day-of-week year), found seven: leave out the seconds, which AWS does not keep to"},
		// A sample of the Application Auto Scaling guide, which breaks EventBridge's rule.
		{"cron(30 6 * * 2 *)", "", `character 15: day-of-week: expected "?", because day-of-month is given: exactly one of the two is "?"`},
		{"cron(0 9 * * * *)", "", `character 14: day-of-week: expected "?", because day-of-month is given: exactly one of the two is "?"`},
		{"cron(0 9 ? * ? *)", "", `character 14: day-of-week: expected a day, because day-of-month is "?": exactly one of the two is "?"`},
		{"cron(60 9 * * ? *)", "", `character 6: minutes: expected a number from 0 to 59, found "60"`},
		{"cron(0 9,24 * * ? *)", "", `character 10: hours: expected a number from 0 to 23, found "24"`},
		{"cron(0 9, * * ? *)", "", "character 10: hours: expected a number from 0 to 23, found nothing"},
		{"cron(0 9- * * ? *)", "", "character 10: hours: expected a number from 0 to 23, found nothing"},
		{"cron(+1 9 * * ? *)", "", `character 6: minutes: expected a number from 0 to 59, found "+1"`},
		{"cron(*/0 9 * * ? *)", "", `character 8: minutes: expected a step from 1 to 59, found "0"`},
		{"cron(0/60 9 * * ? *)", "", `character 8: minutes: expected a step from 1 to 59, found "60"`},
		{"cron(0 9 ? * MON/2 *)", "", "character 17: day-of-week: expected no steps: AWS takes none in this field"},
		{"cron(0 9 ? * 0 *)", "", `character 14: day-of-week: expected a number from 1 to 7 or SUN to SAT, found "0"`},
		{"cron(0 9 ? * MIN *)", "", `character 14: day-of-week: expected a number from 1 to 7 or SUN to SAT, found "MIN", did you mean MON?`},
		{"cron(0 9 1 JANUARY ? *)", "", `character 12: month: expected a number from 1 to 12 or JAN to DEC, found "JANUARY"`},
		{"cron(0 9 ? * 3#1,6#3 *)", "", "character 14: day-of-week: expected one expression, for it counts with #"},
		{"cron(0 9 ? * 3#6 *)", "", `character 16: day-of-week: expected a number from 1 to 5 after #, found "6"`},
		{"cron(0 9 ? * 8L *)", "", `character 14: day-of-week: expected a number from 1 to 7 or SUN to SAT, found "8"`},
		{"cron(0 9 ? * X#1 *)", "", `character 14: day-of-week: expected a number from 1 to 7 or SUN to SAT, found "X"`},
		{"cron(0 9 L-3 * ? *)", "", `character 10: day-of-month: expected a number from 1 to 31, found "L"`},
		{"cron(0 9 1-5W * ? *)", "", `character 10: day-of-month: expected a number from 1 to 31, found "1-5"`},
		{"cron(0 9 * * ? 1969)", "", `character 16: year: expected a number from 1970 to 2199, found "1969"`},
		{"cron(0 9 * * ? 2030-2026)", "", `character 16: year: expected a range that rises, found "2030-2026"`},
		{"cron(0 0 30 2 ? *)", "", "character 1: expected days that exist: this never happens from 1970 to 2199 (UTC)"},
		{"cron(0 0 29 2 ? 2026)", "", "character 1: expected days that exist: this never happens from 1970 to 2199 (UTC)"},
		{"cron(30 2 8 3 ? 2026)", "America/New_York", "character 1: expected days that exist: this never happens from 1970 to 2199 (America/New_York)"},
		{"rate(5)", "", "character 6: expected a number and a unit, such as 5 minutes"},
		{"rate(0 minutes)", "", `character 6: expected a number from 1 on, found "0"`},
		{"rate(-5 minutes)", "", `character 6: expected a number from 1 on, found "-5"`},
		{"rate(1 hours)", "", "character 8: expected hour, for 1 of them"},
		{"rate(5 hour)", "", "character 8: expected hours, for 5 of them"},
		{"rate(2 weeks)", "", `character 8: expected minute, minutes, hour, hours, day or days, found "weeks"`},
		{"rate(2000000 days)", "", "character 6: expected less than 292 years, found 2000000 days"},
		{"at()", "", "character 4: expected a time such as 2026-03-05T17:00:00"},
		{"at(2026-03-05T17:00:00Z)", "", `character 4: expected a time such as 2026-03-05T17:00:00, found "2026-03-05T17:00:00Z"`},
		{"at(2026-02-30T17:00:00)", "", `character 4: expected a time such as 2026-03-05T17:00:00, found "2026-02-30T17:00:00"`},
		{"at(2026-03-05T17:00:00.5)", "", `character 4: expected a time such as 2026-03-05T17:00:00, found "2026-03-05T17:00:00.5"`},
		{"at(2026-03-08T02:30:00)", "America/New_York", "character 4: expected a time that exists in America/New_York: its clocks skip 02:30 on that day"},
		{"cron(0 0 ? JAN \xb2L *)", "", `character 16: day-of-week: expected a number from 1 to 7 or SUN to SAT, found "\xb2"`},
		{"cron(é 9 * * ? *)", "", `character 6: minutes: expected a number from 0 to 59, found "é"`},
	} {
		_, err := ParseSchedule(c.text, zone(t, c.zone))
		var syntax *SyntaxError
		if assert.ErrorAs(t, err, &syntax, c.text) {
			assert.Equal(t, c.want, syntax.Error(), c.text)
		}
	}
}

func FuzzParseSchedule(f *testing.F) {
	for _, text := range []string{
		"at(2026-03-08T02:30:00)", "rate(5 minutes)", "cron(0/15 20-2 ? * MON-FRI *)", "cron(0 0 LW,1,15W */2 ? 2020-2199/3)",
		"cron(1,2-3 * ? JAN 6L *)", "cron(* * ? * 3#2 *)", "cron(59 23 31 12 ? 2199)", "rate(1 day)",
	} {
		f.Add(text, int64(1_772_960_400), 0)
	}
	zones := []*time.Location{time.UTC, zone(f, "America/New_York"), zone(f, "Australia/Lord_Howe"), zone(f, "Pacific/Apia")}
	f.Fuzz(func(t *testing.T, text string, after int64, in int) {
		loc := zones[((in%len(zones))+len(zones))%len(zones)]
		s, err := ParseSchedule(text, loc)
		if err != nil {
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
			assert.True(t, 0 <= syntax.Offset && syntax.Offset <= len(text))
			return
		}
		again, err := ParseSchedule(s.String(), loc)
		require.NoError(t, err)
		at := time.Unix(after%(1<<33), 0)
		for range 3 {
			next, ok := s.Next(at)
			same, _ := again.Next(at)
			assert.Equal(t, next, same)
			if !ok {
				break
			}
			require.True(t, next.After(at), "time goes on")
			earlier, ok := s.Next(next.Add(-1))
			assert.True(t, ok && earlier.Equal(next), "nothing lies between")
			at = next
		}
	})
}

func TestSetsHoldAllYears(t *testing.T) {
	var s set
	for n := range lastYear - firstYear + 1 {
		assert.False(t, s.has(n))
		s.add(n)
		assert.True(t, s.has(n))
	}
	assert.Less(t, lastYear-firstYear, 256)
}

func BenchmarkNext(b *testing.B) {
	s := schedule(b, "cron(0 9 ? * MON *)", "America/New_York")
	at := instant(b, "2026-03-02T00:00:00Z")
	b.ReportAllocs()
	for b.Loop() {
		s.Next(at)
	}
}

func TestLettersOfCronAreOfEitherCase(t *testing.T) {
	for lower, upper := range map[string]string{
		"cron(0 0 lw * ? *)":      "cron(0 0 LW * ? *)",
		"cron(0 0 15w * ? *)":     "cron(0 0 15W * ? *)",
		"cron(0 0 l jan ? *)":     "cron(0 0 L JAN ? *)",
		"cron(0 0 ? * 6l *)":      "cron(0 0 ? * 6L *)",
		"cron(0 0 ? * fril,2l *)": "cron(0 0 ? * FRIL,2L *)",
	} {
		a, err := ParseSchedule(lower, time.UTC)
		require.NoError(t, err)
		b, err := ParseSchedule(upper, time.UTC)
		require.NoError(t, err)
		at := time.Unix(1_772_960_400, 0)
		for range 5 {
			next, ok := a.Next(at)
			same, _ := b.Next(at)
			assert.True(t, ok && next.Equal(same), lower)
			at = next
		}
	}
}
