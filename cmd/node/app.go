package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/monolith-chain/monolith/config"
	"github.com/urfave/cli/v2"
)

const name = "monolith"

// app is one command line on its way to a command.
type app struct {
	environment    []string
	stdout, stderr io.Writer
	typed          map[string]string // settings given as flags, before or behind the command
}

// newApp describes the command line. Without a command it is "run".
func newApp(environment []string, stdout, stderr io.Writer) *cli.App {
	a := &app{environment: environment, stdout: stdout, stderr: stderr, typed: make(map[string]string)}
	root := &cli.App{
		Name:           name,
		HelpName:       name,
		Usage:          "EVM-compatible proof-of-work node",
		Version:        release(),
		Flags:          a.settings(false),
		Action:         a.run,
		Commands:       a.commands(),
		Writer:         stdout,
		ErrWriter:      stderr,
		ExitErrHandler: func(*cli.Context, error) {}, // main exits
		OnUsageError:   a.usageError,
	}
	root.CustomAppHelpTemplate = escapeTemplate(helpText(root.Commands, config.Options()))
	return root
}

func (a *app) commands() []*cli.Command {
	commands := []*cli.Command{
		{Name: "run", Usage: "run a node (the default)", Action: a.run},
		{Name: "init", Usage: "create the data directory for a network and remember its genesis file", ArgsUsage: "[GENESIS]", Action: a.init},
		{Name: "genesis", Usage: "make or show a network's genesis file", Subcommands: []*cli.Command{
			{Name: "new", Usage: "write the genesis file of a new network", Flags: genesisFlags(), Action: a.genesisNew},
			{Name: "wizard", Usage: "ask for what a new network needs, write its genesis file, and tell how to go on", Action: a.genesisWizard,
				Description: "Asks on the terminal, or reads the answers, a line each, from the standard input. Keys that it makes go to the keystore. Nothing is written before the last answer."},
			{Name: "from-state", Usage: "write the genesis file of a new network that begins with this chain's state", Flags: genesisStateFlags(), Action: a.genesisFromState,
				Description: "The new network has this one's rules and all its accounts, with their balances, nonces, code and storage. The data directory's node must not be running, and must have run with --state.preimages from its first start."},
			{Name: "show", Usage: "print the genesis file of the network that the settings choose", Action: a.genesisShow},
		}},
		{Name: "account", Usage: "make, list and move the keys of accounts", Subcommands: a.accountCommands()},
		{Name: "export", Usage: "write the chain to a file", ArgsUsage: "FILE [FIRST LAST]", Action: a.export,
			Description: "Writes blocks as geth export does, gzipped if the name ends in .gz. The node must not be running."},
		{Name: "import", Usage: "add the blocks of chain files", ArgsUsage: "FILE...", Action: a.importFiles,
			Description: "Reads what export, or geth export, wrote, gzipped or not. Blocks that are stored already are passed over, so an interrupted import goes on where it ended. The node must not be running."},
		{Name: "backup", Usage: "copy a node's data while it runs", Flags: backupFlags(), Action: a.backup,
			Description: "Asks the node over IPC; if none answers, opens the data directory itself. The copy is of the moment when it began. Without --keys it has no secrets: the node that is made of it is another one to its peers."},
		{Name: "restore", Usage: "make a data directory of a backup", ArgsUsage: "BACKUP", Action: a.restore,
			Description: "Reads what backup wrote, FILE.tar, a directory or - for the standard input, into an empty data directory (--datadir). Everything is held against the backup's checksums, and the last blocks are executed again."},
		{Name: "db", Usage: "look after the database of a node that is not running", Subcommands: a.databaseCommands()},
		{Name: "miner", Usage: "mine for a node that runs elsewhere", Flags: externalFlags(), Action: a.external,
			Description: "Asks a node for work (eth_getWork), searches, and hands over what it finds (eth_submitWork). The node needs --mine, and --miner.threads 0 if it is not to search itself; it says who is paid. Any number of miners may work for one node."},
		{Name: "config", Usage: "print the effective configuration as a file", Action: a.config},
		{Name: "health", Usage: "ask a running node whether it is well; the exit code tells", Action: a.health,
			Flags: []cli.Flag{&cli.BoolFlag{Name: "ready", DisableDefaultText: true, Usage: "ask whether it is ready to serve, not only alive"}}},
		{Name: "status", Usage: "show how a running node is", Action: a.status, Flags: statusFlags(),
			Description: "Asks the node that has the same data directory by its IPC socket, or else the one at --http.addr and --http.port. A node elsewhere is named by --rpc; it has to serve the namespace monolith there, as it does with the explorer."},
		{Name: "version", Usage: "print the version", Action: a.version},
	}
	a.complete(commands)
	return commands
}

// complete gives all commands what they have in common.
func (a *app) complete(commands []*cli.Command) {
	for _, command := range commands {
		command.HideHelpCommand = true
		command.OnUsageError = a.usageError
		if len(command.Subcommands) > 0 {
			a.complete(command.Subcommands)
			command.Action = func(ctx *cli.Context) error { return unknownCommand(ctx, command.Subcommands) }
			continue
		}
		// The settings may stand behind the command too; the help lists them
		// once, at the top.
		command.Flags = append(command.Flags, a.settings(true)...)
		if command.Description != "" {
			command.Description += "\n\n"
		}
		command.Description += "Takes the settings that " + name + " --help lists."
	}
}

// settings makes a flag of each option. What is typed is only noted: its value
// is parsed with the other sources, so that all faults come at once.
func (a *app) settings(hidden bool) []cli.Flag {
	var flags []cli.Flag
	for _, o := range config.Options() {
		flags = append(flags, &cli.GenericFlag{
			Name: o.Name, Usage: o.Usage, Hidden: hidden,
			Value: &setting{name: o.Name, bare: o.Switch(), typed: a.typed},
		})
	}
	return flags
}

// setting notes what was typed for one option.
type setting struct {
	name  string
	bare  bool // may be given without a value
	typed map[string]string
}

func (s *setting) Set(text string) error { s.typed[s.name] = text; return nil }
func (s *setting) String() string        { return "" }
func (s *setting) IsBoolFlag() bool      { return s.bare }

// load puts the configuration together.
func (a *app) load() (*config.Config, error) {
	return config.Load(config.Sources{Flags: a.typed, Environment: a.environment})
}

// usageError improves on the messages of the flag package. It prints no help:
// it would push the message off the screen.
func (a *app) usageError(_ *cli.Context, err error, _ bool) error {
	if flag, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: "); ok {
		flag = strings.TrimLeft(flag, "-")
		var known []string
		for _, o := range config.Options() {
			known = append(known, o.Name)
		}
		return fmt.Errorf("unknown flag --%s%s", flag, config.DidYouMean(flag, known, "--"))
	}
	return err
}

// noArguments refuses what stands behind the flags of a command that takes
// nothing else.
func noArguments(ctx *cli.Context) error { return maxArguments(ctx, 0) }

func maxArguments(ctx *cli.Context, n int) error {
	for i, argument := range ctx.Args().Slice() {
		switch {
		case strings.HasPrefix(argument, "-"):
			return fmt.Errorf("unexpected argument %q: flags come before other arguments", argument)
		case i < n:
		case argument == "true" || argument == "false":
			return fmt.Errorf("unexpected argument %q: a switch takes its value after an equals sign, as in --mine=%s", argument, argument)
		default:
			return fmt.Errorf("unexpected argument %q", argument)
		}
	}
	return nil
}

func unknownCommand(ctx *cli.Context, commands []*cli.Command) error {
	var known []string
	for _, command := range commands {
		known = append(known, command.Name)
	}
	if !ctx.Args().Present() {
		return fmt.Errorf("%s needs a command: %s", ctx.Command.Name, strings.Join(known, ", "))
	}
	given := ctx.Args().First()
	if strings.HasPrefix(given, "-") || given == "true" || given == "false" {
		return noArguments(ctx)
	}
	return fmt.Errorf("unknown command %q%s", given, config.DidYouMean(given, known, ""))
}
