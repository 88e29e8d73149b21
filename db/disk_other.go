//go:build !(linux || darwin || freebsd)

package db

import (
	"errors"
	"math"
)

// freeBytes cannot tell on this system: New warns that the disk is not watched.
func freeBytes(string) (uint64, error) { return math.MaxUint64, errors.ErrUnsupported }
