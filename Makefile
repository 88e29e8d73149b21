# Monolith's tasks. `make help` lists them.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS   += --no-print-directory

# What the binary says of itself: the tag or commit it was built from.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT  ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
DATE    ?= $(shell git log -1 --format=%cI 2>/dev/null || echo unknown)
LDFLAGS := -X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.date=$(DATE)

# The linter is built from source, pinned here and kept out of go.mod: its 200
# dependencies are not ours. `go install` checks every one against the checksum
# database.
LINT_VERSION := v2.15.0
LINT         := bin/tools/golangci-lint-$(LINT_VERSION)

# How long `make fuzz` spends on each target, and the time limits of the tests.
FUZZTIME     ?= 20s
TEST_TIMEOUT ?= 8m
RACE_TIMEOUT ?= 15m
ARGS         ?=
IMAGE        ?= monolith

# The public JSON-RPC specification with its recorded cases, where a copy lies
# beside this folder. The test that replays them is skipped without it.
EXECUTION_APIS := $(abspath ../shared/execution-apis)
ifneq ($(wildcard $(EXECUTION_APIS)/openrpc.json),)
export MONOLITH_EXECUTION_APIS ?= $(EXECUTION_APIS)
endif

.DEFAULT_GOAL := help

##@ Everyday

.PHONY: run
run: build ## Run a devnet node that mines (ARGS="--http.port 9545" adds flags)
	exec bin/monolith $(ARGS)

.PHONY: devnet
devnet: build ## Run three nodes that find each other, two of them mining (ARGS="-nodes 5" changes that)
	@go build -o bin/devnet ./cmd/devnet
	exec bin/devnet $(ARGS)

.PHONY: build
build: ## Build bin/monolith
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/monolith ./cmd/node

.PHONY: test
test: ## Run all tests
	go test -timeout $(TEST_TIMEOUT) ./...

.PHONY: test-short
test-short: ## Run the quick tests only
	go test -short -timeout $(TEST_TIMEOUT) ./...

.PHONY: bench
bench: ## Run the benchmarks (BENCH=regexp and PKG=./path/ narrow them)
	go test -run '^$$' -bench '$(or $(BENCH),.)' -benchmem $(or $(PKG),./...)

.PHONY: bench-rpc
bench-rpc: build ## Measure the JSON-RPC beside go-ethereum's (ARGS="-anvil PATH -run eth_call")
	go build -o bin/refgeth ./cmd/refgeth
	go build -o bin/rpcbench ./cmd/rpcbench
	bin/rpcbench $(ARGS)

.PHONY: fuzz
fuzz: ## Fuzz each target for FUZZTIME
	@grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -r -n1 dirname | sort -u | while read -r pkg; do \
	  for target in $$(grep -hoE '^func Fuzz\w+' "$$pkg"/*_test.go | cut -c6-); do \
	    echo "$$pkg $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x "$$pkg"; \
	  done; \
	done

.PHONY: soak
soak: ## Kill and restart a loaded node CYCLES times (50), some minutes
	MONOLITH_SOAK=$(or $(CYCLES),50) go test -v -count 1 -run '^TestSoak' -timeout 60m ./cmd/node

.PHONY: clients
clients: build ## Run ethers, viem, web3.js, Hardhat, cast and forge against a node (needs Node.js 22.13 and npm)
	cd rpc/clients && npm ci && npm test

.PHONY: netns
netns: ## Pull the cable between two halves of a network for BLOCKS blocks (30); needs root and iproute2
	MONOLITH_NETNS=$(or $(BLOCKS),30) go test -v -count 1 -run '^TestCable' -timeout 60m ./cmd/node

##@ Before a commit (CI runs `make check`)

.PHONY: check
check: format-check vet lint tidy-check test race ## Everything CI runs

.PHONY: format
format: $(LINT) ## Format the code
	$(LINT) fmt

.PHONY: format-check
format-check: ## Fail if a file is not formatted
	@bad=$$(gofmt -l .); [ -z "$$bad" ] || { echo "not formatted (make format):"; echo "$$bad"; exit 1; }

.PHONY: vet
vet: ## Run go vet
	go vet ./...

.PHONY: lint
lint: $(LINT) ## Run golangci-lint
	$(LINT) run

.PHONY: tidy
tidy: ## Bring go.mod and go.sum up to date
	go mod tidy

.PHONY: tidy-check
tidy-check: ## Fail if go.mod or go.sum is not up to date
	go mod tidy -diff
	go mod verify

.PHONY: race
race: ## Run all tests with the race detector, but for those of a browser and a program built without it
	go test -race -skip '^TestBrowser$$' -timeout $(RACE_TIMEOUT) ./...

##@ Other

.PHONY: image
image: ## Build the container image (IMAGE=name)
	docker build -t $(IMAGE) --build-arg VERSION=$(VERSION) --build-arg COMMIT=$(COMMIT) --build-arg DATE=$(DATE) .

.PHONY: docs
docs: ## Write what is made from the code anew: config/reference.md, the README's table, rpc/openrpc.json
	go test -count 1 ./config -run '^TestReadme$$' -update
	go test -count 1 ./cmd/node -run '^TestReference$$' -update
	go test -count 1 ./rpc -run '^TestOpenRPC' -update

.PHONY: explorer-deps
explorer-deps: ## Bundle the libraries and fonts of the explorer page anew (needs Node.js and npm)
	cd rpc/explorer/deps && npm ci && npm run build

.PHONY: clean
clean: ## Remove what was built (not the linter, not any node's data)
	rm -f bin/monolith bin/devnet bin/refgeth bin/rpcbench

.PHONY: help
help: ## Show this help
	@awk 'BEGIN { FS = ":.*## "; print "make TARGET" } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(LINT):
	@echo "building golangci-lint $(LINT_VERSION), once"
	@mkdir -p $(@D)
	GOFLAGS= GOBIN=$(CURDIR)/$(@D) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@mv $(@D)/golangci-lint $@
