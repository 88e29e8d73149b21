package logging_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/sirupsen/logrus"

	"github.com/monolith-chain/monolith/shared/logging"
)

var (
	noon = time.Date(2026, 8, 1, 12, 0, 0, 123e6, time.UTC)
	hash = common.HexToHash("0x5ad1f300000000000000000000000000000000000000000000000000000bc77a")
)

func newLogger(t *testing.T, cfg logging.Config) (*logrus.Logger, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	log, err := logging.New(cfg, &out)
	if err != nil {
		t.Fatal(err)
	}
	return log, &out
}

func TestValidate(t *testing.T) {
	if err := logging.DefaultConfig().Validate(); err != nil {
		t.Errorf("default configuration: %v", err)
	}
	for _, test := range []struct {
		cfg  logging.Config
		want []string // all of them in the error; none: no error
	}{
		{logging.Config{Level: "trace", Format: "json"}, nil},
		{logging.Config{Level: "loud", Format: "text"}, []string{`log level "loud"`, "error, warn, info, debug, trace"}},
		{logging.Config{Level: "fatal", Format: "text"}, []string{`log level "fatal"`}},
		{logging.Config{Level: "info", Format: "xml"}, []string{`log format "xml"`, "text, json"}},
		{logging.Config{}, []string{`log level ""`, `log format ""`}},
	} {
		err := test.cfg.Validate()
		if (err == nil) != (test.want == nil) {
			t.Errorf("%+v: error %v", test.cfg, err)
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: error %q does not contain %q", test.cfg, err, want)
			}
		}
		if _, errNew := logging.New(test.cfg, os.Stderr); (errNew == nil) != (err == nil) {
			t.Errorf("%+v: New: %v", test.cfg, errNew)
		}
	}
	if _, err := logging.New(logging.DefaultConfig(), nil); err == nil {
		t.Error("nil output was accepted")
	}
}

func TestLevel(t *testing.T) {
	log, out := newLogger(t, logging.Config{Level: "warn", Format: logging.Text})
	log.Info("Hidden")
	log.Warn("Seen")
	if got := out.String(); strings.Contains(got, "Hidden") || !strings.Contains(got, "WARN  Seen\n") {
		t.Errorf("at level warn: %q", got)
	}
}

func TestText(t *testing.T) {
	log, out := newLogger(t, logging.Config{Level: "trace", Format: logging.Text})
	at := log.WithTime(noon)
	at.WithFields(logrus.Fields{"number": uint64(7), "hash": hash, "err": errors.New("no peers"), "zone": "a b"}).Info("Mined block")
	at.WithError(errBoom).Warn("Bare")
	at.Debug("Without fields")
	at.WithFields(logrus.Fields{"stack": "one\n\ttwo\n", "service": "db"}).Error("Service failed")
	at.WithField("n", 1).Trace("A message that is wider than the column where the fields begin")
	at.Info("forged\n2026 line \x1b[2J")

	want := `2026-08-01T12:00:00.123Z INFO  Mined block                              hash=5ad1f3..0bc77a number=7 zone="a b" err="no peers"
2026-08-01T12:00:00.123Z WARN  Bare                                     err=boom
2026-08-01T12:00:00.123Z DEBUG Without fields
2026-08-01T12:00:00.123Z ERROR Service failed                           service=db
    | one
    | 	two
2026-08-01T12:00:00.123Z TRACE A message that is wider than the column where the fields begin n=1
2026-08-01T12:00:00.123Z INFO  "forged\n2026 line \x1b[2J"
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestJSON(t *testing.T) {
	log, out := newLogger(t, logging.Config{Level: "info", Format: logging.JSON})
	log.WithTime(noon).WithError(errBoom).WithFields(logrus.Fields{"number": 7, "elapsed": 1500 * time.Millisecond}).Warn("Slow <block>")
	want := `{"elapsed":"1.5s","err":"boom","level":"warning","msg":"Slow <block>","number":7,"time":"2026-08-01T12:00:00.123Z"}` + "\n"
	if got := out.String(); got != want {
		t.Errorf("got %s want %s", got, want)
	}
}

// Every value comes out in both formats, whatever it is, and every line of
// JSON is an object.
func TestValues(t *testing.T) {
	var (
		wei      = new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil)
		nilBig   *big.Int
		nilError *badError
	)
	for name, test := range map[string]struct {
		value      any
		text, json string
	}{
		"nil":           {nil, `<nil>`, `null`},
		"bool":          {true, `true`, `true`},
		"small":         {99999, `99999`, `99999`},
		"large":         {uint64(1234567), `1,234,567`, `1234567`},
		"negative":      {-1234567, `-1,234,567`, `-1234567`},
		"float":         {0.25, `0.250`, `0.25`},
		"not a number":  {math.NaN(), `NaN`, `"NaN"`},
		"infinite":      {math.Inf(1), `+Inf`, `"+Inf"`},
		"wei":           {wei, `100,000,000,000,000,000,000`, `"100000000000000000000"`},
		"uint256":       {uint256.MustFromBig(wei), `100,000,000,000,000,000,000`, `"100000000000000000000"`},
		"nil big":       {nilBig, `<nil>`, `"<nil>"`},
		"hash":          {hash, `5ad1f3..0bc77a`, `"` + hash.Hex() + `"`},
		"address":       {common.HexToAddress("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"), `0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266`, `"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"`},
		"bytes":         {[]byte{0xca, 0xfe}, `0xcafe`, `"0xcafe"`},
		"duration":      {90 * time.Second, `1m30s`, `"1m30s"`},
		"geth duration": {common.PrettyDuration(1234567890), `1.234s`, `"1.234s"`},
		"geth size":     {common.StorageSize(3 << 20), `3.00MiB`, `"3.00 MiB"`},
		"time":          {noon, `2026-08-01T12:00:00+0000`, `"2026-08-01T12:00:00.123Z"`},
		"error":         {errBoom, `boom`, `"boom"`},
		"nil error":     {nilError, `<nil>`, `null`},
		"list":          {[]string{"a", "b"}, `"[a b]"`, `["a","b"]`},
		"channel":       {(chan int)(nil), `<nil>`, `"<nil>"`},
		"panics":        {badError{}, `"panic while printing: bad"`, `"panic while printing: bad"`},
		"control":       {"\x1b[2Jx\ny", `"\x1b[2Jx\ny"`, `"\u001b[2Jx\ny"`},
	} {
		t.Run(name, func(t *testing.T) {
			log, out := newLogger(t, logging.Config{Level: "info", Format: logging.Text})
			log.WithField("value", test.value).Info("Text")
			if _, got, _ := strings.Cut(out.String(), "value="); got != test.text+"\n" {
				t.Errorf("text: got %q, want %q", got, test.text)
			}

			log, out = newLogger(t, logging.Config{Level: "info", Format: logging.JSON})
			log.WithField("value", test.value).Info("JSON")
			var line struct{ Value json.RawMessage }
			if err := json.Unmarshal(out.Bytes(), &line); err != nil {
				t.Fatalf("%v in %q", err, out)
			}
			if got := string(line.Value); got != test.json {
				t.Errorf("json: got %s, want %s", got, test.json)
			}
		})
	}
}

// Colours are for terminals: neither for buffers nor for files.
func TestNoColorInFile(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	log, err := logging.New(logging.DefaultConfig(), file)
	if err != nil {
		t.Fatal(err)
	}
	log.WithField("number", 7).Info("Mined block")
	got, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(got, []byte("\x1b")) || !bytes.Contains(got, []byte(" number=7\n")) {
		t.Errorf("file has %q", got)
	}
}

// A character device passes for a terminal; its user can still refuse colours.
func TestColor(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	device, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	line := func(level logrus.Level) string {
		log, err := logging.New(logging.Config{Level: "trace", Format: logging.Text}, device)
		if err != nil {
			t.Fatal(err)
		}
		entry := log.WithTime(noon).WithField("number", 7)
		entry.Level, entry.Message = level, "Mined block"
		formatted, err := log.Formatter.Format(entry)
		if err != nil {
			t.Fatal(err)
		}
		return string(formatted)
	}
	for level, color := range map[logrus.Level]string{
		logrus.ErrorLevel: "31", logrus.WarnLevel: "33", logrus.InfoLevel: "32", logrus.DebugLevel: "36", logrus.TraceLevel: "34",
	} {
		if got := line(level); !strings.Contains(got, "\x1b["+color+"mnumber\x1b[0m=7\n") {
			t.Errorf("%v: no colour %s in %q", level, color, got)
		}
	}
	t.Setenv("NO_COLOR", "1")
	if got := line(logrus.InfoLevel); strings.Contains(got, "\x1b") {
		t.Errorf("colour despite NO_COLOR: %q", got)
	}
}

func TestConcurrentLines(t *testing.T) {
	for _, format := range []string{logging.Text, logging.JSON} {
		log, out := newLogger(t, logging.Config{Level: "info", Format: format})
		const writers, lines = 8, 50
		var group sync.WaitGroup
		for writer := range writers {
			group.Go(func() {
				for range lines {
					log.WithField("writer", writer).Info("Line")
				}
			})
		}
		group.Wait()
		if got := bytes.Count(out.Bytes(), []byte("\n")); got != writers*lines {
			t.Errorf("%s: %d lines, want %d", format, got, writers*lines)
		}
	}
}

func TestDiscard(t *testing.T) {
	log := logging.Discard()
	log.Error("Nobody hears this")
	if log.IsLevelEnabled(logrus.InfoLevel) {
		t.Error("lines are formatted only to be discarded")
	}
}

var errBoom = errors.New("boom")

// badError is an error that cannot be printed.
type badError struct{}

func (badError) Error() string { panic("bad") }
