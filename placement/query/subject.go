package query

import (
	"strings"

	"berth/internal/spelling"
)

type subject uint8

const (
	agentConnected subject = iota
	agentVersion
	attribute
	ec2InstanceID
	registeredAt
	runningTasksCount
	taskGroup
)

var (
	identity = []operator{equals, notEquals, in, notIn, matches, notMatches}
	textual  = append(identity[:len(identity):len(identity)], exists, notExists)
	ordered  = []operator{equals, notEquals, greater, greaterEqual, less, lessEqual}
)

// subjects lists what an expression can be about, and the operators of each.
// Source: Amazon ECS developer guide, "Cluster query language", Subject. It
// lists none for attribute and task:group, whose values are texts.
var subjects = [...]struct {
	name      string
	operators []operator
}{
	agentConnected:    {"agentConnected", identity},
	agentVersion:      {"agentVersion", ordered},
	attribute:         {"attribute:NAME", textual},
	ec2InstanceID:     {"ec2InstanceId", identity},
	registeredAt:      {"registeredAt", ordered},
	runningTasksCount: {"runningTasksCount", ordered},
	taskGroup:         {"task:group", textual},
}

// ofAttribute begins the subjects that are attributes.
const ofAttribute = "attribute:"

// maxName is the largest number of characters in the name of an attribute.
// Source: Amazon ECS API, Attribute.name.
const maxName = 128

// inName reports whether the name of an attribute can hold a character.
// Source: Amazon ECS API, Attribute.name.
func inName(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(`-_/\.`, r)
}

// nearestSubject returns the subject that was most likely meant, or "".
func nearestSubject(word string) string {
	prefix, name, cut := strings.Cut(word, ":")
	switch {
	case strings.HasPrefix(word, "ecs."): // the prefix is what one forgets
		return ofAttribute + word
	case cut && name != "" && spelling.Nearest(prefix, []string{"attribute"}) != "":
		return ofAttribute + name
	}
	var names []string
	for _, s := range subjects {
		names = append(names, s.name)
	}
	return spelling.Nearest(word, names)
}
