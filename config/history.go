package config

import (
	"fmt"

	"github.com/monolith-chain/monolith/shared/chain"
)

// The flags that say of how many blocks the state is kept, and the modes.
const (
	flagGCMode       = "gcmode"
	flagStateHistory = "history.state"
	gcArchive        = "archive"
	gcFull           = "full"
)

// settleHistory makes one setting of the mode and the number of blocks: the state of
// every block is kept, which is 0, or that of some.
func (c *Config) settleHistory() []error {
	switch {
	case !c.Set(flagGCMode):
		if c.Chain.StateHistory > 0 {
			c.gcMode = gcFull
		}
	case c.gcMode == gcFull && !c.Set(flagStateHistory):
		c.Chain.StateHistory = chain.FullHistory
	case c.gcMode == gcFull && c.Chain.StateHistory == 0:
		return []error{fmt.Errorf("%s: full keeps recent states only, but %s is 0, which is all of them", c.from(flagGCMode), c.from(flagStateHistory))}
	case c.gcMode == gcArchive && c.Chain.StateHistory > 0:
		return []error{fmt.Errorf("%s: archive keeps the state of every block, but %s is %d", c.from(flagGCMode), c.from(flagStateHistory), c.Chain.StateHistory)}
	}
	return nil
}
