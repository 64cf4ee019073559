"""Whether a cohort that was drawn again is the one that a manifest or a report tells of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from vaeviz.errors import ReadError
from vaeviz.escape import plain
from vaeviz.reports import manifest

if TYPE_CHECKING:
    from vaeviz.synthesis.generate import Cohort

MAX_BYTES = 10_000_000


class Comparison(NamedTuple):
    """Whether the people are the same, and why they may not be, a line each."""

    same: bool
    reasons: tuple[str, ...]


def compare_cohort(cohort: Cohort, model_digest: str, told: bytes) -> Comparison:
    """Compare a cohort with the manifest.json or report.json of another.

    Parameters
    ----------
    cohort : Cohort
    model_digest : str
        Of the model that drew it.
    told : bytes
        Contents of the file.

    Raises
    ------
    ReadError
        The file is neither.
    """
    entries = _parsed(told)
    digest, other_model, settings = _facts(entries)
    if digest == cohort.panel.digest:
        return Comparison(True, ())
    reasons = []
    if other_model != model_digest:
        reasons.append(f"another model drew it ({plain(str(other_model)[:16])})")
    mine = cohort.config.model_dump(mode="json")
    reasons += [
        f"{name} was {plain(json.dumps(settings[name]))}, here {mine[name]}"
        for name in mine
        if name in settings and settings[name] != mine[name]
    ]
    dropped = entries.get("near_copies_dropped")
    if isinstance(dropped, int) and dropped:
        reasons.append(f"{dropped} near copies were dropped from it")
    return Comparison(False, (*reasons, *_versions(entries)))


def _parsed(told: bytes) -> manifest.Json:
    refusal = ReadError(
        "The file is no manifest or report of a cohort.",
        "Choose manifest.json or report.json from the zip of a cohort.",
    )
    if len(told) > MAX_BYTES:
        raise refusal
    try:
        entries = json.loads(told)
    except (ValueError, RecursionError):
        raise refusal from None
    if not isinstance(entries, dict) or not isinstance(_facts(entries)[0], str):
        raise refusal
    return entries


def _facts(entries: manifest.Json) -> tuple[object, object, manifest.Json]:
    """Digest of the cohort, digest of its model, and its settings, of either file."""
    cohort, model, facts = (entries.get(name) for name in ("cohort", "model", "facts"))
    if isinstance(cohort, dict):
        settings = cohort.get("settings")
        return (
            cohort.get("digest"),
            model.get("digest") if isinstance(model, dict) else None,
            settings if isinstance(settings, dict) else {},
        )
    if isinstance(facts, dict):
        return facts.get("cohort_digest"), facts.get("model_digest"), facts
    return None, None, {}


def _versions(entries: manifest.Json) -> list[str]:
    """Programs that differ in version or machine."""
    here, found = manifest.versions(), []
    for name in ("vaeviz", "python", "system"):
        if name in entries and entries[name] != here[name]:
            found.append(f"{name} was {plain(str(entries[name]))}, here {here[name]}")
    packages, mine = entries.get("packages"), here["packages"]
    if isinstance(packages, dict) and isinstance(mine, dict):
        found += [
            f"{name} was {plain(str(packages[name]))}, here {version}"
            for name, version in mine.items()
            if name in packages and packages[name] != version
        ]
    return found
