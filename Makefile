# Both commands of the README need only Python 3.11 or newer and make.
PYTHON ?= python3
BIN = .venv/bin
MIN = .venv-min/bin

.PHONY: demo test test-min check clean

demo: .venv/installed
	$(BIN)/emgfasc demo --out demo

test: .venv/installed-dev
	$(BIN)/python -m pytest -n 2 -q
	$(BIN)/python -m pytest -q --nbmake notebooks

# The oldest allowed version of every dependency passes the tests too.
test-min: .venv-min/installed
	$(MIN)/python -m pytest -n 2 -q tests

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install -q -e .
	touch $@

.venv/installed-dev: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install -q -e '.[dev]'
	touch $@ .venv/installed

.venv-min/installed: pyproject.toml .ci/lowest.py
	$(PYTHON) -m venv .venv-min
	$(PYTHON) .ci/lowest.py > .venv-min/lowest.txt
	$(MIN)/python -m pip install -q -c .venv-min/lowest.txt -e '.[dev]'
	touch $@

clean:
	rm -rf .venv .venv-min demo build dist
