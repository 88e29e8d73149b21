package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// object is what the tests look at in a manifest.
type object struct {
	Metadata struct{ Name string }
	Spec     struct {
		ServiceName string      `yaml:"serviceName"`
		Selector    selector    // of a service the labels themselves
		Ports       []kubePort  // of a service
		Template    podTemplate // of a stateful set
		Ingress     []struct{ Ports []struct{ Port string } }
		PodSelector selector `yaml:"podSelector"` // of a network policy
	}
}

type selector struct {
	Labels      map[string]string `yaml:",inline"`
	MatchLabels map[string]string `yaml:"matchLabels"`
}

// of reports whether the selector selects pods with the labels.
func (s selector) of(labels map[string]string) bool {
	for _, wanted := range []map[string]string{s.Labels, s.MatchLabels} {
		for name, value := range wanted {
			if labels[name] != value {
				return false
			}
		}
	}
	return len(s.Labels)+len(s.MatchLabels) > 0
}

type podTemplate struct {
	Metadata struct{ Labels map[string]string }
	Spec     pod
}

type kubePort struct {
	Name          string
	Port          int
	ContainerPort int `yaml:"containerPort"`
	Protocol      string
	TargetPort    string `yaml:"targetPort"`
}

type pod struct {
	EnableServiceLinks *bool `yaml:"enableServiceLinks"`
	SecurityContext    struct {
		RunAsUser    int  `yaml:"runAsUser"`
		RunAsNonRoot bool `yaml:"runAsNonRoot"`
		FSGroup      int  `yaml:"fsGroup"`
	} `yaml:"securityContext"`
	Containers []struct {
		Image   string
		EnvFrom []struct {
			ConfigMapRef struct{ Name string } `yaml:"configMapRef"`
		} `yaml:"envFrom"`
		Env             []struct{ Name, Value string }
		Ports           []kubePort
		StartupProbe    probe `yaml:"startupProbe"`
		LivenessProbe   probe `yaml:"livenessProbe"`
		ReadinessProbe  probe `yaml:"readinessProbe"`
		SecurityContext struct {
			ReadOnlyRootFilesystem bool `yaml:"readOnlyRootFilesystem"`
		} `yaml:"securityContext"`
		VolumeMounts []struct {
			MountPath string `yaml:"mountPath"`
		} `yaml:"volumeMounts"`
	}
	Volumes []struct {
		ConfigMap struct{ Name string } `yaml:"configMap"`
	}
}

type probe struct {
	HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
}

func (p kubePort) protocol() string {
	if p.Protocol == "" {
		return "tcp"
	}
	return strings.ToLower(p.Protocol)
}

func TestKubernetes(t *testing.T) {
	dir := "kubernetes"
	img := readImage(t)
	settings := make(map[string]string)
	for line := range strings.Lines(readText(t, filepath.Join(dir, "settings.env"))) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
			settings[name] = value
		}
	}
	var kustomization struct {
		Resources []string
		Generated []struct {
			Name        string
			Files, Envs []string
		} `yaml:"configMapGenerator"`
	}
	readYAML(t, filepath.Join(dir, "kustomization.yaml"), &kustomization)
	for _, resource := range kustomization.Resources {
		readText(t, filepath.Join(dir, resource))
	}
	made := make(map[string]string) // config maps: from which file
	for _, config := range kustomization.Generated {
		made[config.Name] = slices.Concat(config.Files, config.Envs)[0]
	}
	var peers, rpc, nodes, readers object
	readYAML(t, filepath.Join(dir, "services.yaml"), &peers, &rpc)
	readYAML(t, filepath.Join(dir, "networkpolicy.yaml"), &nodes, &readers)

	for _, name := range []string{"miners", "readers"} {
		var set, budget object
		readYAML(t, filepath.Join(dir, name+".yaml"), &set, &budget)
		if set.Metadata.Name != name || set.Spec.ServiceName != peers.Metadata.Name {
			t.Errorf("%s: stateful set %s with the service %s", name, set.Metadata.Name, set.Spec.ServiceName)
		}
		spec := set.Spec.Template.Spec
		if spec.EnableServiceLinks == nil || *spec.EnableServiceLinks {
			t.Errorf("%s: variables of services would be taken for settings", name)
		}
		if user := fmt.Sprint(spec.SecurityContext.RunAsUser); user != img.user || spec.SecurityContext.FSGroup != spec.SecurityContext.RunAsUser {
			t.Errorf("%s: user %s, the image has %s", name, user, img.user)
		}
		labels := set.Spec.Template.Metadata.Labels
		if !set.Spec.Selector.of(labels) || !budget.Spec.Selector.of(labels) || !peers.Spec.Selector.of(labels) || rpc.Spec.Selector.of(labels) != (name == "readers") {
			t.Errorf("%s: wrongly selected by their labels %v", name, labels)
		}
		if !nodes.Spec.PodSelector.of(labels) || readers.Spec.PodSelector.of(labels) != (name == "readers") {
			t.Errorf("%s: not the pods of the network policies", name)
		}
		node := spec.Containers[0]
		if made[node.EnvFrom[0].ConfigMapRef.Name] != "settings.env" || made[spec.Volumes[0].ConfigMap.Name] != GenesisFileName {
			t.Errorf("%s: %+v and %+v, there are %v", name, node.EnvFrom, spec.Volumes, made)
		}
		if !node.SecurityContext.ReadOnlyRootFilesystem || !spec.SecurityContext.RunAsNonRoot {
			t.Errorf("%s: %+v", name, node.SecurityContext)
		}
		env := maps.Clone(settings)
		for _, variable := range node.Env {
			if !strings.HasPrefix(variable.Name, envPrefix) {
				continue // the Go runtime's
			}
			if variable.Value == "" {
				variable.Value = "10.0.0.1" // the pod's address
			}
			env[variable.Name] = variable.Value
		}
		cfg := img.load(t, filepath.Join(dir, GenesisFileName), env)
		if cfg.Miner.Enabled != (name == "miners") {
			t.Errorf("%s: mine %v", name, cfg.Miner.Enabled)
		}
		if !slices.Equal(cfg.P2P.Bootnodes, []string{peers.Metadata.Name}) || !slices.Contains(cfg.RPC.VHosts, rpc.Metadata.Name) {
			t.Errorf("%s: bootnodes %v, host names %v", name, cfg.P2P.Bootnodes, cfg.RPC.VHosts)
		}

		listens, have := listening(t, cfg), make(map[string]string)
		for _, port := range node.Ports {
			have[port.Name] = fmt.Sprint(port.ContainerPort, "/", port.protocol())
		}
		if !maps.Equal(have, listens) {
			t.Errorf("%s: ports %v, listens on %v", name, have, listens)
		}
		for _, port := range slices.Concat(peers.Spec.Ports, rpc.Spec.Ports) {
			// By the headless service the ports are reached as they are.
			if want := fmt.Sprint(port.Port, "/", port.protocol()); listens[port.TargetPort] != want {
				t.Errorf("%s: service port %s is %s, the node's is %q", name, port.Name, want, listens[port.TargetPort])
			}
		}
		for path, p := range map[string]probe{"/healthz": node.StartupProbe, "/healthz ": node.LivenessProbe, "/readyz": node.ReadinessProbe} {
			if p.HTTPGet.Path != strings.TrimSpace(path) || p.HTTPGet.Port != "metrics" {
				t.Errorf("%s: probe %s: %+v", name, path, p)
			}
		}
		mounts := make(map[string]bool)
		for _, mount := range node.VolumeMounts {
			mounts[mount.MountPath] = true
		}
		if !mounts[img.env["MONOLITH_DATADIR"]] || !mounts[filepath.Dir(settings[genesisVariable])] || filepath.Base(settings[genesisVariable]) != GenesisFileName {
			t.Errorf("%s: mounts %v, the genesis is %s", name, mounts, settings[genesisVariable])
		}
	}

	let := make(map[string]bool)
	for _, policy := range []object{nodes, readers} {
		for _, rule := range policy.Spec.Ingress {
			for _, port := range rule.Ports {
				let[port.Port] = true
			}
		}
	}
	for name := range listening(t, img.load(t, "", nil)) {
		if !let[name] {
			t.Errorf("the network policy lets nobody to %s", name)
		}
	}
}
