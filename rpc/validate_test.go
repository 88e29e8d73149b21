package rpc

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// validator holds requests and answers against the OpenRPC document.
type validator struct {
	methods map[string]*methodSchemas
}

type methodSchemas struct {
	methodEntry
	origin string // of the result's schema
	params []*jsonschema.Schema
	result *jsonschema.Schema
}

func newValidator(t *testing.T) *validator {
	t.Helper()
	text, err := os.ReadFile(openrpcFile)
	if err != nil {
		t.Fatal(err)
	}
	resource, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7) // which OpenRPC prescribes
	if err := compiler.AddResource(openrpcFile, resource); err != nil {
		t.Fatal(err)
	}
	var d struct{ Methods []methodEntry }
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	compile := func(format string, args ...any) *jsonschema.Schema {
		s, err := compiler.Compile(openrpcFile + "#/methods/" + fmt.Sprintf(format, args...))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	v := &validator{make(map[string]*methodSchemas)}
	spec := readSpecification(t)
	for i, method := range d.Methods {
		m := &methodSchemas{methodEntry: method, result: compile("%d/result/schema", i), origin: origin(spec, method)}
		for p := range method.Params {
			m.params = append(m.params, compile("%d/params/%d/schema", i, p))
		}
		v.methods[method.Name] = m
	}
	return v
}

// origin says where a result's schema comes from.
func origin(spec *specification, method methodEntry) string {
	schema, _ := method.Result.Schema.(map[string]any)
	switch {
	case len(schema) == 0:
		return "anything"
	case resultSchemas()[method.Name] != nil:
		return "by hand"
	case spec.methods[method.Name] != nil:
		return "execution-apis"
	default:
		return "types"
	}
}

// check validates a request with good parameters, and its result.
func (v *validator) check(t *testing.T, request, answer string) {
	t.Helper()
	var asked struct {
		Method string
		Params []json.RawMessage
	}
	var answered struct {
		Result json.RawMessage
		Error  *struct{ Code int }
	}
	if json.Unmarshal([]byte(request), &asked) != nil || json.Unmarshal([]byte(answer), &answered) != nil || answered.Error != nil {
		return
	}
	if asked.Method == discoverMethod {
		asked.Method = discoverName
	}
	m := v.methods[asked.Method]
	if m == nil {
		t.Errorf("%s is not in the document", asked.Method)
		return
	}
	for i, param := range asked.Params {
		if i >= len(m.params) {
			t.Errorf("parameter %d is one too many", i)
			continue
		}
		if string(param) == "null" && !m.Params[i].Required {
			continue // as good as none
		}
		if err := validate(m.params[i], param); err != nil {
			t.Errorf("parameter %s: %v\nin %s", m.Params[i].Name, err, param)
		}
	}
	for i := len(asked.Params); i < len(m.params); i++ {
		if m.Params[i].Required {
			t.Errorf("parameter %s is required, and was missing", m.Params[i].Name)
		}
	}
	if err := validate(m.result, answered.Result); err != nil {
		t.Errorf("result: %v\nin %.2000s", err, answered.Result)
	}
}

func validate(schema *jsonschema.Schema, value json.RawMessage) error {
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(string(value)))
	if err != nil {
		return err
	}
	return schema.Validate(parsed)
}
