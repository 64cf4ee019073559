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


class Part:
    """One part of longer work: what it reports of itself moves the whole by `share` at most.

    Parameters
    ----------
    whole : Progress
    start, share, total : float
        Units done before this part, units it stands for, and units of the whole.
    prefix : str
        Put before its messages.
    """

    def __init__(
        self, whole: Progress, start: float, share: float, total: float, prefix: str = ""
    ) -> None:
        self.whole, self.prefix = whole, prefix
        self.start, self.share, self.total = start, share, total

    def update(self, done: float, total: float, message: str, **metrics: float) -> None:
        """Report to the whole; the part's own numbers are dropped."""
        fraction = min(done / total, 1.0) if total > 0 else 0.0
        reached = self.start + self.share * fraction
        self.whole.update(reached, self.total, f"{self.prefix}{message}")

    def cancelled(self) -> bool:
        """As the whole."""
        return self.whole.cancelled()
