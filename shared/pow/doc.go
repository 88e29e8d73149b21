// Package pow is the proof of work of the chain: consensus rules on top of
// go-ethereum's for blocks after the merge.
package pow
