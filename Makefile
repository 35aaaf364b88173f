# `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PORT ?= 5000
# Compiled modules are kept: without them each process that starts compiles the program again, and tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE
# An .env of this folder is for Compose, not for a demonstration.
export FLASK_SKIP_DOTENV := 1

.DEFAULT_GOAL := help
.PHONY: help install run test test-full test-mutations check audit format freeze bench screens browsers assets prepared clean

help:  ## List the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-13s %s\n", $$1, $$2}'

# Where this Python has a pip that installs for others, .venv needs none: unpacking one takes four seconds. Compiling takes all processors.
PIP_FOR_OTHERS = $(shell $(PYTHON) -c "import pip; print('yes' if tuple(map(int, pip.__version__.split('.')[:2])) >= (22, 3) else '')" 2>/dev/null)
PIP = $(if $(PIP_FOR_OTHERS),$(PYTHON) -m pip --python $(BIN)/python,$(BIN)/pip) --disable-pip-version-check
INSTALL = $(PIP) install --quiet --no-compile --require-hashes
# Half of all time would go to places, companies and time zones of telephone numbers, which nothing imports. A package may bring a file that
# is not for this Python: then compileall fails, and nothing is lost.
COMPILE = @$(BIN)/python -m compileall -q -j 0 -x 'phonenumbers/(geo|carrier|tz)data' $(VENV)/lib seminar_app >/dev/null || true

$(VENV)/ready: requirements.txt
	$(PYTHON) -m venv $(if $(PIP_FOR_OTHERS),--without-pip) $(VENV)
	$(INSTALL) -r requirements.txt
	$(COMPILE)
	@touch $@

$(VENV)/ready-dev: requirements-dev.txt $(VENV)/ready
	$(INSTALL) -r requirements-dev.txt
	$(COMPILE)
	@touch $@

prepared: $(VENV)/ready
	@$(BIN)/python -m tools.translations compile
	@$(BIN)/python -m tools.static_files

install: $(VENV)/ready  ## Set everything up and add the command .venv/bin/constancia, for a real installation
	$(PIP) install --quiet --no-build-isolation --no-deps --editable .

run: $(VENV)/ready prepared  ## Set everything up and serve the demo at http://127.0.0.1:5000 (PORT= to change)
	@exec $(BIN)/flask --app seminar_app serve

# Tests commit thousands of times. In memory they need not wait for the disk; where there is too little of it they do.
test: export TMPDIR := $(shell test -w /dev/shm && test "$$(df -Pk /dev/shm | awk 'NR == 2 {print $$4}')" -gt 4000000 && echo /dev/shm || echo $${TMPDIR:-/tmp})
test: $(VENV)/ready-dev prepared  ## Set everything up and run the tests, on SQLite and PostgreSQL
	@$(BIN)/python -m tools.cost --budget 700 $(BIN)/pytest -n $$(( $$(nproc) + 1 )) --dist loadgroup -m "not full"

test-full: $(VENV)/ready-dev prepared  ## The same with the long forms (hours)
	@$(BIN)/python -m tools.cost $(BIN)/pytest -n auto --dist loadgroup

test-mutations: $(VENV)/ready-dev prepared  ## Break each protection by one line, in a copy, and see that the tests notice
	$(BIN)/python -m tools.mutation_tests

check: $(VENV)/ready-dev  ## Format, lint, types, contracts, translations, then the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -c pyproject.toml -r seminar_app config.py
	$(BIN)/python -m tools.translations check
	$(BIN)/python -m tools.check_vendored
	$(MAKE) test

audit: $(VENV)/ready-dev  ## Ask whether a dependency has a known hole
	$(BIN)/pip-audit --strict --require-hashes -r requirements.txt

format: $(VENV)/ready-dev  ## Write the code the one way
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

freeze:  ## Pin requirements*.in with hashes
	$(PIP) install --quiet uv
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --universal --python-version 3.11 requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt

bench: $(VENV)/ready-dev prepared  ## Measure what docs/benchmarks.md says (python -m bench --help for parts of it)
	$(BIN)/python -m bench

screens: $(VENV)/ready-dev prepared  ## Take the pictures of docs/screens
	$(BIN)/python -m tools.screens

browsers: $(VENV)/ready-dev prepared  ## Run the main journeys in Firefox (Debian's firefox-esr, and node)
	$(BIN)/python -m tools.browsers

assets:  ## Build the style sheet, type and icons again (needs Node; the built files are committed)
	cd assets && npm ci --no-audit --no-fund --ignore-scripts && npm run build
	cd assets && npm run clean-lock
	$(BIN)/python -m tools.check_vendored

clean:  ## Remove what was made, but not the data
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build
