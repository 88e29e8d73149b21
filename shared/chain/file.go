package chain

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
)

const (
	// A batch of imported blocks ends at whichever limit it meets first: large
	// enough to verify headers and recover senders in parallel, small enough to
	// stop between two of them.
	importBatchBlocks = 1024
	importBatchBytes  = 32 << 20

	fileBuffer = 1 << 20
)

// Progress is how far an export or import has come.
type Progress struct {
	Number       uint64 // of the last block done
	Blocks       uint64 // done in this run, blocks known already not counted
	Known        uint64 // passed over by an import since they are stored
	Transactions uint64
	Gas          uint64
	Elapsed      time.Duration
}

// Export writes the blocks of the head's branch from first to last, each RLP
// encoded, one after the other: the chain files of geth. It calls report, if not
// nil, after each thousand blocks and at the end.
func (s *Service) Export(ctx context.Context, w io.Writer, first, last uint64, report func(Progress)) error {
	if head := s.CurrentBlock().Number.Uint64(); last > head {
		return fmt.Errorf("export blocks %d to %d: the head is block %d", first, last, head)
	}
	if first > last {
		return fmt.Errorf("export blocks %d to %d: the first is after the last", first, last)
	}
	buffered := bufio.NewWriterSize(w, fileBuffer)
	progress, start := Progress{}, s.cfg.Now()
	var previous *types.Block
	for number := first; number <= last; number++ {
		if ctx.Err() != nil {
			return errors.Join(context.Cause(ctx), buffered.Flush())
		}
		block := s.GetBlockByNumber(number)
		if block == nil {
			return fmt.Errorf("export block %d: it is not stored", number)
		}
		if previous != nil && block.ParentHash() != previous.Hash() {
			return fmt.Errorf("export block %d: the chain was reorganised meanwhile, export again", number)
		}
		previous = block
		if err := block.EncodeRLP(buffered); err != nil {
			return fmt.Errorf("export block %d: %w", number, err)
		}
		progress.add(types.Blocks{block}, s.cfg.Now().Sub(start))
		if report != nil && (progress.Blocks%1000 == 0 || number == last) {
			report(progress)
		}
	}
	return buffered.Flush()
}

// Import adds the blocks of a chain file, gzipped or not, as made by Export or
// geth. Blocks stored already are passed over, so an import that was interrupted
// goes on where it ended. Of a file that cannot be read to its end, all blocks
// before that point are added. It calls report, if not nil, after each batch.
func (s *Service) Import(ctx context.Context, r io.Reader, report func(Progress)) error {
	stream, err := blockStream(r)
	if err != nil {
		return err
	}
	progress, start := Progress{}, s.cfg.Now()
	for index := 0; ; {
		batch, readErr := readBatch(stream, index)
		index += len(batch)
		blocks, known := s.unknown(batch)
		progress.Known += uint64(known)
		n, err := s.InsertBlocks(ctx, blocks)
		progress.add(blocks[:n], s.cfg.Now().Sub(start))
		if report != nil {
			report(progress)
		}
		switch {
		case err != nil:
			return fmt.Errorf("import: %w", err)
		case errors.Is(readErr, io.EOF):
			return nil
		case readErr != nil:
			return readErr
		}
	}
}

// unknown drops the leading blocks that are on the head's branch, genesis among
// them.
func (s *Service) unknown(blocks types.Blocks) (types.Blocks, int) {
	known := 0
	for known < len(blocks) && s.canonical(blocks[known].Header()) {
		known++
	}
	return blocks[known:], known
}

// blockStream looks for gzip's magic number in front of the blocks.
func blockStream(r io.Reader) (*rlp.Stream, error) {
	buffered := bufio.NewReaderSize(r, fileBuffer)
	if magic, err := buffered.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("import: %w", err)
		}
		return rlp.NewStream(bufio.NewReaderSize(unzipped, fileBuffer), 0), nil
	}
	return rlp.NewStream(buffered, 0), nil
}

// readBatch returns the next blocks of the stream, and with the last ones why
// there are no more: io.EOF at the end.
func readBatch(stream *rlp.Stream, index int) (blocks types.Blocks, err error) {
	for bytes := uint64(0); len(blocks) < importBatchBlocks && bytes < importBatchBytes; {
		block := new(types.Block)
		switch err := stream.Decode(block); {
		case errors.Is(err, io.EOF):
			return blocks, io.EOF
		case err != nil:
			return blocks, fmt.Errorf("import: block %d of the file cannot be read (the file may be cut short): %w", index+len(blocks), err)
		}
		blocks, bytes = append(blocks, block), bytes+block.Size()
	}
	return blocks, nil
}

func (p *Progress) add(blocks types.Blocks, elapsed time.Duration) {
	p.Elapsed = elapsed
	for _, block := range blocks {
		p.Number = block.NumberU64()
		p.Blocks++
		p.Transactions += uint64(len(block.Transactions()))
		p.Gas += block.GasUsed()
	}
}
