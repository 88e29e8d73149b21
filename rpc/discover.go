package rpc

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sync"
)

// openrpc is the OpenRPC document of all methods there are. TestOpenRPC makes it of
// the handlers' source and of the public specification's schemas, and fails when it is
// not true any more.
//
//go:embed openrpc.json
var openrpc string

// discoverName is what OpenRPC calls the method, and discoverMethod what the server
// knows, which splits names at "_" only.
const (
	discoverName   = "rpc.discover"
	discoverMethod = "rpc_discover"
)

// schemaPrefix starts a reference from one of a document's schemas to another.
const schemaPrefix = "#/components/schemas/"

// discoverAPI describes the interface that it is a part of.
type discoverAPI struct {
	document func() (json.RawMessage, error)
}

// newDiscoverAPI describes the given methods. That takes a moment and is rarely asked
// for, so it is done when it is, once.
func newDiscoverAPI(methods []string, version string) *discoverAPI {
	return &discoverAPI{sync.OnceValues(func() (json.RawMessage, error) { return documentOf(methods, version) })}
}

// Discover is rpc.discover: the OpenRPC document of the methods that are served here.
// It can be called as rpc_discover too.
func (api *discoverAPI) Discover() (json.RawMessage, error) { return api.document() }

// document is an OpenRPC document. What is inside of its methods and schemas is only of
// interest to its readers.
type document struct {
	OpenRPC    string            `json:"openrpc"`
	Info       documentInfo      `json:"info"`
	Methods    []json.RawMessage `json:"methods"`
	Components struct {
		Schemas map[string]json.RawMessage `json:"schemas"`
	} `json:"components"`
}

type documentInfo struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Version     string `json:"version"`
}

// documentOf returns the part of the document that is about the given methods, with the
// client's version as its own.
func documentOf(methods []string, version string) (json.RawMessage, error) {
	var all document
	if err := json.Unmarshal([]byte(openrpc), &all); err != nil {
		return nil, fmt.Errorf("OpenRPC document: %w", err)
	}
	d := all
	d.Info.Version, d.Methods, d.Components.Schemas = version, nil, make(map[string]json.RawMessage)
	for _, method := range all.Methods {
		var named struct{ Name string }
		if err := json.Unmarshal(method, &named); err != nil {
			return nil, fmt.Errorf("OpenRPC document: %w", err)
		}
		if named.Name == discoverName {
			named.Name = discoverMethod
		}
		if slices.Contains(methods, named.Name) {
			d.Methods = append(d.Methods, method)
			d.include(method, all.Components.Schemas)
		}
	}
	return json.Marshal(d)
}

// include adds the schemas that a method or another schema refers to.
func (d *document) include(from json.RawMessage, schemas map[string]json.RawMessage) {
	for _, match := range schemaReference.FindAllSubmatch(from, -1) {
		name := string(match[1])
		if _, done := d.Components.Schemas[name]; !done {
			d.Components.Schemas[name] = schemas[name]
			d.include(schemas[name], schemas)
		}
	}
}

var schemaReference = regexp.MustCompile(`"` + schemaPrefix + `(\w+)"`)
