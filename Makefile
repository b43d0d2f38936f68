# Each target is a command that one could type. `make check` is what continuous
# integration runs, nothing more and nothing less.

GO ?= go
# How many inputs each fuzz target tries in `make test`: a number, because the
# fuzzer now and then fails when its time is up. A long session is
# go test -run '^$' -fuzz FuzzCSV ./workloads
FUZZTIME ?= 10000x
# Benchmarks that first fill 10,000 instances or more are left to `make bench`.
LARGE = '//10000|/100000'
# What `make bench` is to measure and how: make bench BENCH="-runs 3 w1"
BENCH ?=

.PHONY: build test lint bench cover docs check clean

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o berth ./cmd/berth

# Installs what a fresh machine lacks, then fuzzes each target for seconds, runs
# each benchmark once, and ends with the tests.
test:
	.ci/packages
	GO=$(GO) .ci/fuzz $(FUZZTIME)
	$(GO) test -short -run '^$$' -bench . -skip $(LARGE) -benchtime 1x ./...
	$(GO) test ./...

lint:
	GO=$(GO) .ci/lint

# Speed, beside what others reach: minutes, on a machine that is quiet.
bench:
	$(GO) run ./cmd/bench $(BENCH)

cover:
	$(GO) test -coverpkg=./... -coverprofile=coverage.out ./...
	$(GO) tool cover -func=coverage.out | tail -1

# The reference of scenario files, from the doc comments of its types.
docs:
	$(GO) generate ./scenarios

check: lint build test

clean:
	rm -rf berth berth-out bin coverage.out
