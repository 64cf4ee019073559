"""`python -m benchmarks.compression`: measure codecs; write compression.csv, .md and .png."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.common import fingerprint, threads
from benchmarks.compression.picture import WIDTH_PX, bars
from benchmarks.compression.plan import (
    FULL,
    METHODS,
    QUICK,
    QUICK_EPOCHS,
    SEEDS,
    THREADS,
    Fit,
    FitRecord,
    Record,
    Task,
    fits,
    tasks,
)
from benchmarks.compression.report import report
from benchmarks.compression.results import Results, table
from benchmarks.measure import ROOT, cost_of
from vaeviz.config import Settings

TRAINED_BY = ("config.py", "data", "models", "training")
CODED_BY = (*TRAINED_BY, "compression")
"""Parts of the program that models depend on, and measurements."""


def main(arguments: list[str]) -> int:
    """Run what the cache does not hold, one process at a time; returns the exit code."""
    given = _parser().parse_args(arguments)
    wanted = tuple(given.data or ((QUICK,) if given.quick else FULL))
    os.environ |= threads(given.threads)
    with tempfile.TemporaryDirectory() as temporary:
        cache = Path(given.cache or temporary).resolve()
        models, codes = (
            _made(cache / f"{name}-{fingerprint(parts)}")
            for name, parts in (("models", TRAINED_BY), ("codes", CODED_BY))
        )
        seeds, epochs = (SEEDS[:1], QUICK_EPOCHS) if given.quick else (SEEDS, None)
        planned = fits(wanted, given.seeds or seeds, str(models), epochs)
        trained = [_fit(x, i, len(planned)) for i, x in enumerate(planned, 1)]
        todo = [x for x in tasks(planned, str(codes), given.threads) if x.method in given.methods]
        records = [_code(x, i, len(todo)) for i, x in enumerate(todo, 1)]
        # A run of a part must not replace the figures of the whole.
        whole = not (given.quick or given.data or given.seeds or given.methods != METHODS)
        _write(Results(records, trained), wanted, _made(_results() if whole else codes))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compression", description=__doc__)
    parser.add_argument("--cache", help="folder from which an interrupted run goes on")
    parser.add_argument("--data", nargs="+", choices=(*FULL, QUICK), help="default: all")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--seeds", nargs="+", type=int, help=f"default: {SEEDS}")
    parser.add_argument("--threads", type=int, default=THREADS)
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"a small panel, one seed, {QUICK_EPOCHS} epochs",
    )
    parser.epilog = "A part of it is written into the cache alone, and printed."
    return parser


def _results() -> Path:
    return ROOT / "benchmarks" / "results"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _fit(task: Fit, done: int, total: int) -> FitRecord:
    """A model's record from the cache, or after training it."""
    path = task.file(".json")
    if not (path.exists() and task.model.exists()):
        sys.stderr.write(f"model {done} of {total}: {task.data}, seed {task.seed}\n")
        _keep(path, _run("fit", task))
    return FitRecord.from_json(path.read_bytes())


def _code(task: Task, done: int, total: int) -> Record:
    """A measurement from the cache, or made now."""
    path = task.file()
    if not path.exists():
        what = f"{task.fit.data}, {task.method}, seed {task.fit.seed}"
        sys.stderr.write(f"codec {done} of {total}: {what}\n")
        _keep(path, _run("code", task))
    return Record.from_json(path.read_bytes())


def _run(module: str, task: Settings) -> str:
    """Last line of what a process of its own says."""
    output = cost_of(["-m", f"benchmarks.compression.{module}", task.model_dump_json()]).output
    return output.strip().splitlines()[-1]


def _keep(path: Path, text: str) -> None:
    temporary = path.with_suffix(".part")
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(path)


def _write(results: Results, wanted: tuple[str, ...], folder: Path) -> None:
    text = "\n".join(report(results, wanted)) + "\n"
    (folder / "compression.md").write_text(text, encoding="utf-8")
    table(results).to_csv(folder / "compression.csv", index=False, float_format="%.6g")
    (folder / "compression.png").write_bytes(bars(results).png(WIDTH_PX, scale=1))
    sys.stdout.write(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
