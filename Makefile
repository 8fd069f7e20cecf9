# Chengxin.  `make run` and `make test` do all the set-up themselves; `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
export CHENGXIN_HOME ?= var

.PHONY: help run test check shots bench night spark messages lock clean

help:            ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## */\t/' | expand -t 12

run: $(VENV)/run.ready node_modules/.ready var/models/.ready  ## install, build the demo county, open the system
	$(PY) -m chengxin serve --demo

test: $(VENV)/dev.ready node_modules/.dev.ready var/models/.ready  ## install, run every test, by as many workers as the machine has cores (at most 4)
	$(PY) -m tools.chromium
	$(PY) -m tools.java
	$(PY) -m pytest -n logical --maxprocesses 4 $(ARGS)

check: $(VENV)/dev.ready node_modules/.ready  ## ruff, mypy --strict, layers, migrations, catalogues
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m tools.messages --check
	$(PY) -m tools.migrations

shots: $(VENV)/dev.ready node_modules/.ready var/models/.ready  ## a screenshot of every page into build/shots
	$(PY) -m tools.chromium
	$(PY) -m tools.shots

bench: $(VENV)/dev.ready node_modules/.ready var/models/.ready  ## the speeds, beside what a user would pick instead
	$(PY) -m bench $(ARGS)

night: $(VENV)/run.ready  ## one night: make night DAY=2017-08-18
	$(PY) -m chengxin night --day $(DAY)

spark: $(VENV)/run.ready  ## install Spark beside the system, for tables beyond one machine
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock

messages: $(VENV)/dev.ready  ## bring the English catalogue up to date
	$(PY) -m tools.messages

lock:            ## renew the locks (needs uv)
	uv pip compile --generate-hashes --no-header --no-annotate --python-version 3.11 --extra setup pyproject.toml -o requirements.lock
	uv pip compile --generate-hashes --no-header --no-annotate --python-version 3.11 --extra setup --extra dev --extra spark pyproject.toml -o requirements-dev.lock
	uv pip compile --generate-hashes --no-header --no-annotate --python-version 3.11 --extra setup --extra spark pyproject.toml -o requirements-spark.lock

clean:           ## remove what set-up made (the data in var/ stays)
	rm -rf $(VENV) node_modules build

$(PY):
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.ready: requirements.lock pyproject.toml chengxin/web/locale/en/LC_MESSAGES/django.po | $(PY)
	@test -e $(VENV)/dev.ready || $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(PY) -m tools.messages --compile
	@touch $@

$(VENV)/dev.ready: requirements-dev.lock pyproject.toml chengxin/web/locale/en/LC_MESSAGES/django.po | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(PY) -m tools.messages --compile
	@touch $@

node_modules/.ready: package-lock.json
	@test -e node_modules/.dev.ready || npm ci --silent --omit=dev
	@touch $@

node_modules/.dev.ready: package-lock.json
	npm ci --silent
	@touch $@ node_modules/.ready

var/models/.ready: chengxin/devices/models.py | $(VENV)/run.ready
	$(PY) -m chengxin.devices.models
	@mkdir -p var/models && touch $@
