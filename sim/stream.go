package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Stream returns the random stream of one consumer. Each consumer has its own,
// named for its use ("arrivals/web", "placement/etl"), so that a change to one
// leaves the draws of all others in place and variants of a scenario can be
// compared draw by draw. The generator is PCG, seeded with the first 16 bytes
// of SHA-256 over the seed and the name; Go keeps its sequence from version to
// version.
func Stream(seed uint64, name string) *rand.Rand {
	return rand.New(NewPCG(seed, name))
}

// NewPCG returns the generator behind [Stream], for callers that compare or
// store its state.
func NewPCG(seed uint64, name string) *rand.PCG {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], seed)
	sum := sha256.Sum256(append(b[:], name...))
	return rand.NewPCG(binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16]))
}
