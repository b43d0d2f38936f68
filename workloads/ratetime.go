package workloads

import (
	"strconv"
	"time"

	"berth/sim"
)

// rateTimes reads the times of one file, which are all written in the same way:
// a date with a time, with its distance from UTC or else in UTC, or seconds.
type rateTimes struct {
	known  bool
	layout string // "" for seconds
}

var rateLayouts = []string{
	time.RFC3339,
	"2006-01-02 15:04:05",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04",
	"2006-01-02T15:04",
	"2006-01-02T15:04Z07:00",
	"2006-01-02",
}

// read returns nanoseconds since 1970, or since whatever the seconds count
// from. The message is "" or what is wrong.
func (r *rateTimes) read(text []byte) (at int64, message string) {
	if !r.known {
		if _, _, fault := decimal(text, uint64(sim.Second), nearest, int64(MaxTime)); fault == notNumber {
			for _, layout := range rateLayouts {
				if _, err := time.ParseInLocation(layout, string(text), time.UTC); err == nil {
					r.layout = layout
					break
				}
			}
			if r.layout == "" {
				return 0, "is not a time; write it as 2026-05-04T00:05:00Z, or as seconds"
			}
		}
		r.known = true
	}
	if r.layout == "" {
		n, _, fault := decimal(text, uint64(sim.Second), nearest, int64(MaxTime))
		if fault != 0 {
			return 0, complaint(fault, text, "seconds", "146 years of seconds")
		}
		return n, ""
	}
	t, err := time.ParseInLocation(r.layout, string(text), time.UTC)
	if err != nil {
		return 0, "is not a time like those above it, which are written as " + r.layout
	}
	if year := t.UTC().Year(); year < 1900 || year > 2200 {
		return 0, "is not in the years 1900 to 2200"
	}
	return t.UnixNano(), ""
}

// rateValue reads a value. The message is "" or what is wrong.
func rateValue(text []byte) (value float64, message string) {
	if _, _, fault := decimal(text, 1, nearest, int64(maxRateValue)); fault != 0 {
		if len(text) == 0 {
			return 0, "is empty; write 0 where there were no requests, or leave out the row and set fill"
		}
		return 0, complaint(fault, text, "requests", "10^15")
	}
	value, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return 0, "is not a number; write requests as a decimal such as 12.5"
	}
	return value, ""
}
