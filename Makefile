# What a newcomer needs: `make run` and `make test`. Nothing else has to be prepared but Python 3.11 or newer.
VENV := .venv
PY   := $(VENV)/bin/python
JOBS ?= 2

.PHONY: help install install-dev run test check soak bench clean
.DEFAULT_GOAL := help

help:
	@echo "make install  prepare .venv from the pinned requirements.txt (skipped while it is up to date)"
	@echo "make run      seed the demonstration once and serve on HOST:PORT (127.0.0.1:8050)"
	@echo "make test     every test: units, both stores, browser journeys (some fifteen minutes on two cores)"
	@echo "make check    format, lint, types and the import contract"
	@echo "make soak     the long rounds: killing, racing, load"
	@echo "make bench    the benchmarks of benchmarks/README.md"
	@echo "make clean    remove .venv and caches; var/ (your data) stays"

install:
	@sh deploy/install.sh requirements.txt

install-dev:
	@sh deploy/install.sh requirements-dev.txt

run: install
	@$(PY) cli.py demo
	@exec $(PY) cli.py serve

test: install-dev
	@CHROMIUM="$$($(PY) -m tests.support.browser)" $(PY) -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

check: install-dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

soak: install-dev
	@CHROMIUM="$$($(PY) -m tests.support.browser)" SOAK=1 $(PY) -m pytest tests/test_order_machine.py tests/test_last_tonne.py tests/test_planting_race.py tests/test_storm.py $(ARGS)

bench: install-dev
	$(PY) -m benchmarks $(ARGS)

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
