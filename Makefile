# Two commands do everything on a fresh Debian or Ubuntu machine with Swift on it: `make run` and `make test`.
.DEFAULT_GOAL := help
RELEASE := .build/release/gleaner

.PHONY: help run demo test bench torture sanitize loaders build lint format clean

help: ## Show this list.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: build ## Install what is missing, build, and start Gleaner with nothing configured (ARGS=… for gleaner up).
	@exec $(RELEASE) up $(ARGS)

demo: build ## Drive demo traffic through a running Gleaner, up to a verified training file (ARGS=…).
	@exec $(RELEASE) demo $(ARGS)

test: ## Install what is missing, then run every test.
	@scripts/setup --test
	@scripts/test

bench: $(if $(findstring --binary,$(ARGS)),,build) ## Measure a release Gleaner beside the bare provider and beside nginx (ARGS=--quick).
	@python3 Benchmarks/bench.py $(ARGS)

torture: ## Attack a debug build for as long as it takes, then print what held (NAMES="kill disk_full" for some).
	@scripts/setup --test
	@swift build --product gleaner
	@PYTHONPATH=tests .venv/bin/python -m torture $(or $(NAMES),all)

sanitize: ## Run the tests under AddressSanitizer, then under ThreadSanitizer (ARGS=thread for one of them).
	@scripts/setup --test
	@scripts/sanitize $(ARGS)

loaders: ## Have datasets, trl, mistral_common and openai's types read every export format (installs them in .venv-loaders).
	@scripts/setup
	@swift build --product gleaner
	@scripts/check-loaders

build: ## Build the release binary, with Swift in it.
	@scripts/setup
	@test -x $(RELEASE) || echo "building the release binary; the first time takes several minutes"
	@scripts/build-release

lint: ## Check layout and habits, as CI does.
	@scripts/lint

format: ## Lay out all Swift sources.
	@swift format --in-place --recursive Package.swift Sources Tests sql

clean: ## Remove what was built; data in .gleaner stays.
	@swift package clean
	@rm -rf .venv .venv-openai2 .venv-loaders
