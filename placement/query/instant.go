package query

import "time"

// layouts are the forms of a time.
// Source: Amazon ECS developer guide, "Cluster query language", registeredAt.
var layouts = []string{
	"2006-01-02T15:04:05-07:00",
	"2006-01-02T15:04:05Z",
	"2006-01-02T15:04:05",
	"2006-01-02",
}

// parseInstant reads a time in one of the forms; without a zone it is in UTC.
func parseInstant(text string) (at time.Time, ok bool) {
	for _, layout := range layouts {
		t, err := time.ParseInLocation(layout, text, time.UTC)
		// Go also reads fractions of a second and single digits.
		if err == nil && t.Format(layout) == text {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
