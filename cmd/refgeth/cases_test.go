package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// caseFolder holds the answers that package rpc has recorded of our node, and the chain
// that they are about.
const caseFolder = "../../rpc/testdata/cases"

// caseDifferences are where go-ethereum does not answer what is recorded, beside those
// that differences_test.go explains. The request is METHOD/NAME.
var caseDifferences = []difference{
	{`debug_printBlock/block`, "result", "", "geth prints how the block lies in its memory"},
	{`debug_traceBlock/no-block`, `error\.code`, "-32602", "it is the parameter that is wrong"},
	{`debug_(accountRange|dumpBlock|getModifiedAccounts.*|preimage)/.*`, "(result|error).*", "", "geth keeps what was hashed to the state's keys only with --cache.preimages"},
	{`debug_storageRangeAt/.*`, "(result|error).*", "", "geth opens the trie of a state inside of a block, which its path scheme does not have"},
	{`debug_getAccessibleState/.*`, "(result|error).*", "", "geth does not know it of its newer state scheme"},
	{`debug_dbGet/unknown`, `error\.message`, "", "the databases have their own words"},
	{`eth_accounts/.*`, "result", "", "the nodes have other keys"},
	{`eth_sign(Transaction)?/.*`, `(result|error).*`, "", "the nodes have other keys"},
	{`eth_sendTransaction/no-key`, `error\.message`, `"unknown account: .*`, "tells what to do"},
	{`eth_feeHistory/decimal`, `(result|error).*`, "", "no percentiles are no percentiles"},
	{`eth_fillTransaction/blob`, `error\.message`, `"blob transactions are not supported"`, "our chains have no blobs"},
	{`rpc_modules/modules`, `result\.(personal|testing|ots)`, "", "namespaces that the reference does not serve"},
}

// TestRecordedCases: what is recorded of our node is what go-ethereum answers on the same
// chain, where it has the method.
func TestRecordedCases(t *testing.T) {
	url := startReference(t, filepath.Join(caseFolder, "chain.rlp"), "-genesis", filepath.Join(caseFolder, "genesis.json"))
	awaitIndexes(t, url)
	files, err := filepath.Glob(filepath.Join(caseFolder, "*", "*.io"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s: %v", caseFolder, err)
	}
	// The pool that the cases are about.
	for _, name := range []string{"pending", "queued"} {
		_, answers, _ := readCase(t, filepath.Join(caseFolder, "eth_getRawTransactionByHash", name+".io"))
		send(t, url, answers[0])
	}
	same, different, missing := 0, 0, 0
	for _, file := range files {
		requests, answers, ok := readCase(t, file)
		if !ok {
			continue
		}
		name := filepath.Base(filepath.Dir(file)) + "/" + strings.TrimSuffix(filepath.Base(file), ".io")
		for i, request := range requests {
			answer, err := post(t.Context(), url, request)
			if err != nil {
				t.Fatal(err)
			}
			geth, ours := decode([]byte(answer)), decode([]byte(answers[i]))
			found := diff("", ours, geth)
			switch {
			case lacksMethod(geth) && !lacksMethod(ours):
				missing++
			case len(found) == 0:
				same++
			default:
				different++
			}
			if lacksMethod(geth) {
				continue
			}
			for _, o := range found {
				if !explainCase(name, request, o) {
					t.Errorf("%s %s\n   %s\n   ours %.500s\n   geth %.500s", name, request, o.path, o.ours, o.geth)
				}
			}
		}
	}
	t.Logf("%d answers are geth's, %d differ as is explained, of %d geth lacks the method", same, different, missing)
}

// readCase reads requests and answers. It is not to be compared if the answers depend on
// time, if the case is about a development chain, a connection or what only the machine's
// owner may ask, or if it changes the pool.
func readCase(t *testing.T, file string) (requests, answers []string, ok bool) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ok = true
	for line := range strings.Lines(string(data)) {
		kind, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch kind {
		case "//":
			ok = ok && !strings.HasPrefix(text, "speconly")
		case ">>":
			requests = append(requests, text)
		case "<<":
			answers = append(answers, text)
		}
	}
	method := filepath.Base(filepath.Dir(file))
	namespace, name, _ := strings.Cut(method, "_")
	switch {
	case !slices.Contains(append(strings.Split(namespaces, ","), "rpc"), namespace), name == "subscribe", name == "unsubscribe":
		ok = false
	case slices.Contains([]string{"chaindbCompact", "cpuProfile", "dbAncient", "dbAncients", "setHead", "verbosity"}, name):
		ok = false
	case strings.Contains(name, "send") && (strings.Contains(answers[0], `"result":`) || strings.Contains(answers[0], `"code":4,`)):
		ok = false
	}
	return requests, answers, ok
}

// send submits the transaction that an answer has.
func send(t *testing.T, url, answer string) {
	t.Helper()
	var transaction struct{ Result string }
	if err := json.Unmarshal([]byte(answer), &transaction); err != nil {
		t.Fatal(err)
	}
	sent, err := post(t.Context(), url, `{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["`+transaction.Result+`"]}`)
	if err != nil || strings.Contains(sent, `"error"`) {
		t.Fatalf("send: %s, %v", sent, err)
	}
}

// lacksMethod tells whether an answer is that there is no such method.
func lacksMethod(answer any) bool {
	object, _ := answer.(map[string]any)
	failure, _ := object["error"].(map[string]any)
	message, _ := failure["message"].(string)
	return strings.HasSuffix(message, "does not exist/is not available")
}

func explainCase(name, request string, o observed) bool {
	for _, d := range caseDifferences {
		if matches(d.request, name) && matches(d.path, o.path) && matches(d.ours, o.ours) {
			return true
		}
	}
	var r struct {
		Method string
		Params json.RawMessage
	}
	if json.Unmarshal([]byte(request), &r) != nil {
		return false
	}
	line := strings.TrimSpace(r.Method + " " + strings.TrimSuffix(strings.TrimPrefix(string(r.Params), "["), "]"))
	o.path = "body." + o.path
	return explain(line, o) != nil
}
