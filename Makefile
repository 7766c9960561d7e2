# make run      starts the site in a browser; installs what it needs into this folder first
# make help     lists the rest

PORT ?= 8000
PYTHON_IN_VENV := .venv/bin/python
QUIETLY := scripts/quietly.sh

export PYTHONUNBUFFERED := 1

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Two targets fill the same .venv.
.NOTPARALLEL:
.PHONY: help setup run test lint format texts messages vendor lock bench clean

help: ## list what make can do
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

# --- What the others need --------------------------------------------------------------------
# Stamp files say what was installed last, so a second start takes seconds.

# A .venv whose Python was removed or upgraded looks installed but does not start.
ifneq ($(shell $(PYTHON_IN_VENV) -c 'print("works")' 2>/dev/null),works)
$(shell rm -f .venv/.run .venv/.dev)
endif

.venv/.run: requirements.txt scripts/make_venv.sh
	@scripts/make_venv.sh requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt scripts/make_venv.sh
	@scripts/make_venv.sh requirements-dev.txt
	@touch .venv/.run $@

node_modules/.npm: package.json package-lock.json .npmrc requirements-node.txt | .venv/.run
	@$(QUIETLY) "Fetching styles, font and htmx from npm ..." scripts/npm.sh ci --ignore-scripts
	@touch $@

build/vendor/designsystemet.css: node_modules/.npm scripts/vendor.py
	@$(QUIETLY) "Copying them to build/vendor/ ..." $(PYTHON_IN_VENV) -m scripts.vendor
	@touch $@

build/vendor/site.css: build/vendor/designsystemet.css scripts/bundle_css.py $(wildcard static/css/*.css static/css/desk/*.css)
	@$(QUIETLY) "Putting our own style sheets together ..." $(PYTHON_IN_VENV) -m scripts.bundle_css

# --- What people say -------------------------------------------------------------------------

setup: .venv/.dev build/vendor/site.css messages ## install everything for development

# runserver and not gunicorn: it starts anew when code, a template or a translation is saved, and
# shows errors in the browser. Static files need no collecting.
run: export DEBUG ?= 1
run: export DJANGO_RUNSERVER_HIDE_WARNING := true
run: export SITE_URL ?= http://localhost:$(PORT)
run: .venv/.run build/vendor/site.css messages ## start the site at http://localhost:PORT/ (PORT=8000)
	@$(QUIETLY) "Preparing the database ..." $(PYTHON_IN_VENV) manage.py migrate --verbosity 0
	@echo "Loading the register from fixtures/ ..."
	@$(PYTHON_IN_VENV) manage.py load_register fixtures/ --if-empty
	@echo
	@echo "The site is at http://localhost:$(PORT)/"
	@echo "Sign in at http://localhost:$(PORT)/min-side/ as:"
	@$(PYTHON_IN_VENV) manage.py create_demo_accounts
	@echo
	@$(PYTHON_IN_VENV) manage.py create_demo_mail
	@echo
	@echo "Stop it with Ctrl-C. For another port: make run PORT=9000"
	@echo
	@exec scripts/serve.sh $(PORT)

test: ## check and test everything (ONLY="lint sqlite postgres browser" chooses)
	@scripts/install_test_tools.sh
	@$(MAKE) setup
	@exec $(PYTHON_IN_VENV) -m scripts.test $(ONLY)

lint: .venv/.dev ## only the checks: ruff, mypy, djlint, migrations, deployment
	@$(PYTHON_IN_VENV) -m scripts.lint

format: .venv/.dev ## let ruff put the code in order
	@$(PYTHON_IN_VENV) -m ruff check --quiet --fix-only .
	@$(PYTHON_IN_VENV) -m ruff format .

texts: .venv/.dev ## bring new texts of the interface into locale/, ready to translate
	@$(PYTHON_IN_VENV) -m scripts.messages

messages: .venv/.run ## compile the translations in locale/
	@$(QUIETLY) "Compiling translations ..." $(PYTHON_IN_VENV) -m scripts.compile_messages

vendor: build/vendor/site.css ## fill build/vendor/: npm's files, and static/css/ as one

lock: .venv/.run ## pin every package anew, from requirements*.in and package.json
	@$(QUIETLY) "Pinning packages anew ..." scripts/lock.sh

bench: .venv/.dev build/vendor/site.css messages ## measure the pages' speed (ARGS="--help" for options)
	@$(PYTHON_IN_VENV) benchmarks/pages.py $(ARGS)

clean: ## remove what make installed and built; var/ with your database stays
	@rm -rf .venv node_modules build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find locale -name '*.mo' -delete
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
