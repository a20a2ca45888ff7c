# A newcomer needs three targets: make demo shows what thinrex does, make check is for each change, and make test is
# what CI runs. make help lists all targets.
.DEFAULT_GOAL := build
.PHONY: build check check-go demo demo-real test lint cross unit fuzz e2e e2e-bazel verify-slices llvm patient docs \
	bench bench-edits slicing-hunt corpus report-page tools install uninstall nfpm release release-check \
	package-check clean help

# Commands don't see make's job server: the links in the tests would wait for its
# slots, as thinrex does under any other make.
unexport MAKEFLAGS MFLAGS

THINREX := bin/thinrex
# thinrex looks for these beside itself.
FULL := bin/thinrex-full
SLICER := bin/thinrex-slicer
FUZZTIME ?= 100000x
# go test runs each test binary with this program. It ends tests that make no
# progress, and lets tests on a busy machine take as long as they need.
PATIENT := $(CURDIR)/bin/patient

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: check-go ## build bin/thinrex, and bin/thinrex-full and bin/thinrex-slicer, which must stand beside it
	CGO_ENABLED=0 go build -trimpath -tags front -o $(THINREX) ./go/cmd/thinrex
	CGO_ENABLED=0 go build -trimpath -o $(FULL) ./go/cmd/thinrex
	CGO_ENABLED=0 go build -trimpath -o $(SLICER) ./go/cmd/thinrex-slicer

PREFIX ?= /usr/local

install: ## install programs, manual pages and completions below PREFIX, /usr/local by default
	@test -x $(THINREX) && test -x $(FULL) && test -x $(SLICER) || $(MAKE) build
	scripts/install.sh bin "$(DESTDIR)$(PREFIX)"

uninstall: ## remove what make install has put below PREFIX
	scripts/install.sh --remove "$(DESTDIR)$(PREFIX)"

demo: tools build ## link examples/quickstart with an empty cache, a full one, after an edit, in another folder
	@scripts/demo.sh $(THINREX)

demo-real: tools build ## the same with Lua, which is downloaded first
	@scripts/demo-real.sh $(THINREX)

check: check-go ## for each change, about a minute: build, vet, tests that need no clang, import rules, generated pages
	go build ./...
	go vet ./go/...
	go test -short -vet=off ./go/...

test: tools lint cross patient build ## everything that CI runs (some 20 minutes on two cores)
	@scripts/install-build-systems.sh
	@# side by side, because each of them often waits
	$(MAKE) --jobs=4 unit e2e e2e-bazel fuzz verify-slices llvm release-check

patient: check-go ## build bin/patient, which runs the test programs
	@go build -o $(PATIENT) ./go/internal/patient

lint: ## gofmt, go vet, staticcheck, go mod tidy, bash -n, line lengths, import rules
	@unformatted=$$(gofmt -l go e2e); test -z "$$unformatted" || { echo "gofmt would change: $$unformatted" >&2; exit 1; }
	go vet ./go/...
	go vet -tags e2e ./e2e/...
	go tool staticcheck ./go/...
	go tool staticcheck -tags front -tests=false ./go/cmd/thinrex
	go tool staticcheck -tags e2e ./e2e/...
	go vet -tags browser ./go/history/page
	go tool staticcheck -tags browser ./go/history/page
	go vet -tags e2e_bazel ./e2e/bazel/...
	go tool staticcheck -tags e2e_bazel ./e2e/bazel/...
	scripts/buildifier.sh
	@. scripts/lib/again.sh; again go mod tidy -diff # which fetches more modules
	go test ./go/internal/layout ./go/internal/rooms
	@for f in scripts/*.sh scripts/lib/*.sh .ci/run; do bash -n $$f || exit 1; done

cross: ## compile for the other systems
	GOOS=darwin go build -tags front -o /dev/null ./go/cmd/thinrex
	GOOS=windows go build -o /dev/null ./go/cmd/thinrex
	GOOS=darwin go build -o /dev/null ./go/cmd/thinrex
	GOOS=windows go build -o /dev/null ./go/cmd/thinrex-slicer
	GOOS=darwin go build -o /dev/null ./go/cmd/thinrex-slicer
	GOARCH=arm64 go vet ./go/link/slice/...
	GOOS=windows go vet ./go/...
	GOOS=darwin go vet ./go/...

unit: patient ## all tests below go/, with the race detector and the real clang and lld
	@scripts/install-build-systems.sh
	go test -race -p 4 -timeout 0 -exec $(PATIENT) ./go/... # four packages at a time, because their tests often wait

FUZZ_TARGETS := \
	link/distfile:FuzzParse \
	bitcode:FuzzShard \
	config:FuzzBazelRC \
	reapi/credential:FuzzNetrc \
	reapi/credential:FuzzReply \
	store:FuzzPolicy \
	store:FuzzReadEntry \
	compile/cppscan:FuzzScan \
	compile/cppscan:FuzzCost \
	compile/cppscan:FuzzDecode \
	compile/commandline:FuzzArguments \
	compile/depfile:FuzzParse \
	compile:FuzzManifest \
	object:FuzzCheck \
	object/rename:FuzzReplace \
	bitcode:FuzzAssembly \
	bitcode:FuzzModule \
	assembly:FuzzReader

# Fuzzing is counted, not timed: at a deadline, Go 1.26's fuzzer may fail without a reason (go.dev/issue/75804).
# It is nice to the tests that make test runs beside it.
fuzz: ## run each fuzz target FUZZTIME, 100000 inputs by default
	@for t in $(FUZZ_TARGETS); do \
		nice go test ./go/$${t%:*} -run '^$$' -fuzz "^$${t#*:}$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 200x || exit; \
	done

e2e: tools build patient ## the program against a real server: Bazel's remote worker
	go test -tags e2e -timeout 0 -exec $(PATIENT) ./e2e/...

e2e-bazel: tools ## the Bazel rules with real Bazels (the first run sets up Bazel 7, which takes minutes)
	scripts/e2e-bazel.sh

verify-slices: tools build ## links of two projects with --slicing=verify; one of them is Lua, which is downloaded
	scripts/verify-slices.sh $(THINREX)

llvm: tools patient build ## links, slices and thinrex cc with LLVM 23 and 24 (the first run installs them in folders)
	scripts/test-llvm.sh

# nfpm makes .deb and .rpm. Its many modules are in a file of their own, so that go.mod has only what thinrex needs.
nfpm: check-go ## build bin/nfpm, which makes .deb and .rpm
	@. scripts/lib/again.sh; again go list -modfile=packaging/tools.mod -deps tool >/dev/null # which fetches modules
	go build -modfile=packaging/tools.mod -o bin/nfpm github.com/goreleaser/nfpm/v2/cmd/nfpm

release: nfpm ## build archives, packages, wheels, bills of materials and checksums for all systems into dist/
	go run ./go/internal/release dist

release-check: nfpm ## build a release for this system twice, in two places, compare the bytes, install the wheel
	scripts/check-release.sh

package-check: nfpm ## install the .deb in a Debian that has nothing, and link there as README.md says
	scripts/check-package.sh

docs: ## write the generated pages: options from their rows, Bazel rules from their doc strings
	go run ./go/internal/optiondocs
	go run ./go/internal/bazeldocs

bench: tools build ## compare speed with lld's own cache, a plain pool and ccache (a quarter of an hour)
	@scripts/install-tools.sh ccache cmake ninja-build
	go run ./go/internal/bench $(THINREX)

# PROJECTS=lua,leveldb,rocksdb adds RocksDB, which takes a quarter of an hour to build; DIR=folder keeps what is built.
bench-edits: tools build ## what edits of Lua and LevelDB make a link compile again, beside lld's own cache
	CGO_ENABLED=0 go build -o bin/editbench ./go/internal/editbench
	bin/editbench $(if $(PROJECTS),-only $(PROJECTS)) $(if $(DIR),-dir $(DIR)) $(THINREX)

# The hunt is nice to others, because it runs for long. KEEP=DIR keeps programs with a difference.
slicing-hunt: tools build ## for TIME (1h): link random programs with cut and whole imports, compare objects
	CGO_ENABLED=0 go build -o bin/slicinghunt ./go/internal/slicinghunt
	nice bin/slicinghunt -time $(or $(TIME),1h) $(if $(KEEP),-keep $(KEEP)) $(THINREX)

# It compiles each of 82 libraries eight times, and writes the table in docs/compile.md.
corpus: tools build ## compile sources that include widely used libraries: what is cached, what it takes (20 minutes)
	@scripts/install-tools.sh $$(go run ./go/internal/corpus -packages)
	go run ./go/internal/corpus -docs docs/compile.md $(THINREX)

# Somebody should look at the pictures: no program can say whether a page is a pleasure to read.
PICTURES ?= bin/report-page
report-page: check-go ## open pages of thinrex report in Chromium, check them, and put pictures of them into PICTURES
	@scripts/install-tools.sh chromium
	@mkdir -p $(PICTURES)
	PICTURES=$(abspath $(PICTURES)) go test -count=1 -tags browser ./go/history/page -run TestBrowser -v

tools: check-go ## install clang, lld and the LLVM tools of version 22 if they are missing; fetch Go's modules
	@scripts/install-tools.sh
	@. scripts/lib/again.sh; again go mod download

check-go: ## say where a newer Go comes from, if the one in the PATH is too old
	@scripts/check-go.sh

clean: ## remove bin/ and dist/
	rm -rf bin dist
