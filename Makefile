# The commands of the project. `make run` and `make test` install what they need; nothing else must be prepared.
.DEFAULT_GOAL := help
.PHONY: help install test-set llm run test test-quick coverage check demo bench chaos lock clean

PYTHON ?= python3
VENV := .venv/bin
MANAGE := $(VENV)/python manage.py
LOCK = $(VENV)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE)
QUICK ?= "not slow and not browser and not training and not processes"
CODE := aimass_apps moderation triage tests manage.py

help:
	@echo "make run     start everything (PORT=8000, HOST=127.0.0.1, TRAIN=0 leaves out training)"
	@echo "make llm     install a small local language model, then: AIMASS_LLM=local make run"
	@echo "make demo    feed invented posts and visits to the running installation"
	@echo "make test    install what the tests need and run them all"
	@echo "make test-quick  the tests that need no browser, process or training set, while you work (PYTEST='tests/triage -x')"
	@echo "make coverage    the same with the share of lines they run, and the ten files with the least (QUICK= for all tests)"
	@echo "make check   formatting, lint, types, architecture, migrations, deployment, templates"
	@echo "make bench   posts a second, end to end"
	@echo "make bench-training  rows a second beside a plain Hugging Face Trainer (AIMASS_DATA)"
	@echo "make chaos   kill processes under load and count what was lost (long form)"
	@echo "make lock    pin and hash all sets anew (UPGRADE=--upgrade for newer versions)"
	@echo "make clean   remove .venv and caches; the data in .aimass stay"

install:
	@$(PYTHON) aimass_apps/operations/install.py serving

run: install
	@exec $(MANAGE) up

llm: install
	@$(PYTHON) aimass_apps/operations/install.py llm

demo: install
	@$(MANAGE) demo

test-set:
	@$(PYTHON) aimass_apps/operations/install.py test

test: test-set
	@$(VENV)/python -m tests.support.machine
	@$(VENV)/python -m pytest

test-quick: test-set
	@$(VENV)/python -m pytest -q -m $(QUICK) $(PYTEST)

coverage: test-set
	@$(VENV)/python -m coverage run -m pytest -q $(if $(QUICK),-m $(QUICK)) $(PYTEST)
	@$(VENV)/python -m coverage report --sort=cover --skip-covered | head -n 12
	@echo "lines run, in percent: $$($(VENV)/python -m coverage report --format=total)"

bench: test-set
	@$(VENV)/python -m tests.bench.run

bench-training: test-set
	@$(VENV)/python -m tests.bench.training

chaos: test-set
	@CHAOS_MINUTES=$${CHAOS_MINUTES:-10} $(VENV)/python -m pytest tests/chaos -s

check: test-set
	$(VENV)/ruff format --check $(CODE)
	$(VENV)/ruff check $(CODE)
	$(VENV)/python tests/check_lengths.py
	$(VENV)/lint-imports
	$(VENV)/mypy aimass_apps moderation triage manage.py
	@# No database runs now, and none is needed: the warning about it is left out.
	$(VENV)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	AIMASS_ENV=production ALLOWED_HOSTS=example.org SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(60))') \
		FIELD_KEYS=$$($(PYTHON) -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())') \
		HASH_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(60))') \
		$(MANAGE) check --deploy --fail-level WARNING
	$(VENV)/djlint --lint --quiet templates

lock: test-set
	$(LOCK) pyproject.toml -o requirements/serving.lock
	$(LOCK) -c requirements/serving.lock requirements/test.txt -o requirements/test.lock
	$(LOCK) -c requirements/serving.lock -c requirements/test.lock --override requirements/without-torch.txt --no-emit-package torch \
		requirements/training.txt -o requirements/training.lock
	$(LOCK) --no-deps requirements/llm.txt -o requirements/llm.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
