// Package load is what the users of a service feel: requests that come at a rate,
// wait for tasks, are served or lost, and how long that takes. Requests are a
// fluid, so that a service of a million requests a second costs no more than one
// of a single request.
//
// A [Station] is the tasks of one service. Its [Load] says how many requests
// come, [Station.Resize] how many tasks there are, and [Station.EndPeriod] returns
// what CloudWatch's datapoints of a minute, or of 20 s, are made of.
//
// # The fluid
//
// A task serves vCPU / cpuSeconds requests per second, all tasks together the
// capacity. While requests come faster than that, or some wait, capacity is what
// is served, and the backlog grows by rate − capacity; else what comes is served.
// Those that wait are served in the order in which they came, so that the wait of
// a request counts the tasks that come or go meanwhile.
//
// With a timeout a request that would wait longer is lost when it comes: the
// backlog never exceeds capacity × timeout. When tasks go, those in line that
// would now wait too long are lost at once, the last first. Without a task all
// that come wait, or with a timeout are lost at once. So is the part of them that
// is sent to tasks which fail it ([Size]); the rate above is that of the others. A
// request that is lost takes no CPU.
//
// Between changes of the rate's slope, of the tasks, and of the way in which
// requests fare, all of this is a polynomial of time. It is evaluated once for
// each such segment, which ends with the period at the latest. While rate and
// tasks stay as they are and waits have settled, there is nothing to do, for
// however long: [Period.Steady], [Station.Due].
//
// Counts are integers, thousandths of a request. Served, lost and waiting add up
// to what has come, exactly, in each period and over all. When somebody looks
// changes nothing, to the last bit.
//
// # Chance
//
// Below capacity a fluid never waits, but requests do. On average they wait
//
//	P(wait) × (ca² + cs²)/2 / (capacity × (1 − utilisation))
//
// with Erlang's C for P(wait): M/M/c exactly, M/G/c as Allen and Cunneen have it.
// cs is [Setup.CV], by default 1 ([DefaultCV]); ca² is 1 for arrivals by chance.
// Where requests are dealt out in turn ([RoundRobin]) each task is a queue of its
// own with ca² = 1/n, and the correction of Kraemer and Langenbach-Belz applies.
// Those that wait do so for an exponential time.
//
// At saturation this has no end, but it takes time to get there. The square of the
// mean wait moves towards that of the formula exponentially, at a pace at which at
// saturation it grows from nothing as that of a reflected Brownian motion. Above
// saturation the wait is that of the fluid plus what chance adds, which is as much
// as at the mirrored utilisation. So nothing jumps where a load crosses the
// capacity.
//
// A response time is the latency without waiting, one number, plus the wait. It is
// counted when the request is served. In minutes in which the load moves, how many
// wait and for how long on average is gathered, by that mean; the exponential times
// are made of it when somebody asks ([Station.Gathered]).
//
// # Where it holds
//
// Tests compare with requests that are drawn one by one. Means of M/M/c and of
// bursts that last a minute or more agree within a few parts in a hundred, and so
// do backlogs, lost requests and p99. Beyond that:
//
//   - Times that vary more than exponential ones: the mean wait is off by up to
//     20 % with many servers, and with few the p99 is too low, at a cv of 2 and
//     one server by 30 %.
//   - A load that moves within seconds is met with the waits of its recent mean;
//     a minute's p99 is off by 10 % of the wait.
//   - Near saturation some requests wait longer than a timeout though the fluid
//     has none that do. At most (ca² + cs²) / (2 × capacity × timeout) of them
//     would be lost, which is much for a task or two and a short timeout; here
//     they wait for the timeout.
//   - A gap of less than the timeout without a task loses what it would not lose
//     if requests waited for the next one, as those of a queue do. A load balancer
//     without a target refuses them as it is here.
//   - Targets with the fewest outstanding requests wait somewhat longer than
//     [SharedQueue] has it, by 40 % with ten tasks of one server at 90 %.
//   - The spread of the CPU time itself is not in the response time, only what it
//     does to waits.
package load
