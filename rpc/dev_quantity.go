package rpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// quantity is a number as the clients of development tools write it: in hex with or
// without leading zeros, or in decimal, as a string or as a JSON number.
type quantity struct{ big.Int }

// maxDigits is more than any number of 256 bits has.
const maxDigits = 80

// UnmarshalJSON reads a number of at most 256 bits that is not negative.
func (q *quantity) UnmarshalJSON(data []byte) error {
	text := string(data)
	if len(data) > 0 && data[0] == '"' {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
	}
	n, ok := parseQuantity(text)
	if !ok || n.Sign() < 0 || n.BitLen() > 256 {
		return fmt.Errorf("%.100q is not a number, in hex with 0x or in decimal, of up to 256 bits", text)
	}
	q.Int = *n
	return nil
}

func parseQuantity(text string) (*big.Int, bool) {
	if len(text) > maxDigits {
		return nil, false
	}
	if digits, ok := strings.CutPrefix(text, "0x"); ok {
		return new(big.Int).SetString(digits, 16)
	}
	// JavaScript writes numbers from 10^21 on with an exponent.
	if _, exponent, ok := strings.Cut(text, "e"); ok {
		if e, err := strconv.Atoi(exponent); err != nil || e > maxDigits || e < -maxDigits {
			return nil, false
		}
		r, ok := new(big.Rat).SetString(text)
		if !ok || !r.IsInt() {
			return nil, false
		}
		return r.Num(), true
	}
	return new(big.Int).SetString(text, 10)
}

// uint64 returns the number, or an error that says what is too large.
func (q *quantity) uint64(what string) (uint64, error) {
	switch {
	case q == nil:
		return 0, nil
	case !q.IsUint64():
		return 0, invalidParams("%s: %v is too large", what, &q.Int)
	}
	return q.Uint64(), nil
}

// mineOptions is what evm_mine takes: a timestamp, or an object.
type mineOptions struct {
	Timestamp *quantity `json:"timestamp"`
	Blocks    *quantity `json:"blocks"`
}

// UnmarshalJSON reads either form.
func (o *mineOptions) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		type plain mineOptions
		return json.Unmarshal(data, (*plain)(o))
	}
	return json.Unmarshal(data, &o.Timestamp)
}

// intervalOption is the time between blocks: a number, or the least and the most.
type intervalOption struct{ least, most quantity }

// UnmarshalJSON reads either form.
func (o *intervalOption) UnmarshalJSON(data []byte) error {
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		if err := json.Unmarshal(data, &o.least); err != nil {
			return err
		}
		o.most = o.least
		return nil
	}
	var both []quantity
	if err := json.Unmarshal(data, &both); err != nil {
		return err
	}
	if len(both) != 2 {
		return fmt.Errorf("%d numbers are no interval: one, or the least and the most", len(both))
	}
	o.least, o.most = both[0], both[1]
	return nil
}
