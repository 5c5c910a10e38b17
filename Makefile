# Bellwether. `make run` and `make test` need Python 3.11 and make; they install the rest.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
CHROMIUM := $(shell command -v chromium || command -v chromium-browser)
REDIS := $(shell command -v redis-server)

.PHONY: help run test check lint types contracts migrations deploycheck lock browser redis assets bench eval clean

help:            ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: $(VENV)/.ready  ## Start everything: database, web, worker, beat, sandbox; prints the address and a demo login
	@exec $(MANAGE) up

test: $(VENV)/.ready browser redis assets  ## Run the whole suite, browser tests included
	$(BIN)/pytest -n 2 --dist loadfile -m "not processes and not browser"
	$(BIN)/pytest -p no:randomly -m "processes or browser"

check: lint types contracts migrations deploycheck  ## Everything but the suite

lint: $(VENV)/.ready  ## Style of code, templates, manifests, spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/typos
	$(BIN)/python -m deploy.lint

types: $(VENV)/.ready  ## Types
	$(BIN)/mypy .

contracts: $(VENV)/.ready  ## Who may import whom
	$(BIN)/lint-imports

migrations: $(VENV)/.ready  ## Models and migrations agree
	DJANGO_SETTINGS_MODULE=config.settings.test $(MANAGE) makemigrations --check --dry-run

deploycheck: $(VENV)/.ready assets  ## Django's own checks, as deployed
	DJANGO_SETTINGS_MODULE=config.settings.prod SECRET_KEY=$$(head -c 48 /dev/urandom | base64 -w0) \
	JWT_KEY=check ENCRYPTION_KEYS=check STRIPE_WEBHOOK_SECRETS=whsec_check BASE_URL=https://bellwether.example \
	ALLOWED_HOSTS=bellwether.example $(MANAGE) check --deploy --fail-level WARNING

lock: $(VENV)/.ready  ## Pin the dependencies anew; the lock names no host
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile pyproject.toml --group dev --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header -o requirements.lock

browser:         # the browser tests drive the system's Chromium
ifeq ($(CHROMIUM),)
	apt-get update -qq && apt-get install -y -qq chromium
endif

redis:           # the broker tests start a Redis of their own
ifeq ($(REDIS),)
	apt-get update -qq && apt-get install -y -qq redis-server
endif

assets: $(VENV)/.ready  # what is made from installed packages: the chart library, vectors of the knowledge pages
	@$(MANAGE) build_assets
	@$(MANAGE) prepare_knowledge

bench: $(VENV)/.ready  ## Benchmarks; each prints ratios against a baseline of the same run
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

eval: $(VENV)/.ready  ## Ask the agent every known question and judge the answers
	@$(BIN)/python benchmarks/evals.py

clean:           ## Stop nothing, delete what was built; data under var/ stays
	rm -rf $(VENV) var/static var/assets

# Renamed into place when complete, so that an interrupted install is not taken for a finished one.
$(VENV)/.ready: requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	touch $@
