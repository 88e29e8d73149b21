package rpc

import (
	"crypto/rand"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/sirupsen/logrus"
)

// Backup is a stream of the node's data as they were when it was opened.
type Backup interface {
	io.ReadCloser
	Head() (number uint64, hash common.Hash)
	Size() uint64 // about how many bytes there will be
}

const (
	// backupIdle: the snapshot behind a backup keeps disk space from being freed, so
	// that one whose reader is gone must end. A reader that waits itself, for a slow
	// tape say, asks for nothing now and then.
	backupIdle = 30 * time.Second

	maxBackups     = 4       // at a time; one whose reader was killed shall not be in the way
	maxBackupPiece = 4 << 20 // bytes of one answer
)

// backupAPI is the part of the namespace admin that copies the node's data while it
// runs.
type backupAPI struct {
	open func(keys bool) (Backup, error)
	idle time.Duration
	log  logrus.FieldLogger

	// mu guards the fields below.
	mu      sync.Mutex
	running map[string]*runningBackup // nil once there are no more
	wanted  int                       // being opened
}

// runningBackup is a backup that is being read.
type runningBackup struct {
	Backup
	mu    sync.Mutex // held by whoever reads or closes it
	ended bool
	timer *time.Timer
}

func newBackupAPI(cfg Config) *backupAPI {
	return &backupAPI{open: cfg.Backup, idle: backupIdle, log: cfg.Log, running: make(map[string]*runningBackup)}
}

// backupStart is the answer of admin_startBackup.
type backupStart struct {
	ID     string         `json:"id"`
	Number hexutil.Uint64 `json:"number"` // of the head in it
	Hash   common.Hash    `json:"hash"`
	Size   hexutil.Uint64 `json:"size"` // about how many bytes there will be
}

// StartBackup is admin_startBackup: it begins a backup of the node's data as they are
// now, with the keys of the node and its accounts if that is asked for, to be read with
// admin_readBackup. One that nobody reads for 30 seconds ends.
func (api *backupAPI) StartBackup(keys *bool) (*backupStart, error) {
	if err := api.reserve(); err != nil {
		return nil, err
	}
	b, err := api.open(keys != nil && *keys)
	api.mu.Lock()
	defer api.mu.Unlock()
	api.wanted--
	if err != nil {
		return nil, err
	}
	if api.running == nil {
		return nil, errors.Join(errStopping, b.Close())
	}
	running, id := &runningBackup{Backup: b}, rand.Text()
	running.timer = time.AfterFunc(api.idle, func() { api.expire(id) })
	api.running[id] = running
	number, hash := b.Head()
	api.log.WithFields(logrus.Fields{"number": number, "hash": hash}).Info("Backup begins")
	return &backupStart{id, hexutil.Uint64(number), hash, hexutil.Uint64(b.Size())}, nil
}

// reserve takes one of the few places.
func (api *backupAPI) reserve() error {
	api.mu.Lock()
	defer api.mu.Unlock()
	switch {
	case api.running == nil:
		return errStopping
	case len(api.running)+api.wanted >= maxBackups:
		return errors.New("too many backups are being read: end one, or wait half a minute if its reader is gone")
	}
	api.wanted++
	return nil
}

// backupPiece is the answer of admin_readBackup.
type backupPiece struct {
	Data []byte `json:"data"`
	Done bool   `json:"done"` // there is no more
}

// ReadBackup is admin_readBackup: the next bytes of a backup, which is a stream in the
// tar format, at most as many as are asked for. To ask for none keeps it from ending.
// Whoever has read all of it need not end it.
func (api *backupAPI) ReadBackup(id string, count hexutil.Uint64) (*backupPiece, error) {
	b := api.find(id)
	if b == nil {
		return nil, invalidParams("there is no such backup, or no more: nobody read it for %s", api.idle)
	}
	if count == 0 {
		b.timer.Reset(api.idle)
		return &backupPiece{Data: []byte{}}, nil
	}
	piece := &backupPiece{Data: make([]byte, min(uint64(count), maxBackupPiece))}
	n, err := b.next(piece.Data)
	piece.Data = piece.Data[:n]
	if err == nil {
		b.timer.Reset(api.idle)
		return piece, nil
	}
	if piece.Done = errors.Is(err, io.EOF); piece.Done {
		api.log.Info("Backup was read to its end")
		err = nil
	} else {
		api.log.WithError(err).Warn("Backup failed")
	}
	return piece, errors.Join(err, api.forget(id))
}

// next fills p as far as there is something; at the end it says so at once.
func (b *runningBackup) next(p []byte) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return 0, errors.New("the backup was ended")
	}
	b.timer.Stop() // for as long as it takes
	for n < len(p) && err == nil {
		var read int
		read, err = b.Read(p[n:])
		n += read
	}
	return n, err
}

func (b *runningBackup) end() error {
	b.timer.Stop()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return nil
	}
	b.ended = true
	return b.Close()
}

// StopBackup is admin_stopBackup: it ends a backup before all of it was read, and tells
// whether there was one.
func (api *backupAPI) StopBackup(id string) (bool, error) {
	if api.find(id) == nil {
		return false, nil
	}
	return true, api.forget(id)
}

func (api *backupAPI) find(id string) *runningBackup {
	api.mu.Lock()
	defer api.mu.Unlock()
	return api.running[id]
}

// forget ends a backup, if it is there.
func (api *backupAPI) forget(id string) error {
	api.mu.Lock()
	b := api.running[id]
	delete(api.running, id)
	api.mu.Unlock()
	if b == nil {
		return nil
	}
	return b.end()
}

// expire ends a backup that nobody reads.
func (api *backupAPI) expire(id string) {
	if api.find(id) == nil {
		return
	}
	api.log.WithField("after", api.idle).Warn("Backup was given up by its reader")
	if err := api.forget(id); err != nil {
		api.log.WithError(err).Warn("Backup not closed")
	}
}

// stop ends all backups, and allows no more.
func (api *backupAPI) stop() error {
	api.mu.Lock()
	ids := slices.Collect(maps.Keys(api.running))
	running := api.running
	api.running = nil
	api.mu.Unlock()
	var errs []error
	for _, id := range ids {
		errs = append(errs, running[id].end())
	}
	return errors.Join(errs...)
}
