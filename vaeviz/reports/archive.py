"""A zip whose bytes depend on its contents alone."""

from __future__ import annotations

import hashlib
import os
import secrets
import zipfile
from pathlib import Path

TIME_STAMP = (2020, 1, 1, 0, 0, 0)
"""Fixed, so that the same contents are the same bytes."""

_PACKED = (".gz", ".vaeviz", ".png", ".zip")


class Archive:
    """Collects files by name; `write` puts them into one zip in order of their names."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def add(self, name: str, data: bytes | str) -> str:
        """Keep a file under `folder/stem.suffix`; a name taken gets a number. Returns the name."""
        folder, _, file = name.rpartition("/")
        stem, _, suffix = file.partition(".")
        number, free = 2, name
        while free in self.files:
            free = f"{folder}/{stem}_{number}.{suffix}"
            number += 1
        self.files[free] = data.encode("utf-8") if isinstance(data, str) else data
        return free

    def listing(self) -> list[dict[str, str | int]]:
        """Name, bytes and SHA-256 of every file, by name."""
        return [
            {"file": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in sorted(self.files.items())
        ]

    def write(self, path: Path) -> None:
        """Write the zip; `path` is replaced only when the new file is complete."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with zipfile.ZipFile(temporary, "w") as archive:
                for name, data in sorted(self.files.items()):
                    packed = name.endswith(_PACKED)
                    item = zipfile.ZipInfo(name, TIME_STAMP)
                    item.external_attr = 0o644 << 16
                    kind = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
                    archive.writestr(item, data, kind)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
