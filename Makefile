# source-twitter-ads. `make` alone lists the targets.
#
# Every virtual environment has a stamp file; it is made again when the requirements it was made from change.
#   .venv        the connector and its development tools
#   .venv-demo   the connector beside PyAirbyte, which needs older releases of some packages
#   .venv-qa     Airbyte's QA checks

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

# Any Python 3.11 to 3.13 does for the connector; override with  make PYTHON=/path/to/python
PYTHON ?= $(shell tools/find_python.sh 3.11 3.12 3.13)
# PyAirbyte and Airbyte's QA checks do not support 3.13 yet.
DEMO_PYTHON ?= $(shell tools/find_python.sh 3.11 3.12)
QA_PYTHON ?= $(shell tools/find_python.sh 3.11 3.12)
PYTEST_ARGS ?= -q
# Tests of one file share an emulator; most of them wait, so more processes than two cores pay.
UNIT_PROCESSES ?= -n 2
INTEGRATION_PROCESSES ?= -n 4 --dist loadfile
WHEEL_TESTS := integration_tests/test_wheel.py integration_tests/emulator_tests/test_wheel.py
IMAGE ?= source-twitter-ads:dev

BIN := .venv/bin
STAMP := .venv/.installed
DEMO_STAMP := .venv-demo/.installed
QA_STAMP := .venv-qa/.installed
PYAIRBYTE_TESTS := $(wildcard integration_tests/test_pyairbyte*.py)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# PyAirbyte: neither telemetry nor a look at Airbyte's registry.
export DO_NOT_TRACK := 1
export AIRBYTE_OFFLINE_MODE := 1
# A machine-wide .pth or PYTHONPATH must not decide which code is tested.
unexport PYTHONPATH

# $(call venv,FOLDER,PYTHON): a fresh virtual environment, or one clear sentence and a failure.
define venv
	@python="$(2)"; test -n "$$python" || exit 1; \
	echo "==> $(1): $$("$$python" --version)"; \
	rm -rf $(1) && "$$python" -m venv $(1)
endef

# $(call pip_install,FOLDER,REQUIREMENTS…): pinned and hashed, nothing else.
define pip_install
	@echo "==> $(1): installing $(2)"
	@tools/install.sh $(1) $(2)
endef

# $(call pip_install_connector,FOLDER): the package itself, with the build backend installed above.
define pip_install_connector
	@$(1)/bin/python -m pip install --quiet --no-input --no-deps --no-build-isolation --no-index -e .
endef

.PHONY: help
help: ## list the targets
	@echo "source-twitter-ads: targets"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: install
install: $(STAMP) ## make .venv with the connector and its tools
	@echo "ready: $(BIN)/source-twitter-ads"

$(STAMP): requirements/dev.txt pyproject.toml
	$(call venv,.venv,$(PYTHON))
	$(call pip_install,.venv,requirements/dev.txt)
	$(call pip_install_connector,.venv)
	@touch $@

.PHONY: demo-install
demo-install: $(DEMO_STAMP) ## make .venv-demo with the connector and PyAirbyte
	@echo "ready: .venv-demo/bin/python -m demo"

$(DEMO_STAMP): requirements/demo.txt pyproject.toml
	$(call venv,.venv-demo,$(DEMO_PYTHON))
	$(call pip_install,.venv-demo,requirements/demo.txt)
	$(call pip_install_connector,.venv-demo)
	@touch $@

.PHONY: demo
demo: $(DEMO_STAMP) ## sync every stream from the emulator into DuckDB through PyAirbyte
	@.venv-demo/bin/python -m demo

.PHONY: test
test: say-how-long lint unit-tests integration-tests pyairbyte-tests ## everything that must be green: lint, types, all tests

.PHONY: say-how-long
say-how-long:
	@echo "==> lint, types and all tests: about ten minutes on two cores, and two more at first for the installation"

.PHONY: lint
lint: $(STAMP) ## ruff check, ruff format --check, mypy, import contracts
	@echo "==> ruff"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "==> mypy"
	@$(BIN)/mypy
	@echo "==> import contracts"
	@$(BIN)/lint-imports --no-logo --no-cache

.PHONY: format
format: $(STAMP) ## let ruff fix and format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: unit-tests
unit-tests: $(STAMP) ## only the unit tests
	@echo "==> unit tests"
	@$(BIN)/python -m pytest $(PYTEST_ARGS) $(UNIT_PROCESSES) unit_tests

.PHONY: integration-tests
integration-tests: $(STAMP) ## only the tests against the emulator
	@echo "==> integration tests"
	@$(BIN)/python -m pytest $(PYTEST_ARGS) $(INTEGRATION_PROCESSES) integration_tests -m "not image_tests and not requires_creds" $(addprefix --ignore=,$(WHEEL_TESTS))

.PHONY: pyairbyte-tests
ifneq ($(PYAIRBYTE_TESTS),)
pyairbyte-tests: $(DEMO_STAMP) ## only the tests that read through PyAirbyte
	@echo "==> PyAirbyte tests"
	@.venv-demo/bin/python -m pytest $(PYTEST_ARGS) $(PYAIRBYTE_TESTS)
else
pyairbyte-tests:
endif

.PHONY: bench
bench: $(STAMP) ## run the benchmarks
	@$(BIN)/python -m benchmarks

.PHONY: qa
qa: $(STAMP) $(QA_STAMP) ## both wheels alone in fresh environments, then Airbyte's QA checks on a copy laid out as its monorepo
	@echo "==> the wheels of the connector and of the emulator"
	@$(BIN)/python -m pytest $(PYTEST_ARGS) $(WHEEL_TESTS)
	@$(BIN)/python tools/qa/monorepo.py --python .venv-qa/bin/python

$(QA_STAMP): requirements/qa.txt requirements/qa-checks.txt
	$(call venv,.venv-qa,$(QA_PYTHON))
	$(call pip_install,.venv-qa,requirements/qa.txt)
	@tools/install.sh .venv-qa --no-deps requirements/qa-checks.txt
	@touch $@

.PHONY: audit
audit: $(STAMP) ## look for known vulnerabilities in the pinned dependencies, where the data can be reached
	@tools/audit.sh $(BIN)/python

.PHONY: image
image: ## build the Docker image (needs a Docker engine)
	@docker info >/dev/null 2>&1 || { echo "No Docker engine answers here; 'make image-check' builds without one." >&2; exit 1; }
	docker build --tag $(IMAGE) .

.PHONY: image-check
image-check: $(STAMP) ## build the image without Docker and run the connector in it against the emulator
	@tools/image_check.sh $(BIN)/python

.PHONY: lock
lock: ## resolve poetry.lock again and export requirements/*.txt (see tools/lock.sh)
	@python="$(PYTHON)"; test -n "$$python" || exit 1; PYTHON="$$python" tools/lock.sh

.PHONY: clean
clean: ## remove virtual environments and caches
	rm -rf .venv .venv-demo .venv-qa .venv-lock .venv-uv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
