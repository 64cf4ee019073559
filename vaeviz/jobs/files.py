"""Small files that one process writes while another reads them."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Replace `path` by `text` so that a reader sees the old or the new content, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def read_or_none(path: Path) -> str | None:
    """Text of `path`, or None when it is absent."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def append_record(path: Path, record: dict[str, float]) -> None:
    """Append one JSON line; numbers that are not finite are left out (JSON has none)."""
    finite = {name: value for name, value in record.items() if math.isfinite(value)}
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(finite) + "\n")


def read_records(path: Path) -> Iterator[dict[str, float]]:
    """Records of a file of JSON lines; a line cut off by a kill is left out."""
    for line in (read_or_none(path) or "").splitlines():
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(record, dict):
            yield record
