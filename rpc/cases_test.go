package rpc

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/monolith-chain/monolith/shared/chain/chaintest"
)

const caseUpdate = "go test ./rpc -run TestCase -update"

// testCase is a case to record: requests about the stage.
type testCase struct {
	method, name string
	comment      string
	requests     []string
	shapeOnly    string // why only the answers' shape is compared; "" = all is
	local        bool   // it is asked over IPC
	alone        bool   // it changes the node, or needs one that nothing has changed
	dev          bool   // it is about a development chain
}

// record makes a case of one request. A parameter may be an answer of an earlier one.
func record(method, name, comment string, params ...any) testCase {
	return testCase{method: method, name: name, comment: comment}.then(method, params...)
}

// recordText makes a case of a request that is not well-formed.
func recordText(method, name, comment, request string) testCase {
	return testCase{method: method, name: name, comment: comment, requests: []string{request}}
}

// then adds a request.
func (c testCase) then(method string, params ...any) testCase {
	request := map[string]any{"jsonrpc": "2.0", "id": len(c.requests) + 1, "method": method}
	if params == nil {
		params = []any{}
	}
	request["params"] = params
	text, err := json.Marshal(request)
	if err != nil {
		panic(err) // the cases are ours
	}
	c.requests = append(slices.Clip(c.requests), string(text))
	return c
}

// reset forgets the requests so far: a case that needs others first starts with them.
func (c testCase) reset() testCase {
	c.requests = nil
	return c
}

// inShape has only the shape compared.
func (c testCase) inShape(why string) testCase {
	c.shapeOnly = why
	return c
}

// onItsOwn gives the case a node of its own.
func (c testCase) onItsOwn() testCase {
	c.alone = true
	return c
}

// onDevChain has it asked on a development chain.
func (c testCase) onDevChain() testCase {
	c.dev = true
	return c
}

// overIPC has it asked where all methods are.
func (c testCase) overIPC() testCase {
	c.local = true
	return c
}

// answerTo stands for the result of the case's n-th request.
func answerTo(n int) string { return fmt.Sprintf("answer to %d", n) }

// fill puts the results of earlier requests into a request.
func fill(request string, answers []string) string {
	for i, answer := range answers {
		var response struct{ Result json.RawMessage }
		if json.Unmarshal([]byte(answer), &response) == nil && response.Result != nil {
			request = strings.ReplaceAll(request, fmt.Sprintf("%q", answerTo(i+1)), string(response.Result))
		}
	}
	return request
}

func (c testCase) comments() []string {
	comments := []string{c.comment}
	if c.shapeOnly != "" {
		comments = append(comments, "speconly: "+c.shapeOnly)
	}
	return comments
}

func (c testCase) file() string { return filepath.Join(caseFolder, c.method, c.name+".io") }

// play sends the requests to a node, those that are not for everybody over IPC.
func (n *node) play(c testCase) ioCase {
	post := func(request string) string {
		_, answer := n.post(request)
		return answer
	}
	if c.local || !n.public(c.method) {
		conn, err := net.Dial("unix", n.rpc.cfg.IPCPath)
		n.check(err)
		defer conn.Close()
		answers := json.NewDecoder(conn)
		post = func(request string) string {
			_, err := io.WriteString(conn, request)
			n.check(err)
			for {
				var answer json.RawMessage
				n.check(answers.Decode(&answer))
				if !strings.Contains(string(answer[:min(len(answer), 80)]), `"method":`) { // a notification
					return string(answer)
				}
			}
		}
	}
	played := ioCase{comments: c.comments()}
	for _, request := range c.requests {
		request = fill(request, played.answers)
		played.requests = append(played.requests, request)
		played.answers = append(played.answers, strings.TrimSpace(post(request)))
	}
	return played
}

// public tells whether a method is one for HTTP.
func (n *node) public(method string) bool {
	namespace, name, _ := strings.Cut(method, "_")
	return !slices.Contains(localOnly, namespace) && name != "subscribe" && name != "unsubscribe"
}

// TestCases replays the recorded cases, and holds requests and answers against the
// OpenRPC document. With -update they are recorded.
func TestCases(t *testing.T) {
	built := buildStage(t, chaintest.Params())
	built.dev = buildStage(t, chaintest.Instant())
	s, dev := built.open(t, everything(t)), built.dev.open(t)
	v := newValidator(t)
	cover := newCoverage()
	recorded := make(map[string]bool)
	for _, c := range s.cases() {
		if recorded[c.file()] {
			t.Errorf("%s: two cases of that name", c.file())
		}
		recorded[c.file()] = true
		t.Run(c.method+"/"+c.name, func(t *testing.T) {
			on, chain := s, built
			if c.dev {
				on, chain = dev, built.dev
			}
			if c.alone {
				on = chain.open(t)
			}
			played := on.play(c)
			switch fault := c.compare(t, played); {
			case fault != "" && *update:
				s.check(played.write(c.file()))
			case fault != "":
				t.Error(fault)
			}
			for i, request := range played.requests {
				v.check(t, request, played.answers[i])
				cover.add(request, played.answers[i])
			}
		})
	}
	if t.Failed() {
		return
	}
	s.check(filepath.WalkDir(caseFolder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".io" || recorded[path] {
			return err
		}
		if *update {
			return os.Remove(path)
		}
		t.Errorf("%s is nobody's: %s", path, caseUpdate)
		return nil
	}))
	cover.check(t, v)
}

// compare holds what was played against what is recorded, and says what is not the same.
func (c testCase) compare(t *testing.T, played ioCase) string {
	if _, err := os.Stat(c.file()); err != nil {
		return "not recorded: " + caseUpdate
	}
	file := readCase(t, c.file())
	if len(file.requests) != len(c.requests) || !slices.Equal(file.comments, played.comments) {
		return "recorded of another case: " + caseUpdate
	}
	for i, request := range c.requests {
		if want := fill(request, file.answers); file.requests[i] != want {
			return fmt.Sprintf("recorded of another request: %s\nis %s\nwas %s", caseUpdate, want, file.requests[i])
		}
		if fault := differs(played.answers[i], file.answers[i], c.shapeOnly != ""); fault != "" {
			return request + "\n" + fault
		}
	}
	return ""
}

// coverage is what the cases have shown.
type coverage struct {
	cases   map[string]int // by method
	results map[string]int // by method
	codes   map[int]int
}

func newCoverage() *coverage {
	return &coverage{make(map[string]int), make(map[string]int), make(map[int]int)}
}

func (c *coverage) add(request, answer string) {
	var asked struct{ Method string }
	if json.Unmarshal([]byte(request), &asked) == nil {
		c.cases[asked.Method]++
	}
	var answered struct{ Result json.RawMessage }
	if json.Unmarshal([]byte(answer), &answered) == nil && answered.Result != nil {
		c.results[asked.Method]++
	}
	// Errors are in batches and in results too.
	for _, match := range errorCode.FindAllStringSubmatch(answer, -1) {
		if code, err := strconv.Atoi(match[1]); err == nil {
			c.codes[code]++
		}
	}
}

var errorCode = regexp.MustCompile(`"error":{[^{}]*"code":(-?\d+)`)

// check: every method and every class of errors has a case.
func (c *coverage) check(t *testing.T, v *validator) {
	for _, method := range slices.Sorted(maps.Keys(v.methods)) {
		if c.results[method] == 0 && !slices.Contains(notRecorded(), method) {
			t.Errorf("no case has a result of %s", method)
		}
	}
	for _, code := range errorClasses() {
		if c.codes[code] == 0 {
			t.Errorf("no case has an error %d", code)
		}
	}
	if testing.Verbose() {
		c.table(v)
	}
}

// table prints what the tests know of each method.
func (c *coverage) table(v *validator) {
	fmt.Println("| method | schema | cases | with a result |\n|---|---|---|---|")
	for _, method := range slices.Sorted(maps.Keys(v.methods)) {
		fmt.Printf("| %s | %s | %d | %d |\n", method, v.methods[method].origin, c.cases[method], c.results[method])
	}
	fmt.Printf("\nError codes, with their cases: %v\n", c.codes)
}
