# Each target does all that it needs on a machine with Python 3.11 or newer, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: setup demo test lint lock bench

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Linkrobot needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say where one is: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: setup
	@$(BIN)/linkrobot demo

test: setup
	$(BIN)/pytest

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# What is promised about speed, measured beside what it is compared with: see bench/README.md.
bench: setup
	$(BIN)/python -m bench

# The newest versions that fit pyproject.toml, written down for everybody's `make setup`.
lock:
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check '.[dev]'
	(echo '# The versions that this release was tested with; `make lock` writes them anew.'; \
	 $(VENV)/lock/bin/python -m pip freeze --exclude linkrobot) > constraints.txt
	rm -rf $(VENV)/lock build
