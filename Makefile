# Two commands do everything on a fresh machine with Python 3.11 and make: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
PINS := .ci/requirements
INSTALL := $(PIP) install --quiet --require-hashes
TOOLS := $(VENV)/tools
UV := $(TOOLS)/bin/uv pip
COMPILE := $(UV) compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make pins' $(UPGRADE)
EXTRAS := postgres parquet cluster encrypted mail sign xlsform desk
# One more than the two cores of the machine that tests every change: many tests wait for readers and clients.
WORKERS ?= 3
PYTEST_ARGS ?=
# Tests write thousands of files, each of which waits for its disk: they stand in memory where 4 GiB of it are free for files.
IN_MEMORY := $(shell df -k --output=avail /dev/shm 2>/dev/null | awk 'NR == 2 && $$1 > 4194304 { print "/dev/shm" }')
TEST_FILES ?= $(or $(IN_MEMORY),$(TMPDIR),/tmp)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test system check lint types imports pytest coverage deep format bench commands scale trip breakages hunt fuzz kills parity damage insider alone year \
	keys outlines release release-files pictures golden docs site site-check pins audit clean distclean

help:
	@echo "make demo      install, run the main job on six simulated countries, say where to look"
	@echo "make test      install, with what the tests need, and run every check and test"
	@echo "make deep      run what takes long to show the same once more: before a release"
	@echo "make coverage  which lines of each module the tests run; fails where that is less than 85 percent"
	@echo "make hunt      look for new examples against the property tests, at random and for an hour or more"
	@echo "make audit     hold every pin against the databases of known vulnerabilities"
	@echo "make pins      write the pins anew after a change of pyproject.toml; UPGRADE=--upgrade takes the newest versions"
	@echo "make release   whether this version can be given out: files in use of earlier ones are read as they were"
	@echo "make site      the documentation as pages with a search, in output/site: open index.html, no network needed"
	@echo "make lint | types | imports | pytest | format | bench | pictures | docs | clean | distclean"

demo: $(VENV)/demo.stamp
	rm -rf output/demo
	$(VENV)/bin/hrge-xl demo -o output/demo
	@echo "Look into output/demo: issued/ returned/ dataset/ and the pages in reports/"

test: system
	$(MAKE) --jobs 2 check

check: lint types imports pytest

# System programs that only the tests need; never asks for anything.
system:
	@PYTHON="$(PYTHON)" bash .ci/setup-debian

lint: $(VENV)/test.stamp
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/test.stamp
	$(VENV)/bin/mypy

imports: $(VENV)/test.stamp
	$(VENV)/bin/lint-imports

pytest: $(VENV)/test.stamp
	TMPDIR=$(TEST_FILES) $(PY) -m pytest -n $(WORKERS) --dist loadgroup $(PYTEST_ARGS)

format: $(VENV)/test.stamp
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(VENV)/test.stamp
	$(PY) -m tests.bench

# What people do every day on a round of forty, beside an earlier commit: make commands BASE=HEAD~1; some twenty minutes.
commands: $(VENV)/test.stamp
	$(PY) -m tests.bench_commands $(BASE)

# What every release has to pass besides `make test`: every damage, crash, client and change, some twenty minutes.
deep: $(VENV)/test.stamp
	TMPDIR=$(TEST_FILES) $(PY) -m pytest -n $(WORKERS) --dist loadgroup -m 'deep and not long' $(PYTEST_ARGS)

# Which lines the tests run: prints every module, the least covered first, and fails below 85 percent; some twenty minutes.
coverage: $(VENV)/test.stamp
	@rm -rf output/coverage && mkdir -p output/coverage
	$(PY) -m coverage run -m pytest -n $(WORKERS) --dist loadgroup $(PYTEST_ARGS)
	$(PY) -m tests.coverage_by_module

# Every property test with twenty times the examples, at random: what it finds becomes an explicit @example.
hunt: $(VENV)/test.stamp
	$(PY) -m pytest -n $(WORKERS) --dist loadgroup --hypothesis-profile hunt -m 'hypothesis and not long and not deep' $(PYTEST_ARGS)

# Two hundred runs and fifty with PostgreSQL killed at random moments, and disks of many sizes that fill.
kills: $(VENV)/test.stamp
	$(PY) -m pytest -m long tests/test_crashes.py

# Which functions and modules one returned file goes through from its bytes to the rows of a dataset, and how many calls.
trip: $(VENV)/test.stamp
	$(PY) -m tests.trip

# Deliberate breakages of the program, two hundred by lot and a hundred written by hand, each held against the tests that
# go through it: hours, and at first forty minutes to record which these are. It goes on where it was cut off; make
# breakages ONLY=10 tries ten more of each.
breakages: $(VENV)/test.stamp
	@test -d output/breakages/lines || $(PY) -m tests.breakages --record
	$(PY) -m tests.breakages $(if $(ONLY),--only $(ONLY))
	$(PY) -m tests.breakages --fixed $(if $(ONLY),--only $(ONLY))

# A thousand full workbooks consolidated, beside a plain loop: some minutes.
scale: $(VENV)/test.stamp
	$(PY) -m tests.bench_scale

# Thirty thousand files that are sound and say what nobody would; four thousand through `validate`, and of these four
# hundred through every command: an hour.
fuzz: $(VENV)/test.stamp
	$(PY) -m pytest -n $(WORKERS) -m long tests/test_structure_fuzz.py

# Every rule of the Toolkit, firing and silent, recalculated by LibreOffice: some minutes.
parity: $(VENV)/test.stamp
	$(PY) -m pytest -m long tests/test_parity.py

# Every kind of damage on every carrier, twice in one process: some minutes.
damage: $(VENV)/test.stamp
	$(PY) -m pytest -m long tests/test_damages.py

# Every edit of every file that a round holds, each of which `verify` must name: a quarter of an hour.
insider: $(VENV)/test.stamp
	$(PY) -m pytest -n $(WORKERS) -m '' tests/test_verify_dataset.py tests/test_verify_shared.py

# Every kind of file among three good ones, one at a time, through every command: half an hour or more.
alone: $(VENV)/test.stamp
	$(PY) -m pytest -m long -n $(WORKERS) $(PYTEST_ARGS) tests/test_one_file_alone.py tests/test_fault_isolation.py

# Registers filled to their end by real keys, in the window of LibreOffice: some minutes.
keys: $(VENV)/test.stamp
	$(PY) -m pytest -m long tests/test_keys.py

# A year of the Toolkit, every workbook saved by LibreOffice: some minutes.
year: $(VENV)/test.stamp
	$(PY) -m pytest -m long tests/test_year.py

# Every sheet on the screen of a laptop and as printed, every page of a report, and the pictures of the guides: some minutes.
pictures: $(VENV)/test.stamp
	$(VENV)/bin/hrge-xl generate hrge_toolkit --country PAK -o output/pictures
	$(VENV)/bin/hrge-xl demo -o output/pictures/demo
	$(PY) -m tests.office.pictures -o output/pictures \
		output/pictures/*.xlsx output/pictures/demo/returned/PAK.xlsx output/pictures/demo/reports/*.html
	-$(VENV)/bin/hrge-xl feedback output/pictures/demo/returned -o output/pictures/demo/feedback
	$(PY) -m tests.office.guide_pictures output/pictures/demo -o docs/pictures

# Everything that the program makes, held against what an earlier commit makes: make golden BASE=HEAD~1; some ten minutes.
golden: $(VENV)/test.stamp
	$(PY) -m tests.golden $(BASE)

# The outlines of the countries that the overview draws its map from, out of the npm package world-atlas (Natural Earth).
outlines: $(VENV)/test.stamp
	mkdir -p output/outlines && cd output/outlines && npm pack --silent world-atlas@2.0.2 && tar -xzf world-atlas-2.0.2.tgz
	$(PY) -m tests.write_outlines output/outlines/package

docs: $(VENV)/test.stamp
	$(PY) -m tests.write_docs
	$(PY) -m tests.write_expressions

# The documentation as pages that need no network; every link and anchor is checked.
site: $(VENV)/site.stamp
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --quiet --strict -f .ci/mkdocs.yml
	@echo "Open output/site/index.html"

# Before a version is given out: it has a number and a section in the changelog, nothing is uncommitted, and every file in
# use of an earlier version is read as it was then.
release: $(VENV)/test.stamp
	@git diff --quiet HEAD || { echo "Commit what is changed first." >&2; exit 1; }
	@version=$$($(PY) -c 'import hrge_xl; print(hrge_xl.__version__)'); \
		grep -q "^## $$version" CHANGELOG.md || { echo "CHANGELOG.md says nothing of $$version." >&2; exit 1; }; \
		! git rev-parse --quiet --verify "refs/tags/v$$version" >/dev/null || { echo "$$version was given out already." >&2; exit 1; }; \
		git ls-files --error-unmatch tests/fixtures/releases/$$version.txz tests/fixtures/releases/$$version.json >/dev/null 2>&1 || { echo "No files in use of $$version are kept: make release-files, and commit them." >&2; exit 1; }
	$(PY) -m pytest -n $(WORKERS) --dist loadgroup -m '' $(PYTEST_ARGS) tests/test_releases.py tests/test_files_of_today.py tests/test_round_of_november.py tests/test_earlier_specs.py tests/test_versions_of_programs.py

# Two rounds of the example and two of the Toolkit as this version makes them, and what it reads from them: some minutes.
# Once, before a version is given out; what stands there is never made again.
release-files: $(VENV)/test.stamp
	$(PY) -m tests.write_release_files

# How the site looks: axe, widths of a laptop and a telephone, the search, in Chromium.
site-check: site $(VENV)/test.stamp
	$(PY) -m pytest -m long $(PYTEST_ARGS) tests/test_site.py

# What is installed, to the last byte: the files that may be, on every system and Python, by their hashes.
pins: $(TOOLS)/uv.stamp
	$(COMPILE) --all-extras pyproject.toml $(PINS)-build.in -o $(PINS)-test.txt
	$(COMPILE) -c $(PINS)-test.txt pyproject.toml -o $(PINS).txt
	$(COMPILE) -c $(PINS)-test.txt $(EXTRAS:%=--extra %) pyproject.toml -o $(PINS)-extras.txt
	$(COMPILE) -c $(PINS)-test.txt $(PINS)-build.in -o $(PINS)-build.txt
	$(COMPILE) -c $(PINS)-test.txt $(PINS)-site.in -o $(PINS)-site.txt
	$(COMPILE) $(PINS)-tools.in -o $(PINS)-tools.txt
	$(COMPILE) $(PINS)-uv.in -o $(PINS)-uv.txt

audit: $(TOOLS)/tools.stamp
	$(TOOLS)/bin/python .ci/audit.py $(PINS)-test.txt $(PINS)-site.txt $(PINS)-tools.txt $(PINS)-uv.txt

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "This Python cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo.stamp: $(VENV)/pyvenv.cfg pyproject.toml $(PINS).txt $(PINS)-build.txt
	$(INSTALL) -r $(PINS).txt -r $(PINS)-build.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# Installing what the tests need takes uv a tenth of the time; what people install comes by pip, which every Python has.
$(VENV)/test.stamp: $(VENV)/pyvenv.cfg pyproject.toml $(PINS)-test.txt $(TOOLS)/uv.stamp
	$(UV) install --quiet --require-hashes --python $(PY) -r $(PINS)-test.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/demo.stamp

$(VENV)/site.stamp: $(VENV)/demo.stamp $(PINS)-site.txt
	$(INSTALL) -r $(PINS)-site.txt
	@touch $@

# Apart from the rest, so that no tool decides what the program runs with.
$(TOOLS)/uv.stamp: $(VENV)/pyvenv.cfg $(PINS)-uv.txt
	$(PY) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r $(PINS)-uv.txt
	@touch $@

$(TOOLS)/tools.stamp: $(TOOLS)/uv.stamp $(PINS)-tools.txt
	$(UV) install --quiet --require-hashes --python $(TOOLS)/bin/python -r $(PINS)-tools.txt
	@touch $@

# What commands made and can make again; a round folder of yours under output/ stays.
clean:
	rm -rf output/demo output/site output/pictures output/coverage build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find hrge_xl tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)
