# The only things this needs are make and a Python of at least 3.11 with venv.
# Stamp files in .venv remember what is installed, so a second run is quick.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL: # two targets may install into the same environment

# The versions that the tests run on, newest first, and those that may come.
TESTED := 3.13 3.12 3.11
NEWER := 3.19 3.18 3.17 3.16 3.15 3.14
# $(call first_python,versions): the first Python that really runs (a shim may exist and fail; then
# pyenv is asked where it has that version), is new enough, and can make a virtual environment.
GOOD := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
first_python = $(shell pyenv=$$(pyenv root 2>/dev/null); \
	for p in $(foreach v,$(1),python$(v) "$$pyenv"/versions/$(v).*/bin/python) python3 python; do \
	if "$$p" -c '$(GOOD)' </dev/null >/dev/null 2>&1; then echo "$$p"; break; fi; done)
# PYTHON=/path/to/python overrides all three.
ifeq ($(origin PYTHON),undefined)
PYTHON = $(call first_python,$(TESTED) $(NEWER))
OLDEST_PYTHON = $(call first_python,3.11 3.12)
NEWEST_PYTHON = $(call first_python,$(NEWER) $(TESTED))
else
OLDEST_PYTHON = $(PYTHON)
NEWEST_PYTHON = $(PYTHON)
endif

VENV := .venv
PY := $(VENV)/bin/python
QUIETLY := --disable-pip-version-check --quiet
PIP := $(PY) -m pip $(QUIETLY) install
WORKERS ?= 2
PYTEST_ARGS ?=

# Says so where a Python is newer than those.
IS_NEWER := import sys; sys.exit(sys.version_info[:2] <= tuple(map(int, "$(firstword $(TESTED))".split("."))))

# $(call new_venv,directory,python): a fresh environment with a pip that knows --group.
define new_venv
	@if ! "$(2)" -c '$(GOOD)' </dev/null >/dev/null 2>&1; then \
		echo 'jiascores needs Python 3.11 or newer with its venv module, and found none.' >&2; \
		echo 'Install one (on Debian and Ubuntu: python3 and python3-venv), or name it:' >&2; \
		echo '    make $(MAKECMDGOALS) PYTHON=/path/to/python3' >&2; \
		exit 1; \
	fi
	@echo "making $(1) with $$("$(2)" --version)"
	@if "$(2)" -c '$(IS_NEWER)' </dev/null; then \
		echo "$$("$(2)" --version) is newer than those jiascores is tested on" \
			"($(lastword $(TESTED)) to $(firstword $(TESTED)))"; \
	fi
	@"$(2)" -m venv --clear $(1)
	@$(1)/bin/python -m pip $(QUIETLY) install --upgrade pip
endef

.PHONY: help demo test lint format types docs bench coverage mutants \
	fuzz rules release test-browser test-engines test-r test-oldest test-newest test-bare test-extras verify ci clean

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

format: $(VENV)/.lint ## format the code and correct what can be fixed by machine
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

# On Python 3.11, whose types are checked: NumPy 2.5 and its stubs are for 3.12 and newer.
# Then as users have it who installed nothing else: without Polars and the stubs of pandas.
TYPES := .venv-types/bin/python -m
BARE_TYPES := .venv-types-bare/bin/python
types: .venv-types/.ready .venv-types-bare/.ready ## check the types with mypy (strict) and pyright
	@$(TYPES) mypy
	@$(TYPES) pyright --pythonpath .venv-types/bin/python
	@PYTHONPATH=src $(TYPES) pyright --pythonpath .venv-types/bin/python --verifytypes jiascores --ignoreexternal \
		>.venv-types/types.txt || { grep -B1 -A1 ' error' .venv-types/types.txt; exit 1; }
	@$(BARE_TYPES) -m mypy --config-file= --strict --follow-imports=silent tests/typing_user.py
	@$(TYPES) pyright --pythonpath $(BARE_TYPES) tests/typing_user.py

docs: $(VENV)/.docs ## build the documentation into docs/_build/html
	@rm -rf docs/_build docs/gallery docs/generated # what is no longer made must not stay
	@$(PY) -m pytest -q -m sphinx tests/test_docs.py
	@$(PY) docs/_ext/docstrings.py
	@$(PY) -m sphinx -W -n --keep-going -q -b html docs docs/_build/html
	@$(PY) docs/_ext/site_check.py docs/_build/html
	@echo 'the documentation is in docs/_build/html/index.html'

bench: $(VENV)/.bench ## measure the speed against the stated targets
	@$(PY) benchmarks/run.py

verify: $(VENV)/.demo ## recompute the published check values with the installed library
	@$(VENV)/bin/jiascores verify

coverage: $(VENV)/.coverage ## run the tests and report the branches not covered
	@$(PY) -m pytest -q -n $(WORKERS) --cov --cov-report=term-missing --cov-report=json:build/coverage.json $(PYTEST_ARGS)
	@$(PY) -m tests.coverage_page build/coverage.json docs/validation/coverage.txt

# MUTANTS="--survivors", "--size 100 --seed 2": see mutants/run.py.
MUTANTS ?=
mutants: $(VENV)/.mutants ## change the source in 1,000 places, and see which changes no test notices (an hour)
	@$(PY) mutants/run.py --workers $(WORKERS) $(MUTANTS)

test-engines: .venv-engines/.ready ## run the engine tests with a real, local PySpark
	@command -v java >/dev/null 2>&1 || [ -x "$$JAVA_HOME/bin/java" ] || { \
		echo 'make test-engines needs Java 17 or newer for PySpark: no java was found.' >&2; exit 1; }
	@JIASCORES_ENGINES=all SPARK_LOCAL_IP=127.0.0.1 \
	PYSPARK_PYTHON=$(CURDIR)/.venv-engines/bin/python \
	.venv-engines/bin/python -m pytest -q -m engines $(PYTEST_ARGS)

rules: $(VENV)/.test ## break each rule once, in a copy, and see that a test notices
	@$(PY) -m tests.rules

test-browser: $(VENV)/.browser ## try the site that `make docs` built in Chromium: calculator, paths, accessibility
	@$(PY) -m pytest -q -m browser $(PYTEST_ARGS)

test-r: $(VENV)/.test ## hold the statistics against R and scipy, on 1,000 random tables
	@command -v Rscript >/dev/null 2>&1 || { \
		echo 'make test-r needs R (on Debian and Ubuntu: r-base-core): no Rscript was found.' >&2; exit 1; }
	@$(PY) -m pytest -q -m r $(PYTEST_ARGS)

# ROWS random rows of each family of check values, from SEED; the figures go to the documentation.
ROWS ?= 100000
SEED ?= 1
fuzz: $(VENV)/.test ## ask every verdict random questions, and hold the answers against exact arithmetic
	@$(PY) -m tests.fuzz --rows $(ROWS) --seed $(SEED) --write docs/validation/fuzz.csv

test-oldest: .venv-oldest/.ready ## run the tests with the oldest dependencies we promise, on Python 3.11
	@.venv-oldest/bin/python -m pytest -q -n $(WORKERS) $(PYTEST_ARGS)

# $(call install_wheel,directory): what a user gets, in place of the source.
define install_wheel
	@rm -rf build/wheel
	@$(1)/bin/python -m pip $(QUIETLY) wheel --no-deps --wheel-dir build/wheel .
	@$(1)/bin/python -m pip $(QUIETLY) install --force-reinstall --no-deps build/wheel/*.whl
endef

# The tests run in a copy without src, so only the wheel can answer.
test-newest: .venv-newest/.ready ## run the tests against the wheel, with the newest Python and dependencies
	$(call install_wheel,.venv-newest)
	@rm -rf build/wheel-test
	@mkdir -p build/wheel-test
	@for f in pyproject.toml README.md CHANGELOG.md CITATION.cff tests docs examples benchmarks; do \
		if [ -e $$f ]; then cp -R $$f build/wheel-test/; fi; done
	@cd build/wheel-test && ../../.venv-newest/bin/python -m pytest -q -n $(WORKERS) $(PYTEST_ARGS)

test-bare: .venv-bare/.ready ## try the wheel where nothing is installed but the core dependencies
	$(call install_wheel,.venv-bare)
	@.venv-bare/bin/python -m pytest -q --noconftest $(PYTEST_ARGS) tests/bare.py

test-extras: ## install the extras one by one, and try that each does what it says
	@PYTHON=$(PYTHON) .ci/extras

# Built twice, the second time under another umask and time zone: the files must be the same to the
# byte. The bill of materials lists what a plain installation of the wheel brings.
RELEASE := .venv-release/bin
release: .venv-release/.ready ## build what is published: the wheel, the source, a bill of materials
	@rm -rf dist build/again build/installed && mkdir -p build
	@$(RELEASE)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	@export SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct 2>/dev/null || echo 1767225600); \
		$(RELEASE)/python -m build --outdir dist . >build/release.txt 2>&1 && \
		(umask 077; TZ=Asia/Tokyo $(RELEASE)/python -m build --outdir build/again . >>build/release.txt 2>&1) || \
		{ cat build/release.txt >&2; exit 1; }
	@for f in dist/*; do cmp "$$f" "build/again/$${f#dist/}" || exit 1; done
	@$(RELEASE)/twine check --strict dist/*
	@$(RELEASE)/python -m venv build/installed
	@build/installed/bin/python -m pip $(QUIETLY) install dist/*.whl
	@build/installed/bin/jiascores verify | grep -E '^(Check values|Result):'
	@$(RELEASE)/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml --mc-type library \
		--output-file dist/jiascores.cdx.json build/installed/bin/python
	@cd dist && sha256sum *

ci: ## what the continuous integration runs
	@.ci/run

clean: ## remove the environments and everything that was built
	@rm -rf .venv .venv-* build dist docs/_build docs/generated docs/gallery
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------- environments

$(VENV)/.made:
	$(call new_venv,$(VENV),$(PYTHON))
	@touch $@

$(VENV)/.demo: $(VENV)/.made pyproject.toml
	@echo 'installing jiascores and what the example needs (once)'
	@$(PIP) --editable '.[plot,stats]'
	@touch $@

$(VENV)/.test $(VENV)/.browser $(VENV)/.lint $(VENV)/.docs $(VENV)/.bench $(VENV)/.coverage $(VENV)/.mutants: $(VENV)/.made pyproject.toml
	@echo 'installing jiascores and the tools for "$(subst .,,$(@F))" (once)'
	@$(PIP) --editable . $(groups)
	@touch $@

$(VENV)/.test: groups = --group test
$(VENV)/.browser: groups = --group browser
$(VENV)/.lint: groups = --group lint
$(VENV)/.docs: groups = --group docs
$(VENV)/.bench: groups = --group bench
$(VENV)/.coverage: groups = --group test --group coverage
$(VENV)/.mutants: groups = --group mutants

# The other environments: the group of the same name; the wheel's tests have no source to edit.
.venv-%/.ready: python = $(PYTHON)
.venv-oldest/.ready .venv-types/.ready .venv-types-bare/.ready: python = $(OLDEST_PYTHON)
.venv-newest/.ready: python = $(NEWEST_PYTHON)
.venv-%/.ready: editable = --editable
.venv-newest/.ready .venv-bare/.ready .venv-release/.ready: editable =

.venv-engines/.ready .venv-types/.ready .venv-types-bare/.ready .venv-oldest/.ready .venv-newest/.ready .venv-bare/.ready .venv-release/.ready: \
		.venv-%/.ready: pyproject.toml
	$(call new_venv,.venv-$*,$(python))
	@echo 'installing jiascores and the tools for "$*" (once)'
	@.venv-$*/bin/python -m pip $(QUIETLY) install $(editable) . --group $*
	@touch $@
