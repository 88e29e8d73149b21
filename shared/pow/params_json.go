package pow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// paramsJSON is the form in which Params are written to a genesis file.
type paramsJSON struct {
	TargetInterval  uint64 `json:"targetInterval"`
	HalfLife        uint64 `json:"halfLife"`
	Limit           string `json:"limit"`
	InitialTarget   string `json:"initialTarget"`
	RewardGwei      uint64 `json:"rewardGwei"`
	HalvingInterval uint64 `json:"halvingInterval"`
	SafeDepth       uint64 `json:"safeDepth"`
	FinalizedDepth  uint64 `json:"finalizedDepth"`
	Engine          string `json:"engine,omitempty"`
}

// MarshalJSON writes the object config.pow of a genesis file.
func (p Params) MarshalJSON() ([]byte, error) {
	if p.Limit == nil || p.Limit.Sign() < 0 {
		return nil, fmt.Errorf("limit: cannot be written: %v", p.Limit)
	}
	return json.Marshal(paramsJSON{
		TargetInterval:  p.TargetInterval,
		HalfLife:        p.HalfLife,
		Limit:           fmt.Sprintf("0x%064x", p.Limit),
		InitialTarget:   p.InitialTarget.String(),
		RewardGwei:      p.RewardGwei,
		HalvingInterval: p.HalvingInterval,
		SafeDepth:       p.SafeDepth,
		FinalizedDepth:  p.FinalizedDepth,
		Engine:          p.Engine,
	})
}

// UnmarshalJSON reads the object config.pow of a genesis file. It is strict,
// since a misread rule would split the network: every key must be there once
// (engine may be absent), no other key may be, and the values must pass
// Validate. With the engine "stock" the other keys may be left out and have
// the values of DefaultParams. Errors name the key.
func (p *Params) UnmarshalJSON(data []byte) error {
	raw, err := decodeObject(data)
	if err != nil {
		return err
	}
	var (
		out  Params
		errs []error
	)
	take := func(key string, into any) {
		value, ok := raw[key]
		delete(raw, key)
		switch {
		case ok:
			if err := decodeValue(value, into); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", key, err))
			}
		case key == "engine":
		case out.Engine != EngineStock:
			errs = append(errs, fmt.Errorf("%s: missing", key))
		}
	}
	take("engine", &out.Engine)
	if out.Engine == EngineStock {
		out = DefaultParams()
		out.Engine = EngineStock
	}
	take("targetInterval", &out.TargetInterval)
	take("halfLife", &out.HalfLife)
	take("limit", &out.Limit)
	take("initialTarget", &out.InitialTarget)
	take("rewardGwei", &out.RewardGwei)
	take("halvingInterval", &out.HalvingInterval)
	take("safeDepth", &out.SafeDepth)
	take("finalizedDepth", &out.FinalizedDepth)
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		errs = append(errs, fmt.Errorf("%s: unknown key", key))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := out.Validate(); err != nil {
		return err
	}
	*p = out
	return nil
}

// decodeObject splits a JSON object into its values. Unlike encoding/json it
// minds case and refuses a key that appears twice.
func decodeObject(data []byte) (map[string]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	start, err := dec.Token()
	if err != nil {
		return nil, err
	}
	if start != json.Delim('{') {
		return nil, errors.New("must be an object")
	}
	values := make(map[string]json.RawMessage)
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string) // the decoder lets nothing else stand here
		if _, twice := values[key]; twice {
			return nil, fmt.Errorf("%s: appears twice", key)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		values[key] = value
	}
	_, err = dec.Token() // the closing brace
	return values, err
}

// decodeValue reads one value: a plain non-negative integer, a text, or for
// targets a hexadecimal text.
func decodeValue(raw json.RawMessage, into any) error {
	text, quoted := strings.CutPrefix(string(raw), `"`)
	if quoted {
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
	}
	switch into := into.(type) {
	case *uint64:
		if quoted {
			return fmt.Errorf("must be a number, have %s", raw)
		}
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return fmt.Errorf("must be a whole number from 0 to 2^64-1, have %s", raw)
		}
		*into = n
	case *string:
		if !quoted {
			return fmt.Errorf("must be a text, have %s", raw)
		}
		*into = text
	case **big.Int:
		n, err := decodeHex(text, quoted, 64)
		if err != nil {
			return err
		}
		*into = n
	case *Compact:
		n, err := decodeHex(text, quoted, 8)
		if err != nil {
			return err
		}
		*into = Compact(n.Uint64())
	default:
		return fmt.Errorf("cannot decode into %T", into)
	}
	return nil
}

const hexDigits = "0123456789abcdefABCDEF"

// decodeHex reads 0x and one to maxDigits hexadecimal digits.
func decodeHex(text string, quoted bool, maxDigits int) (*big.Int, error) {
	digits, prefixed := strings.CutPrefix(text, "0x")
	if !quoted || !prefixed || digits == "" || len(digits) > maxDigits || strings.Trim(digits, hexDigits) != "" {
		return nil, fmt.Errorf("must be a text of 0x and 1 to %d hexadecimal digits, have %s", maxDigits, text)
	}
	n, _ := new(big.Int).SetString(digits, 16)
	return n, nil
}
