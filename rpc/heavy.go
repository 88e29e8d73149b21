package rpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// firstTry is how long a heavy call may run before it needs a long slot. Nearly all
// are done by then; what the others have cost is little beside what they will.
const firstTry = 10 * time.Millisecond

// heavyCalls serves the frames with calls that may cost a lot, of all transports, so
// that the node stays responsive and no client starves another.
//
// Calls that compute for long compete with everything else for the processors, and
// with a few dozen of them at work the shortest request waits for a third of a second.
// So they run in a few slots, for which clients wait in turns. Which calls those are
// shows only when they run: most eth_calls take less than a millisecond, and must not
// wait for somebody's that takes five seconds. So a heavy call first has firstTry in
// one of the slots for short ones. If it is not done by then it is cancelled, and
// begins again when it has got a long slot.
type heavyCalls struct {
	gate     gate
	firstTry time.Duration
	short    *slots
	long     *slots
}

func newHeavyCalls(g gate) *heavyCalls {
	size, queue, wait := g.limits.heavySlots(), g.limits.HeavyQueue, g.limits.HeavyWait
	return &heavyCalls{gate: g, firstTry: firstTry, short: newSlots(size+1, queue, wait), long: newSlots(size, queue, wait)}
}

// register makes metrics of how many calls run and wait.
func (h *heavyCalls) register(registerer prometheus.Registerer) error {
	if registerer == nil {
		return nil
	}
	gauge := func(name, help, kind string, value func() int) error {
		return registerer.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Namespace: "monolith", Subsystem: "rpc", Name: name, Help: help,
			ConstLabels: prometheus.Labels{"slots": kind},
		}, func() float64 { return float64(value()) }))
	}
	var errs []error
	for kind, s := range map[string]*slots{"short": h.short, "long": h.long} {
		errs = append(errs,
			gauge("heavy_running", "Calls that may cost a lot and are being executed.", kind, s.busy),
			gauge("heavy_waiting", "Calls that wait to be.", kind, s.queued))
	}
	return errors.Join(errs...)
}

// heavyFrame is a frame to serve, and for whom.
type heavyFrame struct {
	server *server
	// request brought the frame, or stands for one that did. Its context ends when
	// nobody waits for the answer any more; the deadline is that of the answer.
	request *http.Request
	client  string // who takes turns with others, see clientOf
}

// answer is what the server has written.
type answer struct {
	frame  []byte // nil = nothing
	status int    // of HTTP, when the frame is an error there
}

// serve answers a frame of the given weight.
func (h *heavyCalls) serve(f heavyFrame, frame []byte, w weight) answer {
	if i := skipSpace(frame, 0); frame[i] != '[' {
		return h.call(f, frame, w)
	}
	return h.batch(f, frame)
}

// batch answers the requests of a batch in their order. It waits for a slot where it
// needs one; light requests in between go to the server together.
func (h *heavyCalls) batch(f heavyFrame, frame []byte) answer {
	b := batch{gate: h.gate}
	b.until, b.limited = f.request.Context().Deadline()
	var together []byte
	flush := func() {
		if together != nil {
			b.add(h.gate.pass(f.server, f.request, append(together, ']')))
			together = nil
		}
	}
	skim(frame, func(element []byte) {
		r := readRequest(element)
		w := h.gate.metrics.weight(r)
		if w != light || b.over() {
			flush()
		}
		switch {
		case f.request.Context().Err() != nil: // nobody is interested
		case b.over():
			b.skip(r)
		case w == light:
			together = append(append(together, separator(together)), element...)
		default:
			b.add(h.call(f, element, w))
		}
	})
	flush()
	return b.answer()
}

// separator is what comes before the next element of a batch.
func separator(batch []byte) byte {
	if len(batch) == 0 {
		return '['
	}
	return ','
}

// batch collects the answers to one.
type batch struct {
	gate    gate
	until   time.Time // when to give up
	limited bool      // there is such a time
	frame   []byte
	status  int
	reason  []byte // error of the requests that are not run any more
}

// add takes the answer to one request, or those to several.
func (b *batch) add(a answer) {
	if a.status != 0 {
		b.status, b.frame, b.reason = a.status, a.frame, null
	}
	frame := bytes.TrimSuffix(bytes.TrimPrefix(a.frame, []byte{'['}), []byte{']'})
	if b.status == 0 && len(frame) > 0 {
		b.frame = append(append(b.frame, separator(b.frame)), frame...)
	}
}

// over tells whether the batch has used up its time or space, and remembers why.
func (b *batch) over() bool {
	switch {
	case b.reason != nil:
	case len(b.frame) > b.gate.limits.BatchResponse:
		b.gate.metrics.refuse(refusedResponse)
		b.reason = b.gate.limits.batchTooLarge()
	case b.limited && !time.Now().Before(b.until):
		b.gate.metrics.refuse(refusedTimeout)
		b.reason = b.gate.limits.timedOut()
	}
	return b.reason != nil
}

// skip answers a request that is not run.
func (b *batch) skip(r request) {
	if r.id != nil && b.status == 0 {
		b.frame = append(append(b.frame, separator(b.frame)), errorAnswer(r.id, b.reason)...)
	}
}

func (b *batch) answer() answer {
	if b.status == 0 && b.frame != nil {
		b.frame = append(b.frame, ']')
	}
	return answer{b.frame, b.status}
}

// call answers one request as soon as it has a slot.
func (h *heavyCalls) call(f heavyFrame, frame []byte, w weight) answer {
	switch w {
	case light, waiting:
		return h.gate.pass(f.server, f.request, frame)
	case heavy:
		if a, done := h.try(f, frame); done {
			return a
		}
	}
	if err := h.long.acquire(f.request.Context(), f.client); err != nil {
		return h.refuse(frame, err)
	}
	defer h.long.release()
	return h.gate.pass(f.server, f.request, frame)
}

// try answers a request if that does not take long.
func (h *heavyCalls) try(f heavyFrame, frame []byte) (a answer, done bool) {
	gone := f.request.Context()
	if err := h.short.acquire(gone, f.client); err != nil {
		return h.refuse(frame, err), true
	}
	defer h.short.release()
	ctx, cancel := context.WithCancel(gone)
	defer cancel()
	var late atomic.Bool
	timer := time.AfterFunc(h.firstTry, func() {
		late.Store(true)
		cancel()
	})
	defer timer.Stop()
	request := f.request.WithContext(ctx)
	a, ok := h.gate.direct(f.server, request, frame)
	if !ok {
		a = h.gate.pass(f.server, request, frame)
	}
	// Once cancelled, even what looks like a result may be of half the work.
	return a, !late.Load() || gone.Err() != nil
}

// refuse answers a request that has got no slot.
func (h *heavyCalls) refuse(frame []byte, reason error) answer {
	var message string
	switch {
	case errors.Is(reason, errQueueFull):
		h.gate.metrics.refuse(refusedQueue)
		message = fmt.Sprintf("node is busy: %d calls are waiting%s", h.gate.limits.HeavyQueue, seeFlag(FlagHeavyQueue))
	case errors.Is(reason, errQueueWait):
		h.gate.metrics.refuse(refusedWait)
		message = fmt.Sprintf("node is busy: the call has waited for %v%s", h.gate.limits.HeavyWait, seeFlag(FlagHeavyWait))
	default: // nobody is there to be told
		return answer{}
	}
	id := readRequest(frame[skipSpace(frame, 0):]).id
	if id == nil {
		return answer{}
	}
	return answer{frame: errorFrame(id, codeLimit, message)}
}

// direct answers a frame if it is a plain request. Nobody watches the time meanwhile:
// it is for methods that are done soon or end with their context.
func (g gate) direct(s *server, r *http.Request, frame []byte) (answer, bool) {
	if r.Header.Get("Content-Type") != contentType {
		return answer{}, false
	}
	made, ok := s.direct(withRemote(r.Context(), r.RemoteAddr), frame)
	return answer{frame: g.bound(made)}, ok
}

// pass lets the server answer a frame and returns what it writes.
func (g gate) pass(server *server, r *http.Request, frame []byte) answer {
	r = r.WithContext(r.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(frame)), int64(len(frame))
	w := answerRecorder{header: make(http.Header)}
	server.ServeHTTP(&w, r)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.header.Get("Transfer-Encoding") != "" { // see answerWriter
		w.answer.frame = g.explain(w.answer.frame)
	}
	if w.answer.status == 0 {
		w.answer.frame = g.bound(w.answer.frame)
	}
	return w.answer
}

// answerRecorder keeps what the server answers.
type answerRecorder struct {
	header http.Header

	// mu guards answer: of a request that has run out of time, the server's timer
	// writes it.
	mu     sync.Mutex
	answer answer
}

func (w *answerRecorder) Header() http.Header { return w.header }

func (w *answerRecorder) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer.status = status
}

func (w *answerRecorder) Write(frame []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer.frame = append(w.answer.frame, frame...)
	return len(frame), nil
}
