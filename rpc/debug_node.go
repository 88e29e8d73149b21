package rpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/sirupsen/logrus"
)

// nodeAPI is the part of the namespace debug that is for whoever runs the node: it
// reads the database past all rules, and changes what the node does.
type nodeAPI struct {
	*backend
	dev      Dev                // nil = no development chain
	setLevel func(logrus.Level) // nil = the log has none
}

// private handlers are only for those who run the node: they are not served at the
// public port, whatever namespaces are.
type private interface {
	private(cfg Config) bool
}

func (api *nodeAPI) private(Config) bool { return true }

// DbGet is debug_dbGet: what the database has under a key, which is 0x and hex, or
// text.
func (api *nodeAPI) DbGet(key string) (hexutil.Bytes, error) {
	raw, err := common.ParseHexOrString(key)
	if err != nil {
		return nil, invalidParams("key: %v", err)
	}
	return api.chain.DB().Get(raw)
}

// DbAncient is debug_dbAncient: an item of the freezer, where old blocks are. Kinds
// are "headers", "hashes", "bodies" and "receipts".
func (api *nodeAPI) DbAncient(kind string, number uint64) (hexutil.Bytes, error) {
	return api.chain.DB().Ancient(kind, number)
}

// DbAncients is debug_dbAncients: how many blocks the freezer has.
func (api *nodeAPI) DbAncients() (uint64, error) { return api.chain.DB().Ancients() }

// ChaindbProperty is debug_chaindbProperty: LevelDB's statistics, as text.
func (api *nodeAPI) ChaindbProperty() (string, error) { return api.chain.DB().Stat() }

// ChaindbCompact is debug_chaindbCompact: it rewrites the whole database without what
// is deleted or overwritten. Blocks go on coming meanwhile, but slower.
func (api *nodeAPI) ChaindbCompact(ctx context.Context) error {
	// By the first byte of the keys, so that one can stop in between.
	for first := range 256 {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		limit := []byte{byte(first + 1)}
		if first == 255 {
			limit = nil
		}
		if err := api.chain.DB().Compact([]byte{byte(first)}, limit); err != nil {
			return fmt.Errorf("compact keys from %#02x: %w", first, err)
		}
	}
	return nil
}

// SetHead is debug_setHead: it goes back to an earlier block of a development chain. On
// others the head is the block with the most work, and nobody chooses it.
func (api *nodeAPI) SetHead(ctx context.Context, number hexutil.Uint64) error {
	head := api.chain.CurrentBlock().Number.Uint64()
	if uint64(number) >= head {
		return errors.New("not allowed to rewind to a future block")
	}
	if api.dev == nil {
		return errors.New("only development chains go back: on others the head is the block with the most work")
	}
	return api.dev.Rollback(ctx, head-uint64(number))
}

// Verbosity is debug_verbosity: it sets what is logged, from errors only (1) over
// warnings (2), information (3) and debugging (4) to everything (5).
func (api *nodeAPI) Verbosity(level int) error {
	if api.setLevel == nil {
		return errors.New("this node's log has no levels")
	}
	if level < 0 || level > 5 {
		return invalidParams("verbosity %d is not from 0 to 5", level)
	}
	// logrus counts from panics, which nothing here logs, geth from 0 for those
	// before it exits.
	api.setLevel(max(logrus.ErrorLevel, logrus.ErrorLevel+logrus.Level(level)-1))
	return nil
}

// stacksWith keeps of a dump of goroutines those with a text in them.
func stacksWith(dump []byte, text string) string {
	var kept strings.Builder
	for goroutine := range bytes.SplitSeq(dump, []byte("\n\n")) {
		if bytes.Contains(goroutine, []byte(text)) {
			kept.Write(goroutine)
			kept.WriteString("\n\n")
		}
	}
	return kept.String()
}
