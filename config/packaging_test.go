package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v2"
)

// What ships the node (the image, Compose, systemd, Kubernetes) names settings,
// ports, paths and a user. They are those of the code, and of each other.

const genesisVariable = "MONOLITH_GENESIS"

// image is what the Dockerfile says of the image.
type image struct {
	env     map[string]string
	exposed []string // 8545/tcp
	user    string   // 10001
}

func readImage(t *testing.T) image {
	t.Helper()
	text := strings.ReplaceAll(readText(t, filepath.Join("..", "Dockerfile")), "\\\n", " ")
	img := image{env: make(map[string]string)}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case words[0] == "ENV":
			for _, word := range words[1:] {
				name, value, _ := strings.Cut(word, "=")
				img.env[name] = value
			}
		case words[0] == "EXPOSE":
			for _, port := range words[1:] {
				if !strings.Contains(port, "/") {
					port += "/tcp"
				}
				img.exposed = append(img.exposed, port)
			}
		case words[0] == "USER":
			img.user, _, _ = strings.Cut(words[1], ":")
		}
	}
	delete(img.env, "PATH")
	return img
}

// load gives the variables to a node that runs in the image. The file stands for
// the genesis that is mounted there.
func (i image) load(t *testing.T, genesis string, env map[string]string) *Config {
	t.Helper()
	all := make(map[string]string)
	maps.Copy(all, i.env)
	maps.Copy(all, env)
	if all[genesisVariable] != "" {
		all[genesisVariable] = genesis
	}
	var environment []string
	for name, value := range all {
		environment = append(environment, name+"="+value)
	}
	cfg, err := Load(Sources{Environment: environment})
	if err != nil {
		t.Fatal(err)
	}
	for _, warning := range cfg.Warnings() {
		t.Error(warning)
	}
	return cfg
}

// listening are the ports of a node that others may have to reach, by name.
func listening(t *testing.T, cfg *Config) map[string]string {
	t.Helper()
	_, metrics, err := net.SplitHostPort(cfg.Monitor.Addr)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"http": fmt.Sprint(cfg.RPC.Port, "/tcp"), "metrics": metrics + "/tcp",
		"p2p": fmt.Sprint(cfg.P2P.Port, "/tcp"), "quic": fmt.Sprint(cfg.P2P.Port, "/udp"), "discovery": fmt.Sprint(cfg.P2P.DiscoveryPort, "/udp"),
	}
}

func TestImage(t *testing.T) {
	img := readImage(t)
	ports := listening(t, img.load(t, "", nil))
	if want := slices.Sorted(maps.Values(ports)); !slices.Equal(slices.Sorted(slices.Values(img.exposed)), want) {
		t.Errorf("exposes %v, listens on %v", img.exposed, want)
	}
	if !strings.Contains(readText(t, filepath.Join("..", "Dockerfile")), fmt.Sprintf("monolith:x:%s:%[1]s:", img.user)) {
		t.Errorf("there is no user %s", img.user)
	}
}

type compose struct {
	Services map[string]struct {
		Image       string
		Environment map[string]string
		ReadOnly    bool `yaml:"read_only"`
		Configs     []struct{ Source, Target string }
		Ports       []string
		Volumes     []string
	}
	Configs map[string]struct{ File string }
	Volumes map[string]any
}

func TestCompose(t *testing.T) {
	dir := "docker"
	var project compose
	readYAML(t, filepath.Join(dir, "compose.yml"), &project)
	img := readImage(t)
	for name, config := range project.Configs {
		if _, err := os.Stat(filepath.Join(dir, config.File)); err != nil {
			t.Errorf("config %s: %v", name, err)
		}
	}
	host := make(map[string]string) // ports of the host: who has them
	mining := 0
	for name, service := range project.Services {
		for _, port := range service.Ports {
			outside, _ := published(port)
			if host[outside] != "" {
				t.Errorf("%s: port %s is that of %s", name, outside, host[outside])
			}
			host[outside] = name
		}
		targets := make(map[string]string) // what is mounted there
		for _, config := range service.Configs {
			if project.Configs[config.Source].File == "" {
				t.Errorf("%s: there is no config %s", name, config.Source)
			}
			targets[config.Target] = filepath.Join(dir, project.Configs[config.Source].File)
		}
		for _, volume := range service.Volumes {
			source, rest, _ := strings.Cut(volume, ":")
			if _, named := project.Volumes[source]; !named {
				if _, err := os.Stat(filepath.Join(dir, source)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			target, _, _ := strings.Cut(rest, ":")
			targets[target] = source
		}
		if service.Image != "monolith" {
			continue
		}
		if targets[img.env["MONOLITH_DATADIR"]] != name || !service.ReadOnly {
			t.Errorf("%s: volumes %v, read-only %v", name, service.Volumes, service.ReadOnly)
		}
		cfg := img.load(t, targets[service.Environment[genesisVariable]], service.Environment)
		if cfg.Miner.Enabled {
			mining++
		}
		ports := slices.Collect(maps.Values(listening(t, cfg)))
		for _, port := range service.Ports {
			if _, inside := published(port); !slices.Contains(ports, inside) {
				t.Errorf("%s: publishes %s, listens on %v", name, inside, ports)
			}
		}
		for _, boot := range cfg.P2P.Bootnodes {
			if project.Services[boot].Image != "monolith" {
				t.Errorf("%s: the bootnode %s is no node", name, boot)
			}
		}
		if !slices.Contains(cfg.RPC.VHosts, name) {
			t.Errorf("%s does not answer to its name, but to %v", name, cfg.RPC.VHosts)
		}
	}
	if mining != 2 {
		t.Errorf("%d nodes mine", mining)
	}

	var watch struct {
		RuleFiles []string `yaml:"rule_files"`
		Scrape    []struct {
			Static []struct{ Targets []string } `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	readYAML(t, filepath.Join(dir, "prometheus.yml"), &watch)
	watched := make(map[string]bool)
	metrics := listening(t, img.load(t, "", nil))["metrics"]
	for _, target := range watch.Scrape[0].Static[0].Targets {
		name, port, _ := strings.Cut(target, ":")
		watched[name] = port+"/tcp" == metrics
	}
	for name, service := range project.Services {
		if (service.Image == "monolith") != watched[name] {
			t.Errorf("%s: watched %v", name, watched[name])
		}
	}
}

// published takes a published port apart, with protocols: 127.0.0.1:8546:8545 is
// 127.0.0.1:8546/tcp outside and 8545/tcp inside.
func published(port string) (outside, inside string) {
	mapping, protocol, ok := strings.Cut(port, "/")
	if !ok {
		protocol = "tcp"
	}
	i := strings.LastIndex(mapping, ":")
	return mapping[:i] + "/" + protocol, mapping[i+1:] + "/" + protocol
}

func TestSystemd(t *testing.T) {
	unit := readText(t, filepath.Join("systemd", "monolith.service"))
	env := make(map[string]string)
	for _, match := range regexp.MustCompile(`(?m)^Environment=(\w+)=(.*)$`).FindAllStringSubmatch(unit, -1) {
		env[match[1]] = match[2]
	}
	cfg := image{}.load(t, "", env) // no image: what it sets does not count
	state := regexp.MustCompile(`(?m)^StateDirectory=(.*)$`).FindStringSubmatch(unit)
	if state == nil || cfg.DataDir != "/var/lib/"+state[1] {
		t.Errorf("writes to %s, may write to %v", cfg.DataDir, state)
	}
	for _, match := range regexp.MustCompile(`\bMONOLITH_\w+`).FindAllString(unit, -1) {
		if !isVariable(match) {
			t.Errorf("there is no variable %s", match)
		}
	}
	users := readText(t, filepath.Join("systemd", "monolith.sysusers"))
	if want := "u monolith " + readImage(t).user + " "; !strings.Contains(users, want) || !strings.Contains(users, " "+cfg.DataDir) {
		t.Errorf("the user is not %q with the home %s:\n%s", want, cfg.DataDir, users)
	}
}

func isVariable(name string) bool {
	return slices.ContainsFunc(Options(), func(o Option) bool { return o.Env() == name })
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// readYAML reads the one document of a file, or several into a slice.
func readYAML[T any](t *testing.T, path string, docs ...*T) {
	t.Helper()
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(readText(t, path))))
	for _, doc := range docs {
		if err := decoder.Decode(doc); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	if err := decoder.Decode(new(T)); !errors.Is(err, io.EOF) {
		t.Fatalf("%s: more than %d documents: %v", path, len(docs), err)
	}
}
