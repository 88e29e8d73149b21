package discovery

import "errors"

// refusal is why a node is no candidate. Errors of this kind are found by
// identity, with errors.Is, or counted by their reason.
type refusal struct {
	reason string // the metric's label
	text   string
}

// Error implements error.
func (r *refusal) Error() string { return r.text }

var (
	errSelf     = &refusal{"self", "own record"}
	errNoEntry  = &refusal{"no_entry", "not of this kind of network"}
	errBadEntry = &refusal{"bad_entry", "invalid entry"}
	errGenesis  = &refusal{"genesis", "another genesis"}
	errFork     = &refusal{"fork", "another fork id"}
	errNoKey    = &refusal{"no_key", "record without a key"}
	errNoAddr   = &refusal{"no_address", "record without an address and port to dial"}
	errUnwanted = &refusal{"unwanted", "not wanted now"}
	errSilent   = &refusal{"silent", "no answer"}
)

// reason returns the label of err.
func reason(err error) string {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.reason
	}
	return "other"
}
