"""`python -m benchmarks.latent`: measure latent maps; write latent.md and assets/latent.png."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import fingerprint, threads
from benchmarks.latent.judge import judged
from benchmarks.latent.picture import WIDTH_PX, map_grid
from benchmarks.latent.plan import (
    FILTERS,
    FRESH_SEEDS,
    HAPMAP,
    HAPMAP_FILE,
    PANELS,
    QUICK_EPOCHS,
    REFERENCE,
    SEEDS,
    Cost,
    Record,
    Task,
    panels_here,
    tasks,
)
from benchmarks.latent.report import report
from benchmarks.latent.results import Results
from benchmarks.measure import ROOT, cost_of, data_file
from vaeviz.data.catalogue import open_panel

SOURCES = ("config.py", "analysis", "data", "models", "training")
"""Parts of the program that measurements depend on."""


def main(arguments: list[str]) -> int:
    """Run what the cache does not hold, one process at a time; returns the exit code."""
    given = _parser().parse_args(arguments)
    wanted = tuple(given.panels or PANELS)
    with tempfile.TemporaryDirectory() as temporary:
        state = fingerprint(SOURCES) + ("-quick" if given.quick else "")
        folder = Path(given.cache or temporary).resolve() / state
        folder.mkdir(parents=True, exist_ok=True)
        seeds, epochs = (SEEDS[:1], QUICK_EPOCHS) if given.quick else (SEEDS + FRESH_SEEDS, None)
        panels = panels_here(wanted)
        _prepare(panels, folder)
        planned = tasks(panels, seeds, str(folder), epochs)
        records = [_record(task, i, len(planned)) for i, task in enumerate(planned, 1)]
        _write(planned, records, wanted, given.quick)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latent", description=__doc__)
    parser.add_argument("--cache", help="folder from which an interrupted run goes on")
    parser.add_argument("--panels", nargs="+", choices=PANELS, help="default: all")
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"one seed, {QUICK_EPOCHS} epochs; prints, and writes into the cache alone",
    )
    return parser


def _prepare(panels: Sequence[str], folder: Path) -> None:
    """Import and filter HapMap3 once; the other panels ship with the program."""
    source, store = data_file(HAPMAP_FILE), folder / f"{HAPMAP}.vcz"
    if HAPMAP not in panels or source is None or store.exists():
        return
    from vaeviz.data.qc import apply_filters
    from vaeviz.data.vcz import save_panel

    save_panel(apply_filters(open_panel(source), FILTERS).panel, store)


def _record(task: Task, done: int, total: int) -> Record:
    """From the cache, or measured now and cached as one line of JSON."""
    path = task.file(".json")
    if path.exists():
        return Record.from_json(path.read_text(encoding="utf-8"))
    sys.stderr.write(f"{done} of {total}: {task.panel}, {task.method}, seed {task.seed}\n")
    output = cost_of(["-m", "benchmarks.latent.fit", task.model_dump_json()]).output
    record = judged(task, Cost.from_json(output.strip().splitlines()[-1]))
    temporary = path.with_suffix(".part")
    temporary.write_text(record.model_dump_json() + "\n", encoding="utf-8")
    temporary.replace(path)
    return record


def _write(planned: list[Task], records: list[Record], wanted: Sequence[str], quick: bool) -> None:
    folder = Path(planned[0].folder)
    table, image = (
        (folder / "latent.md", folder / "latent.png")
        if quick
        else (ROOT / "benchmarks" / "latent.md", ROOT / "assets" / "latent.png")
    )
    text = "\n".join(report(records, wanted)) + "\n"
    table.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    panels = {t.panel: open_panel(t.panel_ref()) for t in planned if t.method == REFERENCE}
    image.write_bytes(map_grid(Results(records).part(SEEDS), panels).png(WIDTH_PX, scale=1))


if __name__ == "__main__":
    os.environ |= threads(1)  # of the fits
    sys.exit(main(sys.argv[1:]))
