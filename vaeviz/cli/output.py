"""Output files appear whole or not at all, and never in place of an input."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vaeviz.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

TABLES = (".csv",)
_PLINK = (".bed", ".bim", ".fam")
_ZARR_SIGNS = (".zgroup", ".zattrs", "zarr.json")


@contextlib.contextmanager
def replacing(
    target: Path, suffixes: Sequence[str], inputs: Iterable[str | Path | None] = ()
) -> Iterator[Path]:
    """Yield a path to write to; what lies there replaces `target` when the body succeeds.

    The path has `target`'s name in a temporary folder beside it, so that files which belong
    together (.bed, .bim, .fam) and folders (.vcz) move together. After a failure `target` is
    as before.

    Raises
    ------
    ConfigError
        The name has another suffix than `suffixes`, or `target` is an input, lies in one, or
        is a folder of something else.
    """
    target = target.expanduser().absolute()
    _check(target, suffixes, [Path(x) for x in inputs if x is not None])
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=".vaeviz-", dir=target.parent, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder) / target.name
        for made in sorted(Path(folder).iterdir()):
            _move(made, target.parent / made.name)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV that no spreadsheet runs, or as Parquet where the name says so."""
    if path.suffix == ".parquet":
        table.to_parquet(path, index=False)
        return
    from vaeviz.data.tables import csv_text

    path.write_text(csv_text(table), encoding="utf-8")


def _check(target: Path, suffixes: Sequence[str], inputs: Sequence[Path]) -> None:
    fitting = any(target.name.endswith(s) and len(target.name) > len(s) for s in suffixes)
    if not fitting:
        raise ConfigError(
            f"The output {target.name[:80]!r} does not end in {' or '.join(suffixes)}.",
            f"Name it for example out{suffixes[0]}.",
        )
    taken = {part for path in inputs for part in _with_companions(path)}
    for part in _with_companions(target):
        if part in taken or taken.intersection(part.parents):
            raise ConfigError(
                f"The output {target.name[:80]!r} would overwrite an input.",
                "Choose another name for the output.",
            )
    if target.is_dir() and not any((target / sign).exists() for sign in _ZARR_SIGNS):
        raise ConfigError(
            f"{target.name[:80]!r} is a folder with other contents.", "Choose another name."
        )


def _with_companions(path: Path) -> set[Path]:
    resolved = path.expanduser().resolve()
    if resolved.suffix not in _PLINK:
        return {resolved}
    return {resolved.with_suffix(suffix) for suffix in _PLINK}


def _move(made: Path, target: Path) -> None:
    if target.is_dir() and not target.is_symlink():
        old = made.parent / f".old-{target.name}"
        os.replace(target, old)
        os.replace(made, target)
        shutil.rmtree(old)
    else:
        os.replace(made, target)
