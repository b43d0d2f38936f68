package scaling

import (
	"math/bits"
	"strings"
	"time"
)

// The years of cron expressions.
// Source: Amazon EventBridge user guide, "Creating an Amazon EventBridge rule
// that runs on a schedule", cron expressions.
const (
	firstYear = 1970
	lastYear  = 2199
)

// cron holds the minutes, hours, months and years of an expression, and which
// days of a month it takes: by their number or by their weekday.
type cron struct {
	minutes, hours, months, years set
	days                          monthDays
	weekdays                      weekDays
	byWeekday                     bool // day-of-month is "?"
}

// monthDays are days by their number.
type monthDays struct {
	on          set  // 1 to 31
	last        bool // L
	nearest     set  // nW: the weekday nearest to day n, within the month
	lastWeekday bool // LW: the last day from Monday to Friday
}

// weekDays are days by their weekday, 1 is Sunday.
type weekDays struct {
	on   set // 1 to 7
	last set // nL: the last such day of the month
	nth  int // d#k: the k-th, 0 without
	day  int // d#k: of this weekday
}

// set is a set of numbers from 0 to 255.
type set [4]uint64

func (s *set) add(n int)      { s[n/64] |= 1 << (n % 64) }
func (s *set) has(n int) bool { return s[n/64]>>(n%64)&1 != 0 }

// The fields of an expression, in their order.
var (
	minuteField  = field{name: "minutes", first: 0, last: 59, steps: true, wraps: true}
	hourField    = field{name: "hours", first: 0, last: 23, steps: true, wraps: true}
	dayField     = field{name: "day-of-month", first: 1, last: 31, steps: true, wraps: true}
	monthField   = field{name: "month", first: 1, last: 12, steps: true, wraps: true, names: monthNames}
	weekdayField = field{name: "day-of-week", first: 1, last: 7, wraps: true, names: weekdayNames}
	yearField    = field{name: "year", first: firstYear, last: lastYear, steps: true}
)

var (
	monthNames   = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	weekdayNames = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// parseCron reads the six fields of an expression.
func parseCron(p *scheduleText, words []word) (*cron, error) {
	switch {
	case len(words) == 7:
		return nil, p.fail(words[0].at, "expected six fields (minutes hours day-of-month month day-of-week year), found seven: leave out the seconds, which AWS does not keep to")
	case len(words) != 6:
		return nil, p.fail(len("cron("), "expected six fields (minutes hours day-of-month month day-of-week year), found %d", len(words))
	}
	c := &cron{byWeekday: words[2].text == "?"}
	if given := words[4].text != "?"; given != c.byWeekday {
		if given {
			return nil, p.fail(words[4].at, `day-of-week: expected "?", because day-of-month is given: exactly one of the two is "?"`)
		}
		return nil, p.fail(words[4].at, `day-of-week: expected a day, because day-of-month is "?": exactly one of the two is "?"`)
	}
	for _, f := range []struct {
		of   *field
		word word
		into *set
	}{
		{&minuteField, words[0], &c.minutes},
		{&hourField, words[1], &c.hours},
		{&monthField, words[3], &c.months},
		{&yearField, words[5], &c.years},
	} {
		for _, item := range itemsOf(f.word) {
			if err := f.of.parse(p, item, f.into); err != nil {
				return nil, err
			}
		}
	}
	if c.byWeekday {
		return c, c.weekdays.parse(p, words[4])
	}
	return c, c.days.parse(p, words[2])
}

func (d *monthDays) parse(p *scheduleText, w word) error {
	for _, item := range itemsOf(w) {
		number, nearest := cutLetter(item.text, "W")
		switch {
		case nearest && strings.EqualFold(number, "L"):
			d.lastWeekday = true
		case nearest:
			n, err := dayField.number(p, word{number, item.at})
			if err != nil {
				return err
			}
			d.nearest.add(n)
		case strings.EqualFold(number, "L"):
			d.last = true
		default:
			if err := dayField.parse(p, item, &d.on); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *weekDays) parse(p *scheduleText, w word) error {
	items := itemsOf(w)
	for _, item := range items {
		day, nth, counted := strings.Cut(item.text, "#")
		number, last := cutLetter(item.text, "L")
		switch {
		case counted:
			if len(items) > 1 {
				return p.fail(item.at, "day-of-week: expected one expression, for it counts with #")
			}
			var err error
			if d.day, err = weekdayField.number(p, word{day, item.at}); err != nil {
				return err
			}
			if len(nth) != 1 || nth < "1" || nth > "5" {
				return p.fail(item.at+len(day)+1, "day-of-week: expected a number from 1 to 5 after #, found %q", nth)
			}
			d.nth = int(nth[0] - '0')
		case last && number == "":
			d.on.add(7) // the last day of the week
		case last:
			n, err := weekdayField.number(p, word{item.text[:len(number)], item.at})
			if err != nil {
				return err
			}
			d.last.add(n)
		default:
			if err := weekdayField.parse(p, item, &d.on); err != nil {
				return err
			}
		}
	}
	return nil
}

// cutLetter returns a text without the letter at its end, in either case, and
// whether it was there.
func cutLetter(text, letter string) (before string, found bool) {
	if at := len(text) - 1; at >= 0 && strings.EqualFold(text[at:], letter) {
		return text[:at], true
	}
	return text, false
}

// next returns the first time after an instant, in a zone.
func (c *cron) next(after time.Time, zone *time.Location) (time.Time, bool) {
	local := after.In(zone)
	year, month, day := local.Date()
	minute := local.Hour()*60 + local.Minute() // what lies before it on its day is past
	if year < firstYear {
		year, month, day, minute = firstYear, time.January, 1, 0
	}
	for ; year <= lastYear; year++ {
		for ; month <= time.December && c.years.has(year-firstYear); month++ {
			if c.months.has(int(month)) {
				for days := c.daysOf(year, month) >> day << day; days != 0; days &= days - 1 {
					d := bits.TrailingZeros64(days)
					from := 0
					if d == day {
						from = minute
					}
					if t, ok := c.onDay(year, month, d, from, after, zone); ok {
						return t, true
					}
				}
			}
			day, minute = 1, 0
		}
		month, day, minute = time.January, 1, 0
	}
	return time.Time{}, false
}

// onDay returns the first time of a day after an instant, from a minute of the
// day on.
func (c *cron) onDay(year int, month time.Month, day, from int, after time.Time, zone *time.Location) (time.Time, bool) {
	for hour := from / 60; hour < 24; hour++ {
		if !c.hours.has(hour) {
			continue
		}
		for minute := max(0, from-hour*60); minute < 60; minute++ {
			if !c.minutes.has(minute) {
				continue
			}
			if t, ok := instantOf(year, month, day, hour, minute, 0, zone); ok && t.After(after) {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

// daysOf returns the days of a month that the expression takes, a bit each.
func (c *cron) daysOf(year int, month time.Month) uint64 {
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC)
	n := last.Day()
	// weekday of a day of the month, 0 is Sunday
	weekday := func(day int) int { return ((int(last.Weekday())-(n-day))%7 + 7) % 7 }
	var days uint64
	if c.byWeekday {
		for day := 1; day <= n; day++ {
			of := weekday(day) + 1
			if c.weekdays.on.has(of) || c.weekdays.last.has(of) && day+7 > n ||
				c.weekdays.nth > 0 && c.weekdays.day == of && (day-1)/7+1 == c.weekdays.nth {
				days |= 1 << day
			}
		}
		return days
	}
	for day := 1; day <= n; day++ {
		if c.days.on.has(day) {
			days |= 1 << day
		}
		if c.days.nearest.has(day) {
			days |= 1 << nearestWeekday(day, n, weekday(day))
		}
	}
	if c.days.last {
		days |= 1 << n
	}
	if c.days.lastWeekday {
		days |= 1 << nearestWeekday(n, n, weekday(n))
	}
	return days
}

// nearestWeekday returns the day from Monday to Friday that is nearest to a
// day, within a month of n days.
func nearestWeekday(day, n, weekday int) int {
	switch {
	case weekday == int(time.Saturday) && day > 1:
		return day - 1
	case weekday == int(time.Saturday):
		return day + 2
	case weekday == int(time.Sunday) && day < n:
		return day + 1
	case weekday == int(time.Sunday):
		return day - 2
	}
	return day
}
