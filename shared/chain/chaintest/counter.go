package chaintest

import _ "embed" // of the compiled contract

//go:embed Counter.bin
var counterCode string

// CounterCode returns, as hex, what deploys Counter.sol: a contract to call, which
// logs, reverts in every way there is, and can use up all gas.
func CounterCode() string { return counterCode }
