package config

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the README's table of settings")

// often are the settings that the README shows: what people ask for first.
var often = []string{
	"config", "datadir", "genesis", "dev", "bootnodes", "p2p.port", "p2p.announce", "maxpeers", "mine", "miner.etherbase", "miner.threads",
	"miner.cpu", "http.addr", "http.port", "http.api", "http.corsdomain", "http.vhosts", "authrpc", "cache", "gcmode", "history.state", "index.addresses",
	"log.level", "log.format", "metrics.addr",
}

// The README's table of settings is taken from that of the code.
func TestReadme(t *testing.T) {
	const begin, end = "<!-- settings: made by make docs -->\n", "<!-- end of settings -->\n"
	readme := filepath.Join("..", "README.md")
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	have, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("README.md has no table of settings")
	}
	want := settingsTable(t)
	if have == want {
		return
	}
	if !*update {
		t.Fatal("README.md's table of settings is out of date: make docs")
	}
	if err := os.WriteFile(readme, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func settingsTable(t *testing.T) string {
	t.Helper()
	options := make(map[string]Option)
	for _, o := range Options() {
		options[o.Name] = o
	}
	var table strings.Builder
	table.WriteString("\n| flag | default | what it does |\n|---|---|---|\n")
	cell := strings.NewReplacer("|", `\|`, "*", `\*`).Replace
	for _, name := range often {
		o, ok := options[name]
		if !ok {
			t.Fatalf("there is no setting %s", name)
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", strings.TrimSpace(o.Flag()+" "+o.Arg), cell(o.DefaultText()), cell(o.Usage))
	}
	return table.String() + "\n"
}

func FuzzReadFile(f *testing.F) {
	f.Add("mine = true\n[http]\nport = 1")
	f.Add("[http]\napi = ['a', 1]\n[[x]]\ny = 2000-01-01")
	options := Options()
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "f.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		set, err := readFile(path, options)
		if err == nil && len(set) > len(options) {
			t.Fatal("more values than options")
		}
	})
}
