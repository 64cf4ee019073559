"""The steps of the guided tour, as they are written in `assets/tour`."""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from pathlib import Path

from vaeviz.data.assets import ASSETS

FOLDER = ASSETS / "tour"
_SECTIONS = ("Do", "Ask", "Think")


@dataclasses.dataclass(frozen=True)
class TourStep:
    """One step of the tour; all texts are Markdown.

    Attributes
    ----------
    key : str
        Stem of the file without its number.
    title : str
        Plain text.
    text : str
        What it is about.
    task : str
        The one thing to do.
    question : str
        The one question.
    thought : str
        What a teacher may answer.
    """

    key: str
    title: str
    text: str
    task: str
    question: str
    thought: str


@cache
def tour_steps() -> tuple[TourStep, ...]:
    """Steps in the order of the numbers in their file names."""
    return tuple(read_step(file) for file in sorted(FOLDER.glob("*_*.md")))


def read_step(file: Path) -> TourStep:
    """One step from its file ``NUMBER_KEY.md``.

    Raises
    ------
    ValueError
        A heading is absent or stands in another place.
    """
    head, *parts = re.split(r"^## (.+)\n", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    title, _, text = head.removeprefix("# ").partition("\n")
    if tuple(parts[::2]) != _SECTIONS or not head.startswith("# "):
        raise ValueError(f"{file.name} needs a title and the headings {', '.join(_SECTIONS)}.")
    texts = (part.strip() for part in (text, *parts[1::2]))
    return TourStep(file.stem.partition("_")[2], title.strip(), *texts)
