SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# How long each fuzz target runs, as go test -fuzztime takes it.
FUZZTIME ?= 5s
# Which benchmarks `make bench` runs, and for how long each.
BENCH ?= ^BenchmarkCode$$
BENCHTIME ?= 1s

lint := go tool -modfile=tools/go.mod golangci-lint
lint_tools := go -C tools tool golangci-lint
lint_bench := cd bench && go tool -modfile=../tools/go.mod golangci-lint
# Debian's libzxing-dev, to compare with where it is installed.
zxing_tags = $(shell pkg-config --exists zxing 2>/dev/null && command -v g++ >/dev/null && echo -tags zxing)
# Debian's libjpeg62-turbo-dev, likewise.
turbo_tags = $(shell pkg-config --exists libjpeg 2>/dev/null && command -v gcc >/dev/null && echo -tags turbo)
lint_conformance := cd conformance && go tool -modfile=../tools/go.mod golangci-lint
# npm writes this file when everything else is in place.
node_clients := conformance/node_modules/.package-lock.json

.PHONY: help run build web test check conformance lint fuzz bench robustness clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: web ## start the server with its demo app on http://127.0.0.1:8080
	go run ./cmd/suncode serve

build: web ## the program as one static file, ./suncode
	CGO_ENABLED=0 go build -trimpath -o suncode ./cmd/suncode

web: ## @suncode/scan, the scanner for browsers and Node, in web/scan/dist, and for the page /scan
	web/scan/build.sh
	internal/console/fill.sh web/scan/dist

test: ## install what the tests need on a bare Debian machine, then check everything
	@tools/needs.sh
	@$(MAKE) --no-print-directory $(node_clients)
	SUNCODE_TEST_TOOLS=required $(MAKE) --no-print-directory check

# The race detector makes the scanner ten times slower and finds nothing in arithmetic: it gets the short run.
check: lint web ## formatting, linters, import table, tests, the race detector, fuzz seconds
	go -C tools test ./...
	go -C conformance test ./...
	go -C bench test ./...
	go test ./...
	go test -race -short ./...
	@$(MAKE) --no-print-directory fuzz

conformance: web $(node_clients) ## other people's clients against the program as it ships
	SUNCODE_TEST_TOOLS=required go -C conformance test ./...

$(node_clients): conformance/package.json conformance/package-lock.json
	npm ci --prefix conformance

lint: ## formatting and linters only; FIX=1 formats every Go file in place
	$(lint) fmt $(if $(FIX),,--diff)
	$(lint) run ./...
	GOOS=js GOARCH=wasm $$(go tool -modfile=tools/go.mod -n golangci-lint) run ./web/scan/wasm
	$(lint_tools) run ./...
	$(lint_conformance) run ./...
	$(lint_bench) run ./...

fuzz: ## every fuzz target for FUZZTIME (default 5s)
	@go -C tools run ./fuzzall -dir "$(CURDIR)" -time $(FUZZTIME)

bench: ## times: making codes beside other encoders, batches beside mere writing, reading beside zxing-cpp
	@mkdir -p dist
	@go test -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) . | tee dist/bench.txt | go -C tools run ./benchtable
	@go -C bench run $(turbo_tags) ./making -doc ../docs/PERFORMANCE.md
	@go -C bench run ./batch -doc ../docs/PERFORMANCE.md
	@go -C bench run $(zxing_tags) . -doc ../docs/PERFORMANCE.md

robustness: ## how much damage the scanner bears: a quarter of an hour, into docs/ROBUSTNESS.md
	SUNCODE_ROBUSTNESS=all go test -timeout 1h -run 'Real|Negatives' ./scan
	go run ./internal/testkit/robustness

clean: ## remove what the other targets leave behind (never suncode-data)
	rm -rf suncode dist web/scan/dist internal/console/engine/*.{js,gz} internal/console/engine/LICENSE*
	find . -path ./suncode-data -prune -o \( -name '*.prof' -o -path '*/testdata/*.got.*' -o -path '*/testdata/*.diff.*' \) -type f -print -exec rm -f {} +
