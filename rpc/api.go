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

// explorerNamespace is what the explorer asks and eth has no answer to.
const explorerNamespace = "monolith"

// publicNamespaces are those that Config.API may name.
func publicNamespaces() []string {
	return append([]string{"debug", "eth", explorerNamespace, "net", "ots", "personal", "testing", "txpool", "web3"}, devNamespaces()...)
}

// handlers are the receivers whose exported methods are the JSON-RPC, by namespace.
type handlers map[string][]any

func newHandlers(cfg Config, b *backend, f *fees, filters *filterAPI) handlers {
	send := &sendAPI{f}
	accounts := newAccountAPI(send, cfg.Wallet)
	blocks := newSummaries(b)
	addresses := &addressAPI{b, cfg.AddressIndex}
	h := handlers{
		"eth": {
			&chainAPI{b, cfg.History},
			&blockAPI{b},
			&stateAPI{b},
			&callAPI{b, f},
			&txAPI{b},
			send,
			accounts,
			&feeAPI{f},
			&workAPI{cfg.Miner},
			filters,
		},
		"ots": {&otsAPI{b}, &otsSearchAPI{b, addresses}},
		"debug": {
			&traceAPI{b, filters, cfg.Log},
			&rawAPI{b},
			&listAPI{b},
			&nodeAPI{b, cfg.Dev, cfg.SetLogLevel},
			&profileAPI{b},
		},
		explorerNamespace: {
			newStatusAPI(blocks, cfg, accounts),
			&servicesAPI{cfg.Services},
			&effectsAPI{b},
			&peersAPI{cfg.Network, cfg.PeerHead},
			&blocksAPI{blocks},
			&poolAPI{backend: b},
			newFaucetAPI(send, cfg.Faucet),
			addresses,
		},
		"net":     {&netAPI{b.config.ChainID.String(), cfg.Network}},
		"testing": {&testingAPI{b}},
		"txpool":  {&txpoolAPI{b}},
		"web3":    {&web3API{cfg.ClientVersion}},
	}
	if cfg.Miner != nil {
		h["miner"] = []any{&minerAPI{cfg.Miner}}
	}
	if cfg.Dev != nil {
		h.addDev(b, f, cfg.Dev, cfg.ClientVersion)
	}
	if len(accounts.sending) > 0 {
		h["personal"] = []any{&personalAPI{accounts}}
	}
	if cfg.Network != nil {
		h["admin"] = []any{&adminAPI{b, cfg.Network, cfg.PeerHead}}
	}
	if cfg.Backup != nil {
		h["admin"] = append(h["admin"], b.backups)
	}
	return h
}

// public are the handlers without those that are only for whoever runs the node.
func (h handlers) public(cfg Config) handlers {
	rest := make(handlers, len(h))
	for namespace, receivers := range h {
		rest[namespace] = slices.DeleteFunc(slices.Clone(receivers), func(receiver any) bool {
			p, ok := receiver.(private)
			return ok && p.private(cfg)
		})
	}
	return rest
}

// newServer makes a server of the given namespaces.
func (h handlers) newServer(namespaces []string, cfg Config) (*server, error) {
	if slices.Contains(namespaces, "eth") && !slices.Contains(namespaces, "personal") { // see personalAPI
		namespaces = append([]string{"personal"}, namespaces...)
	}
	server := newPlainServer(cfg.Log)
	// The number of requests in a batch is checked before, in gate.
	server.SetBatchLimits(0, cfg.Limits.BatchResponse)
	server.SetHTTPBodyLimit(cfg.Limits.Body)
	errs := []error{server.register("rpc", newDiscoverAPI(h.methods(namespaces), cfg.ClientVersion))}
	for _, namespace := range namespaces {
		for _, receiver := range h[namespace] {
			if err := server.register(namespace, receiver); err != nil {
				errs = append(errs, fmt.Errorf("register namespace %s: %w", namespace, err))
			}
		}
	}
	return server, errors.Join(errs...)
}

// all is every namespace there is.
func (h handlers) all() []string { return slices.Sorted(maps.Keys(h)) }

// methods lists the methods of the given namespaces and those that are always served,
// as clients name them: go-ethereum's server makes them of the receivers' exported
// methods.
func (h handlers) methods(namespaces []string) []string {
	names := []string{"rpc_modules", discoverMethod}
	for _, namespace := range namespaces {
		topics := false
		for _, receiver := range h[namespace] {
			t := reflect.TypeOf(receiver)
			for i := range t.NumMethod() {
				method := t.Method(i)
				if isTopic(method.Type) {
					topics = true
					continue
				}
				names = append(names, methodName(namespace, method.Name))
			}
		}
		if topics {
			names = append(names, namespace+"_subscribe", namespace+"_unsubscribe")
		}
	}
	slices.Sort(names)
	return names
}

// isTopic tells a topic of subscribe from a method.
func isTopic(method reflect.Type) bool {
	return method.NumOut() > 0 && method.Out(0) == reflect.TypeFor[*rpc.Subscription]()
}

// methodName is how clients call a handler's method.
func methodName(namespace, name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return namespace + "_" + string(unicode.ToLower(first)) + name[size:]
}
