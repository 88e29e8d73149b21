package rpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSkimRequests(t *testing.T) {
	for frame, want := range map[string]string{
		``:                                 `false 0`,
		`  `:                               `false 0`,
		`null`:                             `false 1`,
		`7`:                                `false 1`,
		`"{"`:                              `false 1`,
		`[]`:                               `true 0`,
		`[1, "a]", null , [{"id":1}], {}]`: `true 5 -/-`,
		`{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}`:                                    `false 1 1/eth_chainId`,
		` { "params" : [ "}]\"" , {"id":9,"method":"x"} ] , "method" : "net_version" , "id" : "a\"b" } `: `false 1 "a\"b"/net_version`,
		`{"id":null,"method":"a"}`:                              `false 1 -/a`,
		`{"id":{},"method":7}`:                                  `false 1 -/-`,
		`{"id":[1],"method":"a\u0062"}`:                         `false 1 -/-`,
		`[{"id":1,"method":"a"},{"method":"b"}]`:                `true 2 1/a -/b`,
		`[{"id":1,"method":"a"} {"id":2,"method":"b"}]`:         `true 1 1/a`,
		`[{"id":1,"method":"a"},{"id":2,"meth`:                  `true 2 1/a 2/-`,
		`{"id":1,"method":"a","params":["` + "\\\\" + `"]}`:     `false 1 1/a`,
		`{"params":[[[[{"a":[{}]}]]]],"id":-1.5e3,"method":""}`: `false 1 -1.5e3/`,
	} {
		var got strings.Builder
		batch, size := skimRequests([]byte(frame), func(r request) {
			id, method := r.id, r.method
			if id == nil {
				id = []byte("-")
			}
			if method == nil {
				method = []byte("-")
			}
			fmt.Fprintf(&got, " %s/%s", id, method)
		})
		if have := fmt.Sprintf("%v %d%s", batch, size, got.String()); have != want {
			t.Errorf("%s\nis %s\nwant %s", frame, have, want)
		}
	}
}

func TestSkimResponses(t *testing.T) {
	for frame, want := range map[string]string{
		`{"jsonrpc":"2.0","id":1,"result":{"id":7,"error":{"code":1}}}`:                                                ` 1/0`,
		`{"jsonrpc":"2.0","id":"x","error":{"code":-32000,"message":"\"id\":2"}}`:                                      ` "x"/-32000`,
		`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}`:                                  ` null/-32700`,
		`{"jsonrpc":"2.0","method":"eth_subscription","params":{"id":1}}`:                                              ``,
		`[{"jsonrpc":"2.0","id":1,"result":"]"},{"jsonrpc":"2.0","id":2,"error":{"code":3,"message":"","data":"0x"}}]`: ` 1/0 2/3`,
	} {
		var got strings.Builder
		skimResponses([]byte(frame), func(r response) { fmt.Fprintf(&got, " %s/%d", r.id, r.code) })
		if got.String() != want {
			t.Errorf("%s\nis %s\nwant %s", frame, got.String(), want)
		}
	}
}

// FuzzSkim: anything may come; of JSON, the elements and plain members are found.
func FuzzSkim(f *testing.F) {
	for _, seed := range []string{``, `{`, `[`, `[{`, `{"id"`, `{"id":`, `"`, `[1,2,{"method":"a","id":1}]`, `{"a":"\\","id":1}`, `]`, `{"id":}`, `[,]`, "{\"method\":\"\x95a\"}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		var requests []request
		batch, size := skimRequests(frame, func(r request) { requests = append(requests, r) })
		skimResponses(frame, func(response) {})
		if !json.Valid(frame) {
			return
		}
		elements := []json.RawMessage{frame}
		if isBatch := bytes.TrimLeft(frame, " \t\r\n")[0] == '['; isBatch != batch {
			t.Fatalf("batch: %v", batch)
		} else if isBatch {
			if err := json.Unmarshal(frame, &elements); err != nil {
				t.Fatal(err)
			}
		}
		if len(elements) != size {
			t.Fatalf("%d elements, want %d", size, len(elements))
		}
		for _, element := range elements {
			var members map[string]json.RawMessage
			if json.Unmarshal(element, &members) != nil || members == nil {
				continue // no object
			}
			r := requests[0]
			requests = requests[1:]
			var method string
			plain := json.Unmarshal(members["method"], &method) == nil && !bytes.ContainsAny(element, `\`) && utf8.Valid(element)
			if plain && bytes.Count(element, []byte(`"method"`)) == 1 && string(r.method) != method {
				t.Fatalf("method %q, want %q", r.method, method)
			}
		}
	})
}

func BenchmarkSkim(b *testing.B) {
	var batch bytes.Buffer
	for i := range 100 {
		fmt.Fprintf(&batch, `,{"jsonrpc":"2.0","id":%d,"method":"eth_sendRawTransaction","params":["0x%s"]}`, i, strings.Repeat("02f8", 60))
	}
	frame := append(append([]byte{'['}, batch.Bytes()[1:]...), ']')
	b.SetBytes(int64(len(frame)))
	for b.Loop() {
		if _, n := skimRequests(frame, func(request) {}); n != 100 {
			b.Fatal(n)
		}
	}
}
