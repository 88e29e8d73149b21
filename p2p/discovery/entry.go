package discovery

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/ethereum/go-ethereum/p2p/enr"
	"github.com/ethereum/go-ethereum/rlp"
)

// entryKey names our entry in a record.
const entryKey = "mono"

// maxForkID bounds the fork id in an entry. EIP-2124's takes up to 15 bytes; a
// record, which may have 300 bytes in all, has about 60 left.
const maxForkID = 64

// entry is what a record says of its node's chain: the RLP list of genesis hash
// and fork id. More may follow in later versions and is skipped.
type entry struct {
	Genesis common.Hash
	ForkID  rlp.RawValue
	Rest    []rlp.RawValue `rlp:"tail"`
}

// ENRKey implements enr.Entry.
func (entry) ENRKey() string { return entryKey }

// loadEntry reads a record's entry. It tells a record without one
// (enr.IsNotFound) from one that cannot be read.
func loadEntry(record *enr.Record) (entry, error) {
	var e entry
	if err := record.Load(&e); err != nil {
		return entry{}, err
	}
	if len(e.ForkID) > maxForkID {
		return entry{}, fmt.Errorf("fork id of %d bytes", len(e.ForkID))
	}
	return e, nil
}

// current returns what our own record has to say now.
func (n Network) current() (entry, error) {
	id := n.ForkID()
	if _, rest, err := rlp.SplitList(id); err != nil || len(rest) > 0 || len(id) > maxForkID {
		return entry{}, fmt.Errorf("fork id %x is no RLP list of at most %d bytes", id, maxForkID)
	}
	return entry{Genesis: n.Genesis, ForkID: id}, nil
}

// check says why a node with this record is not of our network.
func (n Network) check(node *enode.Node) error {
	e, err := loadEntry(node.Record())
	switch {
	case enr.IsNotFound(err):
		return errNoEntry
	case err != nil:
		return fmt.Errorf("%w: %w", errBadEntry, err)
	case e.Genesis != n.Genesis:
		return fmt.Errorf("%w: %s", errGenesis, e.Genesis)
	}
	if err := n.Compatible(e.Genesis, e.ForkID); err != nil {
		return fmt.Errorf("%w: %w", errFork, err)
	}
	return nil
}
