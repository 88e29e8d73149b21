package monitor_test

import (
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/monolith-chain/monolith/shared/monitor"
	"github.com/monolith-chain/monolith/shared/registry"
)

// facts of a node at block 100, which is a minute old, with two peers and 1000 MB.
func facts() monitor.Facts {
	minuteAgo := time.Now().Add(-time.Minute)
	return monitor.Facts{
		Peers:    func() int { return 2 },
		Head:     func() (uint64, time.Time) { return 100, minuteAgo },
		Highest:  func() uint64 { return 110 },
		FreeDisk: func() (uint64, bool) { return 1000<<20 + 5, true },
	}
}

func TestThresholds(t *testing.T) {
	every := monitor.Thresholds{Peers: 2, Lag: 10, HeadAge: time.Hour, DiskMB: 1000}
	for name, test := range map[string]struct {
		thresholds monitor.Thresholds
		change     func(*monitor.Facts)
		status     error    // of a service
		reasons    []string // what each begins with and names
	}{
		"none":           {monitor.Thresholds{}, nil, nil, nil},
		"all kept":       {every, nil, nil, nil},
		"the default's":  {monitor.DefaultConfig().Ready, nil, nil, nil},
		"few peers":      {monitor.Thresholds{Peers: 3}, nil, nil, []string{"peers: 2 connected, --ready.peers asks for 3: see that --bootnodes"}},
		"behind":         {monitor.Thresholds{Lag: 9}, nil, nil, []string{"lag: at block 100 of 110, which is 10 behind, --ready.lag allows 9: wait"}},
		"an old head":    {monitor.Thresholds{HeadAge: 30 * time.Second}, nil, nil, []string{"headAge: block 100 is 1m0s old, --ready.head-age allows 30s: see whether anybody mines"}},
		"little disk":    {monitor.Thresholds{DiskMB: 1001}, nil, nil, []string{"disk: 1000 MB are free, --ready.disk asks for 1001: free some space"}},
		"two at once":    {monitor.Thresholds{Peers: 3, DiskMB: 1001}, nil, nil, []string{"peers: ", "disk: "}},
		"half a second":  {monitor.Thresholds{HeadAge: time.Second / 2}, nil, nil, []string{"headAge: "}},
		"ahead of peers": {every, func(f *monitor.Facts) { f.Highest = func() uint64 { return 0 } }, nil, nil},
		"ahead of time": {every, func(f *monitor.Facts) {
			f.Head = func() (uint64, time.Time) { return 100, time.Now().Add(24 * time.Hour) }
		}, nil, nil},
		"disk not known": {every, func(f *monitor.Facts) { f.FreeDisk = func() (uint64, bool) { return 0, false } }, nil, nil},
		"nothing known":  {every, func(f *monitor.Facts) { *f = monitor.Facts{} }, nil, nil},

		// How far behind is too far, is for the threshold to say.
		"syncing, within":    {every, nil, registry.ErrSyncing, nil},
		"syncing, behind":    {monitor.Thresholds{Lag: 9}, nil, registry.ErrSyncing, []string{"lag: "}},
		"syncing, any":       {monitor.Thresholds{}, nil, registry.ErrSyncing, nil},
		"syncing, not known": {every, func(f *monitor.Facts) { f.Highest = nil }, registry.ErrSyncing, []string{"sync: syncing"}},
		"a complaint too":    {monitor.Thresholds{Peers: 3}, nil, errBoom, []string{"sync: boom", "peers: "}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(infos{service("sync", test.status)})
			cfg.Ready, cfg.Facts = test.thresholds, facts()
			if test.change != nil {
				test.change(&cfg.Facts)
			}
			base := serve(t, cfg)
			got, want := ask(t, http.MethodGet, base+"/readyz"), http.StatusOK
			if len(test.reasons) > 0 {
				want = http.StatusServiceUnavailable
			}
			var report monitor.Report
			if err := json.Unmarshal([]byte(got.body), &report); err != nil {
				t.Fatal(err)
			}
			if got.code != want || report.Ready != (want == http.StatusOK) || len(report.Reasons) != len(test.reasons) {
				t.Fatalf("status %d, report %s", got.code, got.body)
			}
			for i, reason := range test.reasons {
				if !strings.HasPrefix(report.Reasons[i], reason) {
					t.Errorf("reason %q, want %q", report.Reasons[i], reason)
				}
			}
			if alive := ask(t, http.MethodGet, base+"/healthz"); alive.code != http.StatusOK {
				t.Errorf("/healthz: status %d: a threshold is no reason to replace the process", alive.code)
			}
		})
	}
}

// The JSON of the checks, which other programs read.
func TestChecksJSON(t *testing.T) {
	cfg := config(infos{})
	cfg.Facts, cfg.Ready = facts(), monitor.Thresholds{Lag: 16, DiskMB: 2000}
	body := ask(t, http.MethodGet, serve(t, cfg)+"/readyz").body
	var report struct{ Checks json.RawMessage }
	if err := json.Unmarshal([]byte(body), &report); err != nil {
		t.Fatal(err)
	}
	var compact strings.Builder
	for field := range strings.FieldsSeq(string(report.Checks)) {
		compact.WriteString(field + " ")
	}
	want := `[ ` +
		`{ "name": "peers", "ok": true, "value": 2, "limit": null, "unit": "peers" }, ` +
		`{ "name": "lag", "ok": true, "value": 10, "limit": 16, "unit": "blocks" }, ` +
		`{ "name": "headAge", "ok": true, "value": 60, "limit": null, "unit": "seconds" }, ` +
		`{ "name": "disk", "ok": false, "value": 1000, "limit": 2000, "unit": "MB", ` +
		`"reason": "1000 MB are free, --ready.disk asks for 2000: free some space, or move the data directory to a larger disk" } ] `
	if compact.String() != want {
		t.Errorf("got  %s\nwant %s", compact.String(), want)
	}
}

func TestImpossibleThresholds(t *testing.T) {
	cfg := monitor.DefaultConfig()
	cfg.Ready = monitor.Thresholds{Peers: -1, HeadAge: -time.Second, DiskMB: math.MaxUint64}
	err := cfg.Validate()
	for _, flag := range []string{"--ready.peers -1", "--ready.head-age -1s", "--ready.disk 18446744073709551615"} {
		if err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("no %q in %v", flag, err)
		}
	}
}
