package rpc

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// maxSocketPath is what a Unix socket's address has room for: 108 bytes on Linux, 104
// on other systems, with a zero at the end.
const maxSocketPath = len(syscall.RawSockaddrUnix{}.Path) - 1

// listenIPC opens the socket, for its owner only. One that a dead process has left is
// replaced, one in use is an error, and so is anything that is no socket.
func listenIPC(path string) (net.Listener, error) {
	switch info, err := os.Lstat(path); {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("IPC socket: %w", err)
	case info.Mode().Type() != os.ModeSocket:
		return nil, fmt.Errorf("IPC socket %s: there is a file of that name%s", path, seeFlag(FlagIPCPath))
	default:
		if c, err := net.Dial("unix", path); err == nil {
			return nil, errors.Join(fmt.Errorf("IPC socket %s is in use by another process%s", path, seeFlag(FlagIPCPath)), c.Close())
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("IPC socket: %w", err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("IPC socket: %w", err)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("IPC socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("IPC socket: %w", err), listener.Close())
	}
	return listener, nil
}

// ipcLink is a stream of JSON values as a link: each is a frame. Its other end is the
// node's owner, so there is no limit to their size.
type ipcLink struct {
	net.Conn
	decoder *json.Decoder
}

func newIPCLink(c net.Conn) *ipcLink { return &ipcLink{c, json.NewDecoder(c)} }

func (l *ipcLink) read() ([]byte, error) {
	var frame json.RawMessage
	if err := l.decoder.Decode(&frame); err != nil {
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			err = errFrameSyntax // there is no telling where the next value starts
		}
		return nil, err
	}
	return frame, nil
}

func (l *ipcLink) write(frame []byte, deadline time.Time) error {
	if err := l.SetWriteDeadline(deadline); err != nil {
		return err
	}
	_, err := l.Write(append(frame, '\n'))
	return err
}

// ping has nothing to find out: a local peer that is gone has closed its end.
func (l *ipcLink) ping(time.Time) error { return nil }

// interrupt fails on a closed socket only, where reads fail too.
func (l *ipcLink) interrupt() { _ = l.SetReadDeadline(time.Unix(1, 0)) }

func (l *ipcLink) kill() { _ = l.Close() }

func (l *ipcLink) close(string) { _ = l.Close() }
