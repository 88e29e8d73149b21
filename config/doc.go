// Package config knows what a node can be told, and which networks there are.
//
// # Settings
//
// [Config] composes the Configs of the services. One table, in options.go, binds
// every setting to its field: from it come the command line's flags, the
// environment variables, the keys of the TOML file, what [Config.WriteTOML]
// prints and reference.md (`make docs`). [Load] puts a configuration together:
//
//  1. defaults: each package's DefaultConfig, changed where a whole node needs
//     something else;
//  2. the file, the environment and the flags, each beating the one before; all
//     hand over text, which the option parses and checks;
//  3. what depends on other settings: the network and its genesis, whether to
//     mine and for whom, paths in the data directory.
//
// Every fault is reported, not only the first, and named by its flag, variable
// or key. What several services must agree on is checked here; what concerns one
// of them its own Validate checks, before anything is opened.
//
// # Networks
//
// [Genesis] is a network: go-ethereum's genesis and the proof-of-work parameters
// in one file. [Devnet] and [Dev] are built in, [NewGenesis] makes others,
// [LoadGenesis] reads them and refuses what cannot start a chain under our rules.
//
// The package has no goroutines and no state. cmd/node is its only user; it
// imports the services for their Configs alone.
package config
