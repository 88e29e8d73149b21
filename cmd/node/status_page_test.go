package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestScaled(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 1_500_000: "1.5 MB", 1 << 63: "9.2 EB",
	} {
		if have := size(n); have != want {
			t.Errorf("%d bytes are %q, want %q", n, have, want)
		}
	}
}

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour: "0s", 0: "0s", 1999 * time.Millisecond: "1s", 90 * time.Second: "1m30s", time.Hour: "1h0m", 47*time.Hour + 59*time.Minute: "47h59m", 49 * time.Hour: "2d1h",
	} {
		const from = 1 << 40
		if have := age(from, uint64(from+d.Milliseconds())); have != want {
			t.Errorf("%s is %q, want %q", d, have, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "",
		"short":                              "short",
		"twenty characters or more of words": "twenty characters or|more of words",
		"an/unbreakable/path/that/is/long":   "an/unbreakable/path/|that/is/long",
		"word an/unbreakable/path/that/is":   "word an/unbreakable/|path/that/is",
		"ein Wört mit Umläuten über die Länge": "ein Wört mit|Umläuten über die|Länge",
	} {
		if have := strings.Join(wrap(text, 20), "|"); have != want {
			t.Errorf("%q is wrapped as %q, want %q", text, have, want)
		}
	}
}

// overviewOf is what a node's answers make.
func overviewOf(status, services, peers string) (*overview, error) {
	o := new(overview)
	return o, errors.Join(json.Unmarshal([]byte(status), &o.status), json.Unmarshal([]byte(services), &o.services), json.Unmarshal([]byte(peers), &o.peers))
}

const (
	someStatus = `{"clientVersion":"Monolith/v1","chainId":"0x1","name":"net","engine":"proof-of-work","blockTime":"0xfa0","started":"0x0","time":"0x2710",
		"head":{"number":"0x64","timestamp":"0x5","gasUsed":"0x5","gasLimit":"0xa","transactions":"0x2"},
		"syncing":{"startingBlock":"0x0","currentBlock":"0x64","highestBlock":"0xc8"},"network":true,"peers":"0x2","pool":{"pending":"0x1","queued":"0x2"},
		"mining":{"mining":true,"hashrate":"0x3e8","coinbase":"0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266","threads":"0x2"},"hashrate":"0x7d0",
		"addressIndex":{"head":"0x10","synced":false}}`
	someServices = `[{"name":"db","state":"serving","since":"0x0","error":null},{"name":"sync","state":"syncing","since":"0x0","error":"syncing: at block 100 of 200"},
		{"name":"miner","state":"failed","since":"0x1388","error":"boom"}]`
	somePeers = `[{"id":"16Uiu2HAmTheFirst","client":"Monolith/v1","direction":"inbound","latency":"0x5dc","head":{"number":"0xc8"}},
		{"id":"b","client":"evil\u001b[2J\u202e","direction":"outbound","latency":null,"head":null}]`
)

func TestPage(t *testing.T) {
	seen, err := overviewOf(someStatus, someServices, somePeers)
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Join((&screen{}).lines(seen.page(), 0), "\n")
	for _, want := range []string{
		"network   net, chain 1, proof-of-work",
		"head      100 0x00000000…0000, 5s old, 2 transactions, 50 % of its gas",
		"chain     a block every 4s, by 2.0 kH/s, safe at 0, final at 0",
		"sync      at block 100 of 200 (50 %), 100 to go",
		"pool      1 pending, 2 queued",
		"mining    1.0 kH/s on 2 threads for 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
		"index     addresses are indexed up to block 16",
		"services  1 of 3 serving: db sync miner\n" +
			"          sync syncing for 10s: at block 100 of 200\n" +
			"          miner failed for 5s: boom",
		"peers     2\n" +
			"          …mTheFirst Monolith/v1                  in    1.5ms at 200, 100 ahead\n" +
			"          b          evil�[2J�                    out         no head told yet",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
}

// A node that cannot go on does not look as if all were well.
func TestPageOfTrouble(t *testing.T) {
	seen, err := overviewOf(
		`{"network":true,"peers":"0x2","head":{"number":"0x64"},"syncing":false,"mining":{"mining":false}}`,
		`[{"name":"miner","state":"degraded","since":"0x0","error":"the disk is nearly full"}]`, somePeers)
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Join((&screen{}).lines(seen.page(), 0), "\n")
	for _, want := range []string{
		"sync      a peer claims 100 blocks more than are here",
		"mining    paused",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
}

// A watch tells what is new, and while the node catches up not each of its heads.
func TestFingerprint(t *testing.T) {
	const synced = `{"head":{"hash":"0x%064x"},"syncing":false,"peers":"%#x","time":"%#x"}`
	const syncing = `{"head":{"hash":"0x%064x"},"syncing":{"currentBlock":"%#x","highestBlock":"0x2710"}}`
	told := func(format string, args ...any) string {
		seen, err := overviewOf(fmt.Sprintf(format, args...), someServices, somePeers)
		if err != nil {
			t.Fatal(err)
		}
		return seen.fingerprint()
	}
	for name, test := range map[string]struct {
		a, b string
		same bool
	}{
		"the time":      {told(synced, 1, 2, 3), told(synced, 1, 2, 4), true},
		"the head":      {told(synced, 1, 2, 3), told(synced, 2, 2, 3), false},
		"the peers":     {told(synced, 1, 2, 3), told(synced, 1, 3, 3), false},
		"a few blocks":  {told(syncing, 1, 1000), told(syncing, 2, 1010), true},
		"a part of it":  {told(syncing, 1, 1000), told(syncing, 2, 1100), false},
		"it is through": {told(syncing, 1, 9999), told(synced, 1, 2, 3), false},
	} {
		if same := test.a == test.b; same != test.same {
			t.Errorf("%s: told %v, want %v", name, !same, !test.same)
		}
	}
}

// Whatever a node answers, nothing gets to the terminal that it acts upon, and no
// line is longer than it is wide.
func FuzzPage(f *testing.F) {
	f.Add(someStatus, someServices, somePeers)
	f.Add(`{"syncing":false}`, `null`, `[]`)
	f.Fuzz(func(t *testing.T, status, services, peers string) {
		seen, err := overviewOf(status, services, peers)
		if err != nil {
			t.Skip()
		}
		for _, line := range append((&screen{}).lines(seen.page(), 80), printable(seen.line())) {
			if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("not printable: %q", line)
			}
		}
		for _, line := range (&screen{}).lines(seen.page(), 80) {
			if utf8.RuneCountInString(line) > 80 {
				t.Errorf("%d columns: %q", utf8.RuneCountInString(line), line)
			}
		}
		_ = seen.fingerprint()
	})
}
