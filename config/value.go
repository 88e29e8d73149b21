package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// kind is how a value is written in a TOML file.
type kind int

const (
	kindText   kind = iota // "text"
	kindSwitch             // true or false
	kindNumber             // 12 or 0.5
	kindList               // ["a", "b"]
)

// value binds an option to one field of a Config. Every source hands over text,
// which set parses and stores; get is its inverse, so that what is printed can
// be read back.
type value struct {
	kind kind
	set  func(string) error
	get  func() string
}

// parsed is a value whose text form is read by parse and written by format.
func parsed[T any](k kind, field *T, parse func(string) (T, error), format func(T) string) value {
	return value{
		kind: k,
		set: func(s string) error {
			v, err := parse(s)
			if err != nil {
				return err
			}
			*field = v
			return nil
		},
		get: func() string { return format(*field) },
	}
}

func switchValue(field *bool) value {
	parse := func(s string) (bool, error) {
		v, err := strconv.ParseBool(s)
		if err != nil {
			return false, fmt.Errorf("%q is neither true nor false", s)
		}
		return v, nil
	}
	return parsed(kindSwitch, field, parse, strconv.FormatBool)
}

func textValue(field *string) value {
	parse := func(s string) (string, error) { return s, nil }
	return parsed(kindText, field, parse, func(s string) string { return s })
}

func choiceValue(field *string, choices ...string) value {
	parse := func(s string) (string, error) {
		if !slices.Contains(choices, s) {
			named := slices.DeleteFunc(slices.Clone(choices), func(choice string) bool { return choice == "" })
			return "", fmt.Errorf("%q is none of %s", s, strings.Join(named, ", "))
		}
		return s, nil
	}
	return parsed(kindText, field, parse, func(s string) string { return s })
}

// integer is any type that holds whole numbers; those here never exceed int64,
// the largest that TOML can write.
type integer interface {
	~int | ~int64 | ~uint | ~uint64 | ~uint32 | ~uint16
}

// integerValue accepts whole numbers from low to high.
func integerValue[T integer](field *T, low, high int64) value {
	parse := func(s string) (T, error) {
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return 0, fmt.Errorf("%q is not a whole number", s)
		}
		if err != nil || v < low || v > high {
			return 0, fmt.Errorf("%s is not between %d and %d", s, low, high)
		}
		return T(v), nil
	}
	return parsed(kindNumber, field, parse, func(v T) string { return strconv.FormatInt(int64(v), 10) })
}

// portValue accepts 0 too, by which the system chooses a free port.
func portValue(field *int) value { return integerValue(field, 0, 65535) }

// endpointValue accepts HOST:PORT; an empty host is every interface.
func endpointValue(field *string) value {
	parse := func(s string) (string, error) {
		_, port, err := net.SplitHostPort(s)
		if err == nil {
			_, err = strconv.ParseUint(port, 10, 16)
		}
		if err != nil {
			return "", fmt.Errorf("%q is not of the form HOST:PORT", s)
		}
		return s, nil
	}
	return parsed(kindText, field, parse, func(s string) string { return s })
}

// shareValue accepts numbers above 0 and up to 1.
func shareValue(field *float64) value {
	parse := func(s string) (float64, error) {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is not a number", s)
		}
		if !(v > 0 && v <= 1) { // written so that NaN fails too
			return 0, fmt.Errorf("%s is not above 0 and at most 1", s)
		}
		return v, nil
	}
	return parsed(kindNumber, field, parse, formatFloat)
}

// amountValue accepts numbers from 0 to high.
func amountValue(field *float64, high float64) value {
	parse := func(s string) (float64, error) {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is not a number", s)
		}
		if !(v >= 0 && v <= high) {
			return 0, fmt.Errorf("%s is not between 0 and %s", s, formatFloat(high))
		}
		return v, nil
	}
	return parsed(kindNumber, field, parse, formatFloat)
}

func formatFloat(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// durationValue accepts Go's form (90s, 5m, 1h30m), and 0 where low is 0.
func durationValue(field *time.Duration, low time.Duration) value {
	parse := func(s string) (time.Duration, error) {
		v, err := time.ParseDuration(s)
		if err != nil {
			return 0, fmt.Errorf("%q is not a duration like 500ms, 4s or 10m", s)
		}
		if v < low {
			return 0, fmt.Errorf("%s is less than %s", s, low)
		}
		return v, nil
	}
	return parsed(kindText, field, parse, formatDuration)
}

// secondsValue is durationValue that also accepts a plain number of seconds, as
// geth has it.
func secondsValue(field *time.Duration) value {
	v := durationValue(field, 0)
	parse := v.set
	v.set = func(s string) error {
		if _, err := strconv.ParseUint(s, 10, 32); err == nil {
			s += "s"
		}
		return parse(s)
	}
	return v
}

// formatDuration writes 5m for what time.Duration calls 5m0s.
func formatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// listValue accepts comma-separated words; the empty text is the empty list.
func listValue(field *[]string) value {
	parse := func(s string) ([]string, error) {
		if strings.TrimSpace(s) == "" {
			return []string{}, nil
		}
		words := strings.Split(s, ",")
		for i := range words {
			if words[i] = strings.TrimSpace(words[i]); words[i] == "" {
				return nil, fmt.Errorf("%q has an empty entry", s)
			}
		}
		return words, nil
	}
	return parsed(kindList, field, parse, func(v []string) string { return strings.Join(v, ",") })
}

// addressValue accepts 20 bytes of hex; a mixed-case address must carry a right
// checksum, since it decides where money goes. Empty is the zero address.
func addressValue(field *common.Address) value {
	format := func(a common.Address) string {
		if a == (common.Address{}) {
			return ""
		}
		return a.Hex()
	}
	return parsed(kindText, field, ParseAddress, format)
}

// addressesValue accepts several addresses, separated by commas.
func addressesValue(field *[]common.Address) value {
	var words []string
	list := listValue(&words)
	parse := func(s string) ([]common.Address, error) {
		if err := list.set(s); err != nil {
			return nil, err
		}
		addresses := make([]common.Address, len(words))
		for i, word := range words {
			var err error
			if addresses[i], err = ParseAddress(word); err != nil {
				return nil, err
			}
		}
		return addresses, nil
	}
	format := func(addresses []common.Address) string {
		words := make([]string, len(addresses))
		for i, a := range addresses {
			words[i] = a.Hex()
		}
		return strings.Join(words, ",")
	}
	return parsed(kindList, field, parse, format)
}

// ParseAddress reads an account's address in hex. An address in mixed case must
// carry a right EIP-55 checksum. The empty text is the zero address.
func ParseAddress(s string) (common.Address, error) {
	if s == "" {
		return common.Address{}, nil
	}
	if !common.IsHexAddress(s) {
		return common.Address{}, fmt.Errorf("%q is not an address of 20 bytes in hex", s)
	}
	a := common.HexToAddress(s)
	digits := strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X")
	mixed := strings.ToLower(digits) != digits && strings.ToUpper(digits) != digits
	if mixed && a.Hex()[2:] != digits {
		return common.Address{}, fmt.Errorf("%q has a wrong checksum: a mistyped address? (all lower case skips this check)", s)
	}
	return a, nil
}

// etherValue accepts an amount of ether, of which the field holds the wei. There are at
// most six digits behind the point: more would get lost in a TOML file's numbers.
func etherValue(field **big.Int) value {
	const digits, most = 6, 1_000_000_000
	unit := new(big.Int).Div(Ether(1), big.NewInt(1_000_000)) // of the last digit
	parse := func(s string) (*big.Int, error) {
		ether, fraction, _ := strings.Cut(s, ".")
		v, err := strconv.ParseUint(ether+fraction+strings.Repeat("0", max(0, digits-len(fraction))), 10, 63)
		switch {
		case ether == "" || len(fraction) > digits || errors.Is(err, strconv.ErrSyntax):
			return nil, fmt.Errorf("%q is not an amount of ether, like 10 or 0.5, with at most %d digits behind the point", s, digits)
		case err != nil || v > most*1_000_000:
			return nil, fmt.Errorf("%s ether is more than %d", s, most)
		}
		return new(big.Int).Mul(new(big.Int).SetUint64(v), unit), nil
	}
	format := func(v *big.Int) string {
		if v == nil {
			return "0"
		}
		return formatFloat(float64(new(big.Int).Div(v, unit).Uint64()) / 1_000_000)
	}
	return parsed(kindNumber, field, parse, format)
}

// weiValue accepts a non-negative whole number that fits TOML's integers.
func weiValue(field **big.Int) value {
	parse := func(s string) (*big.Int, error) {
		v, ok := new(big.Int).SetString(s, 10)
		if !ok || v.Sign() < 0 || !v.IsInt64() {
			return nil, fmt.Errorf("%q is not a whole number of wei", s)
		}
		return v, nil
	}
	format := func(v *big.Int) string {
		if v == nil {
			return "0"
		}
		return v.String()
	}
	return parsed(kindNumber, field, parse, format)
}

// formatBytes writes bytes as the text that they are; what does not print is written
// as 0x and hex digits.
func formatBytes(b []byte) string {
	s := string(b)
	if strings.HasPrefix(s, "0x") || strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) || r == '\uFFFD' }) {
		return "0x" + hex.EncodeToString(b)
	}
	return s
}
