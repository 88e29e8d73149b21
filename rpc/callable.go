package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"runtime/debug"

	"github.com/sirupsen/logrus"
)

// callable is a handler's method.
type callable struct {
	function   reflect.Value
	receiver   reflect.Value
	context    bool           // it takes one
	parameters []reflect.Type // of a request
	fails      bool           // its last result is an error
}

func newCallable(receiver any, method reflect.Method) *callable {
	c := &callable{function: method.Func, receiver: reflect.ValueOf(receiver)}
	t := method.Type
	for i := 1; i < t.NumIn(); i++ {
		if i == 1 && t.In(i) == reflect.TypeFor[context.Context]() {
			c.context = true
			continue
		}
		c.parameters = append(c.parameters, t.In(i))
	}
	if n := t.NumOut(); n > 0 {
		c.fails = t.Out(n-1) == reflect.TypeFor[error]()
	}
	return c
}

// arguments decodes the parameters of a request, an array or nothing. It gives up if
// they do not fit.
func (c *callable) arguments(ctx context.Context, params []byte) ([]reflect.Value, bool) {
	args := make([]reflect.Value, 0, 2+len(c.parameters))
	args = append(args, c.receiver)
	if c.context {
		args = append(args, reflect.ValueOf(ctx))
	}
	missing, fit := c.parameters, true
	if params != nil {
		skim(params, func(element []byte) {
			if fit = fit && len(missing) > 0; !fit {
				return
			}
			arg := reflect.New(missing[0])
			if fit = decode(element, arg); fit {
				args, missing = append(args, arg.Elem()), missing[1:]
			}
		})
	}
	for _, optional := range missing {
		fit = fit && optional.Kind() == reflect.Pointer
		args = append(args, reflect.Zero(optional))
	}
	return args, fit
}

// decode decodes an argument into what the value points to.
func decode(element []byte, into reflect.Value) bool {
	if string(element) == "null" {
		return into.Elem().Kind() == reflect.Pointer // and is nil already
	}
	if u, ok := into.Interface().(json.Unmarshaler); ok {
		return u.UnmarshalJSON(element) == nil
	}
	return json.Unmarshal(element, into.Interface()) == nil
}

// run calls the method.
func (c *callable) run(args []reflect.Value) (result any, err error) {
	defer contain(&err)
	results := c.function.Call(args)
	if c.fails {
		last := len(results) - 1
		if failure, ok := results[last].Interface().(error); ok {
			return nil, failure
		}
		results = results[:last]
	}
	if len(results) == 0 {
		return nil, nil
	}
	return results[0].Interface(), nil
}

// contain, deferred, makes an error of a panic.
func contain(err *error) {
	if value := recover(); value != nil {
		*err = &crashError{value, debug.Stack()}
	}
}

// crashError is a panic of a handler. The client is told no more than that.
type crashError struct {
	value any
	stack []byte
}

func (e *crashError) Error() string { return "method handler crashed" }

// ErrorCode is what a client gets.
func (e *crashError) ErrorCode() int { return codeInternal }

// logCrash logs an error if it is a panic.
func logCrash(log logrus.FieldLogger, method string, err error) {
	if crash := (*crashError)(nil); errors.As(err, &crash) {
		log.WithFields(logrus.Fields{"method": method, "panic": crash.value, "stack": string(crash.stack)}).Error("RPC method crashed")
	}
}
