package rpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

// ioCase is a recorded case in the form of the public specification: comments, and
// requests with their answers.
type ioCase struct {
	comments []string
	requests []string
	answers  []string
}

func readCase(t *testing.T, file string) ioCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c ioCase
	for line := range strings.Lines(string(data)) {
		kind, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch kind {
		case "//":
			c.comments = append(c.comments, text)
		case ">>":
			c.requests = append(c.requests, text)
		case "<<":
			c.answers = append(c.answers, text)
		}
	}
	if len(c.requests) != len(c.answers) {
		t.Fatalf("%s has %d requests and %d answers", file, len(c.requests), len(c.answers))
	}
	return c
}

func (c ioCase) write(file string) error {
	var out bytes.Buffer
	for _, comment := range c.comments {
		fmt.Fprintf(&out, "// %s\n", comment)
	}
	for i, request := range c.requests {
		fmt.Fprintf(&out, ">> %s\n<< %s\n", request, c.answers[i])
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, out.Bytes(), 0o644)
}

// shapeOnly tells that the answers depend on when or where they are given.
func (c ioCase) shapeOnly() bool {
	for _, comment := range c.comments {
		if strings.HasPrefix(comment, "speconly") {
			return true
		}
	}
	return false
}

// differs compares an answer with the recorded one: the members of objects may come in
// any order.
func differs(answer, recorded string, shapeOnly bool) string {
	var have, want any
	if err := json.Unmarshal([]byte(answer), &have); err != nil {
		return fmt.Sprintf("answer is no JSON: %v in %.300s", err, answer)
	}
	if err := json.Unmarshal([]byte(recorded), &want); err != nil {
		return fmt.Sprintf("recorded answer is no JSON: %v in %.300s", err, recorded)
	}
	if shapeOnly {
		have, want = shape(have), shape(want)
	}
	if reflect.DeepEqual(have, want) {
		return ""
	}
	return fmt.Sprintf("answer\n%.3000s\nwant\n%.3000s", answer, recorded)
}

// shape replaces values by their kinds, keeping the names of members; what is keyed by
// addresses or numbers is a map, of which nothing is left.
func shape(value any) any {
	switch value := value.(type) {
	case map[string]any:
		out := make(map[string]any)
		for key, member := range value {
			if common.IsHexAddress(key) || strings.Trim(key, "0123456789") == "" {
				return "map"
			}
			out[key] = shape(member)
		}
		return out
	case []any:
		return "array"
	default:
		return reflect.TypeOf(value)
	}
}
