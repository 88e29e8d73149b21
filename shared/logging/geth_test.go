package logging_test

import (
	"bytes"
	"encoding/json"
	"errors"
	stdlog "log"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	gethlog "github.com/ethereum/go-ethereum/log"

	"github.com/monolith-chain/monolith/shared/logging"
)

// bridged installs the bridge for one test and returns what it writes.
func bridged(t *testing.T, cfg logging.Config) *bytes.Buffer {
	t.Helper()
	root, std, out, flags := gethlog.Root(), slog.Default(), stdlog.Writer(), stdlog.Flags()
	t.Cleanup(func() {
		gethlog.SetDefault(root)
		slog.SetDefault(std)
		stdlog.SetOutput(out)
		stdlog.SetFlags(flags)
	})
	log, buffer := newLogger(t, cfg)
	logging.BridgeGeth(log)
	return buffer
}

// fields parses the one line of JSON in the buffer, without its time.
func fields(t *testing.T, buffer *bytes.Buffer) map[string]any {
	t.Helper()
	var line map[string]any
	if err := json.Unmarshal(buffer.Bytes(), &line); err != nil {
		t.Fatalf("%v in %q", err, buffer)
	}
	buffer.Reset()
	if line["time"] == nil {
		t.Errorf("line without time: %v", line)
	}
	delete(line, "time")
	return line
}

func TestBridgeGethLevels(t *testing.T) {
	buffer := bridged(t, logging.Config{Level: "trace", Format: logging.JSON})
	for level, want := range map[slog.Level]string{
		gethlog.LevelCrit:  "error",
		gethlog.LevelError: "error",
		gethlog.LevelWarn:  "warning",
		gethlog.LevelInfo:  "debug",
		gethlog.LevelDebug: "trace",
		gethlog.LevelTrace: "trace",
	} {
		gethlog.Root().Write(level, "Said by geth")
		line := map[string]any{"level": want, "msg": "Said by geth", "component": "geth"}
		if level == gethlog.LevelCrit {
			line["exit"] = true
		}
		if got := fields(t, buffer); !maps.Equal(got, line) {
			t.Errorf("%s: got %v, want %v", gethlog.LevelString(level), got, line)
		}
	}
}

// What the logger would drop costs geth nothing.
func TestBridgeGethHarmlessWarnings(t *testing.T) {
	buffer := bridged(t, logging.Config{Level: "info", Format: logging.JSON})
	gethlog.Warn("Head block is not reachable")
	gethlog.Warn("Served eth_call", "err", "execution reverted")
	if buffer.Len() != 0 {
		t.Errorf("logged %s", buffer)
	}
	gethlog.Warn("State snapshot is gone")
	if got := fields(t, buffer)["msg"]; got != "State snapshot is gone" {
		t.Errorf("logged %v", got)
	}
}

func TestBridgeGethEnabled(t *testing.T) {
	buffer := bridged(t, logging.Config{Level: "info", Format: logging.Text})
	for level, want := range map[slog.Level]bool{
		gethlog.LevelWarn: true, gethlog.LevelInfo: false, gethlog.LevelTrace: false,
	} {
		if got := gethlog.Root().Enabled(t.Context(), level); got != want {
			t.Errorf("%s enabled: %v, want %v", gethlog.LevelString(level), got, want)
		}
	}
	gethlog.Info("Imported new chain segment", "number", 7)
	if buffer.Len() > 0 {
		t.Errorf("chatter at level info: %q", buffer)
	}
}

func TestBridgeGethAttributes(t *testing.T) {
	buffer := bridged(t, logging.Config{Level: "debug", Format: logging.Text})
	child := gethlog.New("module", "trie").With("depth", 2)
	child.Info("Persisted", "root", hash, "size", common.StorageSize(1536), "elapsed", common.PrettyDuration(1234567), "err", errors.New("not found"))
	want := "DEBUG Persisted                                component=geth depth=2 elapsed=1.234ms module=trie root=5ad1f3..0bc77a size=1.50KiB err=\"not found\"\n"
	if got := buffer.String(); !strings.HasSuffix(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	buffer.Reset()
	gethlog.Warn("Odd number of arguments", "key")
	if got := buffer.String(); !strings.Contains(got, "LOG_ERROR=") || !strings.Contains(got, "key=<nil>") {
		t.Errorf("got %q", got)
	}
}

// The standard library's loggers follow, under their own name.
func TestBridgeStandardLoggers(t *testing.T) {
	buffer := bridged(t, logging.Config{Level: "debug", Format: logging.JSON})

	stdlog.Printf("http: TLS handshake error")
	want := map[string]any{"level": "debug", "msg": "http: TLS handshake error", "component": "std"}
	if got := fields(t, buffer); !maps.Equal(got, want) {
		t.Errorf("log: got %v, want %v", got, want)
	}

	slog.Default().With("a", 1).WithGroup("").WithGroup("g").With("b", 2).
		Warn("Grouped", slog.Group("h", "c", 3), slog.Group("", "d", 4), slog.Attr{})
	want = map[string]any{"level": "warning", "msg": "Grouped", "component": "std", "a": 1.0, "g.b": 2.0, "g.h.c": 3.0, "g.d": 4.0}
	if got := fields(t, buffer); !maps.Equal(got, want) {
		t.Errorf("slog: got %v, want %v", got, want)
	}
}

// A Crit is written out before go-ethereum ends the process.
func TestBridgeGethCrit(t *testing.T) {
	const child = "MONOLITH_TEST_CRIT"
	if os.Getenv(child) != "" {
		log, err := logging.New(logging.DefaultConfig(), os.Stderr)
		if err != nil {
			t.Fatal(err)
		}
		logging.BridgeGeth(log)
		gethlog.Crit("Failed to write block into disk", "err", errBoom)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBridgeGethCrit$")
	cmd.Env = append(os.Environ(), child+"=1")
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("process ended with %v", err)
	}
	want := "ERROR Failed to write block into disk          component=geth exit=true err=boom\n"
	if !strings.HasSuffix(string(output), want) {
		t.Errorf("got  %q\nwant %q", output, want)
	}
}
