# Everything runs in .venv, which the first target makes from nothing but Python 3.11+.
PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin

.PHONY: run test lint slow gpu shots panels models bench bench-latent bench-compression bench-entropy bench-synthetic clean

run: .venv/run.stamp
	$(BIN)/python -m vaeviz serve --port $(PORT)

test: .venv/dev.stamp lint
	@$(BIN)/python -m tests.browser.available || echo "No Chromium found: the browser tests skip. Install it (Debian: apt-get install chromium) and run again."
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist worksteal

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

slow: .venv/dev.stamp
	$(BIN)/python -m pytest -m slow

gpu: .venv/dev.stamp
	$(BIN)/python -m pytest -m gpu

shots: .venv/dev.stamp
	VAEVIZ_SHOTS=shots $(BIN)/python -m pytest -m browser

panels: .venv/run.stamp
	$(BIN)/python -m vaeviz.data.simulation

# The demo model: trained by the project's own command on the default panel.
models: .venv/run.stamp
	$(BIN)/python -m vaeviz train human-array --latent 2 --seed 1 -o assets/models/human-array.vaeviz

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks

# Half an hour; goes on where it was interrupted.
bench-latent: .venv/dev.stamp
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.latent --cache out/bench-latent

# Hours; goes on where it was interrupted.
bench-compression: .venv/dev.stamp
	$(BIN)/python -m benchmarks.compression --cache out/bench-compression

# Minutes.
bench-entropy: .venv/dev.stamp
	$(BIN)/python -m benchmarks.entropy

# An hour or two; goes on where it was interrupted.
bench-synthetic: .venv/dev.stamp
	$(BIN)/python -m benchmarks.synthetic --cache out/bench-synthetic

clean:
	rm -rf .venv build out shots *.egg-info

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

.venv/run.stamp: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps -e .
	touch $@

.venv/dev.stamp: .venv/run.stamp
	$(BIN)/python -m pip install --quiet -e '.[dev]'
	touch $@
