# kraty-console: `make demo` opens the console on a living demo world, `make test` checks everything.
PYTHON ?= python3
ROLE ?= GAME_ADMIN
PLAYERS ?= 250000
KILLS ?= 200
STEPS ?= 10000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Compiled files are kept, also where the environment says otherwise: tests start Python some hundred times.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo venv test lint types imports tests screenshots test-plain bench bench-backend bench-hostile soak clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "kraty-console needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# What the demo needs; compiled at install, so that the first start is as quick as the second.
$(VENV)/.run: pyproject.toml | $(VENV)/.python
	@echo "installing kraty-console into $(VENV)"
	@$(PIP) install --editable '.[backend]'
	@$(BIN)/python -m compileall -q kraty_console
	@touch $@

# The same and what the tests need on top, in one go.
$(VENV)/.dev: pyproject.toml | $(VENV)/.python
	@echo "installing kraty-console and the development tools into $(VENV)"
	@$(PIP) install --editable '.[backend,dev]'
	@$(BIN)/python -m compileall -q kraty_console
	@touch $(VENV)/.run $@

venv: $(VENV)/.run ## create and fill .venv; .venv/bin/kraty-console is then there

demo: $(VENV)/.run ## open the console on an embedded Kraty with the demo world (ROLE=GAME_DEBUGGER|GAME_VIEWER)
	@$(BIN)/kraty-console demo --role $(ROLE)

test: lint imports ## lint, dead code, types, import contracts, all tests on SQLite and PostgreSQL
	@$(MAKE) --no-print-directory -j 2 types tests

lint: $(VENV)/.dev
	@$(BIN)/ruff format --check --quiet kraty_console tests
	@$(BIN)/ruff check --quiet kraty_console tests
	@! $(BIN)/vulture | grep '^kraty_console'

types: $(VENV)/.dev
	@$(BIN)/mypy

imports: $(VENV)/.dev
	@$(BIN)/lint-imports --no-logo

tests: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 3 --dist worksteal

test-plain: $(VENV)/.dev ## the end-to-end tests with painting left to Textual, as with --plain-paint
	@KRATY_PLAIN_PAINT=1 $(BIN)/python -m pytest -n 3 --dist worksteal tests/e2e

screenshots: $(VENV)/.dev ## rewrite screenshots/*.svg from the demo world
	@$(BIN)/python -m tests.console.screenshots

openapi: $(VENV)/.run ## rewrite kraty_console/backend/openapi/*.json from the table of routes
	@$(BIN)/kraty-console backend openapi

bench: $(VENV)/.dev ## what opening and painting cost (LINK=200ms,64kbit: one ticket over a slow link; SOAK=1000: that many look-ups; PROFILE=1: where the CPU of a key goes)
	@$(BIN)/python -m compileall -q kraty_console
	@$(BIN)/python -m tests.bench $(if $(LINK),--ticket --link $(LINK)) $(if $(SOAK),--soak $(SOAK)) $(if $(PROFILE),--profile)

bench-backend: $(VENV)/.dev ## print what calls cost on PostgreSQL with PLAYERS players (250000), beside a thousand
	@$(BIN)/python -m tests.bench.backend --players $(PLAYERS)

bench-hostile: $(VENV)/.dev ## print, for each attack, what the p50 of an honest caller's look-up becomes (goal: 1.5 times at most)
	@$(BIN)/python -m tests.bench.hostile

soak: $(VENV)/.dev ## kill a busy server KILLS times (200), on both databases: nothing may be lost or doubled; then STEPS changes in any order (10000)
	@$(BIN)/python -m tests.faults --kills $(KILLS)
	@STEPS=$(STEPS) $(BIN)/python -m pytest -o timeout=3600 tests/backend/test_state_machine.py

clean: ## remove .venv and caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
