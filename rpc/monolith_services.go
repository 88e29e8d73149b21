package rpc

import (
	"regexp"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/monolith-chain/monolith/shared/registry"
)

// Services are the parts of the node, as its registry describes them.
type Services interface {
	Infos() []registry.Info
}

// servicesAPI tells how the parts of the node are.
type servicesAPI struct{ services Services } // nil = nothing is known

// serviceResult is one service in the answer of monolith_services.
type serviceResult struct {
	Name      string         `json:"name"`
	State     registry.State `json:"state"`
	Since     hexutil.Uint64 `json:"since"` // milliseconds of the Unix time
	Error     *string        `json:"error"` // a sentence; null while it serves
	DependsOn []string       `json:"dependsOn"`
}

// Services is monolith_services: the parts of the node in the order in which they
// start, each with its state, since when it is in it (milliseconds of the Unix time),
// what is wrong, and the parts that it was built from. Where the sentence says what is
// wrong, file paths and network addresses are left out.
func (api *servicesAPI) Services() []serviceResult {
	results := []serviceResult{}
	if api.services == nil {
		return results
	}
	for _, info := range api.services.Infos() {
		result := serviceResult{
			Name: info.Name, State: info.State,
			Since:     hexutil.Uint64(info.Since.UnixMilli()),
			DependsOn: append([]string{}, info.DependsOn...),
		}
		if info.Status != nil {
			sentence := withoutPlaces(info.Status.Error())
			result.Error = &sentence
		}
		results = append(results, result)
	}
	return results
}

// What errors tell of the machine: a path, URL or multiaddress, which goes as far as
// what usually stands behind one, since it may have spaces in it, and an IP address.
var (
	pathInText    = regexp.MustCompile(`(?s)[^\s"(]*[/\\].*?(: |[",;)]|$)`)
	addressInText = regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b|\[?[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){2,}(\.\d{1,3}){0,3}(%\w+)?(\]:\d+)?`)
)

// withoutPlaces replaces them: the door may be open to everybody.
func withoutPlaces(text string) string {
	return addressInText.ReplaceAllString(pathInText.ReplaceAllString(text, "…$1"), "…")
}
