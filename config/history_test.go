package config

import (
	"strings"
	"testing"
)

// --gcmode and --history.state are one setting.
func TestHistory(t *testing.T) {
	isolated(t)
	file := write(t, "monolith.toml", "[history]\nstate = 500\n")
	for _, test := range []struct {
		mode, blocks, file string
		wantMode           string
		want               uint64
		faults             []string
	}{
		{"", "", "", "archive", 0, nil},
		{"archive", "", "", "archive", 0, nil},
		{"archive", "0", "", "archive", 0, nil},
		{"full", "", "", "full", 90_000, nil},
		{"full", "128", "", "full", 128, nil},
		{"", "128", "", "full", 128, nil},
		{"", "0", "", "archive", 0, nil},
		{"full", "", file, "full", 500, nil},
		{"full", "0", "", "", 0, []string{"--gcmode: full", "--history.state is 0"}},
		{"archive", "128", "", "", 0, []string{"--gcmode: archive", "--history.state is 128"}},
		{"archive", "", file, "", 0, []string{"--gcmode: archive", file + ": history.state is 500"}},
		{"light", "", "", "", 0, []string{"--gcmode: ", "archive, full"}},
	} {
		flags := make(map[string]string)
		for flag, text := range map[string]string{"gcmode": test.mode, "history.state": test.blocks, "config": test.file} {
			if text != "" {
				flags[flag] = text
			}
		}
		cfg, err := Load(Sources{Flags: flags})
		if len(test.faults) > 0 {
			for _, want := range test.faults {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v: got %v, want %q", flags, err, want)
				}
			}
			continue
		}
		if err != nil {
			t.Errorf("%v: %v", flags, err)
		} else if get(t, cfg, "gcmode") != test.wantMode || cfg.Chain.StateHistory != test.want {
			t.Errorf("%v: %s, %d blocks, want %s, %d", flags, get(t, cfg, "gcmode"), cfg.Chain.StateHistory, test.wantMode, test.want)
		}
	}
}
