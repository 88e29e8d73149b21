package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/monolith-chain/monolith/config"
)

// patience is how long a process may take to answer.
const patience = time.Minute

// namespaces are those that both serve over HTTP.
const namespaces = "eth,net,web3,txpool,debug"

// TestCompare sends the requests of testdata/requests.txt to our node and to
// go-ethereum's, which have the same chain, and fails on every difference that is not
// explained in differences_test.go, and on every explanation that explains nothing.
func TestCompare(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs a process")
	}
	c := newTestChain(t)
	file := filepath.Join(t.TempDir(), "chain.rlp")
	c.write(file)
	ours, geth := startOurs(t, file), startReference(t, file)
	awaitIndexes(t, ours, geth)

	requests := readRequests(t)
	seen := make(map[*difference]bool)
	ourValues, gethValues := c.values, make(map[string]string)
	for name, value := range c.values {
		gethValues[name] = value
	}
	for _, r := range requests {
		a, b := ask(t, ours, r, ourValues), ask(t, geth, r, gethValues)
		if r.shape {
			a, b = shape(a), shape(b)
		}
		for _, d := range diff("", a, b) {
			if known := explain(r.text, d); known != nil {
				seen[known] = true
				continue
			}
			t.Errorf("%s\n   %s\n   ours %.500s\n   geth %.500s", r.text, d.path, d.ours, d.geth)
		}
	}
	for i := range differences {
		if !seen[&differences[i]] {
			t.Errorf("no difference any more: %s, %s", differences[i].request, differences[i].path)
		}
	}
	t.Logf("%d requests, %d known differences", len(requests), len(differences))
}

// startReference runs the reference in this process.
func startReference(t *testing.T, file string, flags ...string) string {
	t.Helper()
	s, err := parse(append(flags, "-import", file, "-http.port", "0", "-http.api", namespaces, "-log.level", "error"))
	if err != nil {
		t.Fatal(err)
	}
	stack, err := open(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stack.Close(); err != nil {
			t.Error(err)
		}
	})
	return stack.HTTPEndpoint()
}

// startOurs builds and runs our node, as its users do.
func startOurs(t *testing.T, file string) string {
	t.Helper()
	dir := t.TempDir()
	binary, data := filepath.Join(dir, "monolith"), filepath.Join(dir, "data")
	for _, command := range []*exec.Cmd{
		exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../node"),
		exec.CommandContext(t.Context(), binary, "import", "--dev", "--datadir", data, file),
	} {
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	port := freePort(t)
	// The test's context ends before its cleanups, which end the process.
	node := exec.CommandContext(context.WithoutCancel(t.Context()), binary, "--dev", "--mine=false", "--datadir", data,
		"--http.port", port, "--http.api", namespaces, "--metrics.addr", "127.0.0.1:0",
		"--gpo.mintip", "0", "--txpool.accountslots", "16", "--txpool.accountqueue", "64")
	var log bytes.Buffer
	node.Stdout, node.Stderr = &log, &log
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(node.Process.Signal(syscall.SIGTERM), node.Wait()); err != nil {
			t.Errorf("%v\n%s", err, log.String())
		}
	})
	url := "http://127.0.0.1:" + port
	await(t, "our node answers", func() bool {
		_, err := post(t.Context(), url, `{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}`)
		return err == nil
	})
	return url
}

// awaitIndexes waits for what both nodes do in the background: indexing transactions
// and logs.
func awaitIndexes(t *testing.T, urls ...string) {
	t.Helper()
	for _, url := range urls {
		await(t, "the chain is indexed", func() bool {
			answer, err := post(t.Context(), url, `{"jsonrpc":"2.0","id":1,"method":"eth_syncing"}`)
			return err == nil && strings.Contains(answer, "false")
		})
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	over, tick := time.After(patience), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func post(ctx context.Context, url, body string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return string(answer), err
}

// request is a line of the file.
type request struct {
	text   string // the line
	shape  bool
	keep   string // name of the result
	method string // HTTP's
	path   string
	header map[string]string
	body   string
}

func readRequests(t *testing.T) []request {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "requests.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var requests []request
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if line := lines.Text(); line != "" && !strings.HasPrefix(line, "#") {
			requests = append(requests, parseRequest(line))
		}
	}
	return requests
}

func parseRequest(line string) request {
	r := request{text: line, method: http.MethodPost, path: "/", header: map[string]string{"Content-Type": "application/json"}}
	line, r.shape = strings.CutPrefix(line, "shape ")
	line, r.keep, _ = strings.Cut(line, " => ")
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "body":
		r.body = rest
	case "http":
		var head string
		head, r.body, _ = strings.Cut(rest, " | ")
		fields := strings.Fields(head)
		r.method, r.path, r.header = fields[0], fields[1], make(map[string]string)
		for _, field := range fields[2:] {
			key, value, _ := strings.Cut(field, ":")
			r.header[key] = value
		}
	default:
		r.body = fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"%s","params":[%s]}`, word, rest)
	}
	return r
}

var placeholder = regexp.MustCompile(`\{[a-z][a-zA-Z0-9]*(\.[a-zA-Z0-9]+)*\}`)

// ask sends a request, and returns the answer: status, content type and body, which is
// decoded if it is JSON.
func ask(t *testing.T, url string, r request, values map[string]string) map[string]any {
	t.Helper()
	body := placeholder.ReplaceAllStringFunc(r.body, func(name string) string {
		value, ok := values[strings.Trim(name, "{}")]
		if !ok {
			t.Fatalf("%s: no value %s", r.text, name)
		}
		return value
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, r.method, url+r.path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range r.header {
		request.Header.Set(key, value)
	}
	request.Host = r.header["Host"]
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatalf("%s: %v", r.text, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s: %v", r.text, err)
	}
	answer := map[string]any{"status": json.Number(fmt.Sprint(response.StatusCode)), "type": response.Header.Get("Content-Type"), "body": decode(text)}
	if object, ok := answer["body"].(map[string]any); ok && r.keep != "" {
		result, err := json.Marshal(object["result"])
		if err != nil {
			t.Fatal(err)
		}
		values[r.keep] = string(result)
	}
	return answer
}

// decode keeps numbers as they are written; what is not one JSON value stays text.
func decode(text []byte) (value any) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil || decoder.More() {
		return string(text)
	}
	return value
}

// shape replaces values by their kinds.
func shape(value map[string]any) map[string]any {
	out := make(map[string]any)
	for key, member := range value {
		if object, ok := member.(map[string]any); ok {
			out[key] = shape(object)
		} else {
			out[key] = fmt.Sprintf("%T", member)
		}
	}
	return out
}

// observed is where two answers differ.
type observed struct {
	path       string // of members, without indices
	ours, geth string
}

func diff(path string, ours, geth any) []observed {
	if a, ok := ours.(map[string]any); ok {
		if b, ok := geth.(map[string]any); ok {
			return diffObjects(path, a, b)
		}
	}
	a, isArray := ours.([]any)
	b, both := geth.([]any)
	if isArray && both && len(a) == len(b) {
		var all []observed
		for i := range a {
			all = append(all, diff(path, a[i], b[i])...)
		}
		return all
	}
	if x, y := text(ours), text(geth); x != y {
		return []observed{{path, x, y}}
	}
	return nil
}

func diffObjects(path string, a, b map[string]any) (all []observed) {
	var keys []string
	for key := range a {
		keys = append(keys, key)
	}
	for key := range b {
		if _, ok := a[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		x, inA := a[key]
		y, inB := b[key]
		at := strings.TrimPrefix(path+"."+key, ".")
		switch {
		case !inA:
			all = append(all, observed{at, "nothing", text(y)})
		case !inB:
			all = append(all, observed{at, text(x), "nothing"})
		default:
			all = append(all, diff(at, x, y)...)
		}
	}
	return all
}

func text(value any) string {
	out, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(out)
}

// The network's accounts are unlocked in the reference, as --dev unlocks its own.
func TestReferenceKnowsTheAccounts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "empty.rlp")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	answer, err := post(t.Context(), startReference(t, file), `{"jsonrpc":"2.0","id":1,"method":"eth_accounts"}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range config.DevAccounts() {
		if !strings.Contains(answer, strings.ToLower(account.Hex())) {
			t.Errorf("%s is missing in %s", account, answer)
		}
	}
}
