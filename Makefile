# Each target does all that it needs on a machine with Python 3.11 or newer, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
FUZZ_SECONDS ?= 60
AUDIT := $(VENV)/audit
PIP_INSTALL := pip install --quiet --disable-pip-version-check

.PHONY: setup demo test lint texts audit lock bench fuzz soak soak-replicas

setup: $(READY) $(VENV)/browser

# The browser tests drive a real Chromium: the system's, or one that is installed now.
$(VENV)/browser: $(READY)
	@$(BIN)/python -m tests.browser.chromium
	@touch $@

# Nothing but the very files of the lock is installed, and none of them builds anything.
$(READY): pyproject.toml requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Linkrobot needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say where one is: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m $(PIP_INSTALL) --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)
	@$(BIN)/linkrobot demo

# Many tests wait more than they work, so three processes fit on two processors. A file's tests stay
# together; xdist's own order would begin the longest, which are in files of few tests, at the end.
test: setup
	$(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# The words of the page, as code and templates use them: new ones wait there to be translated.
texts: $(READY)
	$(BIN)/python -m tests.catalogues

# What is promised about speed, measured beside what it is compared with: see bench/README.md.
bench: setup
	$(BIN)/python -m bench

# Ten minutes of deals at 20 portals, with faults and kills; `make soak MINUTES=1` for a short one.
soak: setup
	$(BIN)/python -m tests.soak --minutes $(or $(MINUTES),10)

# Three replicas on one PostgreSQL, one after the other killed; `make soak-replicas RUNS=600` for
# a short one.
soak-replicas: setup
	$(BIN)/python -m tests.soak.replicas --runs $(or $(RUNS),5000)

# Strangers' bytes, led by what of our code they reach: each target for so many seconds.
fuzz: $(VENV)/fuzz
	$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS)

$(VENV)/fuzz: $(READY)
	$(BIN)/python -m $(PIP_INSTALL) --require-hashes --requirement requirements-fuzz.lock
	@touch $@

# Known vulnerabilities and abandoned packages, as the registry tells them: see SECURITY.md.
audit: $(AUDIT)/ready
	@$(AUDIT)/bin/python -m tests.dependencies.audit

$(AUDIT)/ready: requirements-audit.lock
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m $(PIP_INSTALL) --require-hashes --requirement requirements-audit.lock
	@touch $@

# The newest versions that fit pyproject.toml, each file with its hash, for every platform and
# Python from 3.11 on: what runs, what develops, what audits.
COMPILE := $(AUDIT)/bin/uv pip compile --quiet --no-config --upgrade --universal \
	--python-version 3.11 --generate-hashes --only-binary :all: --emit-build-options \
	--custom-compile-command 'make lock'
# On Windows psycopg needs tzdata, and b24pysdk (a development tool) holds that back.
HELD_BACK := tzdata<2026.4 ; sys_platform == "win32"
lock: $(AUDIT)/ready
	printf 'setuptools\n$(HELD_BACK)\n' | $(COMPILE) --output-file requirements.lock \
		pyproject.toml -
	echo setuptools | $(COMPILE) --output-file requirements-dev.lock --extra dev \
		--constraint requirements.lock pyproject.toml -
	printf 'pip-audit\nuv\n' | $(COMPILE) --output-file requirements-audit.lock -
	printf 'atheris<3.1\n' | $(COMPILE) --output-file requirements-fuzz.lock -
