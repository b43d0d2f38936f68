package load

// Requests is a number of requests in thousandths: a fluid comes in fractions,
// and integers add up exactly. 2^63 of them are 9·10^15 requests.
type Requests int64

// Request is one request.
const Request Requests = 1000

// Float returns the number of requests.
func (r Requests) Float() float64 { return float64(r) / float64(Request) }

// Counts are what has become of requests over some time.
// BacklogStart + Offered = Served + Lost + Backlog, exactly.
type Counts struct {
	BacklogStart Requests // waited when the time began
	Offered      Requests // came
	Served       Requests
	Lost         Requests // would have waited longer than the timeout, found no task, or one that failed them
	Backlog      Requests // wait when the time ends
}

// Unserved returns the share of the requests, those that waited at the start
// among them, that were lost or still wait; 0 if there were none.
func (c Counts) Unserved() float64 {
	if c.BacklogStart+c.Offered == 0 {
		return 0
	}
	return float64(c.Lost+c.Backlog) / float64(c.BacklogStart+c.Offered)
}

// add adds what is counted of a segment.
func (c *Counts) add(f flow) {
	c.Offered += f.offered + f.failed
	c.Served += f.served
	c.Lost += f.lost + f.failed
	c.Backlog += f.offered - f.served - f.lost
}

// flow is what came to the tasks that serve, was served and was lost since the
// beginning of a segment, and what came beside that to tasks that fail it.
type flow struct {
	offered, served, lost, failed Requests
}

func (f flow) minus(g flow) flow {
	return flow{f.offered - g.offered, f.served - g.served, f.lost - g.lost, f.failed - g.failed}
}

// rests are fractions of a unit that rounding has left, to be counted later.
type rests struct{ offered, served, failed float64 }
