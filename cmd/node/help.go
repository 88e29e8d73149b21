package main

import (
	"fmt"
	"strings"

	"github.com/monolith-chain/monolith/config"
	"github.com/urfave/cli/v2"
)

const (
	helpIndent = 30  // column of the explanations
	helpWidth  = 100 // of the whole page
)

// helpText is the page that --help prints: commands, then settings by category.
func helpText(commands []*cli.Command, options []config.Option) string {
	var page strings.Builder
	fmt.Fprintf(&page, `%s: an EVM-compatible proof-of-work node in one binary

Usage:
  %s [SETTINGS]                       run a node
  %s COMMAND [SETTINGS] [ARGUMENTS]   do something else

Commands (%s COMMAND --help tells more):
`, name, name, name, name)
	for _, command := range commands {
		if len(command.Subcommands) == 0 {
			writeEntry(&page, strings.TrimSpace(command.Name+" "+command.ArgsUsage), command.Usage)
		}
		for _, sub := range command.Subcommands {
			writeEntry(&page, strings.TrimSpace(command.Name+" "+sub.Name+" "+sub.ArgsUsage), sub.Usage)
		}
	}
	page.WriteString(`
Each setting is also an environment variable (--http.addr is MONOLITH_HTTP_ADDR) and a key of the
--config file (addr in the table [http]). Flags beat the environment, which beats the file.
A switch is turned off by --NAME=false.
`)
	category := ""
	for _, o := range options {
		if o.Category != category {
			category = o.Category
			fmt.Fprintf(&page, "\n%s\n", category)
		}
		usage := o.Usage
		if text := o.DefaultText(); text != "" {
			usage += fmt.Sprintf(" (default: %s)", text)
		}
		writeEntry(&page, strings.TrimSpace(o.Flag()+" "+o.Arg), usage)
	}
	writeEntry(&page, "--help, -h", "show this page")
	writeEntry(&page, "--version, -v", "print the version")
	return page.String()
}

// writeEntry writes one term and its explanation, wrapped in a column of its
// own; a long term has a line for itself.
func writeEntry(page *strings.Builder, term, explanation string) {
	line := "  " + term
	if len(line) > helpIndent-2 {
		fmt.Fprintln(page, line)
		line = ""
	}
	line += strings.Repeat(" ", helpIndent-len(line))
	empty := true
	for word := range strings.FieldsSeq(explanation) {
		switch {
		case empty:
			line += word
			empty = false
		case len(line)+1+len(word) > helpWidth:
			fmt.Fprintln(page, line)
			line = strings.Repeat(" ", helpIndent) + word
		default:
			line += " " + word
		}
	}
	fmt.Fprintln(page, line)
}

// escapeTemplate makes the text a template that renders as the text.
func escapeTemplate(text string) string {
	return strings.ReplaceAll(text, "{{", `{{"{{"}}`)
}
