# `make run` and `make test` do everything; `make help` lists the rest.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# What is written, the own account alone reads.
ENV := umask 077; SECRET_KEY="$$(cat var/secret_key)" CLINIC_TRAIL_KEYS="$$(cat var/trail_keys)" CLINIC_HTTPS=0 CLINIC_DEMO=1
# A worker for each core; one with nothing left takes over from another. The slowest tests are named at the end.
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal --durations=25 --durations-min=1
# What WeasyPrint draws with. Without it all works but the PDF, which says so.
PANGO := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
HAS_PANGO := $(PYTHON) -c 'import sys; from ctypes.util import find_library as f; sys.exit(not all(map(f, ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset"))))'
HAS_CLUSTER := command -v patroni >/dev/null && command -v etcd >/dev/null && command -v haproxy >/dev/null
HAS_POSTGRESQL := ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null
# The server and the browser work beside the tests, which wait for them: one worker more than cores.
WAITING := $(subst -n auto,-n $(shell echo $$(($$(nproc) + 1))),$(PYTEST))
ON_POSTGRESQL := TEST_ENGINE=postgresql $(WAITING)
# Measuring makes a test half as slow again: the packages with a bound are measured by the tests that
# mirror them (tests/engine.py), the rules apart, for every verb goes through them, and on PostgreSQL
# the guards alone, which are written for each engine.
ROOMS := monitoring/rules monitoring/actions monitoring/guards monitoring/proof clinic/trail
COV := --cov-report= --cov-append $(addprefix --cov=,$(filter-out monitoring/rules,$(ROOMS)))
# On PostgreSQL `make test` runs what an engine may answer in a way of its own: tables, guards, log,
# proof, races, upgrades, searches, the number of queries, and every verb in any order. The verbs
# one by one, and the pages, reach it through those alone, and run whole in `rest-postgresql`. What
# asks no database runs once.
ENGINE := $(wildcard tests/actions/*at_once.py) tests/clinic/test_prepared.py tests/clinic/trail tests/faults tests/models tests/proof tests/upgrade \
	tests/web/test_query_counts.py tests/web/floor/test_patients.py tests/guards
REST := -m "not browser" $(addprefix --ignore ,tests/rules tests/styles tests/test_codebase.py \
	tests/test_docs.py tests/test_security_page.py tests/clinic/test_matrix.py \
	tests/sequences $(ENGINE))
# What `make test` does in small or in part: all of it in half an hour on two cores.
PARTS := hazards faults-short rest-postgresql sequences-sqlite sequences-postgresql matrix-postgresql pages-browser
TOOLS := SECRET_KEY=tools CLINIC_TRAIL_KEYS=tools:not-a-secret-for-tools-that-write-nothing

.DEFAULT_GOAL := help
.PHONY: help run dev session check test test-all parts static lint types migrations imports
.PHONY: verbs test-sqlite test-postgresql test-cluster coverage test-browser $(PARTS) faults bench test-long screenshots keep-database styles icons lock bom audit clean

#: One file, one test, one engine, every core:
#:   .venv/bin/python -m pytest tests/actions/test_give_dose.py
#:   .venv/bin/python -m pytest tests/actions/test_give_dose.py -k twice
#:   TEST_ENGINE=postgresql .venv/bin/python -m pytest tests/guards
#:   .venv/bin/python -m pytest -n auto tests/web
#:   .venv/bin/python -m pytest tests/browser/test_main_job.py    (in Chromium)
#: One session in a state of your choice, in a second (--help lists the states):
#:   make session STATE=flagged
#: A board in full swing, at any hour of the day:
#:   make session STATE=every
help: ## list what can be asked for, and how to run one test
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 22
	@echo; sed -n 's/^#: //p' Makefile

run: pango demo-data ## the demo clinic at http://localhost:8000, whose day goes on; run again, it keeps its data
	@$(ENV) $(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@$(ENV) $(BIN)/python manage.py check --database default --fail-level WARNING
	@echo; echo "The board: http://localhost:$(PORT)   (stop with Ctrl-C)"
	@(sleep 3; $(BIN)/python -m webbrowser "http://localhost:$(PORT)" >/dev/null 2>&1) &
	@$(ENV) $(BIN)/python manage.py demo --play-on --every 30 & \
	$(ENV) $(BIN)/gunicorn clinic.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --threads 4 --no-control-socket --log-level warning

dev: demo-data ## the same, from what is being edited: the server starts again with every change
	@$(ENV) CLINIC_DEBUG=1 $(BIN)/python manage.py runserver $(PORT)

session: .venv/run var/secret_key var/trail_keys ## one more session in the demo, such as STATE=flagged
	@$(ENV) $(BIN)/python manage.py migrate --verbosity 0
	@$(ENV) $(BIN)/python manage.py demo --session $(STATE)

.PHONY: demo-data
demo-data: .venv/run var/secret_key var/trail_keys
	@$(BIN)/python -c 'import socket,sys; s=socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", $(PORT)))' 2>/dev/null \
		|| { echo "Port $(PORT) is in use. Stop what runs there, or choose another: PORT=8001"; exit 1; }
	@chmod -R go= var
	@$(ENV) $(BIN)/python manage.py migrate --verbosity 0
	@$(ENV) $(BIN)/python manage.py demo --if-empty --play-on

# Without races, and without what goes through every page once more.
check: static ## what to run while working, in a minute and a half: style, types, rules, verbs, pages
	OUTBOX_SCHEDULES=30 $(PYTEST) tests/test_codebase.py tests/rules tests/actions tests/web tests/clinic/web \
		--ignore-glob '*at_once.py' --ignore tests/web/test_reads_logged.py --ignore tests/web/test_busy.py

test: system static test-sqlite test-postgresql coverage test-browser ## everything that must hold; installs all it needs

test-all: system $(PARTS) ## beyond `make test`: the long sequences, and whole what it samples

parts: # what .ci/run goes through
	@echo $(PARTS)

# One process each, so two at a time.
static: .venv/test
	@$(MAKE) --no-print-directory --jobs 2 --output-sync types lint migrations imports

lint: .venv/test ## style of code and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python -m tests.unused
	DENO_NO_UPDATE_CHECK=1 $(BIN)/deno check --quiet --no-remote --no-lock --config tests/deno.json $$(find clinic monitoring -name vendor -prune -o -name '*.js' -print)

types: .venv/test ## mypy
	$(TOOLS) $(BIN)/mypy

migrations: .venv/test ## that none is missing
	$(TOOLS) $(BIN)/python manage.py makemigrations --check --dry-run

imports: .venv/test ## who may import whom
	$(TOOLS) $(BIN)/lint-imports

test-sqlite: .venv/test ## unit tests on SQLite, with 800 written steps of verbs in any order
	rm -f .coverage .coverage.*
	$(PYTEST) tests/rules --cov-report= --cov=monitoring/rules
	SEQUENCE_STEPS=800 $(PYTEST) -m "not browser" --ignore tests/rules --ignore tests/browser $(COV)

test-postgresql: .venv/test ## on PostgreSQL, which the tests start by themselves; 200 steps
	@if $(HAS_POSTGRESQL); then \
		SEQUENCE_STEPS=200 $(ON_POSTGRESQL) -m "not browser" $(ENGINE) tests/sequences \
			--cov-report= --cov-append --cov=monitoring/guards; \
	else \
		echo "**** PostgreSQL is not installed: its tests were NOT run. On Debian or Ubuntu: apt install postgresql"; \
		test -z "$$CI"; \
	fi

coverage: .venv/test ## how much of what the record rests on the tests before it reached
	@for room in $(ROOMS); do \
		$(BIN)/coverage report --include="$$room/*" --fail-under=95 || exit 1; \
	done

test-browser: .venv/test ## what a person does, in the system's Chromium
	$(WAITING) -m browser

verbs: .venv/test ## write docs/verbs.md from what the verbs declare, and offer each in its package
	$(TOOLS) $(BIN)/python -m tests.verbs_page

rest-postgresql: .venv/test ## on PostgreSQL, every test that `make test` runs on SQLite alone
	$(ON_POSTGRESQL) $(REST)

sequences-sqlite: .venv/test ## 20,000 written steps in any order, races in full, migrations back and forth, 20 broken downloads
	WHOLE=1 SEQUENCE_STEPS=20000 $(PYTEST) tests/sequences tests/faults/test_races.py tests/guards/test_install.py \
		tests/web/review/test_broken_download.py

sequences-postgresql: .venv/test ## the same on PostgreSQL
	WHOLE=1 SEQUENCE_STEPS=20000 $(ON_POSTGRESQL) tests/sequences tests/faults/test_races.py

matrix-postgresql: .venv/test ## every address, person, id and method on PostgreSQL; the demo at any hour
	WHOLE=1 $(ON_POSTGRESQL) tests/clinic/test_matrix.py tests/management/test_demo_building.py tests/guards/test_install.py

pages-browser: .venv/test ## axe on every page in every state and theme, every form without TLS, the whole fuzz
	WHOLE=1 $(WAITING) -m browser $(addprefix tests/browser/test_,accessibility.py empty_after_save.py fuzz.py)

test-cluster: .venv/test ## docs/deploy/cluster on loopback, as root: its primary is killed under load, FAILOVERS=3 times
	@[ -z "$$CI" ] || $(HAS_CLUSTER) || { apt-get update -qq || true; \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends patroni etcd-server haproxy >/dev/null; }
	@if $(HAS_CLUSTER); then \
		$(BIN)/python -m pytest -s tests/cluster/failover.py tests/cluster/moment.py; \
	else \
		echo "**** The cluster was NOT tried. On Debian: apt install patroni etcd-server haproxy"; \
		test -z "$$CI"; \
	fi

CAMPAIGN := $(BIN)/python -m pytest -s $(addprefix tests/campaign/,kills.py races.py stops.py power.py disks.py)

faults: .venv/test ## what may befall a server at its worst, on each engine, while nurses write: hours; KILLS=1000 RACES=20000 STOPS=200 CUTS=500 DISKS=500
	$(CAMPAIGN)

faults-short: .venv/test ## a little of each fault of `make faults`, and its control
	KILLS=6 RACES=80 STOPS=3 CUTS=4 DISKS=10 $(CAMPAIGN)

hazards: .venv/test ## take the control of each hazard away, and see that its test fails; every report as PDF; the bill of materials
	WHOLE=1 $(PYTEST) tests/test_hazards.py tests/reports/test_pdf.py tests/test_bom.py

bench: system .venv/test ## what each request costs against a bare floor, on both engines, in five minutes
	$(BIN)/python benchmarks/bench.py

test-long: .venv/test ## half a million written steps and 10,000 schedules of sendings on each database; takes hours
	OUTBOX_SCHEDULES=10000 $(PYTEST) tests/web/floor/test_outbox.py
	OUTBOX_SCHEDULES=10000 $(ON_POSTGRESQL) tests/web/floor/test_outbox.py
	SEQUENCE_STEPS=500000 $(PYTEST) tests/sequences
	SEQUENCE_STEPS=500000 $(ON_POSTGRESQL) tests/sequences

screenshots: .venv/test ## every page in every size and theme, into docs/screenshots
	$(BIN)/python -m pytest tests/browser/screenshots.py -m browser

keep-database: .venv/test ## keep today's database for the upgrade tests: VERSION=0.2
	VERSION=$(VERSION) $(BIN)/python -m pytest tests/upgrade/keep.py
	VERSION=$(VERSION) TEST_ENGINE=postgresql $(BIN)/python -m pytest tests/upgrade/keep.py

styles: .venv/test ## reduce Bootstrap's stylesheet to what the pages use
	$(BIN)/python -m tests.styles.reduce

icons: .venv/test ## draw the icons of the home screen from the drawing
	$(BIN)/python -m tests.styles.icons

lock: .venv/test ## lock the dependencies with their hashes
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 clinic/requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -c requirements.txt clinic/requirements-dev.in -o tests/requirements.txt

bom: .venv/test ## what the product is made of, as CycloneDX, into var/bom.json
	@$(BIN)/python -m tests.bom

# Strict: a package that could not be asked about is no package without advisories.
audit: .venv/test ## ask PyPI whether a locked package has a known weakness; needs the network
	$(BIN)/uvx --from pip-audit==2.10.1 pip-audit --strict --disable-pip --require-hashes -r requirements.txt

clean: ## remove what was built; never the data in var/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* var/static

.PHONY: system
# Without its shell, which takes a third less work, the tests use Chromium itself. The proxies are
# tried where tests decide: elsewhere one would begin to serve when it is installed.
system: pango
	@missing="" faster=""; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing="$$missing chromium"; \
	{ $(HAS_POSTGRESQL); } || missing="$$missing postgresql"; \
	command -v age >/dev/null || missing="$$missing age"; \
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || missing="$$missing python3-venv"; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		command -v chromium-headless-shell >/dev/null || faster=chromium-headless-shell; \
		[ -z "$$CI" ] || for one in nginx caddy logrotate; do command -v $$one >/dev/null || faster="$$faster $$one"; done; \
		[ -z "$$missing$$faster" ] || apt-get update -qq || true; \
		[ -z "$$missing" ] || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; \
		[ -z "$$faster" ] || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$faster >/dev/null 2>&1 || true; \
	elif [ -n "$$missing" ]; then echo "Missing:$$missing. On Debian or Ubuntu: sudo apt install$$missing"; fi

.PHONY: pango
pango:
	@$(HAS_PANGO) || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && { apt-get update -qq || true; } \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(PANGO) >/dev/null; } \
		|| echo "No PDF without Pango. On Debian or Ubuntu: sudo apt install $(PANGO)"

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
