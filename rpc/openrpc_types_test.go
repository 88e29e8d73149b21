package rpc

import (
	"encoding"
	"encoding/json"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/ethereum/go-ethereum/common/hexutil"
)

// schema is a JSON schema.
type schema = map[string]any

func text(title, pattern string) schema {
	return schema{"type": "string", "title": title, "pattern": pattern}
}

func arrayOf(element any) schema { return schema{"type": "array", "items": element} }

func orNull(s any) schema { return schema{"oneOf": []any{schema{"type": "null"}, s}} }

func anyOf(schemas ...any) schema { return schema{"anyOf": schemas} }

func mapOf(element any) schema { return schema{"type": "object", "additionalProperties": element} }

var (
	bytesSchema   = text("hex encoded bytes", "^0x[0-9a-f]*$")
	hashSchema    = text("32 hex encoded bytes", "^0x[0-9a-f]{64}$")
	addressSchema = text("hex encoded address", "^0x[0-9a-fA-F]{40}$")
	uintSchema    = text("hex encoded unsigned integer", "^0x(0|[1-9a-f][0-9a-f]*)$")
	anything      = schema{}
)

// typeSchemas makes schemas of Go types.
type typeSchemas struct {
	spec  *specification
	known map[reflect.Type]any
	named map[typeUse]string
	own   map[string]any // by name
}

// typeUse is a type as a parameter or as a result: the two differ in what may be null
// or missing.
type typeUse struct {
	reflect.Type
	result bool
}

func newTypeSchemas(spec *specification) *typeSchemas {
	s := &typeSchemas{spec: spec, known: knownTypes(), named: make(map[typeUse]string), own: make(map[string]any)}
	block, _ := spec.schemas["BlockObject"].(schema)
	s.own["Header"], s.own["PendingBlock"] = headerSchema(block), pendingSchema(block)
	return s
}

// headerSchema is a block's schema without what only its body tells.
func headerSchema(block schema) schema {
	required, _ := block["required"].([]any)
	properties, _ := block["properties"].(schema)
	body := []any{"size", "transactions", "uncles", "withdrawals"}
	h := schema{"type": "object", "title": "Block header", "properties": maps.Clone(properties)}
	h["required"] = slices.DeleteFunc(slices.Clone(required), func(name any) bool { return slices.Contains(body, name) })
	return h
}

// components are all schemas that have a name.
func (s *typeSchemas) components() map[string]json.RawMessage {
	all := make(map[string]json.RawMessage)
	for _, schemas := range []map[string]any{s.spec.schemas, s.own} {
		for name, schema := range schemas {
			text, _ := json.Marshal(schema) // of strings, maps and slices
			all[name] = text
		}
	}
	return all
}

// pendingSchema is a block's schema for one that is not mined yet.
func pendingSchema(block schema) schema {
	properties, _ := block["properties"].(schema)
	p, properties := maps.Clone(block), maps.Clone(properties)
	for _, unknown := range []string{"hash", "nonce", "miner"} {
		properties[unknown] = schema{"type": "null"}
	}
	p["title"], p["properties"] = "Block that is not mined yet", properties
	return p
}

// param is what a parameter must look like.
func (s *typeSchemas) param(t reflect.Type) any {
	return s.of(typeUse{elem(t), false})
}

// result is what a method's result looks like.
func (s *typeSchemas) result(method reflect.Type) any {
	if method.NumOut() == 0 || method.Out(0) == reflect.TypeFor[error]() {
		return schema{"type": "null"}
	}
	return s.of(typeUse{method.Out(0), true})
}

func elem(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func (s *typeSchemas) of(use typeUse) any {
	t := use.Type
	if t.Kind() == reflect.Pointer {
		inner := s.of(typeUse{t.Elem(), use.result})
		// Numbers are pointers to save copies, not because there may be none.
		if !use.result || t.Elem() == reflect.TypeFor[hexutil.Big]() || t.Elem() == reflect.TypeFor[big.Int]() {
			return inner
		}
		return orNull(inner)
	}
	if found, ok := s.known[t]; ok {
		return found
	}
	switch {
	case speaks[json.Marshaler](t) && use.result, speaks[json.Unmarshaler](t) && !use.result:
		return anything // resultSchemas and knownTypes know more
	case speaks[encoding.TextMarshaler](t) && use.result, speaks[encoding.TextUnmarshaler](t) && !use.result:
		return schema{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return schema{"type": "integer"}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return schema{"type": "integer", "minimum": 0}
	case reflect.Float32, reflect.Float64:
		return schema{"type": "number"}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return schema{"type": "string", "title": "bytes in base64"}
		}
		return arrayOf(s.of(typeUse{t.Elem(), use.result}))
	case reflect.Map:
		object := mapOf(s.of(typeUse{t.Elem(), use.result}))
		if key, ok := s.known[t.Key()]; ok {
			object["propertyNames"] = key
		}
		return object
	case reflect.Struct:
		return s.object(use)
	default:
		return anything
	}
}

// speaks tells whether a type, or a pointer to it, has the methods of T.
func speaks[T any](t reflect.Type) bool {
	methods := reflect.TypeFor[T]()
	return t.Implements(methods) || reflect.PointerTo(t).Implements(methods)
}

// object makes a component of a struct type.
func (s *typeSchemas) object(use typeUse) any {
	if name, ok := s.named[use]; ok {
		return reference(name)
	}
	name := "anonymous"
	if use.Name() != "" {
		name = strings.ReplaceAll(use.Name(), "·", "")
	}
	taken := make(map[string]any)
	for _, names := range []map[string]any{s.spec.schemas, s.own} {
		for n := range names {
			taken[n] = true
		}
	}
	name = freeName(taken, name)
	s.named[use], s.own[name] = name, anything // for types that contain themselves
	properties, required := make(schema), []string{}
	s.members(use, properties, &required)
	object := schema{"type": "object", "title": words(name), "properties": properties}
	if len(required) > 0 {
		slices.Sort(required)
		object["required"] = required
	}
	s.own[name] = object
	return reference(name)
}

// members adds a struct's fields as encoding/json sees them.
func (s *typeSchemas) members(use typeUse, properties schema, required *[]string) {
	for i := range use.NumField() {
		field := use.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && name == "" && elem(field.Type).Kind() == reflect.Struct {
			s.members(typeUse{elem(field.Type), use.result}, properties, required)
			continue
		}
		if !field.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = field.Name
		}
		optional := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
		t := field.Type
		if optional {
			t = elem(t) // left out rather than null
		}
		properties[name] = s.of(typeUse{t, use.result})
		if use.result && !optional || !use.result && !optional && isScalar(t) && strings.Contains(options, "required") {
			*required = append(*required, name)
		}
	}
}

func isScalar(t reflect.Type) bool {
	return t.Kind() != reflect.Pointer && t.Kind() != reflect.Slice && t.Kind() != reflect.Map
}

// words writes a type's name as people do.
func words(name string) string {
	var out strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			out.WriteByte(' ')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

// addServers adds the methods that go-ethereum's server has of itself.
func (g *generator) addServers() {
	slices.Sort(g.topics["eth"])
	byPosition := "by-position"
	g.methods = append(g.methods, methodEntry{
		Name: "rpc_modules", Summary: "The namespaces that are served here, with their versions.", ParamStructure: byPosition,
		Params: []descriptor{}, Result: descriptor{Name: "result", Schema: mapOf(schema{"type": "string"})},
	}, methodEntry{
		Name: "eth_subscribe", Summary: "Subscribes to a topic over WebSocket or IPC; what comes is sent as eth_subscription.", ParamStructure: byPosition,
		Params: []descriptor{
			{Name: "topic", Required: true, Schema: schema{"type": "string", "enum": g.topics["eth"]}},
			{Name: "option", Description: "The filter of logs, whether newPendingTransactions shall be full, or the query of transactionReceipts.", Schema: anything},
		},
		Result: descriptor{Name: "subscription", Schema: uintSchema},
	}, methodEntry{
		Name: "eth_unsubscribe", Summary: "Ends a subscription.", ParamStructure: byPosition,
		Params: []descriptor{{Name: "subscription", Required: true, Schema: uintSchema}},
		Result: descriptor{Name: "result", Schema: schema{"type": "boolean"}},
	}, methodEntry{
		Name: "debug_subscribe", Summary: "Traces a range of blocks over WebSocket or IPC; what comes is sent as debug_subscription.", ParamStructure: byPosition,
		Params: []descriptor{
			{Name: "topic", Required: true, Schema: schema{"type": "string", "enum": g.topics["debug"]}},
			{Name: "start", Description: "The block before the first.", Required: true, Schema: anything},
			{Name: "end", Description: "The last block.", Required: true, Schema: anything},
			{Name: "config", Description: "As for debug_traceTransaction.", Schema: anything},
		},
		Result: descriptor{Name: "subscription", Schema: uintSchema},
	}, methodEntry{
		Name: "debug_unsubscribe", Summary: "Ends a subscription.", ParamStructure: byPosition,
		Params: []descriptor{{Name: "subscription", Required: true, Schema: uintSchema}},
		Result: descriptor{Name: "result", Schema: schema{"type": "boolean"}},
	})
}
