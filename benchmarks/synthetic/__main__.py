"""`python -m benchmarks.synthetic`: judge every generator; write synthetic.csv and .md."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.common import fingerprint, threads
from benchmarks.measure import ROOT
from benchmarks.synthetic.plan import (
    DATA,
    METHODS,
    QUICK,
    QUICK_EPOCHS,
    SEEDS,
    Record,
    Task,
    tasks,
)
from benchmarks.synthetic.table import figures, markdown

TRAINED_BY = ("config.py", "data", "models", "training")
JUDGED_BY = (*TRAINED_BY, "synthesis")
"""Parts of the program that models depend on, and measurements."""


def main(arguments: list[str]) -> int:
    """Run what the cache does not hold; returns the exit code."""
    given = _parser().parse_args(arguments)
    os.environ |= threads(given.threads)
    with tempfile.TemporaryDirectory() as temporary:
        cache = Path(given.cache or temporary).resolve()
        suffix = "-quick" if given.quick else ""
        models, records = (
            _made(cache / f"{name}-{fingerprint(parts)}{suffix}")
            for name, parts in (("models", TRAINED_BY), ("records", JUDGED_BY))
        )
        data = tuple(given.data or ((QUICK,) if given.quick else DATA))
        seeds = tuple(given.seeds or (SEEDS[:1] if given.quick else SEEDS))
        planned = tasks(data, seeds, given.generators, (models, records), given.quick)
        found = [_record(task, i, len(planned)) for i, task in enumerate(planned, 1)]
        # A run of a part must not replace the figures of the whole.
        part = given.quick or given.data or given.seeds or given.generators != list(METHODS)
        _write(found, records if part else _made(ROOT / "benchmarks" / "results"))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.synthetic", description=__doc__)
    parser.add_argument("--cache", help="folder from which an interrupted run goes on")
    parser.add_argument("--data", nargs="+", choices=list(DATA), help="default: all")
    parser.add_argument("--seeds", nargs="+", type=int, help="splits; default: three")
    parser.add_argument(
        "--generators", nargs="+", choices=list(METHODS), default=list(METHODS), help="default: all"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"{QUICK}, one split, {QUICK_EPOCHS} epochs; prints, and writes into the cache alone",
    )
    return parser


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _record(task: Task, done: int, total: int) -> Record:
    """From the cache, or measured now and cached as one line of JSON."""
    if task.record.exists():
        return Record.from_json(task.record.read_text(encoding="utf-8"))
    sys.stderr.write(f"{done} of {total}: {task.data}, {task.generator}, seed {task.seed}\n")
    # Imported late: libraries read their number of threads when they load.
    from benchmarks.synthetic.work import measured

    record = measured(task)
    temporary = task.record.with_suffix(".part")
    temporary.write_text(record.model_dump_json() + "\n", encoding="utf-8")
    temporary.replace(task.record)
    return record


def _write(records: list[Record], folder: Path) -> None:
    text = "\n".join(markdown(records)) + "\n"
    (folder / "synthetic.md").write_text(text, encoding="utf-8")
    figures(records).round(5).to_csv(folder / "synthetic.csv", index=False)
    sys.stdout.write(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
