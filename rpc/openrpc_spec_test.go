package rpc

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// specificationFile is what the project has of the public execution-apis specification
// (https://github.com/ethereum/execution-apis), which is in the public domain (CC0-1.0):
// without the Engine API and the examples, and with what is repeated said once.
const specificationFile = "testdata/execution-apis.json"

// componentSize is from how many bytes on a schema that is used more than once is worth
// a name.
const componentSize = 160

// specification is the public specification.
type specification struct {
	methods map[string]*methodEntry
	schemas map[string]any
}

type specificationDocument struct {
	Origin     string         `json:"x-origin"`
	Methods    []*methodEntry `json:"methods"`
	Components struct {
		Schemas map[string]any `json:"schemas"`
	} `json:"components"`
}

func readSpecification(t *testing.T) *specification {
	t.Helper()
	data, err := os.ReadFile(specificationFile)
	if err != nil {
		t.Fatal(err)
	}
	var d specificationDocument
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	s := &specification{methods: make(map[string]*methodEntry), schemas: d.Components.Schemas}
	for _, method := range d.Methods {
		s.methods[method.Name] = method
	}
	s.amend(t)
	return s
}

// amend corrects the specification's schemas where they refuse what it means, and what
// go-ethereum and its own recorded cases answer.
func (s *specification) amend(t *testing.T) {
	object := func(value any, path ...any) schema {
		for _, step := range path {
			switch step := step.(type) {
			case string:
				members, _ := value.(schema)
				value = members[step]
			case int:
				elements, _ := value.([]any)
				if step < len(elements) {
					value = elements[step]
				}
			}
		}
		found, ok := value.(schema)
		if !ok {
			t.Fatalf("the specification has no %v any more", path)
		}
		return found
	}
	// An empty array is one of hashes and one of logs: anyOf is meant, not oneOf.
	results := object(s.schemas["FilterResults"])
	results["anyOf"] = results["oneOf"]
	delete(results, "oneOf")
	// "The error messages are suggestions", its description says of them.
	call := object(s.methods["eth_simulateV1"].Result.Schema, "items", "properties", "calls", "items", "oneOf", 0)
	delete(object(call, "properties", "error", "oneOf", 1, "properties", "message"), "pattern")
	// Of no blocks there is nothing but the oldest's number.
	history := s.methods["eth_feeHistory"]
	none := schema{"type": "object", "title": "of no blocks", "properties": schema{"oldestBlock": text("zero", "^0x0$"), "gasUsedRatio": schema{"type": "null"}}}
	history.Result.Schema = anyOf(history.Result.Schema, none)
}

// TestSpecification: the project's excerpt is true to the specification, where that is
// at hand. With -update it is written.
func TestSpecification(t *testing.T) {
	folder := os.Getenv(conformanceFolder)
	if folder == "" {
		t.Skipf("%s is not set", conformanceFolder)
	}
	data, err := os.ReadFile(filepath.Join(folder, openrpcFile))
	if err != nil {
		t.Fatal(err)
	}
	var d specificationDocument
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	d.Origin = "https://github.com/ethereum/execution-apis, CC0-1.0"
	d.Methods = slices.DeleteFunc(d.Methods, func(m *methodEntry) bool { return strings.HasPrefix(m.Name, "engine_") })
	var h hoist
	h.schemas = make(map[string]any)
	for _, method := range d.Methods {
		for i := range method.Params {
			h.count(method.Params[i].Schema)
		}
		h.count(method.Result.Schema)
	}
	for _, method := range d.Methods {
		for i := range method.Params {
			method.Params[i].Schema = h.lift(method.Params[i].Schema)
		}
		method.Result.Schema = h.lift(method.Result.Schema)
	}
	d.Components.Schemas = h.schemas
	var want bytes.Buffer
	if err := json.Indent(&want, encode(t, d), "", " "); err != nil {
		t.Fatal(err)
	}
	want.WriteByte('\n')
	if *update {
		if err := os.WriteFile(specificationFile, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have, err := os.ReadFile(specificationFile); err != nil || !bytes.Equal(have, want.Bytes()) {
		t.Errorf("%s is not what the specification says now (%v): go test ./rpc -run TestSpecification -update", specificationFile, err)
	}
}

// hoist gives names to schemas that are repeated, which the specification writes out
// every time.
type hoist struct {
	counts  map[string]int
	named   map[string]string // by content
	schemas map[string]any    // by name
}

// count looks for repeated schemas.
func (h *hoist) count(value any) {
	if h.counts == nil {
		h.counts, h.named = make(map[string]int), make(map[string]string)
	}
	switch value := value.(type) {
	case map[string]any:
		if title(value) != "" {
			h.counts[content(value)]++
		}
		for _, member := range value {
			h.count(member)
		}
	case []any:
		for _, element := range value {
			h.count(element)
		}
	}
}

// lift replaces repeated schemas by references.
func (h *hoist) lift(value any) any {
	switch value := value.(type) {
	case map[string]any:
		text := content(value)
		repeated := title(value) != "" && h.counts[text] > 1 && len(text) >= componentSize
		if name, known := h.named[text]; repeated && known {
			return reference(name)
		}
		out := make(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(value)) {
			out[key] = h.lift(value[key])
		}
		if !repeated {
			return out
		}
		name := freeName(h.schemas, title(value))
		h.named[text], h.schemas[name] = name, out
		return reference(name)
	case []any:
		out := make([]any, len(value))
		for i := range value {
			out[i] = h.lift(value[i])
		}
		return out
	default:
		return value
	}
}

// title is a schema's title, "" if it has none or is none.
func title(schema map[string]any) string {
	text, _ := schema["title"].(string)
	return text
}

func content(schema map[string]any) string {
	text, _ := json.Marshal(schema) // it was read as JSON
	return string(text)
}

func reference(name string) map[string]any { return map[string]any{"$ref": schemaPrefix + name} }

// freeName makes a name for a component of a title.
func freeName(taken map[string]any, title string) string {
	var name strings.Builder
	word := true
	for _, r := range title {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			word = true
		case word:
			name.WriteRune(unicode.ToUpper(r))
			word = false
		default:
			name.WriteRune(r)
		}
	}
	free := name.String()
	for i := 2; taken[free] != nil; i++ {
		free = name.String() + strconv.Itoa(i)
	}
	return free
}
