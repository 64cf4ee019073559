"""How long work tells whoever waits for it how far it is, and learns that it should stop."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A listener to long work: a terminal bar, a job's status file, or nobody."""

    def update(self, done: float, total: float, message: str, **metrics: float) -> None:
        """Report `done` of `total` units, a line for people, and numbers worth plotting."""

    def cancelled(self) -> bool:
        """Whether the work should stop at the next safe point."""


class Silent:
    """Nobody listens and nobody cancels."""

    def update(self, done: float, total: float, message: str, **metrics: float) -> None:
        """Drop the report."""

    def cancelled(self) -> bool:
        """Never."""
        return False
