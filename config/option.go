package config

import "strings"

// Option is one setting that a user can make: as a flag, an environment
// variable or a key of the configuration file.
type Option struct {
	Name     string // dotted, as in geth: "http.addr"
	Category string // heading under which help and README list it
	Usage    string // one sentence without a full stop
	Arg      string // stands for the value in the help; "" for a switch
	Default  string // what is done without it, where that is no fixed value

	value   value
	noFile  bool   // makes no sense in a file
	key     string // dotted, in the file
	initial string // its value in DefaultConfig
}

// Env returns the environment variable of the option: MONOLITH_HTTP_ADDR for
// http.addr.
func (o Option) Env() string {
	return envPrefix + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(o.Name))
}

const envPrefix = "MONOLITH_"

// Flag returns the option as it is typed: --http.addr.
func (o Option) Flag() string { return "--" + o.Name }

// Switch reports whether the option is true or false, so that its flag needs no
// value.
func (o Option) Switch() bool { return o.value.kind == kindSwitch }

// DefaultText describes what holds when nobody sets the option; "" for a switch
// that is off and a text that is empty.
func (o Option) DefaultText() string {
	switch {
	case o.Default != "":
		return o.Default
	case o.Switch() && o.initial == "false":
		return ""
	default:
		return o.initial
	}
}

// Options lists every option in the order in which help, README and file show
// them.
func Options() []Option {
	cfg := DefaultConfig()
	return cfg.options()
}

// FileKey returns the option's dotted key in the file, of which all but the last
// word is the table: its name; but where that is also a table, as http beside
// http.addr, it is "enabled" in it. It is "" for an option that makes no sense
// in a file.
func (o Option) FileKey() string { return o.key }

// nameKeys gives the options their keys in the file.
func nameKeys(options []Option) {
	tables := make(map[string]bool)
	for _, o := range options {
		for i, r := range o.Name {
			if r == '.' {
				tables[o.Name[:i]] = true
			}
		}
	}
	for i, o := range options {
		switch {
		case o.noFile:
		case tables[o.Name]:
			options[i].key = o.Name + ".enabled"
		default:
			options[i].key = o.Name
		}
	}
}

// fileKeys returns the options that may stand in a file, by their keys.
func fileKeys(options []Option) map[string]Option {
	keys := make(map[string]Option)
	for _, o := range options {
		if o.key != "" {
			keys[o.key] = o
		}
	}
	return keys
}
