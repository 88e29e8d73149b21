package download

import "time"

// Progress is how far a Sync has come.
type Progress struct {
	Origin  uint64 // the block that the fetched chain branches off from ours
	Current uint64 // the last block imported
	Highest uint64 // the last block known: by its header, or by the target's word

	// Of this Sync so far.
	Blocks, Transactions, Gas uint64

	// Over the last seconds; zero while headers are being fetched.
	BlocksPerSecond, MgasPerSecond float64

	// Remaining is an estimate of the time to Highest; zero if there is none yet.
	Remaining time.Duration
}
