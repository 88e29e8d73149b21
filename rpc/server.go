package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"

	"github.com/ethereum/go-ethereum/rpc"
	"github.com/sirupsen/logrus"
)

// server answers frames. It is go-ethereum's, and a short way past it for what most
// frames over HTTP are: one request, in order, for a method that is there. Of every
// HTTP request go-ethereum makes a connection, with a goroutine, contexts, a logger and
// a timer, and that takes longer than looking up a balance.
//
// Whatever is not so plain, and every error but those of handlers, is left to
// go-ethereum, so that there is one place that knows what to say about it.
type server struct {
	*rpc.Server
	methods map[string]*callable
	log     logrus.FieldLogger
}

func newPlainServer(log logrus.FieldLogger) *server {
	return &server{Server: rpc.NewServer(), methods: make(map[string]*callable), log: log}
}

// register makes a receiver's methods callable, on both ways.
func (s *server) register(namespace string, receiver any) error {
	if err := s.RegisterName(namespace, receiver); err != nil {
		return err
	}
	t := reflect.TypeOf(receiver)
	for i := range t.NumMethod() {
		if method := t.Method(i); !isTopic(method.Type) {
			s.methods[methodName(namespace, method.Name)] = newCallable(receiver, method)
		}
	}
	return nil
}

// direct answers a frame that is one plain request; ok is false, and nothing has
// happened, if it is not. The context's end is left to the method to notice.
func (s *server) direct(ctx context.Context, frame []byte) (answer []byte, ok bool) {
	call, ok := readCall(frame)
	if !ok {
		return nil, false
	}
	method := s.methods[string(call.method)]
	if method == nil {
		return nil, false
	}
	args, ok := method.arguments(ctx, call.params)
	if !ok {
		return nil, false
	}
	result, err := method.run(args)
	logCrash(s.log, string(call.method), err)
	var encoded []byte
	if err == nil {
		encoded, err = encodeResult(result)
	}
	if err != nil {
		return errorAnswer(call.id, handlerError(err)), true
	}
	answer = make([]byte, 0, len(encoded)+len(call.id)+40)
	answer = append(append(answer, `{"jsonrpc":"2.0","id":`...), call.id...)
	answer = append(append(answer, `,"result":`...), encoded...)
	return append(answer, '}'), true
}

// plainCall is a request without anything unusual. Its parts are as written.
type plainCall struct {
	id, method []byte
	params     []byte // an array; nil = none
}

// readCall reads a frame that is nothing but a plain call.
func readCall(frame []byte) (call plainCall, ok bool) {
	if !json.Valid(frame) {
		return call, false
	}
	version := false
	for m := (members{object: frame[skipSpace(frame, 0):]}); m.next(); {
		value := m.value()
		switch string(m.key) {
		case "jsonrpc":
			version, ok = true, !version && string(value) == `"2.0"`
		case "id":
			ok = call.id == nil && isID(value)
			call.id = value
		case "method":
			ok = call.method == nil
			call.method = plainString(value)
		case "params":
			ok = call.params == nil && value[0] == '['
			call.params = value
		default: // a name in other letters may mean one of these
			ok = false
		}
		if !ok {
			return call, false
		}
	}
	return call, version && call.id != nil && call.method != nil
}

// encodeResult writes a result. What writes its own JSON is taken at its word.
func encodeResult(result any) ([]byte, error) {
	var (
		encoded []byte
		err     error
	)
	if m, ok := result.(json.Marshaler); ok {
		encoded, err = m.MarshalJSON()
	} else {
		encoded, err = json.Marshal(result)
	}
	if err != nil {
		return nil, &codedError{Code: codeInternal, Message: err.Error()}
	}
	return encoded, nil
}

// handlerError is the object for a handler's error, with the code and data it may have.
func handlerError(err error) []byte {
	object := struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Data    any    `json:"data,omitempty"`
	}{Code: codeServer, Message: err.Error()}
	if coded, ok := err.(rpc.Error); ok { //nolint:errorlint // as go-ethereum: a wrapped error's code does not count
		object.Code = coded.ErrorCode()
	}
	if detailed, ok := err.(rpc.DataError); ok { //nolint:errorlint // the same
		object.Data = detailed.ErrorData()
	}
	encoded, err := json.Marshal(object)
	if err != nil { // data that cannot be encoded
		return errorObject(object.Code, object.Message)
	}
	return bytes.TrimSpace(encoded)
}

// remoteKey is the key of a client's address in contexts.
type remoteKey struct{}

// withRemote is the context of a request that does not go through go-ethereum's server.
func withRemote(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, remoteKey{}, address)
}

// remoteOf is the address of the client that makes a request.
func remoteOf(ctx context.Context) string {
	if address, ok := ctx.Value(remoteKey{}).(string); ok {
		return address
	}
	return rpc.PeerInfoFromContext(ctx).RemoteAddr
}
