# Every task of the project. `make` alone lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
# One process for each core, each with a Postgres of its own. They are forked once the tests are collected.
PARALLEL := -p tests.harness.forked_run --processes=auto
# The files and folders that `make test` runs; all of them if there are none.
TESTS  :=
# pytest rewrites every assert statement. Without a bytecode cache it does so in every process of every run.
unexport PYTHONDONTWRITEBYTECODE
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run fast-hash test thorough unit component interop browser mutants faults faults-cluster faults-http bench newcomer check lint format lock sbom up down clean

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run $(VENV)/hash ## install what is missing, migrate, serve on http://127.0.0.1:8000
	@exec $(BIN)/fastauth serve

fast-hash: $(VENV)/run ## build the hash library for this processor, or fail; needs a C compiler
	@sh requirements/fast-hash $(VENV)

test: $(VENV)/test ## run every test, Postgres included
	@exec $(BIN)/python -m pytest $(PARALLEL) $(TESTS)

thorough: $(VENV)/test ## run every test, the slow ones with many more examples and rounds
	@exec env FASTAUTH_TEST_THOROUGH=1 $(BIN)/python -m pytest $(PARALLEL)

unit: $(VENV)/test ## test the core over fakes
	@exec $(BIN)/python -m pytest $(PARALLEL) tests/unit

component: $(VENV)/test ## test entry points, adapters and docs in process
	@exec $(BIN)/python -m pytest $(PARALLEL) tests/component tests/docs tests/tools

interop: $(VENV)/test ## verify tokens of the service with the npm package jose; needs Node and npm
	@exec $(BIN)/python -m tests.interop.run

browser: $(VENV)/browser ## use every page in Chromium; needs /usr/bin/chromium
	@exec $(BIN)/python -m pytest tests/browser

faults: $(VENV)/test ## inject faults and count what was lost; five minutes
	@exec $(BIN)/python -m faults

faults-cluster: $(VENV)/cluster ## fail over a replicated PostgreSQL under load; an hour; needs etcd, haproxy, PostgreSQL
	@exec $(BIN)/python -m faults.cluster

faults-http: $(VENV)/test ## attack the HTTP server; print memory and ping latency; five minutes
	@exec $(BIN)/python -m faults.http_exhaustion

bench: $(VENV)/bench ## measure the service beside hand-written references; ten to twenty minutes
	@exec $(BIN)/python -m bench

mutants: $(VENV)/mutation ## mutation test of the core; more than an hour
	@rm -rf mutants
	@$(BIN)/mutmut run
	@$(BIN)/mutmut results --all true | awk -F '[ .:]+' '/mutmut_/ \
	  { made[$$3 "/" $$4]++; all++; if (/: (killed|timeout)$$/) next; print; left[$$3 "/" $$4]++; lived++ } \
	  END { for (module in made) printf "%-32s %4d %3d\n", module, made[module], left[module]; \
	        printf "%-32s %4d %3d  %.1f %%\n", "all", all, lived, 100 - 100 * lived / all }'

newcomer: ## do what the README says in a bare container, every test included; needs Docker and the images of CI
	@bash .ci/newcomer user every-test

check: lint unit component ## run every check and test that needs no database

lint: $(VENV)/test ## check format, lint, types and import contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/test ## format the code and fix lint errors
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: $(VENV)/test ## resolve the dependencies again and write their hashes to requirements/
	$(PIP) install 'uv>=0.9'
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml --group build --output-file requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml --extra tracing --group build --group test --group check --constraint requirements/run.txt --output-file requirements/test.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --group pyproject.toml:mutation --constraint requirements/test.txt --output-file requirements/mutation.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --group pyproject.toml:cluster --constraint requirements/test.txt --output-file requirements/cluster.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --group pyproject.toml:browser --constraint requirements/test.txt --output-file requirements/browser.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --group pyproject.toml:fast-hash --output-file requirements/fast-hash.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --group pyproject.toml:orders --group pyproject.toml:build --constraint requirements/run.txt --output-file requirements/orders.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --group bench --constraint requirements/test.txt --output-file requirements/bench.txt
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --group sbom --constraint requirements/test.txt --output-file requirements/sbom.txt

sbom: $(VENV)/sbom ## write the software bill of materials to sbom.cdx.json (CycloneDX)
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements requirements/run.txt --pyproject pyproject.toml --output-reproducible --output-file sbom.cdx.json

up: ## start Postgres and the service with Docker
	$(COMPOSE) up --build --detach

down: ## stop them; the data stays in its volume
	$(COMPOSE) down

clean: ## remove the virtual environment and every cache
	rm -rf $(VENV) mutants .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# Installed once for each state of the lock files. pip checks every hash.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fastauth needs Python 3.11 or later; choose one with: make PYTHON=/path/to/python3.11 ...")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@echo 'Installing what the service needs into $(VENV) ...'
	@$(PIP) install --require-hashes --requirement requirements/run.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# A build for this processor hashes about twice as fast. Without a C compiler the stock build stays.
$(VENV)/hash: requirements/fast-hash requirements/fast-hash.txt requirements/run.txt | $(VENV)/run
	@if command -v cc >/dev/null && $(BIN)/python -c 'import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null; then \
	  echo 'Building the hash library for this processor ...'; \
	  sh requirements/fast-hash $(VENV) >/dev/null || echo 'It could not be built: the stock build of the hash library stays.'; \
	else echo 'No C compiler or no Python.h: the stock build of the hash library stays.'; fi
	@touch $@

$(VENV)/test: requirements/test.txt clients/python/pyproject.toml $(VENV)/run
	@echo 'Installing what the tests need into $(VENV) ...'
	@$(PIP) install --require-hashes --requirement requirements/test.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(PIP) install --no-deps --no-build-isolation --editable clients/python
	@touch $@

$(VENV)/bench: requirements/bench.txt $(VENV)/test
	@echo 'Installing what the benchmark draws with into $(VENV) ...'
	@$(PIP) install --require-hashes --requirement requirements/bench.txt
	@touch $@

$(VENV)/browser: requirements/browser.txt $(VENV)/test
	@echo 'Installing what drives Chromium into $(VENV) ...'
	@$(PIP) install --require-hashes --requirement requirements/browser.txt
	@touch $@

$(VENV)/cluster: requirements/cluster.txt $(VENV)/test
	@echo 'Installing what replicates PostgreSQL into $(VENV) ...'
	@$(PIP) install --require-hashes --requirement requirements/cluster.txt
	@touch $@

$(VENV)/mutation: requirements/mutation.txt $(VENV)/test
	@echo 'Installing what makes mutants into $(VENV) ...'
	@$(PIP) install --require-hashes --requirement requirements/mutation.txt
	@touch $@

$(VENV)/sbom: requirements/sbom.txt $(VENV)/run
	@echo 'Installing what writes the bill of materials into $(VENV) ...'
	@$(PIP) install --require-hashes --requirement requirements/sbom.txt
	@touch $@
