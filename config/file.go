package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// maxFileSize bounds what is read into memory; real files have a few kilobytes.
const maxFileSize = 1 << 20

// readFile returns what a TOML file sets, as text by option name. The faults of
// its keys come all at once.
func readFile(path string, options []Option) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open configuration file: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read configuration file: %w", err)
	case len(data) > maxFileSize:
		return nil, fmt.Errorf("%s: larger than %d bytes: not a configuration file", path, maxFileSize)
	}
	var doc map[string]any
	meta, err := toml.Decode(string(data), &doc)
	if syntax, ok := errors.AsType[toml.ParseError](err); ok {
		return nil, fmt.Errorf("%s:%d: %s", path, syntax.Position.Line, syntax.Message)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}

	keys := fileKeys(options)
	set := make(map[string]string)
	var faults []error
	for _, key := range meta.Keys() {
		name, raw := strings.Join(key, "."), lookUp(doc, key)
		if _, table := raw.(map[string]any); table {
			continue // its keys follow
		}
		option, ok := keys[name]
		if !ok {
			faults = append(faults, fmt.Errorf("%s: unknown key %s%s", path, name, hintKey(name, keys)))
			continue
		}
		text, err := option.value.kind.textOf(raw)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %s: %w", path, name, err))
			continue
		}
		set[option.Name] = text
	}
	return set, errors.Join(faults...)
}

// hintKey says what a mistyped key may have meant.
func hintKey(name string, keys map[string]Option) string {
	if _, ok := keys[name+".enabled"]; ok {
		return fmt.Sprintf(", did you mean enabled in [%s]?", name)
	}
	return DidYouMean(name, slices.Sorted(maps.Keys(keys)), "")
}

// lookUp returns the value at a key of the document; nil if there is none, as
// for the keys within an array.
func lookUp(doc map[string]any, key toml.Key) any {
	var value any = doc
	for _, name := range key {
		table, _ := value.(map[string]any)
		value = table[name]
	}
	return value
}

// textOf turns a TOML value into the text that a flag would have.
func (k kind) textOf(raw any) (string, error) {
	switch raw := raw.(type) {
	case bool:
		if k == kindSwitch {
			return strconv.FormatBool(raw), nil
		}
	case int64:
		if k == kindNumber {
			return strconv.FormatInt(raw, 10), nil
		}
	case float64:
		if k == kindNumber {
			return formatFloat(raw), nil
		}
	case string:
		if k == kindText || k == kindList {
			return raw, nil
		}
	case []any:
		if words, ok := wordsOf(raw); ok && k == kindList {
			return strings.Join(words, ","), nil
		}
	}
	want := map[kind]string{kindText: "a text in quotes", kindSwitch: "true or false", kindNumber: "a number", kindList: "a list of texts"}
	return "", fmt.Errorf("must be %s, have %v", want[k], raw)
}

func wordsOf(list []any) ([]string, bool) {
	words := make([]string, len(list))
	for i, item := range list {
		word, ok := item.(string)
		if !ok || strings.Contains(word, ",") {
			return nil, false
		}
		words[i] = word
	}
	return words, true
}

// WriteTOML writes the effective configuration as a file that loads back to the
// same one. A comment tells where each value that is no default came from.
func (c *Config) WriteTOML(w io.Writer) error {
	options := c.options()
	byName := make(map[string]string) // file key by option name
	for key, o := range fileKeys(options) {
		byName[o.Name] = key
	}
	tables := []string{""} // in order of appearance; keys without a table must come first
	lines := make(map[string][]string)
	for _, o := range options {
		key, ok := byName[o.Name]
		if !ok {
			continue
		}
		dot := strings.LastIndex(key, ".")
		table := key[:max(dot, 0)]
		line := fmt.Sprintf("%s = %s", key[dot+1:], o.value.toml())
		if from := c.origin[o.Name]; from != "" {
			line += " # " + from
		}
		if !slices.Contains(tables, table) {
			tables = append(tables, table)
		}
		lines[table] = append(lines[table], line)
	}
	var out bytes.Buffer
	for _, table := range tables {
		if table != "" {
			fmt.Fprintf(&out, "\n[%s]\n", table)
		}
		for _, line := range lines[table] {
			fmt.Fprintln(&out, line)
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}

// toml returns the value as TOML.
func (v value) toml() string {
	text := v.get()
	switch v.kind {
	case kindSwitch, kindNumber:
		return text
	case kindList:
		if text == "" {
			return "[]"
		}
		words := strings.Split(text, ",")
		for i := range words {
			words[i] = quote(words[i])
		}
		return "[" + strings.Join(words, ", ") + "]"
	default:
		return quote(text)
	}
}

// quote returns a TOML basic string.
func quote(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&out, `\u%04X`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String()
}
