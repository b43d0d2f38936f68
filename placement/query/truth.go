package query

// Truth is a truth value of Kleene's three-valued logic: what is false whatever
// the unknown may be is False, and likewise True.
type Truth uint8

// The truth values.
const (
	False Truth = iota
	True
	Unknown // it hangs on what is not known
)

// String returns "false", "true" or "unknown".
func (t Truth) String() string {
	switch t {
	case False:
		return "false"
	case True:
		return "true"
	}
	return "unknown"
}

func truthOf(b bool) Truth {
	if b {
		return True
	}
	return False
}

func (t Truth) not() Truth {
	switch t {
	case False:
		return True
	case True:
		return False
	}
	return Unknown
}
