"""The terminal: a progress bar on stderr, tables on stdout."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Self

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from vaeviz.escape import plain

if TYPE_CHECKING:
    import pandas as pd

LARGE = 1_000
"""Numbers from here on are shown without decimals."""


class TerminalReporter:
    """`Progress` as a bar on stderr; where stderr is no terminal, nothing is drawn."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def update(self, done: float, total: float, message: str, **metrics: float) -> None:
        """Move the bar."""
        if self._task is None:
            self._bars.start()
            self._task = self._bars.add_task(message, total=total)
        self._bars.update(self._task, completed=done, total=total, description=plain(message, 80))

    def cancelled(self) -> bool:
        """Whether Ctrl-C was pressed inside `stopping_softly`."""
        return self._stop.is_set()

    def close(self) -> None:
        """Take the bar away before results are printed."""
        self._bars.stop()

    @contextmanager
    def stopping_softly(self) -> Iterator[None]:
        """Within, a first Ctrl-C asks the work to stop and keep what it has; a second ends it."""
        previous = signal.signal(signal.SIGINT, self._on_interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, previous)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._stop.is_set():
            raise KeyboardInterrupt
        self._stop.set()
        self._bars.console.print("Stopping; the best so far is kept (Ctrl-C again drops it).")


def rich_table(title: str, table: pd.DataFrame) -> Table:
    """A table for the terminal; labels are shown as they are, never as markup."""
    drawn = Table(title=Text(title), box=box.SIMPLE, title_justify="left")
    columns = []
    for name in table.columns:
        numeric = table[name].dtype.kind in "iuf"
        drawn.add_column(Text(plain(name)), justify="right" if numeric else "left", overflow="fold")
        decimals = _decimals(table[name]) if table[name].dtype.kind == "f" else 0
        columns.append([Text(_show(value, decimals)) for value in table[name]])
    for row in zip(*columns, strict=True):
        drawn.add_row(*row)
    return drawn


def _decimals(column: pd.Series) -> int:
    """0 for counts (whole, or floating point where some are missing) and for large numbers."""
    largest = column.abs().max()
    whole = bool((column.dropna() % 1 == 0).all())
    return 0 if largest >= LARGE or (whole and largest > 1) else 4


def _show(value: object, decimals: int) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return "" if value != value else f"{value:,.{decimals}f}"
    return plain(value)
