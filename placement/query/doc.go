// Package query reads the cluster query language of Amazon ECS, in which a
// placement constraint of the type memberOf says on which container instances
// a task may be placed.
//
//	attribute:ecs.instance-type =~ m6i.* and attribute:ecs.availability-zone != us-east-1d
//	not(task:group == service:database) and runningTasksCount < 10
//
// [Parse] makes an [Expression] of a text, once: literals, lists, regular
// expressions, versions and times are understood then. [Expression.Static]
// says what holds for all instances of a kind, whatever runs on them.
// [Expression.Bind] fixes the task groups of a cluster, and [Bound.Matches]
// then answers for one instance.
//
//	subject            operators                          argument
//	attribute:NAME     == != in !in =~ !~ exists !exists  text
//	task:group         == != in !in =~ !~ exists !exists  text
//	ec2InstanceId      == != in !in =~ !~                 text
//	agentConnected     == != in !in =~ !~                 true or false
//	agentVersion       == != > >= < <=                    1.14.5
//	registeredAt       == != > >= < <=                    2018-06-18T22:28:28Z
//	runningTasksCount  == != > >= < <=                    whole number
//
// Each operator can be written as a word too: equals, not_equals, not_in,
// matches, not_matches, not_exists, greater_than, greater_than_equal,
// less_than, less_than_equal; && is and, || is or, ! is not.
//
// Source: Amazon ECS developer guide, "Cluster query language".
//
// # Where ECS is silent
//
// The guide leaves much open. These are choices of berth:
//
//   - and binds tighter than or, and not tighter than both; not before a
//     comparison negates all of it. [Expression.String] writes parentheses
//     wherever and meets or, so that its text means the same to everyone.
//   - What is written is taken exactly: names, words and values in their case.
//   - A literal without quotes holds letters, digits and -_/\.@:*+?^$|, a
//     regular expression also ,[]{}. Anything else, a parenthesis for example,
//     and the words and, or and not stand in '…' or "…". Within quotes nothing
//     is escaped: a backslash is a backslash.
//   - An instance without the attribute: ==, in, =~ and exists are false. The
//     operators !=, !in, !~ and !exists are exactly their negations everywhere
//     and so are true of it.
//   - task:group ==, in and =~ are true of an instance that hosts at least one
//     task of a group whose name satisfies them, and task:group exists of one
//     that hosts any task. The negative operators are the negations of these:
//     "task:group != database" is "not(task:group == database)".
//   - A task group is compared with the name that ECS gives it, entirely:
//     "family:etl" of tasks that were run, "service:web" of a service's. The
//     bare "etl" is neither. A group that nothing carries matches nothing; its
//     name is not an error.
//   - =~ must match the whole value. Lookaround, backreferences, possessive
//     quantifiers and a few more constructs of Java are refused, for Go has
//     none of them.
//   - A version is numbers between dots, and missing ones are zero: 1.14 equals
//     1.14.0. Where an instance's version is not of that form, != is true and
//     the other operators are false.
//   - A time without zone is in UTC, and a date is its first instant. They are
//     compared as instants.
//   - agentConnected has the value true or false, as text.
package query
