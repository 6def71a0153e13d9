# A new machine needs two commands: `make lab` and `make test`. `make help` lists all.

VENV := .venv
BIN := $(VENV)/bin
# The first Python on the path that is new enough; choose your own with PYTHON=...
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' \
	2>/dev/null && echo $$p && break; done)
# libgomp's threads wait by spinning, for which two kernels at once starve each other:
# `make bench-kernels` measures it. Whoever sets another number keeps it.
GOMP_SPINCOUNT ?= 1000
export GOMP_SPINCOUNT
# glibc keeps what is freed, up to 32 MB a piece, for the next who asks. From 2 MB on
# it is to go back at once: docs/DEPLOY.md has the figures.
MALLOC_MMAP_THRESHOLD_ ?= 2000000
export MALLOC_MMAP_THRESHOLD_
# Packages go into this environment, whatever the user's own settings say.
export PIP_USER := 0
PIP := $(BIN)/python -m pip --disable-pip-version-check
# What of set-up is to be done again: nothing, "lab" or "test" where packages are missing,
# "anew" where the environment does not start, or was moved or copied.
UNDONE := $(shell $(BIN)/python -m course_lib.doctor.whole 2>/dev/null || \
	{ $(BIN)/python -c "" 2>/dev/null && echo lab || echo anew; })
# Nor need pip speak, or try for long, where it has nothing to bring.
HUSH = $(if $(filter nothing $(if $(filter %.lab,$@),test),$(UNDONE)),\
	PIP_QUIET=3 PIP_RETRIES=1)
# The versions that CI tests. For the newest: `make clean`, then `make test CONSTRAINTS=`.
CONSTRAINTS ?= constraints.txt
INSTALL = $(HUSH) $(PIP) install $(if $(CONSTRAINTS),-c $(CONSTRAINTS),\
	--upgrade --upgrade-strategy eager)
LAB_CONFIG = $(VENV)/etc/jupyter/labconfig
OVERRIDES = course_lib/explorers/default_setting_overrides.json
FIRST := $(firstword $(sort $(wildcard notebooks/0*.ipynb)))
# JupyterLab wants to be told that root is meant, and that there is no screen.
LAB_FLAGS := $(shell [ "$$(id -u)" != 0 ] || echo --allow-root) \
	$(shell [ "$$(uname)" = Darwin ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || \
	echo --no-browser)

.PHONY: help lab test check lint format seeds bench bench-explorers bench-kernels \
	bench-memory bench-classroom margins sabotage checkpoints pictures site release \
	new-lesson doctor clean undone

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1|/' | \
	awk -F'|' '{ printf "make %-15s %s\n", $$1, $$2 }'

lab: $(VENV)/.lab ## set up, then open JupyterLab at the first lesson
	$(BIN)/jupyter lab $(LAB_FLAGS) --LabApp.default_url=/lab/tree/$(FIRST) $(ARGS)

test: $(VENV)/.test lint ## set up, then run everything that CI runs
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.test lint ## lint and the quick tests: a contributor's loop
	$(BIN)/python -m pytest -m "not slow" $(ARGS)

lint: $(VENV)/.test ## check style and format of code and lessons, and what they import
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/oxlint
	@# The scripts' types, where somebody has installed TypeScript: nothing needs node.
	@case "$$(tsc --version 2>/dev/null)" in *" "[5-9].*) echo tsc; tsc -p jsconfig.json;; \
	*) echo "No tsc 5 or newer here: the scripts' types go unchecked";; esac
	$(BIN)/deptry .
	$(BIN)/deptry . --exclude '\.venv/|release/|site/' --ignore DEP002,DEP004

format: $(VENV)/.test ## mend style and format, and strip the lessons' outputs
	$(BIN)/nbstripout --keep-id notebooks/*.ipynb
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

seeds: $(VENV)/.test ## run every lesson with three seeds on each data set
	COURSE_SEEDS=0,1,2 $(BIN)/python -m pytest tests/test_lessons.py -k runs $(ARGS)

bench: $(VENV)/.lab ## time training against the common loop (needs MNIST)
	$(BIN)/python -m benchmarks.training $(ARGS)

bench-explorers: $(VENV)/.test ## time the explorers against ipywidgets (needs Chromium)
	$(BIN)/python -m benchmarks.explorers $(ARGS)

bench-kernels: $(VENV)/.test ## let two kernels train at once, each timed against alone
	$(BIN)/python -m benchmarks.two_kernels $(ARGS)

bench-memory: $(VENV)/.test ## measure each lesson's memory, and three lessons' at once
	$(BIN)/python -m benchmarks.memory $(ARGS)

bench-classroom: $(VENV)/.test ## let 24 students run a lesson on one server
	$(BIN)/python -m benchmarks.classroom $(ARGS)

margins: $(VENV)/.test ## print how far each claim is from failing, five seeds (an hour)
	$(BIN)/python -m benchmarks.margins $(ARGS)

sabotage: $(VENV)/.test ## break lessons on purpose and see which claims fall (LESSONS="05")
	$(BIN)/python -m course_lib sabotage $(LESSONS) $(ARGS)

checkpoints: $(VENV)/.lab ## train the pretrained models anew (needs MNIST)
	$(BIN)/python -m course_lib checkpoints $(ARGS)

pictures: $(VENV)/.test ## make the README's pictures anew (needs Chromium)
	$(BIN)/python -m benchmarks.pictures

site: $(VENV)/.test ## execute the lessons and write them as a site (some: ARGS="00 03")
	$(BIN)/python -m course_lib site $(ARGS)

release: $(VENV)/.test ## make a class's notebooks, nbgrader's course, answers (LESSONS="01 02")
	$(BIN)/python -m course_lib release $(LESSONS) $(ARGS)

new-lesson: $(VENV)/.test ## begin a lesson from a template (TITLE="Sparse autoencoders")
	$(BIN)/python -m course_lib new-lesson "$(TITLE)"

doctor: ## say what is wrong with this installation
	@python=$(BIN)/python; $$python -c "" 2>/dev/null || \
	python=$(or $(PYTHON),python3); $$python -m course_lib doctor

clean: ## remove the virtual environment, the site and all caches; keep release/
	rm -rf $(VENV) site .pytest_cache .ruff_cache .hypothesis *.egg-info

# Where pip fails, with no network, say, and all that is needed is there, that will do.
DO_WITHOUT = case "$$($(BIN)/python -m course_lib.doctor.whole)" in $(1)) \
	echo "pip failed (is there no network?), but all that is needed is there.";; \
	*) echo "Set-up did not finish. \`make doctor\` says what is missing."; exit 1;; esac

# Set-up happens once, and again when what it depends on has changed or gone.
$(VENV)/.lab: pyproject.toml constraints.txt $(if $(filter lab anew,$(UNDONE)),undone)
	@[ -n "$(PYTHON)" ] || { echo "No Python from 3.11 to 3.14 found. Install one," \
	"or name one: make PYTHON=/path/to/python"; exit 1; }
	@[ "$(UNDONE)" != anew ] && { $(PIP) --version >/dev/null 2>&1 || \
	$(BIN)/python -m ensurepip >/dev/null 2>&1; } || \
	$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); \
	echo "Python's venv is incomplete; on Debian or Ubuntu: apt install python3-venv"; \
	exit 1; }
	@$(HUSH) $(PIP) install -q "pip>=24" || true  # an old one resolves slowly
	@# An editable install leaves out what a plain one brings for JupyterLab.
	@mkdir -p $(LAB_CONFIG) && cp $(OVERRIDES) $(LAB_CONFIG) 2>/dev/null || true
	@$(INSTALL) -e . && touch $@ || $(call DO_WITHOUT,nothing|test)

$(VENV)/.test: $(VENV)/.lab $(if $(filter test,$(UNDONE)),undone)
	@$(INSTALL) -e ".[test]" || $(call DO_WITHOUT,nothing)
	@# nbgrader is for the command line: tests see the JupyterLab that students see.
	@$(BIN)/jupyter labextension disable --level=sys_prefix @jupyter/nbgrader
	@touch $@
