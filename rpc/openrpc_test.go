package rpc

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write openrpc.json and the recorded cases anew")

const (
	// openrpcVersion is the newest that OpenRPC's published tools take.
	openrpcVersion = "1.3.2"
	openrpcFile    = "openrpc.json"
	openrpcUpdate  = "go test ./rpc -run TestOpenRPC -update"
)

// methodEntry is a method in an OpenRPC document, its members in the order in which
// people read them.
type methodEntry struct {
	Name           string        `json:"name"`
	Summary        string        `json:"summary"`
	Description    string        `json:"description,omitempty"`
	ParamStructure string        `json:"paramStructure,omitempty"`
	Params         []descriptor  `json:"params"`
	Result         descriptor    `json:"result"`
	Errors         []errorEntry  `json:"errors,omitempty"`
	Docs           *externalDocs `json:"externalDocs,omitempty"`
}

// descriptor is a parameter or a result.
type descriptor struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Required    bool   `json:"required,omitempty"`
	Schema      any    `json:"schema"`
}

type errorEntry struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data,omitempty"`
}

type externalDocs struct {
	Description string `json:"description,omitempty"`
	URL         string `json:"url"`
}

// TestOpenRPC: the document is the one that the code makes. With -update it is written.
func TestOpenRPC(t *testing.T) {
	n := newEverything(t)
	g := newGenerator(t)
	h := n.handlers()
	for namespace, receivers := range h {
		for _, receiver := range receivers {
			g.addHandler(namespace, reflect.TypeOf(receiver))
		}
	}
	g.addHandler("rpc", reflect.TypeFor[*discoverAPI]())
	g.addServers()
	g.checkReceivers()

	want := g.document(t)
	if *update {
		n.check(os.WriteFile(openrpcFile, want, 0o644))
		return
	}
	have, err := os.ReadFile(openrpcFile)
	n.check(err)
	if !bytes.Equal(have, want) {
		t.Errorf("%s is not what the handlers are: %s\nmake it anew with: %s", openrpcFile, firstDifference(have, want), openrpcUpdate)
	}
}

// firstDifference says what method or schema is not the same in two documents.
func firstDifference(have, want []byte) string {
	parts := func(text []byte) map[string]string {
		var d document
		if err := json.Unmarshal(text, &d); err != nil {
			return nil
		}
		found := make(map[string]string)
		for _, method := range d.Methods {
			var m methodEntry
			if json.Unmarshal(method, &m) == nil {
				found[m.Name] = string(method)
			}
		}
		for name, schema := range d.Components.Schemas {
			found["schema "+name] = string(schema)
		}
		return found
	}
	old, now := parts(have), parts(want)
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if text, found := old[name]; !found {
			return name + " is missing"
		} else if text != now[name] {
			return name + " has changed"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if _, found := now[name]; !found {
			return name + " does not exist any more"
		}
	}
	return "its form has changed"
}

// generator makes the document.
type generator struct {
	t       *testing.T
	source  *source
	spec    *specification
	types   *typeSchemas
	methods []methodEntry
	topics  map[string][]string // of subscribe, by namespace
	origin  map[string]string   // method to receiver type
}

func newGenerator(t *testing.T) *generator {
	spec := readSpecification(t)
	return &generator{t: t, source: newSource(t), spec: spec, types: newTypeSchemas(spec), origin: make(map[string]string), topics: make(map[string][]string)}
}

// addHandler adds the methods of a handler.
func (g *generator) addHandler(namespace string, receiver reflect.Type) {
	for i := range receiver.NumMethod() {
		method := receiver.Method(i)
		name := methodName(namespace, method.Name)
		if isTopic(method.Type) {
			g.topics[namespace] = append(g.topics[namespace], strings.TrimPrefix(name, namespace+"_"))
			continue
		}
		if previous, twice := g.origin[name]; twice {
			g.t.Errorf("%s is served by %s and by %v", name, previous, receiver)
		}
		g.origin[name] = receiver.String()
		g.methods = append(g.methods, g.method(name, receiver, method))
	}
}

// method describes a handler's method: with the public specification's words where it
// knows the method, with the code's for what is beyond it.
func (g *generator) method(name string, receiver reflect.Type, method reflect.Method) methodEntry {
	decl := g.source.find(receiver, method.Name)
	if decl == nil || decl.doc == "" {
		g.t.Errorf("%v.%s has no doc comment that says what %s is", receiver, method.Name, name)
		decl = &declaration{}
	}
	summary, description := decl.describe(name)
	entry := methodEntry{Name: name, Summary: summary, Description: description, ParamStructure: "by-position", Params: []descriptor{}}
	public := g.spec.methods[name]
	if public != nil {
		entry.Summary, entry.Errors, entry.Docs = public.Summary, public.Errors, public.Docs
		entry.Description = strings.TrimSpace(decl.text(name) + "\n\n" + public.Description)
	}

	for i, param := range paramTypes(method.Type) {
		d := descriptor{Name: decl.param(i), Required: param.Kind() != reflect.Pointer}
		if public != nil && i < len(public.Params) {
			d.Name, d.Description, d.Schema = public.Params[i].Name, public.Params[i].Description, public.Params[i].Schema
		}
		if d.Schema == nil || slices.Contains(wider(), elem(param)) {
			d.Schema = g.types.param(param)
		}
		entry.Params = append(entry.Params, d)
	}
	if public != nil && len(entry.Params) < len(public.Params) {
		g.t.Errorf("%s has %d parameters, the specification's has %d", name, len(entry.Params), len(public.Params))
	}

	entry.Result = descriptor{Name: "result", Schema: g.types.result(method.Type)}
	if other, ok := sameResult()[name]; ok {
		entry.Result = g.spec.methods[other].Result
	}
	if namespace, _, _ := strings.Cut(name, "_"); method.Type.NumOut() > 0 && method.Type.Out(0).Kind() == reflect.Interface && doneSchemas()[namespace] != nil {
		entry.Result.Schema = doneSchemas()[namespace]
	}
	if public != nil {
		entry.Result = public.Result
	}
	if schema, ok := resultSchemas()[name]; ok {
		entry.Result.Schema = schema
	}
	if name == discoverMethod {
		entry.Name = discoverName
	}
	return entry
}

// paramTypes are the types of a method's parameters as clients give them.
func paramTypes(method reflect.Type) []reflect.Type {
	var types []reflect.Type
	for i := 1; i < method.NumIn(); i++ { // 0 is the receiver
		if in := method.In(i); in.String() != "context.Context" {
			types = append(types, in)
		}
	}
	return types
}

// checkReceivers finds handlers that newEverything does not serve, whose methods would
// be missing without anybody noticing.
func (g *generator) checkReceivers() {
	known := make(map[string]bool)
	for _, receiver := range g.origin {
		known[strings.TrimPrefix(receiver, "*rpc.")] = true
	}
	for _, receiver := range g.source.receivers() {
		if strings.HasSuffix(receiver, "API") && !known[receiver] {
			g.t.Errorf("%s is not served by newEverything: what it takes to have it registered must be set there", receiver)
		}
	}
}

// document writes the document: indented, so that a change of it can be read.
func (g *generator) document(t *testing.T) []byte {
	slices.SortFunc(g.methods, func(a, b methodEntry) int { return cmp.Compare(a.Name, b.Name) })
	var methods []json.RawMessage
	for _, method := range g.methods {
		methods = append(methods, encode(t, method))
	}
	d := document{OpenRPC: openrpcVersion, Methods: methods}
	d.Info = documentInfo{
		Title: "Monolith JSON-RPC",
		Description: "The methods that this door of the node serves. Descriptions of methods that the public execution-apis " +
			"specification has are taken from there (CC0-1.0, https://github.com/ethereum/execution-apis).",
	}
	d.Components.Schemas = make(map[string]json.RawMessage)
	schemas := g.types.components()
	for _, method := range methods {
		d.include(method, schemas)
	}
	for name, schema := range d.Components.Schemas {
		if schema == nil {
			t.Errorf("there is no schema %s", name)
		}
	}
	var out bytes.Buffer
	if err := json.Indent(&out, encode(t, d), "", " "); err != nil {
		t.Fatal(err)
	}
	return append(out.Bytes(), '\n')
}

// encode is json.Marshal that leaves the signs of HTML as they are.
func encode(t *testing.T, value any) json.RawMessage {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(out.Bytes())
}

// handlers are those that the service has.
func (n *node) handlers() handlers {
	return newHandlers(n.rpc.cfg, n.rpc.backend, new(fees), n.rpc.filters)
}

// newEverything is a node that serves every handler there is.
func newEverything(t *testing.T) *node {
	t.Helper()
	return newDevNode(t, everything(t), withWallet(t, 9))
}

// everything are the settings with which every handler is served that the chain has use
// for, over HTTP those that may be and all of them over IPC.
func everything(t *testing.T) func(*Config) {
	t.Helper()
	network, copied := newNetwork(t, "Monolith/test"), withBackup(t)
	return func(cfg *Config) {
		copied(cfg)
		cfg.Network, cfg.PeerHead = network, peerHead
		cfg.serveAll(t.TempDir())
	}
}

// serveAll has all namespaces served that the chain has use for.
func (cfg *Config) serveAll(dir string) {
	cfg.API, cfg.IPCPath = publicNamespaces(), filepath.Join(dir, "ipc")
	if cfg.Dev == nil {
		cfg.API = without(cfg.API, devNamespaces())
	}
}

// without returns the names that are not among the others.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}

// TestDiscover: every door describes exactly what it serves.
func TestDiscover(t *testing.T) {
	n := newEverything(t)
	described := func(d document) []string {
		var names []string
		for _, method := range d.Methods {
			var m methodEntry
			n.check(json.Unmarshal(method, &m))
			names = append(names, m.Name)
		}
		return names
	}
	local := n.dial(n.rpc.cfg.IPCPath)
	for _, method := range []string{discoverName, discoverMethod} {
		var public, all document
		n.check(n.client.CallContext(t.Context(), &public, method))
		n.check(local.CallContext(t.Context(), &all, method))
		for _, door := range []struct {
			document   document
			handlers   handlers
			namespaces []string
		}{{public, n.handlers().public(n.rpc.cfg), n.rpc.cfg.API}, {all, n.handlers(), n.handlers().all()}} {
			want := door.handlers.methods(door.namespaces)
			want[slices.Index(want, discoverMethod)] = discoverName
			slices.Sort(want)
			if have := described(door.document); !slices.Equal(have, want) {
				t.Errorf("served but not described: %v, described but not served: %v (%s)", without(want, have), without(have, want), openrpcUpdate)
			}
			if door.document.Info.Version != n.rpc.cfg.ClientVersion || door.document.OpenRPC != openrpcVersion {
				t.Errorf("document of %+v, %s", door.document.Info, door.document.OpenRPC)
			}
		}
		if len(public.Components.Schemas) >= len(all.Components.Schemas) {
			t.Error("the public door tells of schemas that it has no use for")
		}
	}
	// In a batch, with spaces, and not where it is no method.
	_, answer := n.post(fmt.Sprintf(`[{"jsonrpc":"2.0","id":1, "method" : %q}, {"jsonrpc":"2.0","id":2,"method":"web3_sha3","params":[%[1]q]}]`, discoverName))
	if !strings.Contains(answer, `"openrpc":"`) || !strings.Contains(answer, "invalid argument 0") {
		t.Errorf("batch: %.300s", answer)
	}
}
