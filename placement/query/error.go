package query

import "fmt"

// SyntaxError is why a text is no expression.
type SyntaxError struct {
	Offset    int    // where in the text, in bytes from 0; its length when something is missing at the end
	Character int    // the same place in characters, from 1
	Message   string // what was expected there
}

// Error says where in the text something is wrong, and what was expected.
func (e *SyntaxError) Error() string { return fmt.Sprintf("character %d: %s", e.Character, e.Message) }
