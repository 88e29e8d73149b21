package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/monolith-chain/monolith/config"
	"github.com/urfave/cli/v2"
)

var update = flag.Bool("update", false, "write config/reference.md anew")

// The reference of commands and settings is what the code says.
func TestReference(t *testing.T) {
	path := filepath.Join("..", "..", "config", "reference.md")
	want := reference(newApp(nil, io.Discard, io.Discard).Commands, config.Options())
	have, err := os.ReadFile(path)
	if err == nil && string(have) == want {
		return
	}
	if !*update {
		t.Fatalf("config/reference.md is out of date (make docs): %v", err)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// cell makes a text fit into a table.
var cell = strings.NewReplacer("|", `\|`, "*", `\*`, "<", "&lt;").Replace

func reference(commands []*cli.Command, options []config.Option) string {
	var page strings.Builder
	page.WriteString("# Reference\n\n<!-- made from the code by make docs; do not edit -->\n\n" +
		"All [settings](#settings) and [commands](#commands) of `" + name + "`, as `" + name + " --help` and `" + name + " COMMAND --help`\n" +
		"tell them too.\n\n## Settings\n\n" +
		"Flags beat environment variables, which beat the file that `--config` names, which beats the defaults. The part of a\n" +
		"key before its last dot is the table in the file, so `http.addr` is `addr` in `[http]`. A switch has no value as a flag\n" +
		"and is turned off by `--NAME=false`; as a variable and in the file it is `true` or `false`. A LIST is separated by\n" +
		"commas, and in the file an array of texts. A DURATION is a number with a unit, like `90s` or `1h30m`.\n")
	category := ""
	for _, o := range options {
		if o.Category != category {
			category = o.Category
			fmt.Fprintf(&page, "\n### %s\n\n| flag | variable | key | default | what it does |\n|---|---|---|---|---|\n", heading(category))
		}
		key := ""
		if o.FileKey() != "" {
			key = "`" + o.FileKey() + "`"
		}
		fmt.Fprintf(&page, "| `%s` | `%s` | %s | %s | %s |\n", strings.TrimSpace(o.Flag()+" "+o.Arg), o.Env(), key, cell(o.DefaultText()), cell(o.Usage))
	}
	page.WriteString("\n## Commands\n\nEach takes the settings above too, before its arguments.\n")
	for _, command := range commands {
		if len(command.Subcommands) == 0 {
			writeCommand(&page, command, command.Name)
		}
		for _, sub := range command.Subcommands {
			writeCommand(&page, sub, command.Name+" "+sub.Name)
		}
	}
	return page.String()
}

// writeCommand writes what a command does and takes.
func writeCommand(page *strings.Builder, command *cli.Command, full string) {
	fmt.Fprintf(page, "\n### %s\n\n    %s\n\n%s.\n", full, strings.TrimSpace(name+" "+full+" "+command.ArgsUsage), sentence(command.Usage))
	// The last paragraph is the same everywhere: that settings are taken.
	if i := strings.LastIndex(command.Description, "\n\n"); i > 0 {
		fmt.Fprintf(page, "\n%s\n", command.Description[:i])
	}
	table := false
	for _, f := range command.Flags {
		documented, ok := f.(cli.DocGenerationFlag)
		if visible, is := f.(cli.VisibleFlag); !ok || is && !visible.IsVisible() {
			continue
		}
		if !table {
			page.WriteString("\n| flag | default | what it does |\n|---|---|---|\n")
			table = true
		}
		term, usage, initial := "--"+f.Names()[0], documented.GetUsage(), ""
		if documented.TakesValue() {
			arg := "VALUE"
			if _, after, quoted := strings.Cut(usage, "`"); quoted {
				arg, _, _ = strings.Cut(after, "`")
			}
			term += " " + arg
			initial = strings.Trim(documented.GetDefaultText(), `"`)
		}
		fmt.Fprintf(page, "| `%s` | %s | %s |\n", term, cell(initial), cell(strings.ReplaceAll(usage, "`", "")))
	}
}

// heading writes a category, which the help shouts, as a heading.
func heading(category string) string {
	return strings.Replace(sentence(strings.ToLower(category)), "Json-rpc", "JSON-RPC", 1)
}

// sentence begins a text with a capital.
func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
