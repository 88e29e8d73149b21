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

// The README's table of settings is the one of the code.
func TestReadme(t *testing.T) {
	const begin, end = "<!-- settings: made by go test ./config -run TestReadme -update -->\n", "<!-- end of settings -->\n"
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
	want := settingsTable()
	if have == want {
		return
	}
	if !*update {
		t.Fatal("README.md's table of settings is out of date: go test ./config -run TestReadme -update")
	}
	if err := os.WriteFile(readme, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func settingsTable() string {
	var table strings.Builder
	cell := strings.NewReplacer("|", `\|`, "*", `\*`).Replace
	category := ""
	for _, o := range Options() {
		if o.Category != category {
			category = o.Category
			fmt.Fprintf(&table, "\n**%s**\n\n| flag | default | what it does |\n|---|---|---|\n", heading(category))
		}
		name := o.Flag()
		if o.Arg != "" {
			name += " " + o.Arg
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", name, cell(o.DefaultText()), cell(o.Usage))
	}
	return table.String() + "\n"
}

// heading writes a category, which the help shouts, as a heading.
func heading(category string) string {
	sentence := category[:1] + strings.ToLower(category[1:])
	return strings.Replace(sentence, "Json-rpc", "JSON-RPC", 1)
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
