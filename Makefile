# One command an intent; `make help` lists them. Needs only make and Python 3.11, 3.12 or 3.13 with venv.
#   make app PYTHON=/path/to/python3.12    chooses the Python that .venv is made with
#   make app WATCH=auto                    loads changed code anew at the next rerun; slow with many people

VENV := .venv
ifeq ($(OS),Windows_NT)
PY := $(VENV)/Scripts/python.exe
else
PY := $(VENV)/bin/python
endif

# Each candidate is started, not only looked up: a version manager may put a python3.13 on the path that cannot run.
CANDIDATES := $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3 python)
IS_FIT := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
HAS_WHEELS := import platform, sys; sys.exit(f"{sys.platform} {platform.machine()}" not in \
  ("linux x86_64", "linux aarch64", "win32 AMD64", "darwin arm64"))
PIP := $(PY) -m pip --disable-pip-version-check install

# Where it is set, as in many images, each of the many processes of the app and of the tests compiles all anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: app test test-all coverage check audit docs bench soak shipped help

ifdef WATCH
export STREAMLIT_SERVER_FILE_WATCHER_TYPE := $(WATCH)
endif
app: $(VENV)/app.installed ## start the app: http://127.0.0.1:8501
	$(PY) -m emotion app

# Two tests at a time; which ones stay together is said in tests/conftest.py.
PYTEST := $(PY) -m pytest -n 2

test: $(VENV)/dev.installed ## run the linters and the tests
	$(MAKE) check
	$(PYTEST) -m "not nightly"

test-all: $(VENV)/dev.installed ## the same with the tests of the night: every recipe, the whole of FER-2013
	$(MAKE) check
	$(PYTEST)

coverage: $(VENV)/dev.installed ## the tests, and how much of emotion/ they run; fails below 90 % of lines and branches
	$(PYTEST) -m "not nightly" --cov --cov-report=
	$(PY) -m coverage report --include="emotion/*" --fail-under=90

check: $(VENV)/dev.installed ## linters and types only
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy --num-workers=2

audit: $(VENV)/dev.installed ## look the installed packages up in the list of known weaknesses, where it can be reached
	@$(PY) .ci/audit.py

docs: $(VENV)/docs.installed ## the documentation as a site in build/docs; fails where a link leads nowhere
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet
	@echo "To read it: $(PY) -m http.server --directory build/docs --bind 127.0.0.1 8700, then http://127.0.0.1:8700"

bench: $(VENV)/dev.installed ## the speed targets, measured (DATA=folder, else archive/ or drawn faces)
	@$(PY) bench/targets.py $(DATA)

soak: $(VENV)/dev.installed ## damage, kills, full disks and a server's day, for an hour or so (SHARE=0.1 for a tenth)
	$(PY) bench/soak.py $(if $(SHARE),--share $(SHARE))

shipped: $(VENV)/dev.installed ## train the shipped model again, going on where it was interrupted (DATA=FER-2013 with votes.csv)
	$(PY) tools/make_shipped.py "$(DATA)"

help: ## this list
	@sed -n 's/^\([a-z-]*\):.* ## /make \1	/p' Makefile

# Python's own folder of packages, made once; the two files beside it say what was installed last.
$(PY):
	@for python in $(CANDIDATES); do \
	  if "$$python" -c '$(IS_FIT)' >/dev/null 2>&1; then \
	    echo "Making $(VENV) with $$("$$python" --version)"; \
	    exec "$$python" -m venv --clear $(VENV); \
	  fi; \
	done; \
	echo "Python 3.11, 3.12 or 3.13 with venv is needed and was not found as $(subst ",,$(CANDIDATES)):" \
	  "install one (on Debian and Ubuntu also python3-venv) or name it with make PYTHON=/path/to/python3.12." >&2; \
	exit 1

$(VENV)/app.installed: requirements.txt $(PY)
	@$(PY) -c '$(IS_FIT)' || { echo "$(VENV) holds another Python than 3.11, 3.12 or 3.13: remove that folder and run make again." >&2; exit 1; }
	@$(PY) -c '$(HAS_WHEELS)' || { echo "TensorFlow has no package for this computer: Linux x86_64, Windows x86_64 or macOS arm64 is needed." >&2; exit 1; }
	@echo "Installing the packages of the app (once; about 600 MB to download)"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/docs.installed: requirements-docs.txt $(VENV)/app.installed
	@echo "Installing the packages of the documentation"
	@$(PIP) -r requirements-docs.txt
	@touch $@

$(VENV)/dev.installed: requirements-dev.txt requirements-docs.txt tests/requirements-no-deps.txt $(VENV)/app.installed
	@echo "Installing the packages of the tests"
	@$(PIP) -r requirements-dev.txt
	@$(PIP) --no-deps -r tests/requirements-no-deps.txt
	@touch $@
