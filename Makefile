# The only things this needs are make and a Python of at least 3.11 with venv.
# Stamp files in .venv remember what is installed, so a second run is quick.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL: # two targets may install into the same environment

# The first Python that really runs (a shim may exist and fail), is new enough,
# and can make a virtual environment. Override with PYTHON=/path/to/python.
GOOD := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	if $$p -c '$(GOOD)' </dev/null >/dev/null 2>&1; then echo $$p; break; fi; done)

VENV := .venv
PY := $(VENV)/bin/python
QUIETLY := --disable-pip-version-check --quiet
PIP := $(PY) -m pip $(QUIETLY) install
WORKERS ?= 2
PYTEST_ARGS ?=

# $(call new_venv,directory): a fresh environment with a pip that knows --group.
define new_venv
	@if ! "$(PYTHON)" -c '$(GOOD)' </dev/null >/dev/null 2>&1; then \
		echo 'jiascores needs Python 3.11 or newer with its venv module, and found none.' >&2; \
		echo 'Install one (on Debian and Ubuntu: python3 and python3-venv), or name it:' >&2; \
		echo '    make $(MAKECMDGOALS) PYTHON=/path/to/python3' >&2; \
		exit 1; \
	fi
	@echo "making $(1) with $$("$(PYTHON)" --version)"
	@"$(PYTHON)" -m venv --clear $(1)
	@$(1)/bin/python -m pip $(QUIETLY) install --upgrade pip
endef

.PHONY: help demo test lint format types docs bench coverage \
	test-browser test-engines test-oldest test-newest test-wheel verify ci clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.demo ## analyse the MSC trial: published figures beside computed ones
	@$(PY) examples/msc_trial/analysis.py

test: $(VENV)/.test ## run the tests
	@$(PY) -m pytest -q -n $(WORKERS) $(PYTEST_ARGS)

lint: $(VENV)/.lint ## check style, format, and which layer imports which
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(VENV)/bin/lint-imports

format: $(VENV)/.lint ## format the code and mend what can be mended by machine
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

types: $(VENV)/.types ## check the types with mypy (strict) and pyright
	@$(PY) -m mypy
	@$(PY) -m pyright --pythonpath $(PY)

docs: $(VENV)/.docs ## build the documentation into docs/_build/html
	@rm -rf docs/_build docs/gallery docs/generated # what is no longer made must not stay
	@$(PY) docs/_ext/docstrings.py
	@$(PY) -m sphinx -W -n --keep-going -q -b html docs docs/_build/html
	@$(PY) docs/_ext/site_check.py docs/_build/html
	@echo 'the documentation is in docs/_build/html/index.html'

bench: $(VENV)/.bench ## measure the speed against the stated targets
	@$(PY) benchmarks/run.py

verify: $(VENV)/.demo ## recompute the published check values with the installed library
	@$(VENV)/bin/jiascores verify

coverage: $(VENV)/.coverage ## run the tests and report the branches not covered
	@$(PY) -m pytest -q -n $(WORKERS) --cov --cov-report=term-missing $(PYTEST_ARGS)

test-engines: .venv-engines/.ready ## run the engine tests with a real, local PySpark
	@command -v java >/dev/null 2>&1 || [ -x "$$JAVA_HOME/bin/java" ] || { \
		echo 'make test-engines needs Java 17 or newer for PySpark: no java was found.' >&2; exit 1; }
	@JIASCORES_ENGINES=all SPARK_LOCAL_IP=127.0.0.1 \
	PYSPARK_PYTHON=$(CURDIR)/.venv-engines/bin/python \
	.venv-engines/bin/python -m pytest -q -m engines $(PYTEST_ARGS)

test-browser: $(VENV)/.test ## hold the calculator of the documentation against the library, in Chromium
	@$(PY) -m pytest -q -m browser $(PYTEST_ARGS)

test-oldest: .venv-oldest/.ready ## run the tests with the oldest dependencies we promise
	@.venv-oldest/bin/python -m pytest -q -n $(WORKERS) $(PYTEST_ARGS)

test-newest: .venv-newest/.ready ## run the tests with pandas 3
	@.venv-newest/bin/python -m pytest -q -n $(WORKERS) $(PYTEST_ARGS)

# The tests run in a copy without src, so only the wheel can answer.
test-wheel: .venv-wheel/.ready ## build the wheel and run the tests against it
	@rm -rf build/wheel build/wheel-test
	@.venv-wheel/bin/python -m pip $(QUIETLY) wheel --no-deps --wheel-dir build/wheel .
	@.venv-wheel/bin/python -m pip $(QUIETLY) install --force-reinstall --no-deps build/wheel/*.whl
	@mkdir -p build/wheel-test
	@for f in pyproject.toml README.md CHANGELOG.md CITATION.cff tests docs examples benchmarks; do \
		if [ -e $$f ]; then cp -R $$f build/wheel-test/; fi; done
	@cd build/wheel-test && ../../.venv-wheel/bin/python -m pytest -q -n $(WORKERS) $(PYTEST_ARGS)

ci: ## what the continuous integration runs
	@.ci/run

clean: ## remove the environments and everything that was built
	@rm -rf .venv .venv-* build dist docs/_build docs/generated docs/gallery
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------- environments

$(VENV)/.made:
	$(call new_venv,$(VENV))
	@touch $@

$(VENV)/.demo: $(VENV)/.made pyproject.toml
	@echo 'installing jiascores and what the example needs (once)'
	@$(PIP) --editable '.[plot,stats]'
	@touch $@

$(VENV)/.test $(VENV)/.lint $(VENV)/.types $(VENV)/.docs $(VENV)/.bench $(VENV)/.coverage: $(VENV)/.made pyproject.toml
	@echo 'installing jiascores and the tools for "$(subst .,,$(@F))" (once)'
	@$(PIP) --editable . $(groups)
	@touch $@

$(VENV)/.test: groups = --group test
$(VENV)/.lint: groups = --group lint
$(VENV)/.types: groups = --group types
$(VENV)/.docs: groups = --group docs
$(VENV)/.bench: groups = --group bench
$(VENV)/.coverage: groups = --group test --group coverage

# The other environments: the group of the same name, or `test` for the wheel.
.venv-wheel/.ready: group = test
.venv-wheel/.ready: editable =
.venv-%/.ready: group = $*
.venv-%/.ready: editable = --editable

.venv-engines/.ready .venv-oldest/.ready .venv-newest/.ready .venv-wheel/.ready: .venv-%/.ready: pyproject.toml
	$(call new_venv,.venv-$*)
	@echo 'installing jiascores and the tools for "$*" (once)'
	@.venv-$*/bin/python -m pip $(QUIETLY) install $(editable) . --group $(group)
	@touch $@
