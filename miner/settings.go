package miner

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/pow"
	"github.com/monolith-chain/monolith/shared/registry"
)

// Settings are what can be changed while the miner runs: see Service.Change.
type Settings struct {
	Enabled   bool           // mine; without it only Pending is served
	Threads   int            // sealing threads; 0 leaves it to miners outside of the node
	CPU       float64        // share of a core that each thread may use, above 0, at most 1
	Etherbase common.Address // receives rewards and fees
	ExtraData []byte         // vanity in the block's extra data, at most pow.MaxVanity bytes
	GasLimit  uint64         // the block gas limit to move towards
	GasPrice  *big.Int       // least tip per gas, in wei, that a transaction must pay
}

// ErrNoEtherbase is returned where mining is asked for and nobody is to be paid.
var ErrNoEtherbase = errors.New("no address to pay rewards to: set --miner.etherbase, or call miner_setEtherbase")

// maxThreads only rules out slips of the pen.
const maxThreads = 1024

// faults are all impossible settings, named by their flags.
func (s Settings) faults() (faults []error) {
	require := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	require(s.Threads >= 0 && s.Threads <= maxThreads, "--miner.threads must be from 0 to %d, have %d", maxThreads, s.Threads)
	require(s.CPU > 0 && s.CPU <= 1, "--miner.cpu must be above 0 and at most 1, have %v", s.CPU)
	if s.Enabled && s.Etherbase == (common.Address{}) {
		faults = append(faults, ErrNoEtherbase)
	}
	require(len(s.ExtraData) <= pow.MaxVanity, "--miner.extradata may have %d bytes, has %d", pow.MaxVanity, len(s.ExtraData))
	require(s.GasLimit >= params.MinGasLimit && s.GasLimit <= params.MaxGasLimit,
		"--miner.gaslimit must be from %d to %d, have %d", params.MinGasLimit, params.MaxGasLimit, s.GasLimit)
	require(s.GasPrice != nil && s.GasPrice.Sign() >= 0 && s.GasPrice.BitLen() <= 256,
		"--miner.gasprice must be from 0 to 2^256-1, have %v", s.GasPrice)
	return faults
}

// samePayload reports whether payloads made with either settings are the same.
func (s *Settings) samePayload(other *Settings) bool {
	return s.Etherbase == other.Etherbase && bytes.Equal(s.ExtraData, other.ExtraData) &&
		s.GasLimit == other.GasLimit && s.GasPrice.Cmp(other.GasPrice) == 0
}

// crew returns how many threads are to seal, and the share of a core of each.
func (s *Settings) crew() (threads int, share float64) {
	if !s.Enabled {
		return 0, 0
	}
	return s.Threads, s.CPU
}

// Settings returns those in force.
func (s *Service) Settings() Settings {
	settings := *s.settings.Load()
	settings.ExtraData = bytes.Clone(settings.ExtraData)
	settings.GasPrice = new(big.Int).Set(settings.GasPrice)
	return settings
}

// Change applies change to the settings in force. It is done at once, but for a
// payload that is being made or sealed: that is given up, and what is found from
// then on has the new settings. The error lists everything that is wrong with the
// result; then nothing is changed.
func (s *Service) Change(change func(*Settings)) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	if s.ctx.Err() != nil {
		return registry.ErrStopped
	}
	settings := s.Settings()
	change(&settings)
	if err := errors.Join(settings.faults()...); err != nil {
		return err
	}
	s.settings.Store(&settings)
	s.wake()
	return nil
}

// ParseExtraData reads the vanity as people write it: text, or bytes as 0x and hex
// digits.
func ParseExtraData(text string) ([]byte, error) {
	data := []byte(text)
	if digits, ok := strings.CutPrefix(text, "0x"); ok {
		var err error
		if data, err = hex.DecodeString(digits); err != nil {
			return nil, fmt.Errorf("%q is not hex", text)
		}
	}
	if len(data) > pow.MaxVanity {
		return nil, fmt.Errorf("%q has %d bytes, more than %d", text, len(data), pow.MaxVanity)
	}
	return data, nil
}
