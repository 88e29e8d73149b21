package rpc

import (
	"bytes"
	"strconv"
)

// A frame is what one HTTP request, one WebSocket message or one IPC message
// carries: a request, a response or a notification, or a batch of them.
//
// go-ethereum's server does not tell what it serves. So frames are skimmed on the
// way in and out for the few members that are counted and limited. Skimming reads no
// deeper than it needs to and skips strings a word at a time, which for our frames,
// long hex strings, costs a small part of the decoding that follows. It may be
// handed anything: what is not JSON is left for the server to refuse.

// request is what a frame says about one of its requests.
type request struct {
	id     []byte // as written; nil if the request has none that could be answered
	method []byte // nil if it is no plain string

	// escaped is set if a name is written with escapes. It may be any then.
	escaped bool
}

// skimRequests calls visit for each object in the frame, and returns whether it is a
// batch, and of how many elements.
func skimRequests(frame []byte, visit func(request)) (batch bool, size int) {
	return skim(frame, func(element []byte) {
		if element[0] == '{' {
			visit(readRequest(element))
		}
	})
}

// readRequest reads one, empty if it is no object.
func readRequest(object []byte) (r request) {
	for m := (members{object: object}); m.next(); {
		switch string(m.key) {
		case "":
			r.escaped = r.escaped || m.key == nil
		case "id":
			if r.id = nil; isID(m.value()) {
				r.id = m.value()
			}
		case "method":
			r.method = plainString(m.value())
			r.escaped = r.escaped || r.method == nil
		}
	}
	return r
}

// isID tells whether a request with such an id can be answered.
func isID(value []byte) bool {
	return value[0] != '{' && value[0] != '[' && !bytes.Equal(value, null)
}

// response is what a frame says about one of its responses.
type response struct {
	id   []byte
	code int // of the error; 0 without one

	message []byte // of the error; nil if it is no plain string
}

// skimResponses calls visit for each response in a frame of our own server, in which
// the id comes before the result.
func skimResponses(frame []byte, visit func(response)) {
	skim(frame, func(element []byte) {
		var r response
		for m := (members{object: element}); m.next(); {
			switch string(m.key) {
			case "id":
				r.id = m.value()
			case "error":
				for e := (members{object: m.value()}); e.next(); {
					switch string(e.key) {
					case "code":
						r.code, _ = strconv.Atoi(string(e.value()))
					case "message":
						r.message = plainString(e.value())
					}
				}
			}
			// Results are long; notifications have a method.
			if key := string(m.key); key == "result" || key == "method" {
				break
			}
		}
		if r.id != nil {
			visit(r)
		}
	})
}

// skim calls visit with each element of a batch, or with the frame. The last one of
// what is no JSON may be cut off.
func skim(frame []byte, visit func(element []byte)) (batch bool, size int) {
	i := skipSpace(frame, 0)
	if i == len(frame) {
		return false, 0
	}
	if frame[i] != '[' {
		visit(frame[i:])
		return false, 1
	}
	for i = skipSpace(frame, i+1); i < len(frame) && frame[i] != ']'; {
		end := skipValue(frame, i)
		size++
		visit(frame[i:end])
		if i = skipSpace(frame, end); i < len(frame) && frame[i] == ',' {
			i = skipSpace(frame, i+1)
		} else if i < len(frame) && frame[i] != ']' {
			break // not JSON
		}
	}
	return true, size
}

// members walks through an object. What comes last may be cut off if the object is.
type members struct {
	object []byte
	key    []byte // of the current member; nil if it is no plain string
	at     int    // where its value starts; 0 before the first
	end    int    // where it ends; 0 as long as nobody asked
}

// next moves to the next member.
func (m *members) next() bool {
	i := 1
	if m.at > 0 {
		m.value()
		if i = skipSpace(m.object, m.end); i == len(m.object) || m.object[i] != ',' {
			return false
		}
		i++
	} else if len(m.object) == 0 || m.object[0] != '{' {
		return false
	}
	if i = skipSpace(m.object, i); i == len(m.object) || m.object[i] != '"' {
		return false
	}
	end := skipString(m.object, i)
	m.key = plainString(m.object[i:end])
	if i = skipSpace(m.object, end); i == len(m.object) || m.object[i] != ':' {
		return false
	}
	m.at, m.end = skipSpace(m.object, i+1), 0
	return m.at < len(m.object)
}

// value returns the current member's value, which is never empty.
func (m *members) value() []byte {
	if m.end == 0 {
		m.end = skipValue(m.object, m.at)
	}
	return m.object[m.at:m.end]
}

// plainString returns what is between the quotes of a string without escapes, which
// the names that matter here do not need.
func plainString(value []byte) []byte {
	if len(value) < 2 || value[0] != '"' || bytes.IndexByte(value, '\\') >= 0 {
		return nil
	}
	return value[1 : len(value)-1]
}

func skipSpace(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\r' || data[i] == '\t') {
		i++
	}
	return i
}

// skipString returns the index after the string that starts at i.
func skipString(data []byte, i int) int {
	for i++; i < len(data); {
		n := bytes.IndexByte(data[i:], '"')
		if n < 0 {
			return len(data)
		}
		end := i + n
		backslashes := 0
		for end-1-backslashes >= i && data[end-1-backslashes] == '\\' {
			backslashes++
		}
		i = end + 1
		if backslashes%2 == 0 {
			return i
		}
	}
	return len(data)
}

// skipValue returns the index after the value that starts at i, at least one more.
func skipValue(data []byte, i int) int {
	depth := 0
	for i < len(data) {
		switch data[i] {
		case '"':
			i = skipString(data, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		default:
			i = skipScalar(data, i)
			if depth > 0 {
				continue
			}
		}
		if depth <= 0 {
			return i
		}
	}
	return len(data)
}

// skipScalar returns the index after what cannot start or end a value, at least one
// more: a number or a word, or inside of a container what is between its values.
func skipScalar(data []byte, i int) int {
	for i++; i < len(data); i++ {
		switch data[i] {
		case '"', '{', '}', '[', ']', ',', ' ', '\n', '\r', '\t':
			return i
		}
	}
	return i
}
