# make demo, make test: all that a newcomer needs. make help lists the rest.
.DEFAULT_GOAL := build
.PHONY: build demo demo-real test lint cross unit fuzz bench tools clean help

THINREX := bin/thinrex
FUZZTIME ?= 20s

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/thinrex
	go build -trimpath -o $(THINREX) ./go/cmd/thinrex

demo: tools build ## link examples/quickstart cold, warm, edited, elsewhere
	@scripts/demo.sh $(THINREX)

demo-real: tools build ## the same with Lua, fetched now
	@scripts/demo-real.sh $(THINREX)

test: tools lint cross unit fuzz ## everything that CI runs

lint: ## gofmt, go vet, staticcheck, go mod tidy, bash -n
	@unformatted=$$(gofmt -l go); test -z "$$unformatted" || { echo "gofmt would change: $$unformatted" >&2; exit 1; }
	go vet ./go/...
	go tool staticcheck ./go/...
	go mod tidy -diff
	@for f in scripts/*.sh scripts/lib/*.sh .ci/run; do bash -n $$f || exit 1; done

cross: ## compile for the other systems
	GOOS=windows go build -o /dev/null ./go/cmd/thinrex
	GOOS=darwin go build -o /dev/null ./go/cmd/thinrex
	GOOS=windows go vet ./go/...
	GOOS=darwin go vet ./go/...

unit: ## all tests, with the race detector and the real clang and lld
	go test -race ./go/...

fuzz: ## each fuzz target for FUZZTIME
	go test ./go/distfile -run '^$$' -fuzz FuzzParse -fuzztime $(FUZZTIME)
	go test ./go/bitcode -run '^$$' -fuzz FuzzShard -fuzztime $(FUZZTIME)

bench: tools build ## ratios against lld's own cache and a bare pool (some five minutes)
	go run ./go/internal/bench $(THINREX)

tools: ## install clang, lld and the LLVM tools of version 22 if they are missing
	@scripts/install-tools.sh

clean:
	rm -rf bin
