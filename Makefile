# `make run` and `make test` do everything; `make help` lists the rest.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# What is written, the own account alone reads.
ENV := umask 077; SECRET_KEY="$$(cat var/secret_key)" CLINIC_TRAIL_KEYS="$$(cat var/trail_keys)" CLINIC_HTTPS=0 CLINIC_DEMO=1
# Twenty thousand steps on each engine; measuring what they reach would make them thrice as slow.
SEQUENCES := tests/actions/test_sequences.py
# A worker with nothing left takes over from the other: a few slow tests stand together.
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal
# No database is asked here: once is enough.
WITHOUT_DATABASE := --ignore tests/rules --ignore tests/test_codebase.py --ignore tests/test_security_page.py
# The rooms with a bound are measured by their own tests: measuring makes each test half as slow again.
MEASURED := tests/rules tests/actions tests/guards tests/clinic/trail tests/proof
OTHERS := -m "not browser" $(addprefix --ignore ,$(MEASURED))
TOOLS := SECRET_KEY=tools CLINIC_TRAIL_KEYS=tools:not-a-secret-for-tools-that-write-nothing

.DEFAULT_GOAL := help
.PHONY: help run test lint types imports test-sqlite test-postgresql coverage test-browser test-long screenshots styles lock clean

help: ## list what can be asked for
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

run: .venv/run var/secret_key var/trail_keys ## the demo clinic at http://localhost:8000; run again, it keeps its data
	@$(BIN)/python -c 'import socket,sys; s=socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", $(PORT)))' 2>/dev/null \
		|| { echo "Port $(PORT) is in use. Stop what runs there, or: make run PORT=8001"; exit 1; }
	@chmod -R go= var
	@$(ENV) $(BIN)/python manage.py migrate --verbosity 0
	@$(ENV) $(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@$(ENV) $(BIN)/python manage.py check --database default --fail-level WARNING
	@$(ENV) $(BIN)/python manage.py demo --if-empty
	@echo; echo "The board: http://localhost:$(PORT)   (stop with Ctrl-C)"
	@(sleep 3; $(BIN)/python -m webbrowser "http://localhost:$(PORT)" >/dev/null 2>&1) &
	@$(ENV) $(BIN)/gunicorn clinic.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --threads 4 --no-control-socket --log-level warning

test: system .venv/test lint types imports test-sqlite test-postgresql coverage test-browser ## everything that must hold; installs all it needs

lint: .venv/test ## style of code and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python -m tests.unused
	DENO_NO_UPDATE_CHECK=1 $(BIN)/deno check --quiet --no-remote --no-lock --config tests/deno.json $$(find clinic monitoring -name vendor -prune -o -name '*.js' -print)

types: .venv/test ## mypy, and that no migration is missing
	$(TOOLS) $(BIN)/mypy
	$(TOOLS) $(BIN)/python manage.py makemigrations --check --dry-run

imports: .venv/test ## who may import whom
	$(TOOLS) $(BIN)/lint-imports

test-sqlite: .venv/test ## unit tests on SQLite
	rm -f .coverage .coverage.*
	$(PYTEST) $(MEASURED) --ignore $(SEQUENCES) --cov --cov-report=
	$(PYTEST) $(OTHERS)
	$(PYTEST) $(SEQUENCES)

test-postgresql: .venv/test ## the same on PostgreSQL, which the tests start by themselves
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null; then \
		TEST_ENGINE=postgresql $(PYTEST) $(filter-out tests/rules,$(MEASURED)) --ignore $(SEQUENCES) --cov --cov-append --cov-report= \
		&& TEST_ENGINE=postgresql $(PYTEST) $(OTHERS) $(WITHOUT_DATABASE) \
		&& TEST_ENGINE=postgresql $(PYTEST) $(SEQUENCES); \
	else \
		echo "**** PostgreSQL is not installed: its tests were NOT run. On Debian or Ubuntu: apt install postgresql"; \
		test -z "$$CI"; \
	fi

coverage: .venv/test ## how much of what the record rests on the tests before it reached
	@for room in rules actions guards trail proof; do \
		$(BIN)/coverage report --include="monitoring/$$room/*" --fail-under=95 || exit 1; \
	done

test-browser: .venv/test ## what a person does, in the system's Chromium
	$(PYTEST) -m browser

test-long: .venv/test ## half a million steps of verbs in any order, on each database; takes hours
	SEQUENCE_STEPS=500000 $(BIN)/python -m pytest -n auto $(SEQUENCES)
	TEST_ENGINE=postgresql SEQUENCE_STEPS=500000 $(BIN)/python -m pytest -n auto $(SEQUENCES)

screenshots: .venv/test ## every page in every size and theme, into docs/screenshots
	$(BIN)/python -m pytest tests/browser/screenshots.py -m browser

styles: .venv/test ## reduce Bootstrap's stylesheet to what the pages use
	$(BIN)/python -m tests.styles.reduce

lock: .venv/test ## lock the dependencies with their hashes
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 clinic/requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -c requirements.txt clinic/requirements-dev.in -o tests/requirements.txt

clean: ## remove what was built; never the data in var/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* var/static

.PHONY: system
system:
	@missing=""; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing="$$missing chromium"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$$missing postgresql"; \
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || missing="$$missing python3-venv"; \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; \
		else echo "Missing:$$missing. On Debian or Ubuntu: sudo apt install$$missing"; fi; \
	fi

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq python3-venv; } \
		|| { echo "Python's venv is missing. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv

# --no-deps: the lock is whole; the resolver would look past it at what came out since.
.venv/run: .venv/bin/python requirements.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@touch .venv/run

.venv/test: .venv/bin/python tests/requirements.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --require-hashes -r tests/requirements.txt
	@touch .venv/test .venv/run

var/secret_key:
	@mkdir -p var
	@umask 077; $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))' > var/secret_key

var/trail_keys:
	@mkdir -p var
	@umask 077; $(PYTHON) -c 'import secrets; print("first:" + secrets.token_urlsafe(50))' > var/trail_keys
