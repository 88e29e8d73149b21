//go:build linux || darwin || freebsd

package db

import "syscall"

// freeBytes returns how much an unprivileged process may still write to the
// file system of dir.
func freeBytes(dir string) (uint64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return uint64(st.Bavail) * uint64(st.Bsize), nil //nolint:unconvert // types differ between systems
}
