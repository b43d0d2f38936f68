package scaling

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Schedule is when something happens, as AWS writes it:
//
//	at(2026-03-05T17:00:00)
//	rate(5 minutes)
//	cron(0 9 ? * MON-FRI *)
//
// Its times are those of one time zone. Make one with [ParseSchedule].
//
// Source: Application Auto Scaling API, PutScheduledAction, Schedule.
type Schedule struct {
	text  string
	zone  *time.Location
	at    time.Time     // of at(), else the zero time
	every time.Duration // of rate(), else 0
	since time.Time     // what a rate counts from
	cron  *cron         // of cron(), else nil
}

// DaylightSaving says what becomes of the local times that a change of the
// clocks skips or repeats, in cron() and at(). Application Auto Scaling does
// not document either. EventBridge Scheduler does, and is followed here.
//
// An at() whose time does not exist is refused by [ParseSchedule], for it
// would never happen.
//
// Source: AWS re:Post knowledge centre, "How can I adjust my Amazon
// EventBridge schedule for daylight saving?".
const DaylightSaving = "a local time that does not exist is skipped; one that occurs twice counts once, the first time"

// SyntaxError is why a text is no schedule.
type SyntaxError struct {
	Offset    int    // where in the text, in bytes from 0; its length when something is missing at the end
	Character int    // the same place in characters, from 1
	Message   string // what was expected there
}

// Error says where in the text something is wrong, and what was expected.
func (e *SyntaxError) Error() string { return fmt.Sprintf("character %d: %s", e.Character, e.Message) }

// ParseSchedule reads a schedule whose times are those of a zone; nil is UTC.
// A rate counts from 1970 until [Schedule.Since] says otherwise.
//
// Its error is a [*SyntaxError]. A schedule that never happens is one too: the
// 30th of February, or an at() in the hour that a change of the clocks skips.
// The form of cron() with seconds and seven fields is refused, for AWS does
// not keep to the second either.
func ParseSchedule(text string, zone *time.Location) (*Schedule, error) {
	if zone == nil {
		zone = time.UTC
	}
	p := &scheduleText{text}
	s := &Schedule{text: text, zone: zone, since: time.Unix(0, 0).UTC()}
	name, rest, found := strings.Cut(text, "(")
	if !found || name != "at" && name != "rate" && name != "cron" {
		return nil, p.fail(0, "expected at(…), rate(…) or cron(…), found %q", text)
	}
	inner, closed := strings.CutSuffix(rest, ")")
	if !closed {
		return nil, p.fail(len(text), `expected ")" at the end`)
	}
	words := wordsOf(inner, len(name)+1)
	var err error
	switch name {
	case "at":
		err = s.parseAt(p, words)
	case "rate":
		err = s.parseRate(p, words)
	default:
		err = s.parseCron(p, words)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// String returns the text of the schedule.
func (s *Schedule) String() string { return s.text }

// Zone returns the time zone of the schedule's times.
func (s *Schedule) Zone() *time.Location { return s.zone }

// Since returns the schedule with its rate counted from an instant: first one
// interval after it. It changes nothing about at() and cron().
//
// Source: Amazon EventBridge user guide, "Creating an Amazon EventBridge rule
// that runs on a schedule": a rate starts when the rule is created.
func (s *Schedule) Since(t time.Time) *Schedule {
	counted := *s
	counted.since = t
	return &counted
}

// Next returns the first time of the schedule after an instant, in the
// schedule's zone, and whether there is one.
func (s *Schedule) Next(after time.Time) (time.Time, bool) {
	switch {
	case s.cron != nil:
		return s.cron.next(after, s.zone)
	case s.every > 0:
		passed := after.Sub(s.since)
		if passed < 0 {
			return s.since.Add(s.every).In(s.zone), true
		}
		return s.since.Add((passed/s.every + 1) * s.every).In(s.zone), true
	}
	return s.at, s.at.After(after)
}

func (s *Schedule) parseAt(p *scheduleText, words []word) error {
	const form = "2006-01-02T15:04:05"
	if len(words) != 1 {
		return p.fail(len("at("), "expected a time such as 2026-03-05T17:00:00")
	}
	w := words[0]
	t, err := time.Parse(form, w.text)
	if err != nil || len(w.text) != len(form) { // Parse takes fractions of a second too
		return p.fail(w.at, "expected a time such as 2026-03-05T17:00:00, found %q", w.text)
	}
	exists := false
	year, month, day := t.Date()
	if s.at, exists = instantOf(year, month, day, t.Hour(), t.Minute(), t.Second(), s.zone); !exists {
		return p.fail(w.at, "expected a time that exists in %v: its clocks skip %s on that day", s.zone, t.Format("15:04"))
	}
	return nil
}

// rateUnits are the units of a rate, in the singular.
var rateUnits = []struct {
	name string
	of   time.Duration
}{{"minute", time.Minute}, {"hour", time.Hour}, {"day", 24 * time.Hour}}

func (s *Schedule) parseRate(p *scheduleText, words []word) error {
	if len(words) != 2 {
		return p.fail(len("rate("), "expected a number and a unit, such as 5 minutes")
	}
	value, unit := words[0], words[1]
	n, err := strconv.ParseUint(value.text, 10, 31)
	if err != nil || n == 0 || strings.HasPrefix(value.text, "0") {
		return p.fail(value.at, "expected a number from 1 on, found %q", value.text)
	}
	for _, u := range rateUnits {
		singular := unit.text == u.name
		if !singular && unit.text != u.name+"s" {
			continue
		}
		switch {
		case singular && n > 1:
			return p.fail(unit.at, "expected %ss, for %d of them", u.name, n)
		case !singular && n == 1:
			return p.fail(unit.at, "expected %s, for 1 of them", u.name)
		case n > uint64(math.MaxInt64/u.of):
			return p.fail(value.at, "expected less than 292 years, found %d %s", n, unit.text)
		}
		s.every = time.Duration(n) * u.of
		return nil
	}
	return p.fail(unit.at, "expected minute, minutes, hour, hours, day or days, found %q", unit.text)
}

func (s *Schedule) parseCron(p *scheduleText, words []word) error {
	c, err := parseCron(p, words)
	if err != nil {
		return err
	}
	s.cron = c
	if _, ever := c.next(time.Unix(math.MinInt32, 0), s.zone); !ever {
		return p.fail(0, "expected days that exist: this never happens from %d to %d (%v)", firstYear, lastYear, s.zone)
	}
	return nil
}

// instantOf returns the instant of a local time, the first where there are
// two, and whether there is one. See [DaylightSaving].
func instantOf(year int, month time.Month, day, hour, minute, second int, zone *time.Location) (time.Time, bool) {
	t := time.Date(year, month, day, hour, minute, second, 0, zone)
	if t.Hour() != hour || t.Minute() != minute || t.Second() != second || t.Day() != day || t.Month() != month {
		return time.Time{}, false
	}
	since, _ := t.ZoneBounds()
	if since.IsZero() {
		return t, true
	}
	_, offset := t.Zone()
	_, before := since.Add(-1).Zone()
	if earlier := t.Add(-time.Duration(before-offset) * time.Second); before > offset && earlier.Before(since) {
		return earlier, true
	}
	return t, true
}

// scheduleText is what is read, for the places of errors.
type scheduleText struct{ text string }

func (p *scheduleText) fail(offset int, format string, arguments ...any) *SyntaxError {
	return &SyntaxError{offset, utf8.RuneCountInString(p.text[:offset]) + 1, fmt.Sprintf(format, arguments...)}
}

// word is a part of a schedule without space in it.
type word struct {
	text string
	at   int // in bytes
}

// wordsOf splits a text that begins so far into the schedule.
func wordsOf(text string, at int) []word {
	var words []word
	for len(text) > 0 {
		spaces := len(text) - len(strings.TrimLeft(text, " \t"))
		at += spaces
		text = text[spaces:]
		n := strings.IndexAny(text, " \t")
		if n < 0 {
			n = len(text)
		}
		if n > 0 {
			words = append(words, word{text[:n], at})
		}
		at += n
		text = text[n:]
	}
	return words
}
