package download

import (
	"context"
	"errors"
)

// ErrBusy means that a Sync is running.
var ErrBusy = errors.New("a sync is running")

// Downloader fetches heavier chains, one at a time.
type Downloader struct {
	cfg Config
}

// New returns a downloader. The error lists everything that is wrong with the
// configuration.
func New(cfg Config) (*Downloader, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Downloader{cfg: cfg}, nil
}

// Sync brings the chain up to the target and returns when its blocks are imported,
// or why they are not: ErrBusy, the end of ctx, the chain's own reason, an error
// wrapping a *FaultError if the target's source is to blame. A target with no more
// work than the head is done at once.
func (d *Downloader) Sync(ctx context.Context, target Target) error {
	return ErrBusy
}

// Progress is how far a running Sync has come.
func (d *Downloader) Progress() *Progress { return nil }
