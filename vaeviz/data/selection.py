"""A named set of samples: the lasso of the browser, a file of IDs, or a set operation of both."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from vaeviz.config import Settings
from vaeviz.data.limits import regular_file
from vaeviz.data.panel import Panel
from vaeviz.data.selection_rule import ByIds, How, Rule, brief, then
from vaeviz.errors import ConfigError, ReadError, RegionError
from vaeviz.escape import plain

MAX_SELECTION_BYTES = 50_000_000
MAX_NAME = 200
"""Characters of a file's name that a selection is named after."""
MAX_RULE = 2_000
"""Characters of a combined rule in words; a longer story loses its beginning."""


def _each_once(ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


class Selection(Settings):
    """Samples by ID, with what they are called and how they were chosen.

    `rule` tells the choice in words ("lasso", "population = FIN", "read from ids.txt"), `origin`
    as data where it is known and short; `panel_digest` names the panel it was made on, which is
    told and never enforced; `created` is an ISO 8601 time.
    """

    name: Annotated[str, Field(max_length=20_000)] = "selection"
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#000000"
    sample_ids: Annotated[tuple[str, ...], AfterValidator(_each_once)] = ()
    rule: str = ""
    origin: Annotated[Rule | None, AfterValidator(brief)] = None
    panel_digest: str = ""
    created: str = ""

    def index(self, panel: Panel) -> NDArray[np.int64]:
        """Where the samples are in a panel, in the panel's order: int64.

        Raises
        ------
        RegionError
            Some IDs are not in the panel; says how many and the first.
        """
        known = set(panel.sample_ids)
        unknown = [i for i in self.sample_ids if i not in known]
        if unknown:
            raise RegionError(
                f"{len(unknown):,} of the {len(self.sample_ids):,} selected IDs are not in this "
                f"panel (first: {plain(unknown[0], 40)!r}).",
                "Make the selection on this panel, or give IDs of its samples.",
            )
        chosen = pd.Series(panel.sample_ids, dtype=object).isin(set(self.sample_ids))
        return np.flatnonzero(chosen).astype(np.int64)


def read_selection(path: Path) -> Selection:
    """Read a selection saved as JSON, or a text file with one sample ID a line.

    Raises
    ------
    RegionError
        No such file, not text, no IDs, JSON that is no selection.
    """
    try:
        path = regular_file(Path(path))
    except ReadError as error:
        raise RegionError(error.message, error.hint) from None
    if path.stat().st_size > MAX_SELECTION_BYTES:
        raise _no_list(path.name)
    return parse_selection(path.read_bytes(), path.name)


def parse_selection(content: bytes, name: str) -> Selection:
    """A selection from the bytes of a file of this name; see `read_selection`."""
    told = plain(name, 60)
    try:
        if len(content) > MAX_SELECTION_BYTES:
            raise ValueError
        text = content.decode("utf-8-sig")
    except ValueError:
        raise _no_list(name) from None
    if text.lstrip().startswith("{"):
        return _from_json(text, told)
    ids = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if not ids:
        raise RegionError(f"{told!r} is empty.", "Give one sample ID a line.")
    rule = f"read from {told}"
    return Selection(
        name=Path(name).stem[:MAX_NAME], sample_ids=ids, rule=rule, origin=ByIds(source=rule)
    )


def _no_list(name: str) -> RegionError:
    return RegionError(
        f"{plain(name, 60)!r} is no list of sample IDs.", "Give a text file with one ID a line."
    )


def _from_json(text: str, told: str) -> Selection:
    try:
        return Selection.from_json(text)
    except ConfigError:
        raise RegionError(
            f"{told!r} is no saved selection.",
            "Give a selection saved by VAEviz, or a text file with one ID a line.",
        ) from None


def combine(a: Selection, b: Selection, how: How) -> Selection:
    """Selection `a` replaced by, enlarged by, reduced by or limited to `b`; keeps a's name."""
    if how == "replace":
        return b
    mine, other = dict.fromkeys(a.sample_ids), set(b.sample_ids)
    if how == "add":
        ids = tuple(dict.fromkeys((*a.sample_ids, *b.sample_ids)))
    else:
        ids = tuple(i for i in mine if (i in other) == (how == "intersect"))
    told = f"({a.rule}) {how} ({b.rule})"
    told = told if len(told) <= MAX_RULE else f"…{told[-MAX_RULE:]}"
    origin = then(a.origin, how, b.origin)
    return a.model_copy(update={"sample_ids": ids, "rule": told, "origin": origin})
