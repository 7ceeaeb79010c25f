# The chores of the project; `make help` lists them.
SHELL := /bin/bash
PY := .venv/bin/python
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/run.done: requirements.txt
	@test -x $(PY) || python3 -m venv .venv
	@echo "Installing the requirements …"
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev.done: requirements-dev.txt .venv/run.done
	@echo "Installing what the tests and checks need …"
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: .venv/run.done ## Serve everything in one process, with a Slack sandbox and demo data (PORT=… moves it)
	@$(PY) -m flask --app app serve

test: .venv/dev.done browser ## Run every test
	@$(PY) -m pytest $(ARGS)

check: .venv/dev.done ## Format, lint, types, import contract, plans
	@.venv/bin/ruff format --check --quiet . || (echo "Not formatted: run make format" && exit 1)
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/lint-imports --no-cache --config pyproject.toml > .venv/imports.log 2>&1 || (cat .venv/imports.log && exit 1)
	@$(PY) -m flask --app app playbooks check

format: .venv/dev.done ## Format the code and mend what the linter can
	@.venv/bin/ruff check --quiet --fix . ; .venv/bin/ruff format --quiet .

bench: .venv/dev.done ## Run the benchmarks, write bench/results/*.json and print a table (ARGS=opening for one)
	@$(PY) -m bench $(ARGS)

browser: ## Look for the browser and the fonts that the tests need
	@bash .ci/browser

translations: .venv/dev.done ## Collect the texts of code and templates into the catalogue and list what lacks
	@$(PY) translations/collect.py

requirements: .venv/dev.done ## Compile the requirements again, with hashes
	@for name in requirements requirements-dev requirements-train; do \
	  .venv/bin/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --allow-unsafe -o $$name.txt $$name.in; done

.PHONY: help run test check format bench browser translations requirements
