# `make demo` and `make test` do all their own set-up; they need Python 3.11 or newer and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test lint unit format benchmarks gpu clean

help:
	@echo "make demo        train a GAN on digits, about three minutes on two cores"
	@echo "make test        everything that must hold: format, lint, types, layers, tests, a training"
	@echo "make format      format the code and mend what can be mended"
	@echo "make benchmarks  measure what is claimed about speed"
	@echo "make gpu         on a GPU: is it right there, and how fast? at most nine minutes"

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "zerosum needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

demo: $(READY)
	$(BIN)/zerosum train dcgan-digits

# Side by side: lint takes one core for half a minute, in which tests would have left it idle.
test: $(READY)
	@$(MAKE) --no-print-directory --jobs=2 lint unit

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# One thread for each worker: several workers with as many threads each as there are cores slow
# each other down many times over. Some environments keep no bytecode; here each of a hundred
# processes would compile all that it imports.
unit: $(READY)
	PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses auto --dist worksteal

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

benchmarks: $(READY)
	for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

# `make gpu ARGUMENTS='--minutes 4'`; without a GPU a toy size is measured.
gpu: $(READY)
	$(BIN)/python benchmarks/gpu.py $(ARGUMENTS)

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build
