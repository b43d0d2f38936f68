//go:build unix

package main

import (
	"runtime"
	"syscall"
)

// peakMemoryMiB returns the most memory that the process has held so far.
func peakMemoryMiB() float64 {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" { // they count bytes, the others KiB
		return float64(usage.Maxrss) / (1 << 20)
	}
	return float64(usage.Maxrss) / (1 << 10)
}
