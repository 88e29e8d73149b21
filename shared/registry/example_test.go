package registry_test

import (
	"fmt"

	"github.com/monolith-chain/monolith/shared/registry"
)

type store struct{ fake }

func (*store) Get(key string) string { return "value of " + key }

// A consumer says what it needs, in the fewest methods, and is given the
// service that has them.
type getter interface{ Get(key string) string }

type server struct {
	fake
	data getter
}

func Example() {
	services := registry.NewServiceRegistry(quiet())
	if err := services.RegisterService(&store{}); err != nil {
		fmt.Println(err)
	}

	data, err := registry.Fetch[getter](services)
	if err != nil {
		fmt.Println(err)
	}
	if err := services.RegisterService(&server{data: data}); err != nil {
		fmt.Println(err)
	}

	if err := services.StartAll(); err != nil {
		fmt.Println(err)
	}
	for _, info := range services.Infos() {
		fmt.Println(info.Name, "is", info.State)
	}
	fmt.Println(data.Get("key"))
	if err := services.StopAll(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// registry_test.store is serving
	// registry_test.server is serving
	// value of key
}
