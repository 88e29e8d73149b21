package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/monolith-chain/monolith/shared/pow"
)

// maxGenesisSize bounds what is read into memory: a genesis with a few hundred
// thousand accounts is far below it, a chain file given by mistake above.
const maxGenesisSize = 256 << 20

// LoadGenesis reads and validates a genesis file. All its faults come at once,
// each with the file's name, the line and the key.
func LoadGenesis(path string) (*Genesis, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open genesis file: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxGenesisSize+1))
	if err != nil {
		return nil, fmt.Errorf("read genesis file: %w", err)
	}
	if len(data) > maxGenesisSize {
		return nil, fmt.Errorf("read genesis file %s: larger than %d MiB", path, maxGenesisSize>>20)
	}
	return ParseGenesis(path, data)
}

// ParseGenesis is LoadGenesis for a file that was read already; name stands for
// it in errors.
func ParseGenesis(name string, data []byte) (*Genesis, error) {
	doc, err := readDocument(data)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	genesis, faults := doc.decode()
	if genesis != nil {
		for _, f := range genesis.check() {
			// Parameters that cannot be read were reported already.
			if f.key != "config.pow" || doc.lines[f.key] == 0 {
				faults = append(faults, f)
			}
		}
	}
	if len(faults) == 0 {
		return genesis, nil
	}
	slices.SortStableFunc(faults, func(a, b fault) int { return doc.line(a.key) - doc.line(b.key) })
	errs := make([]error, len(faults))
	for i, f := range faults {
		errs[i] = fmt.Errorf("%s:%d: %w", name, doc.line(f.key), f)
	}
	return nil, errors.Join(errs...)
}

// document is a JSON text with the places of its keys.
type document struct {
	data     []byte
	lines    map[string]int // by dotted path
	repeated []string       // paths of keys that stand twice in one object

	counted int64 // offset up to which
	breaks  int   // line breaks were counted
}

// readDocument checks that data is one JSON object, and notes on which line
// each key stands. The error begins with a line number.
func readDocument(data []byte) (*document, error) {
	doc := &document{data: data, lines: make(map[string]int)}
	dec := json.NewDecoder(bytes.NewReader(data))
	err := doc.walk(dec, "")
	atEnd := errors.Is(err, io.EOF)
	switch {
	case atEnd:
		err = errors.New("ends too early: not a whole JSON object")
	case err == nil && dec.More():
		err = errors.New("more than one JSON value")
	case err == nil && !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")):
		err = errors.New("not a JSON object")
	}
	if err == nil {
		return doc, nil
	}
	at := dec.InputOffset()
	if atEnd {
		at = int64(len(data))
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = syntax.Offset
	}
	return nil, fmt.Errorf("%d: %w", doc.lineAt(at), err)
}

// walk reads one JSON value and notes the keys in it. The decoder bounds the
// depth to which values nest.
func (d *document) walk(dec *json.Decoder, path string) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	open, nested := token.(json.Delim)
	if !nested {
		return nil
	}
	for dec.More() {
		key := path
		if open == '{' {
			token, err := dec.Token()
			if err != nil {
				return err
			}
			name, _ := token.(string) // the decoder lets nothing else stand here
			key = strings.TrimPrefix(path+"."+name, ".")
			if _, twice := d.lines[key]; twice {
				d.repeated = append(d.repeated, key)
			}
			d.lines[key] = d.lineAt(dec.InputOffset())
		}
		if err := d.walk(dec, key); err != nil {
			return err
		}
	}
	_, err = dec.Token() // the closing bracket
	return err
}

// line returns where a key stands, or the closest object around it.
func (d *document) line(key string) int {
	for key != "" {
		if line, ok := d.lines[key]; ok {
			return line
		}
		key = key[:max(strings.LastIndex(key, "."), 0)]
	}
	return 1
}

// lineAt returns the line of an offset, which must not lie before the last one
// asked for: a genesis may have a million keys, too many to count from the
// start for each.
func (d *document) lineAt(offset int64) int {
	offset = max(min(offset, int64(len(d.data))), d.counted)
	d.breaks += bytes.Count(d.data[d.counted:offset], []byte("\n"))
	d.counted = offset
	return d.breaks + 1
}

// decode reads the genesis, which is nil if go-ethereum's format is violated.
// Its decoders stop at the first fault and seldom say where it is; so each key
// is first decoded by itself.
func (d *document) decode() (*Genesis, []fault) {
	var (
		c                  checker
		genesis            = &Genesis{Core: new(core.Genesis)}
		top, config, alloc map[string]json.RawMessage
	)
	c.object("", d.data, &top)
	for _, key := range []string{"config", "gasLimit", "difficulty", "alloc"} {
		if _, ok := top[key]; !ok {
			c.fault(key, "missing")
		}
	}
	if raw, ok := top["config"]; ok {
		c.object("config", raw, &config)
	}
	if raw, ok := top["alloc"]; ok {
		c.object("alloc", raw, &alloc)
	}

	for key, raw := range top {
		if key != "config" && key != "alloc" {
			required := map[string]json.RawMessage{"gasLimit": []byte(`"0x0"`), "difficulty": []byte(`"0x0"`), "alloc": []byte(`{}`)}
			required[key] = raw
			c.decodes(key, required, new(core.Genesis))
		}
	}
	for key, raw := range config {
		c.decodes("config."+key, map[string]json.RawMessage{key: raw}, new(params.ChainConfig))
	}
	accounts := make(map[common.Address]bool, len(alloc))
	for key, raw := range alloc {
		var account map[common.UnprefixedAddress]types.Account
		c.decodes("alloc."+key, map[string]json.RawMessage{key: raw}, &account)
		for address := range account {
			if accounts[common.Address(address)] {
				c.fault("alloc."+key, "the same account appears twice")
			}
			accounts[common.Address(address)] = true
		}
	}
	if len(c.faults) == 0 {
		if err := json.Unmarshal(d.data, genesis.Core); err != nil {
			c.fault("", "%v", err)
		}
	}
	if len(c.faults) > 0 {
		genesis = nil
	}
	parameters := d.decodeOurs(&c, top, config)
	if genesis != nil {
		genesis.Pow = parameters
	}
	return genesis, c.faults
}

// decodeOurs reads config.pow, nil if it is missing or faulty, and faults what
// go-ethereum passes over in silence.
func (d *document) decodeOurs(c *checker, top, config map[string]json.RawMessage) *pow.Params {
	for _, key := range d.repeated {
		c.fault(key, "appears twice")
	}
	var parameters *pow.Params
	if raw, ok := config["pow"]; ok {
		parameters = new(pow.Params)
		if err := json.Unmarshal(raw, parameters); err != nil {
			c.prefixed("config.pow.", err)
			parameters = nil
		}
	}
	if parameters == nil || parameters.Engine != pow.EngineStock {
		// encoding/json would ignore a misspelt key, and the fork or rule that
		// it was meant to set.
		c.known("", top, jsonKeys(reflect.TypeFor[core.Genesis]()))
		c.known("config.", config, append(jsonKeys(reflect.TypeFor[params.ChainConfig]()), "pow", ignoredConfigKey))
	}
	return parameters
}

// ignoredConfigKey was written into every genesis file for some years;
// go-ethereum has since dropped it and ignores it, so we do.
const ignoredConfigKey = "terminalTotalDifficultyPassed"

func (c *checker) object(key string, raw []byte, into *map[string]json.RawMessage) {
	if err := json.Unmarshal(raw, into); err != nil || *into == nil {
		c.fault(key, "must be an object")
	}
}

// known faults the keys that nothing reads.
func (c *checker) known(prefix string, object map[string]json.RawMessage, keys []string) {
	for key := range object {
		if !slices.Contains(keys, key) {
			c.fault(prefix+key, "unknown key%s", DidYouMean(key, keys, ""))
		}
	}
}

// decodes faults the key if the object cannot be decoded.
func (c *checker) decodes(key string, object map[string]json.RawMessage, into any) {
	enc, err := json.Marshal(object)
	if err == nil {
		err = json.Unmarshal(enc, into)
	}
	if err == nil {
		return
	}
	text := err.Error()
	if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if text = wrongType.Value; slices.Contains([]string{"string", "number", "bool", "array", "object"}, text) {
			text = "must not be a JSON " + text
		}
	} else if strings.HasPrefix(text, "math/big:") {
		text = "must be a whole number without quotes"
	}
	c.fault(key, "%s", text)
}

// jsonKeys returns the keys that a struct is read from.
func jsonKeys(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		keys = append(keys, key)
	}
	return keys
}
