package sync

import (
	"crypto/sha256"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/trie"
)

// compactBlock announces a block: its header and, instead of each transaction, a
// short id by which a receiver finds it in its own pool. Transactions that the
// receiver is not expected to have are sent along. Withdrawals are not sent: the
// rules say what they are.
type compactBlock struct {
	Header    *types.Header
	ShortIDs  []byte // of the transactions that are not prefilled, in their order
	Prefilled prefilledList
}

// prefilledList is counted before it is decoded.
type prefilledList []prefilled

// DecodeRLP implements rlp.Decoder.
func (list *prefilledList) DecodeRLP(stream *rlp.Stream) (err error) {
	enc, err := stream.Raw()
	if err == nil {
		*list, err = decodeList[prefilled]("prefilled transactions", enc, maxPrefilled)
	}
	return err
}

// prefilled is a transaction that is sent in full, and its position in the block.
type prefilled struct {
	Index uint64
	Tx    *types.Transaction
}

// shortIDSize makes a collision among 10,000 pooled transactions, over a block of
// 1,000, a matter of one block in 30 million; the block's roots then tell, and the
// transactions are fetched.
const shortIDSize = 6

// shortID is the beginning of the hash of block hash and transaction hash. The
// block hash in it keeps anyone from preparing transactions whose ids collide.
type shortID [shortIDSize]byte

func newShortID(block, tx common.Hash) shortID {
	sum := sha256.Sum256(append(block[:], tx[:]...))
	return shortID(sum[:shortIDSize])
}

// maxPrefill bounds the bytes of transactions in an announcement. Where more
// should be sent along, the rest is left to be asked for.
const maxPrefill = 1 << 20

// newCompactBlock announces a block, with the transactions in full for which
// prefill says so.
func newCompactBlock(block *types.Block, prefill func(*types.Transaction) bool) *compactBlock {
	hash := block.Hash()
	c := &compactBlock{Header: block.Header()}
	size := uint64(0)
	for i, tx := range block.Transactions() {
		if prefill(tx) && size+tx.Size() <= maxPrefill && len(c.Prefilled) < maxPrefilled {
			size += tx.Size()
			c.Prefilled = append(c.Prefilled, prefilled{Index: uint64(i), Tx: tx})
			continue
		}
		id := newShortID(hash, tx.Hash())
		c.ShortIDs = append(c.ShortIDs, id[:]...)
	}
	return c
}

func decodeCompactBlock(data []byte) (*compactBlock, error) {
	c := new(compactBlock)
	if err := rlp.DecodeBytes(data, c); err != nil {
		return nil, fmt.Errorf("compact block: %w", err)
	}
	if err := checkSize(c.Header); err != nil {
		return nil, fmt.Errorf("compact block: %w", err)
	}
	if len(c.ShortIDs)%shortIDSize != 0 {
		return nil, fmt.Errorf("compact block: %d bytes of short ids", len(c.ShortIDs))
	}
	count := c.count()
	if count > maxBlockTxs {
		return nil, fmt.Errorf("compact block: %w: %d transactions", errTooMany, count)
	}
	for i, p := range c.Prefilled {
		if p.Index >= uint64(count) || i > 0 && p.Index <= c.Prefilled[i-1].Index {
			return nil, fmt.Errorf("compact block: %w: %d of %d", errNotSorted, p.Index, count)
		}
	}
	return c, nil
}

// count is the number of transactions in the block.
func (c *compactBlock) count() int { return len(c.ShortIDs)/shortIDSize + len(c.Prefilled) }

// draft is a block being rebuilt: its transactions as far as they are known.
type draft struct {
	header *types.Header
	hash   common.Hash
	txs    types.Transactions // nil where unknown
	want   map[shortID]int    // position of the unknown ones
}

// draft begins to rebuild the block with what was sent along.
func (c *compactBlock) draft(hash common.Hash) *draft {
	d := &draft{header: c.Header, hash: hash, txs: make(types.Transactions, c.count()), want: make(map[shortID]int)}
	for _, p := range c.Prefilled {
		d.txs[p.Index] = p.Tx
	}
	ids := c.ShortIDs
	for i, tx := range d.txs {
		if tx == nil {
			d.want[shortID(ids)] = i
			ids = ids[shortIDSize:]
		}
	}
	return d
}

// offer puts a transaction into its place if the block has it, as far as short
// ids tell.
func (d *draft) offer(hash common.Hash, resolve func() *types.Transaction) {
	if len(d.want) == 0 {
		return
	}
	id := newShortID(d.hash, hash)
	i, ok := d.want[id]
	if !ok {
		return
	}
	if tx := resolve(); tx != nil {
		d.txs[i] = tx
		delete(d.want, id)
	}
}

// missing lists the positions of the unknown transactions, ascending.
func (d *draft) missing() []uint64 {
	var indexes []uint64
	for i, tx := range d.txs {
		if tx == nil {
			indexes = append(indexes, uint64(i))
		}
	}
	return indexes
}

// fill puts transactions, as many as there are indexes, into their places.
func (d *draft) fill(indexes []uint64, txs types.Transactions) {
	for i, index := range indexes {
		d.txs[index] = txs[i]
	}
}

// block returns the block if the transactions are the ones that the header
// commits to.
func (d *draft) block(withdrawals types.Withdrawals) (*types.Block, error) {
	if missing := d.missing(); len(missing) > 0 {
		return nil, fmt.Errorf("%w: %d transactions are missing", errNoBlock, len(missing))
	}
	if root := types.DeriveSha(d.txs, trie.NewStackTrie(nil)); root != d.header.TxHash {
		return nil, fmt.Errorf("%w: its transactions have root %#x, the header says %#x", errNoBlock, root, d.header.TxHash)
	}
	return types.NewBlockWithHeader(d.header).WithBody(types.Body{Transactions: d.txs, Withdrawals: withdrawals}), nil
}
