package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/monolith-chain/monolith/config"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/sirupsen/logrus"
	"gopkg.in/yaml.v2"
)

const (
	dashboardFile = "../../config/grafana/monolith.json"
	alertsFile    = "../../config/prometheus/alerts.yml"
	scrapeFile    = "../../config/prometheus/prometheus.yml"
)

// exported returns the names of the metrics that a whole node can export, those
// included that have no value yet, with their labels.
func exported(t *testing.T) map[string][]string {
	t.Helper()
	flags := map[string]string{
		"datadir": t.TempDir(), "http.port": "0", "metrics.addr": "127.0.0.1:0", "ipcdisable": "true", "index.addresses": "true",
		"p2p.addr": "127.0.0.1", "p2p.port": "0", "discovery.port": "0", "nat": "false",
	}
	cfg, err := config.Load(config.Sources{Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	log := logrus.New()
	log.SetOutput(io.Discard)
	n := newNode(cfg, log)
	if err := n.register(t.Context(), n.all()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.services.StopAll(); err != nil {
			t.Error(err)
		}
	})
	if _, err := n.metrics.Gather(); err != nil {
		t.Errorf("the node's metrics contradict each other: %v", err)
	}

	// A description tells its content only as text.
	form := regexp.MustCompile(`fqName: "([^"]+)".*constLabels: \{(.*)\}, variableLabels: \{(.*)\}\}$`)
	metrics := make(map[string][]string)
	descs := make(chan *prometheus.Desc)
	go func() {
		defer close(descs)
		n.metrics.Describe(descs)
	}()
	for desc := range descs {
		parts := form.FindStringSubmatch(desc.String())
		if parts == nil {
			t.Errorf("unknown form: %s", desc)
			continue
		}
		var labels []string
		for _, pair := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(parts[2], -1) {
			labels = append(labels, pair[1])
		}
		labels = append(labels, strings.FieldsFunc(parts[3], func(r rune) bool { return r == ',' || r == ' ' })...)
		metrics[parts[1]] = labels
	}
	return metrics
}

// labelsOf returns the labels of a series that a selector names; false if there is
// none.
func labelsOf(metrics map[string][]string, name string) ([]string, bool) {
	scraped := []string{"job", "instance"} // what Prometheus adds
	if name == "up" {
		return scraped, true
	}
	if labels, ok := metrics[name]; ok {
		return append(scraped, append(labels, "quantile")...), true
	}
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		base, found := strings.CutSuffix(name, suffix)
		if labels, ok := metrics[base]; found && ok {
			labels = append(scraped, labels...)
			if suffix == "_bucket" {
				labels = append(labels, "le")
			}
			return labels, true
		}
	}
	return nil, false
}

// checkExpression fails the test if an expression is not PromQL, or asks for what no
// node exports.
func checkExpression(t *testing.T, metrics map[string][]string, where, expr string) {
	t.Helper()
	expr = strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h").Replace(expr)
	q, err := parsePromQL(expr)
	if err != nil {
		t.Errorf("%s: %s: %v", where, expr, err)
		return
	}
	var all []string
	for _, s := range q.selectors {
		labels, ok := labelsOf(metrics, s.metric)
		if !ok {
			t.Errorf("%s: no node exports %s", where, s.metric)
			continue
		}
		all = append(all, labels...)
		for _, label := range s.labels {
			if !slices.Contains(labels, label) {
				t.Errorf("%s: %s has no label %s, only %v", where, s.metric, label, labels)
			}
		}
		counter := regexp.MustCompile(`_(total|sum|count|bucket)$`).MatchString(s.metric)
		if grows := s.within == "rate" || s.within == "increase"; s.ranged && s.within != "changes" && grows != counter {
			t.Errorf("%s: %s of %s", where, s.within, s.metric)
		}
	}
	for _, label := range q.labels {
		if !slices.Contains(all, label) {
			t.Errorf("%s: no metric in %s has the label %s", where, expr, label)
		}
	}
}

type panel struct {
	ID          int
	Type        string
	Title       string
	Description string
	Datasource  struct{ Type, UID string }
	GridPos     struct{ X, Y, W, H int }
	Targets     []struct{ RefID, Expr, LegendFormat string }
}

// What the dashboard shows, a node exports; and it is a dashboard.
func TestDashboard(t *testing.T) {
	metrics := exported(t)
	var board struct {
		UID, Title    string
		SchemaVersion int
		Panels        []panel
		Annotations   struct{ List []struct{ Name, Expr string } }
		Templating    struct {
			List []struct{ Name, Type, Definition string }
		}
	}
	text, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	if board.UID == "" || board.Title == "" || board.SchemaVersion < 39 {
		t.Errorf("uid %q, title %q, schema version %d", board.UID, board.Title, board.SchemaVersion)
	}

	variables := map[string]bool{"$__rate_interval": true}
	for _, v := range board.Templating.List {
		variables["$"+v.Name] = true
		if v.Type == "query" {
			match := regexp.MustCompile(`^label_values\((.+), (\w+)\)$`).FindStringSubmatch(v.Definition)
			if match == nil {
				t.Errorf("variable %s: %q", v.Name, v.Definition)
				continue
			}
			checkExpression(t, metrics, "variable "+v.Name, "sum by ("+match[2]+") ("+match[1]+")")
		}
	}
	for _, a := range board.Annotations.List {
		if a.Expr != "" {
			checkExpression(t, metrics, "annotation "+a.Name, a.Expr)
		}
	}

	var rows []string
	ids := make(map[int]bool)
	cells := make(map[[2]int]string) // of the grid, which has 24 columns
	for _, p := range board.Panels {
		if ids[p.ID] || p.Title == "" {
			t.Errorf("panel %d (%s) has no title, or the id of another", p.ID, p.Title)
		}
		ids[p.ID] = true
		if p.GridPos.W < 1 || p.GridPos.H < 1 || p.GridPos.X < 0 || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("%s is outside the grid: %+v", p.Title, p.GridPos)
		}
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := cells[[2]int{x, y}]; other != "" {
					t.Fatalf("%s lies on %s", p.Title, other)
				}
				cells[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			rows = append(rows, p.Title)
			continue
		}
		if p.Description == "" || p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 {
			t.Errorf("%s lacks a description, the variable data source or queries", p.Title)
		}
		for _, target := range p.Targets {
			checkExpression(t, metrics, p.Title, target.Expr)
			for _, variable := range regexp.MustCompile(`\$\w+`).FindAllString(target.Expr, -1) {
				if !variables[variable] {
					t.Errorf("%s: there is no variable %s", p.Title, variable)
				}
			}
		}
	}
	if want := []string{"Overview", "Chain", "Network", "Pool", "Miner", "RPC", "Database", "Runtime"}; !slices.Equal(rows, want) {
		t.Errorf("rows %v, want %v", rows, want)
	}
}

// What the alerts watch, a node exports, and the flags that they name exist.
func TestAlerts(t *testing.T) {
	metrics := exported(t)
	flags := make(map[string]bool)
	for _, o := range config.Options() {
		flags["--"+o.Name] = true
	}
	var rules struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	text, err := os.ReadFile(alertsFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(text, &rules); err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, group := range rules.Groups {
		for _, rule := range group.Rules {
			if names[rule.Alert] || !strings.HasPrefix(rule.Alert, "Monolith") {
				t.Errorf("alert %q is there twice or has another name than the rest", rule.Alert)
			}
			names[rule.Alert] = true
			checkExpression(t, metrics, rule.Alert, rule.Expr)
			if severity := rule.Labels["severity"]; severity != "critical" && severity != "warning" {
				t.Errorf("%s has the severity %q", rule.Alert, severity)
			}
			if rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" {
				t.Errorf("%s does not say what it is, or what to do", rule.Alert)
			}
			for _, flag := range regexp.MustCompile(`--[a-z][a-z0-9.-]*[a-z0-9]`).FindAllString(rule.Annotations["description"], -1) {
				if !flags[flag] {
					t.Errorf("%s: there is no flag %s", rule.Alert, flag)
				}
			}
			for _, metric := range regexp.MustCompile(`\b(?:monolith|process)_\w+`).FindAllString(rule.Annotations["description"], -1) {
				if _, ok := labelsOf(metrics, metric); !ok {
					t.Errorf("%s: no node exports %s", rule.Alert, metric)
				}
			}
		}
	}
	if len(names) < 20 {
		t.Errorf("only %d alerts", len(names))
	}

	var scrape struct {
		RuleFiles     []string `yaml:"rule_files"`
		ScrapeConfigs []struct {
			JobName string `yaml:"job_name"`
		} `yaml:"scrape_configs"`
	}
	if text, err = os.ReadFile(scrapeFile); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &scrape); err != nil {
		t.Fatal(err)
	}
	if len(scrape.ScrapeConfigs) != 1 || scrape.ScrapeConfigs[0].JobName != "monolith" || !slices.Equal(scrape.RuleFiles, []string{filepath.Base(alertsFile)}) {
		t.Errorf("the scrape configuration is %+v", scrape)
	}
}

// With --metrics.geth a node exports go-ethereum's metrics too.
func TestGethMetrics(t *testing.T) {
	p := startNode(t, "--dev", "--metrics.geth")
	url := p.await("Serving metrics and health").text("url")
	response, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v", response.Status, err)
	}
	for _, want := range []string{"\nmonolith_geth_chain_execution_count ", "\nmonolith_geth_txpool_slots ", "\nmonolith_geth_chain_reorg_drop_total ", "\nmonolith_chain_head_number "} {
		if !strings.Contains(string(body), want) {
			t.Errorf("%q is missing", strings.TrimSpace(want))
		}
	}
}
