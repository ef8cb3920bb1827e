# The project's commands. `make run` and `make test` do all set-up themselves; `make help` lists the rest.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
BIN := .venv/bin
PY := $(BIN)/python
STAMP := .cache/stamps
LOCK := VIRTUAL_ENV=.venv $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes
# Pyodide's Python, at the versions that CPython has.
LOCK_BROWSER := VIRTUAL_ENV=.venv $(BIN)/uv pip compile --quiet --python-version 3.14 --generate-hashes \
  --custom-compile-command "make lock" -c requirements/dev.txt

# node-gyp (better-sqlite3 of the test PDS) would download Node's headers; use the installed ones where there are any.
NODE_PREFIX := $(shell node -p 'require("path").resolve(process.execPath, "../..")' 2>/dev/null)
ifneq ($(wildcard $(NODE_PREFIX)/include/node/node.h),)
export npm_config_nodedir := $(NODE_PREFIX)
endif
export npm_config_fund := false
export npm_config_audit := false

.PHONY: help setup installed run pictures test vitest pyodide soak check x-pages x-users reach kills campaign axe bench dist store format lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# Installers write to a log; the end of it is shown when one fails.
SETUP_LOG := .cache/setup.log
setup: ## install all that the other commands need
	@mkdir -p $(STAMP)
	@$(MAKE) -s -q installed 2> /dev/null || echo "Installing what this needs (the first time about five minutes; log: $(SETUP_LOG)) …" >&2
	@$(MAKE) --no-print-directory installed > $(SETUP_LOG) 2>&1 || { tail -n 30 $(SETUP_LOG) >&2; \
	  echo "This could not be installed; $(SETUP_LOG) has all of what the installers wrote." >&2; exit 1; }

installed: $(STAMP)/system $(STAMP)/python $(STAMP)/extension $(STAMP)/servers

$(STAMP)/system: build/system.py
	@mkdir -p $(STAMP)
	python3 build/system.py
	@touch $@

$(STAMP)/python: requirements/bootstrap.txt requirements/dev.txt core/pyproject.toml backend/pyproject.toml | $(STAMP)/system
	test -x $(PY) || python3 -m venv .venv || { echo "Please install python3-venv, then try again."; exit 1; }
	$(PY) -m ensurepip --upgrade > /dev/null
	$(PY) -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
	VIRTUAL_ENV=.venv $(BIN)/uv pip sync --quiet --require-hashes requirements/bootstrap.txt requirements/dev.txt
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e core -e backend
	@touch $@

$(STAMP)/extension: extension/package.json extension/package-lock.json | $(STAMP)/system
	cd extension && npm ci --loglevel=error
	@touch $@

$(STAMP)/servers: tests/world/node/package.json tests/world/node/package-lock.json | $(STAMP)/system
	cd tests/world/node && npm ci --loglevel=error
	@touch $@

run: ## see it work: a browser with the extension, or the whole journey without a display (ARCHIVE=path)
	@echo "Passerelle at work, with invented people, on this machine alone: it reads an X archive, finds its people on local"
	@echo "Bluesky and Mastodon servers, follows them, and marks them on a copy of x.com. About two minutes; the first time, some five more to install what it needs."
	@$(MAKE) --no-print-directory setup
	@$(PY) -m tests.run $(if $(ARCHIVE),"$(ARCHIVE)")

pictures: setup ## renew the pictures of README and docs
	@$(PY) -m tests.run --drive --docs

test: setup ## all tests: core (CPython, and Pyodide under Node and in Chromium), backend, extension, real servers, real browsers
	$(PY) build/make.py --types > /dev/null
	@$(MAKE) --no-print-directory -j 2 --output-sync=target vitest pyodide
	$(BIN)/pytest -m "not soak" --numprocesses logical --maxprocesses 4

# Both at once; the core's tests use one processor under Node and one in Chromium. What each prints is shown when it ends.
vitest:
	cd extension && npx --no-install vitest run
pyodide:
	$(PY) build/core_tests.py

$(STAMP)/network: tests/world/network/package.json tests/world/network/package-lock.json build/system.py
	python3 build/system.py
	cd tests/world/network && npm ci --loglevel=error
	@touch $@

soak: setup $(STAMP)/network ## the long tests: 100,000 damaged archives, the real AppView and the like: make soak [SEED=7]
	$(BIN)/pytest -m soak --timeout 0 $(if $(SEED),--hypothesis-seed $(SEED))

check: setup ## lint, types and directions of imports, nothing is changed
	$(PY) build/make.py --types > /dev/null
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --cache-dir .cache/imports
	cd extension && npx --no-install wxt prepare && npm run --silent check

format: setup ## let ruff, prettier and eslint tidy up
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	cd extension && npm run --silent format && npx --no-install eslint --fix .

$(STAMP)/bench: tests/bench/package.json tests/bench/package-lock.json | $(STAMP)/system
	cd tests/bench && npm ci --loglevel=error
	@touch $@

bench: setup $(STAMP)/bench ## measure; prints ratios, writes dist/bench.json: make bench [start first ...] [BEFORE=commit]
	$(PY) -m tests.bench $(BENCHES) $(if $(BEFORE),--before $(BEFORE))

# What stands behind `bench` names benchmarks, which are no files to make.
ifeq ($(firstword $(MAKECMDGOALS)),bench)
BENCHES := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
.PHONY: $(BENCHES)
$(BENCHES): bench
	@:
endif

# Nothing but JSON on standard output, also on a fresh machine.
x-pages: ## the people that badges find in each saved X page: make x-pages PAGES=folder
	@$(MAKE) --no-print-directory setup >&2
	@$(PY) -m tests.x_pages "$(PAGES)"

x-users: ## the people that the reader takes from each of X's own answers: make x-users FILES=folder
	@$(MAKE) --no-print-directory setup >&2
	@$(PY) -m tests.x_users "$(FILES)"

reach: ## how many people are found, and how many wrongly: make reach TRUTH=pairs.csv POOL=pool.csv [SEED=1]
	@$(MAKE) --no-print-directory setup >&2
	@$(PY) -m tests.reach "$(TRUTH)" "$(POOL)" $(SEED)

kills: ## kill the browser (KIND=servers, answers or clock: those) while it follows: make kills [KILLS=20] [SEED=7] [KIND=browser]
	@$(MAKE) --no-print-directory setup >&2
	@$(PY) -m tests.kills --kills "$(or $(KILLS),20)" --seed "$(or $(SEED),7)" --kind "$(or $(KIND),browser)"

campaign: ## a whole campaign of invented members, each matched with all: make campaign [MEMBERS=17000] [EDGES=23000000] [SEED=1]
	@$(MAKE) --no-print-directory setup >&2
	@$(PY) -m tests.campaign --members "$(or $(MEMBERS),17000)" --edges "$(or $(EDGES),23000000)" --seed "$(or $(SEED),1)"

axe: ## what axe-core finds on every page, in all languages and both themes: make axe [PART=popup, tab, x or site] [LANGUAGES=en,fr] [PICTURES=folder]
	@$(MAKE) --no-print-directory setup >&2
	@$(PY) -m tests.axe $(PART) $(if $(LANGUAGES),--languages "$(LANGUAGES)") $(if $(PICTURES),--pictures "$(PICTURES)")

dist: setup ## the stores' ZIP files, the sources, the core's wheel, the web page, bill of materials and sums, in dist/
	$(PY) build/make.py --zips

store: ## listing and pictures for the stores, in each language, in dist/store/
	@$(MAKE) --no-print-directory setup >&2
	@$(PY) -m tests.store

lock: setup ## renew requirements/*.txt
	$(LOCK) requirements/bootstrap.in -o requirements/bootstrap.txt
	$(LOCK) --no-emit-package passerelle core/pyproject.toml --all-extras backend/pyproject.toml requirements/dev.in -o requirements/dev.txt
	$(LOCK) --no-emit-package passerelle -c requirements/dev.txt core/pyproject.toml --all-extras backend/pyproject.toml requirements/server.in -o requirements/server.txt
	$(LOCK_BROWSER) --no-emit-package passerelle core/pyproject.toml requirements/browser.in -o requirements/browser.txt
	$(LOCK_BROWSER) requirements/pyodide-tests.in -o requirements/pyodide-tests.txt

clean: ## remove what was built and installed
	rm -rf .cache .venv dist extension/.output extension/.wxt extension/node_modules extension/public/pyodide \
	  extension/public/python extension/public/snapshot tests/world/node/node_modules tests/world/network/node_modules tests/bench/node_modules
