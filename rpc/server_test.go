package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
)

// sampleAPI has methods of every form.
type sampleAPI struct{}

func (*sampleAPI) Nothing()           {}
func (*sampleAPI) Constant() string   { return "<&>" }
func (*sampleAPI) Null() (any, error) { return nil, nil }
func (*sampleAPI) Missing() *txResult { return nil }

func (*sampleAPI) Echo(_ context.Context, text string, number hexutil.Uint64, hash common.Hash) ([]any, error) {
	return []any{text, number, hash}, nil
}

func (*sampleAPI) Optional(block rpc.BlockNumberOrHash, list *[]string, object *map[string]float64) []any {
	return []any{block, list, object}
}

func (*sampleAPI) Raw(value json.RawMessage, values []json.Number) any { return []any{value, values} }

func (*sampleAPI) Fail(how string) (any, error) {
	switch how {
	case "code":
		return nil, invalidParams("is <wrong>")
	case "data":
		return nil, &codedError{Code: 3, Message: "reverted", Data: map[string]int{"a": 1}}
	case "bad data":
		return nil, &codedError{Code: 3, Message: "reverted", Data: func() {}}
	case "panic":
		panic("crash")
	case "encoding":
		return func() {}, nil
	}
	return nil, errors.New(how)
}

// both returns what the short way and go-ethereum answer to a frame.
func both(t testing.TB, s *server, frame string) (direct string, ok bool, long string) {
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(frame))
	request.Header.Set("Content-Type", contentType)
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, request)
	answer, ok := s.direct(t.Context(), []byte(frame))
	return string(answer), ok, recorder.Body.String()
}

func newSampleServer(t testing.TB) *server {
	t.Helper()
	s := newPlainServer(discard())
	if err := s.register("a", new(sampleAPI)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// sampleFrames are requests, and whether the short way is for them.
func sampleFrames() map[string]bool {
	call := func(method, params string) string {
		return `{"jsonrpc":"2.0","id":1,"method":"a_` + method + `","params":[` + params + `]}`
	}
	hash := `"0x00000000000000000000000000000000000000000000000000000000000000aa"`
	return map[string]bool{
		call("nothing", ""):                                                         true,
		call("constant", ""):                                                        true,
		call("null", ""):                                                            true,
		call("missing", ""):                                                         true,
		call("echo", `"x\u00e9\"<","0x5",`+hash):                                    true,
		call("echo", ` "x" , "0x5" , `+hash+` `):                                    true,
		call("optional", `"latest"`):                                                true,
		call("optional", `"0x1",null`):                                              true,
		call("optional", `"0x1",["a"],{"b":1.5}`):                                   true,
		call("raw", `{"a": [1]},[1,2.50]`):                                          true,
		call("fail", `"plain"`):                                                     true,
		call("fail", `"code"`):                                                      true,
		call("fail", `"data"`):                                                      true,
		call("fail", `"panic"`):                                                     true,
		call("fail", `"encoding"`):                                                  true,
		call("echo", `"x","0x5"`):                                                   false,
		call("echo", `"x","0x5",null`):                                              false,
		call("echo", `null,"0x5",`+hash):                                            false,
		call("echo", `1,"0x5",`+hash):                                               false,
		call("echo", `"x",5,`+hash):                                                 false,
		call("echo", `"x","0x5",`+hash+`,1`):                                        false,
		call("raw", `1,null`):                                                       false,
		call("none", ""):                                                            false,
		call("constant", "") + " x":                                                 false,
		"[" + call("constant", "") + "]":                                            false,
		" \n" + call("constant", "") + "\n":                                         true,
		`{"jsonrpc":"2.0","id":"a<b","method":"a_constant"}`:                        true,
		`{"method":"a_constant","id":1.5e3,"jsonrpc":"2.0"}`:                        true,
		`{"jsonrpc":"2.0","id":true,"method":"a_constant"}`:                         true,
		`{"jsonrpc":"2.0","id":null,"method":"a_constant"}`:                         false,
		`{"jsonrpc":"2.0","id":{},"method":"a_constant"}`:                           false,
		`{"jsonrpc":"2.0","method":"a_constant"}`:                                   false,
		`{"jsonrpc":"1.0","id":1,"method":"a_constant"}`:                            false,
		`{"id":1,"method":"a_constant"}`:                                            false,
		`{"jsonrpc":"2.0","id":1,"id":2,"method":"a_constant"}`:                     false,
		`{"jsonrpc":"2.0","jsonrpc":"1.0","id":1,"method":"a_constant"}`:            false,
		`{"jsonrpc":"2.0","id":1,"method":"a_constant","Method":"a_null"}`:          false,
		`{"jsonrpc":"2.0","id":1,"m\u0065thod":"a_constant"}`:                       false,
		`{"jsonrpc":"2.0","id":1,"method":"a_const\u0061nt"}`:                       false,
		`{"jsonrpc":"2.0","id":1,"method":"a_constant","params":null}`:              false,
		`{"jsonrpc":"2.0","id":1,"method":"a_constant","params":{}}`:                false,
		`{"jsonrpc":"2.0","id":1,"method":"a_constant","params":[],"result":"0x1"}`: false,
		`{"jsonrpc":"2.0","id":1,"method":"rpc_modules"}`:                           false,
		`{"jsonrpc":"2.0","id":1`:                                                   false,
		``:                                                                          false,
		`null`:                                                                      false,
	}
}

func TestDirectAnswersAsGoEthereum(t *testing.T) {
	s := newSampleServer(t)
	for frame, want := range sampleFrames() {
		direct, ok, long := both(t, s, frame)
		if ok != want {
			t.Errorf("%s: direct %v, want %v", frame, ok, want)
		}
		if ok && direct != long {
			t.Errorf("%s\n direct %s\n long   %s", frame, direct, long)
		}
	}
	// What go-ethereum would answer to this is not JSON.
	direct, _ := s.direct(t.Context(), []byte(`{"jsonrpc":"2.0","id":1,"method":"a_fail","params":["bad data"]}`))
	if want := `{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"reverted"}}`; string(direct) != want {
		t.Errorf("%s, want %s", direct, want)
	}
}

// FuzzDirect looks for frames that the short way answers in another way.
func FuzzDirect(f *testing.F) {
	for frame := range sampleFrames() {
		f.Add(frame)
	}
	s := newSampleServer(f)
	f.Fuzz(func(t *testing.T, frame string) {
		if strings.Contains(frame, "bad data") {
			t.Skip("see TestDirectAnswersAsGoEthereum")
		}
		if direct, ok, long := both(t, s, frame); ok && direct != long {
			t.Errorf("%q\n direct %s\n long   %s", frame, direct, long)
		}
	})
}
