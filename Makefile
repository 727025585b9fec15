# Everything a user or CI needs: make demo, make test. `make venv` is set-up only and is run by the others.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Off for every target: Prefect's phone-home, and pip's question about newer versions.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help venv demo test test-fast lint format bench lock clean

help:
	@echo "make demo       the whole pipeline on the bundled recordings"
	@echo "make test       every test (real model, PostgreSQL when there is one, browser when there is one)"
	@echo "make test-fast  the inner loop: no model, no server, no browser"
	@echo "make lint       ruff, mypy --strict, import contracts"
	@echo "make bench      every benchmark; each prints the numbers that the README names"
	@echo "make lock       resolve pyproject.toml again into requirements.lock (needs uv)"

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "callqa needs Python 3.11 or newer; run make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	# The lock is complete, so pip resolves nothing: --no-deps also keeps torch away, which silero-vad only declares.
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(STAMP)

venv: $(STAMP)

demo: $(STAMP)
	$(BIN)/callqa demo

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The slow half runs alone, two at a time: many of its tests fill every core by themselves.
test: test-fast
	$(BIN)/python -m pytest -m slow --numprocesses 2

test-fast: $(STAMP)
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto

bench: $(STAMP)
	$(BIN)/python -m benchmarks.agreement
	$(BIN)/python -m benchmarks.sentences
	$(BIN)/python -m benchmarks.prohibited
	$(BIN)/python -m benchmarks.hard_cases
	$(BIN)/python -m benchmarks.outside
	$(BIN)/python -m benchmarks.overhead
	$(BIN)/python -m benchmarks.accuracy
	$(BIN)/python -m benchmarks.throughput
	$(BIN)/python -m benchmarks.speechless
	$(BIN)/python -m benchmarks.memory

lock:
	uv pip compile pyproject.toml --extra dev --extra bench --extra s3 --extra dask --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --override requirements.overrides \
	  --no-emit-package torch --no-emit-package torchaudio --no-emit-package mpmath --no-emit-package networkx \
	  --no-emit-package setuptools --no-emit-package sympy --custom-compile-command "make lock" -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
