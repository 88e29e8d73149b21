package rpc

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/rpc"
)

// localOnly are the namespaces that change what the node does. They are served over
// IPC and never over HTTP.
var localOnly = []string{"admin", "miner"}

// publicNamespaces are those that Config.API may name.
func publicNamespaces() []string { return []string{"eth", "net", "txpool", "web3"} }

// handlers are the receivers whose exported methods are the JSON-RPC, by namespace.
type handlers map[string][]any

func newHandlers(cfg Config, b *backend, f *fees, filters *filterAPI) handlers {
	h := handlers{
		"eth": {
			&chainAPI{b, cfg.Sync},
			&blockAPI{b},
			&stateAPI{b},
			&callAPI{b, f},
			&txAPI{b},
			&sendAPI{f},
			&feeAPI{f},
			filters,
		},
		"net":    {&netAPI{b.config.ChainID.String(), cfg.Network}},
		"txpool": {&txpoolAPI{b}},
		"web3":   {&web3API{cfg.ClientVersion}},
	}
	if cfg.Network != nil {
		h["admin"] = []any{&adminAPI{b, cfg.Network, cfg.PeerHead}}
	}
	return h
}

// newServer makes a server of the given namespaces.
func (h handlers) newServer(namespaces []string, limits Limits) (*rpc.Server, error) {
	server := rpc.NewServer()
	// The number of requests in a batch is checked before, in gate.
	server.SetBatchLimits(0, limits.BatchResponse)
	server.SetHTTPBodyLimit(limits.Body)
	var errs []error
	for _, namespace := range namespaces {
		for _, receiver := range h[namespace] {
			if err := server.RegisterName(namespace, receiver); err != nil {
				errs = append(errs, fmt.Errorf("register namespace %s: %w", namespace, err))
			}
		}
	}
	return server, errors.Join(errs...)
}

// all is every namespace there is.
func (h handlers) all() []string { return slices.Sorted(maps.Keys(h)) }

// methods lists the methods that are served, as clients name them: go-ethereum's
// server makes them of the receivers' exported methods.
func (h handlers) methods() []string {
	names := []string{"rpc_modules", "eth_subscribe", "eth_unsubscribe"}
	for namespace, receivers := range h {
		for _, receiver := range receivers {
			t := reflect.TypeOf(receiver)
			for i := range t.NumMethod() {
				method := t.Method(i)
				if method.Type.Out(0) == reflect.TypeFor[*rpc.Subscription]() {
					continue // a topic of subscribe
				}
				first, size := utf8.DecodeRuneInString(method.Name)
				names = append(names, namespace+"_"+string(unicode.ToLower(first))+method.Name[size:])
			}
		}
	}
	slices.Sort(names)
	return names
}
