# Everything is set up in .venv on first use; nothing is installed outside it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-tui pictures fuzz verify-packs guards agreement clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cks-trainer needs Python 3.11 or newer; set PYTHON=..." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "could not make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 2; }

$(VENV)/.run: $(BIN)/python pyproject.toml constraints.txt
	@echo "setting up $(VENV) ..."
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	@echo "setting up $(VENV) with the development tools ..."
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.run

run: $(VENV)/.run ## open the trainer (on recordings where no Docker answers)
	@$(BIN)/cks-trainer

test: $(VENV)/.dev ## run the tests
	$(BIN)/python -m pytest -n auto --dist loadgroup $(TESTS)

check: $(VENV)/.dev ## format, lint, types, layers
	$(BIN)/ruff format --check trainer tests
	$(BIN)/ruff check trainer tests
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev ## timings, as ratios against a baseline of the same run
	$(BIN)/python -m tests.bench

bench-tui: $(VENV)/.dev ## first paint, keys while a grade runs, 5,000 events, memory: in a terminal of its own
	$(BIN)/python -m tests.bench_tui

pictures: $(VENV)/.run ## the pictures of README.md and docs/tour.md, from the real program
	$(BIN)/python -m trainer.tui.picture docs/tui.svg
	$(BIN)/python -m trainer.tui.picture --tour docs/tour

fuzz: $(VENV)/.dev ## 220,000 generated documents through the engine, and bombs (about 10 minutes)
	$(BIN)/python -m tests.fuzz

verify-packs: $(VENV)/.dev ## prove the core pack, recorded and live: starter 0, reference 100 %, decoys and mutants (needs Docker)
	$(BIN)/cks-trainer pack verify --live --mutants

guards: $(VENV)/.dev ## take the guards of the faults out: does a test fail without each? (needs Docker)
	$(BIN)/python -m tests.guards

agreement: $(VENV)/.dev ## agreement with a real Falco: the engine by file, live capture by field (needs Docker)
	$(BIN)/python -m tests.conformance_report
	$(BIN)/python -m tests.capture_agreement

clean: ## remove containers that were left, and the environment
	-@test -x $(BIN)/cks-trainer && $(BIN)/cks-trainer clean
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
