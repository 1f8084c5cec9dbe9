# Limner's commands. Each brings what it needs; a stamp in the environment makes the second run quick.
#   make serve       install into .venv and open the studio at http://127.0.0.1:8080
#   make test        the lean tests, on SQLite: under ten minutes
#   make test-extra  in a browser; on PostgreSQL; with torch and other programs' clients, in environments of their own
#   make coverage    how much of Limner the tests run
#   make lint        ruff, mypy, import-linter
#   make messages    the catalogues of the pages' words, brought up to date with the sources
#   make bench       the numbers of benchmarks/README.md, measured here

PYTHON ?= python3
VENV := .venv
EXTRA := .venv-extra
# Other programs' client libraries, which cannot live in one environment: one each, by tests/clients/*.txt.
CLIENTS := $(patsubst tests/clients/%.txt,.venv-%,$(wildcard tests/clients/*.txt))
PIP = bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
PACKAGING := pyproject.toml constraints.txt

# The tests that meet the database: they run once more on PostgreSQL. (Not the checklist: that is about HTTP.)
ON_POSTGRES := $(wildcard tests/accounts tests/api tests/faults tests/gallery tests/jobs tests/ops tests/prompts tests/security tests/storage tests/studio)
# The pages with the most words, once more in a language from right to left. (All of tests/browser can be run so.)
IN_PSEUDO := $(patsubst %,tests/browser/test_%.py,composer edit lightbox refine)
COVERAGE_FLOOR := 90
# Some at a time, a file of tests on one worker: a third of their time is waiting for disks and for other processes.
PYTEST := bin/python -m pytest --dist loadfile
BROWSER := $(PYTEST) -n 2 -m "browser and not extra"
# A browser on a busy machine is late now and then: what failed is run once more, and has to pass then.
AGAIN := --last-failed --last-failed-no-failures none

.PHONY: environments help install serve test test-extra coverage lint format messages bench parts clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

install: $(VENV)/.limner

serve: install
	$(VENV)/bin/limner serve

$(VENV)/bin/python $(EXTRA)/bin/python $(CLIENTS:%=%/bin/python):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Limner needs Python 3.11 or newer: make serve PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(@:/bin/python=) \
		|| { rm -rf $(@:/bin/python=); echo "This Python cannot make environments. On Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.limner: $(VENV)/bin/python $(PACKAGING)
	@echo "Installing Limner into $(VENV) (a few hundred megabytes the first time)…"
	@$(VENV)/$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python $(PACKAGING)
	@echo "Installing what the tests need into $(VENV)…"
	@$(VENV)/$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.limner

# After the other, never beside it: both write limner.egg-info.
$(EXTRA)/.extra: $(EXTRA)/bin/python $(PACKAGING) | $(VENV)/.dev
	@echo "Installing torch and what the extra tests need into $(EXTRA)…"
	@$(EXTRA)/$(PIP) -e '.[extra]'
	@touch $@

$(CLIENTS:%=%/.ready): .venv-%/.ready: .venv-%/bin/python tests/clients/%.txt
	@echo "Installing what tests/clients/$*.txt names into .venv-$*…"
	@.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check -r tests/clients/$*.txt
	@if [ $* = node ]; then \
		PATH="$(CURDIR)/.venv-node/bin:$$PATH" npm --prefix tests/clients/node ci --ignore-scripts --no-audit --no-fund --silent; \
	fi
	@touch $@

.venv-node/.ready: tests/clients/node/package-lock.json

# Every environment that the tests run in; --jobs makes some at a time.
environments: $(VENV)/.dev $(EXTRA)/.extra $(CLIENTS:%=%/.ready)

# A browser and a database server: fetched where that is possible, named where it is not.
parts:
	@.ci/parts

# Lean: everything that needs no torch, no browser and no other database.
test: $(VENV)/.dev parts
	$(VENV)/$(PYTEST) -n 3 -m "not extra and not browser"

# All these runs always happen, and each can fail the whole. 5 is pytest's "no test was chosen".
test-extra: $(VENV)/.dev $(EXTRA)/.extra $(CLIENTS:%=%/.ready) parts
	@status=0; \
	$(VENV)/$(BROWSER) tests/browser || $(VENV)/$(BROWSER) $(AGAIN) tests/browser || status=$$?; \
	$(VENV)/$(BROWSER) --language=pseudo $(IN_PSEUDO) || $(VENV)/$(BROWSER) $(AGAIN) --language=pseudo $(IN_PSEUDO) || status=$$?; \
	if .ci/parts --has postgres; then \
		$(VENV)/$(PYTEST) -n 3 -m "not extra" --database=postgres --ignore=tests/api/checklist $(ON_POSTGRES) || status=$$?; \
	fi; \
	OMP_NUM_THREADS=1 $(EXTRA)/$(PYTEST) -n 2 -m extra || test $$? -eq 5 || status=1; \
	exit $$status

# What the lean tests and the browser's cover together. Slow: it looks into every process they start.
coverage: $(VENV)/.dev parts
	@rm -f .coverage .coverage.*
	$(VENV)/$(PYTEST) -n 2 -m "not extra" --cov=limner --cov-report=term:skip-covered --cov-fail-under=$(COVERAGE_FLOOR)

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(VENV)/.dev
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

messages: $(VENV)/.dev parts
	$(VENV)/bin/python -m tests.language.messages

bench: $(VENV)/.dev $(EXTRA)/.extra parts
	@status=0; for claim in $$(ls benchmarks/*.py | grep -v -e __init__ -e engines); do \
		echo; $(VENV)/bin/python -m benchmarks.$$(basename $$claim .py) || status=$$?; \
	done; $(EXTRA)/bin/python -m benchmarks.engines || status=$$?; exit $$status
	$(VENV)/bin/python -m benchmarks.ledger --database postgres

clean:
	rm -rf build dist *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
