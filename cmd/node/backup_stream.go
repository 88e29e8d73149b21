package main

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
)

const (
	// backupPiece is how much of a backup is asked for at a time.
	backupPiece = 1 << 20

	// backupAlive is how often a node is told that its backup is still wanted, while
	// what was read waits to be written; it gives up after 30 seconds.
	backupAlive = 5 * time.Second
)

// backupStream reads the backup of a running node.
type backupStream struct {
	client *rpc.Client
	id     string
	size   uint64 // about how many bytes there will be

	rest []byte // of the last answer
	done bool   // it was the last

	ctx   context.Context
	stop  context.CancelFunc
	alive sync.WaitGroup
}

// startBackup has a node begin one.
func startBackup(ctx context.Context, client *rpc.Client, keys bool) (*backupStream, error) {
	var start struct {
		ID   string
		Size hexutil.Uint64
	}
	if err := client.CallContext(ctx, &start, "admin_startBackup", keys); err != nil {
		return nil, err
	}
	s := &backupStream{client: client, id: start.ID, size: uint64(start.Size)}
	s.ctx, s.stop = context.WithCancel(ctx)
	s.alive.Go(s.keepAlive)
	return s, nil
}

// keepAlive asks for nothing, now and then.
func (s *backupStream) keepAlive() {
	ticker := time.NewTicker(backupAlive)
	defer ticker.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-ticker.C:
			_, _ = s.ask(0) // if there is something wrong, Read will see it
		}
	}
}

// backupPieceResult is the answer of admin_readBackup.
type backupPieceResult struct {
	Data []byte
	Done bool
}

func (s *backupStream) ask(count uint64) (*backupPieceResult, error) {
	piece := new(backupPieceResult)
	return piece, s.client.CallContext(s.ctx, piece, "admin_readBackup", s.id, hexutil.Uint64(count))
}

// Read asks the node for more.
func (s *backupStream) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		if s.done {
			return 0, io.EOF
		}
		piece, err := s.ask(backupPiece)
		if err != nil {
			if s.ctx.Err() != nil {
				err = context.Cause(s.ctx)
			}
			return 0, err
		}
		s.rest, s.done = piece.Data, piece.Done
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// Close ends the backup, unless all of it was read.
func (s *backupStream) Close() error {
	s.stop()
	s.alive.Wait()
	if s.done {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), backupAlive)
	defer cancel()
	_ = s.client.CallContext(ctx, nil, "admin_stopBackup", s.id) // if not, the node does it itself
	return nil
}
