//go:build !unix

package main

// peakMemoryMiB is not known here.
func peakMemoryMiB() float64 { return 0 }
