package db

import (
	"path/filepath"
	"testing"
)

func TestUsage(t *testing.T) {
	dir := t.TempDir()
	s := open(t, diskConfig(dir))
	size, free, err := Usage(dir)
	if err != nil || size == 0 || free == 0 {
		t.Errorf("%d bytes, %d free, %v", size, free, err)
	}
	if have, ok := s.FreeDisk(); !ok || have == 0 {
		t.Errorf("%d bytes are free, %v", have, ok)
	}
	if _, _, err := Usage(filepath.Join(dir, "none")); err == nil {
		t.Error("the usage of a directory that is not there")
	}
}
