# Everything that a person or CI runs. Needs GNU make, git and Python 3.11 or newer; the rest is set up here.
#
#   make setup    .venv with the locked packages; .venv/bin/verilap and .venv/bin/verilap-server
#   make wheel    one file to install, in dist, the app included
#   make demo     set up, then the main job with invented data; leaves the server running
#   make demo-stop  stop that server
#   make test     set up, check, then all tests on SQLite and PostgreSQL
#   make check    format, lint, types, import contracts
#   make app      the officers' phone app, into server/static/officer
#   make bench    the benchmark: prints tables and keeps them as JSON
#   make lock     resolve requirements.lock again (LOCK="--upgrade" for the newest versions)
#   make clean    remove what the targets above made, but no data
#
# PYTHON=…       the interpreter to make .venv with (default: the newest of 3.13, 3.12, 3.11 that is there)
# TESTS=…        files, folders or options for pytest (default: all tests)
# WORKERS=…      how many processes run the tests (default 2)

SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := .venv/bin
INSTALLED := .venv/installed
FORMS_BUILT := .venv/forms-built
APP_BUILT := .venv/app-built
WORKERS ?= 2
TESTS ?=
LOCK ?=
export PYTHON

# The workbooks are built again when a sheet changed or one of them is gone.
FORM_SOURCES := $(shell find forms -type f \( -name '*.csv' -o -name '*.py' \))
FORMS_GONE := $(if $(word 4,$(wildcard forms/*.xlsx)),,forms-gone)

# The app is built again when a file of it changed, or the statements that it shares with `verilap`, or it is gone.
APP_SOURCES := $(shell find officer_app client_sync/sql -type f -not -path '*/node_modules/*') domain/__init__.py
APP_GONE := $(if $(wildcard server/static/officer/index.html),,app-gone)

.PHONY: help setup check app wheel test demo demo-stop bench lock clean forms-gone app-gone

help:
	@sed -n 's/^#   //p' Makefile

setup: $(INSTALLED) $(FORMS_BUILT)
	@:

$(INSTALLED): scripts/environment requirements.lock setup.cfg pyproject.toml
	@sh scripts/environment
	@touch $@

$(FORMS_BUILT): $(INSTALLED) $(FORM_SOURCES) $(FORMS_GONE)
	$(BIN)/python -m forms.build
	@touch $@

app: $(APP_BUILT)
	@:

$(APP_BUILT): $(INSTALLED) $(APP_SOURCES) $(APP_GONE) scripts/officer_app.py
	$(BIN)/python scripts/officer_app.py build
	@touch $@

check: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/officer_app.py check

test: setup app check
	$(BIN)/python -m tests.support.prepare
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(TESTS)

wheel: setup app
	$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python -o dist
	@ls dist/*.whl

demo: setup app
	$(BIN)/python -m demo

demo-stop: $(INSTALLED)
	$(BIN)/python -m demo stop

bench: setup
	$(BIN)/python -m benchmarks

lock: $(INSTALLED)
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --all-extras $(LOCK) \
		--custom-compile-command "make lock" --quiet setup.cfg -o requirements.lock

clean:
	rm -rf .venv officer_app/node_modules server/static/officer build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
