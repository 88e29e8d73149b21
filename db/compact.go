package db

import (
	"context"
	"fmt"
)

// Compact rewrites all tables, so that nothing deleted or overwritten takes room
// any more. It goes from one first byte of the keys to the next, so that it can be
// ended by ctx, and calls progress with the percentage done. Nothing is lost when
// the process dies meanwhile.
func (s *Service) Compact(ctx context.Context, progress func(percent int)) error {
	if err := s.Writable(); err != nil {
		return err
	}
	for first := range 256 {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		progress(first * 100 / 256)
		var limit []byte // none behind the last
		if first < 255 {
			limit = []byte{byte(first + 1)}
		}
		if err := s.db.Compact([]byte{byte(first)}, limit); err != nil {
			return fmt.Errorf("compact database: %w", explain(err))
		}
	}
	return nil
}
