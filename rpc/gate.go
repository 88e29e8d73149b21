package rpc

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// gate is what every frame passes on its way in and out, on all transports.
type gate struct {
	limits  Limits
	metrics *metrics
	memory  *memory
}

func newGate(limits Limits, m *metrics) gate {
	return gate{limits, m, &memory{limit: int64(limits.Memory)}}
}

// refuse returns the answer to a frame that is not to be served, or nil.
func (g gate) refuse(frame []byte) []byte {
	if g.metrics.open.Load() >= int64(g.limits.Requests) {
		g.metrics.refuse(refusedRequests)
		return errorFrame(nil, codeLimit, fmt.Sprintf("node is busy: the limit is %d requests at a time%s", g.limits.Requests, seeFlag(FlagRequests)))
	}
	if i := skipSpace(frame, 0); i == len(frame) || frame[i] != '[' {
		return nil
	}
	var first []byte
	_, size := skimRequests(frame, func(r request) {
		if first == nil {
			first = r.id
		}
	})
	if size <= g.limits.BatchItems {
		return nil
	}
	g.metrics.refuse(refusedBatch)
	// An array of one error is how geth answers, since clients want an array.
	answer := errorFrame(first, codeInvalidRequest, fmt.Sprintf("batch too large: %d requests, the limit is %d%s",
		size, g.limits.BatchItems, seeFlag(FlagBatchItems)))
	return append(append([]byte{'['}, answer...), ']')
}

// crowded is the answer to a frame for which there is no memory, or in place of such
// an answer.
func (g gate) crowded(id []byte) []byte {
	g.metrics.refuse(refusedMemory)
	return errorFrame(id, codeLimit, fmt.Sprintf("node is busy: requests and answers take up %d bytes%s", g.limits.Memory, seeFlag(FlagMemory)))
}

// tooLarge is the answer to a frame that was not even read.
func (g gate) tooLarge() []byte {
	g.metrics.refuse(refusedBody)
	return errorFrame(nil, codeInvalidRequest, g.limits.bodyError())
}

func (l Limits) bodyError() string {
	return fmt.Sprintf("request larger than %d bytes%s", l.Body, seeFlag(FlagBody))
}

// Errors that go-ethereum's server makes itself, in its own encoding: no result of a
// handler can contain these bytes, since its quotes would be escaped.
var (
	plainTooLarge = []byte(`"error":{"code":-32003,"message":"response too large"}`)
	plainTimeout  = []byte(`"error":{"code":-32002,"message":"request timed out"}`)
)

// explain completes those errors with the flag that moves their limit.
func (g gate) explain(frame []byte) []byte {
	explained := g.replace(frame, plainTooLarge, refusedResponse, g.limits.batchTooLarge())
	return g.replace(explained, plainTimeout, refusedTimeout, g.limits.timedOut())
}

func (l Limits) batchTooLarge() []byte {
	return errorObject(codeTooLarge, fmt.Sprintf("response too large: the limit for a batch is %d bytes%s", l.BatchResponse, seeFlag(FlagBatchResponse)))
}

func (l Limits) timedOut() []byte {
	return errorObject(codeTimeout, fmt.Sprintf("request timed out: the limit is %v%s", l.WriteTimeout, seeFlag(FlagHTTPWrite)))
}

// bound replaces an answer that is too large to be sent. A batch has a limit of its
// own. It is counted with the errors of handlers.
func (g gate) bound(frame []byte) []byte {
	if len(frame) <= g.limits.Response || frame[0] == '[' {
		return frame
	}
	return errorFrame(responseID(frame), codeTooLarge, fmt.Sprintf("response too large: the limit is %d bytes%s", g.limits.Response, seeFlag(FlagResponse)))
}

// responseID is the id of a single answer.
func responseID(frame []byte) (id []byte) {
	if frame[0] == '{' {
		skimResponses(frame, func(r response) { id = r.id })
	}
	return id
}

func (g gate) replace(frame, plain []byte, reason string, object []byte) []byte {
	if !bytes.Contains(frame, plain) {
		return frame
	}
	g.metrics.refuse(reason)
	return bytes.ReplaceAll(frame, plain, append([]byte(`"error":`), object...))
}

func errorObject(code int, message string) []byte {
	object, err := json.Marshal(struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}{code, message})
	if err != nil { // an integer and a string: cannot be
		return null
	}
	return object
}

// errorFrame is an answer that no handler gave. An id is passed on as it was written.
func errorFrame(id []byte, code int, message string) []byte {
	return errorAnswer(id, errorObject(code, message))
}

func errorAnswer(id, object []byte) []byte {
	if id == nil {
		id = null
	}
	frame := append([]byte(`{"jsonrpc":"2.0","id":`), id...)
	frame = append(append(frame, `,"error":`...), object...)
	return append(frame, '}')
}

func parseError() []byte { return errorFrame(nil, codeParse, "parse error") }
