"""What is written down about a job: the request, its limits, its process and its state."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vaeviz.config import Settings

JobState = Literal["starting", "running", "done", "failed", "cancelled", "lost"]
FINAL: frozenset[JobState] = frozenset({"done", "failed", "cancelled"})
"""States that a job's own process writes last; 'lost' is never written, only concluded."""


class Limits(Settings):
    """What a job may use; None is unlimited.

    `memory_gb` bounds the address space (10^9 bytes), `minutes` the wall-clock time.
    """

    memory_gb: Annotated[float, Field(gt=0)] | None = None
    minutes: Annotated[float, Field(gt=0)] | None = None


class JobRequest(Settings):
    """What was asked for: enough to start the same job again in the same folder."""

    kind: Annotated[str, Field(min_length=1, max_length=100)]
    argv: tuple[str, ...]
    label: str
    created: float
    limits: Limits = Limits()


class ProcessId(Settings):
    """A process, told apart from a later one that got the same number.

    `since_boot_s` is its start in seconds after the machine's boot: unlike the time of day it
    stays the same when the clock is set.
    """

    pid: int
    since_boot_s: float


class JobStatus(Settings):
    """Where a job stands. Times are seconds since 1970; `fraction` runs from 0 to 1."""

    state: JobState = "starting"
    fraction: float = 0.0
    message: str = ""
    eta_s: float | None = None
    error_message: str = ""
    error_hint: str = ""
    started: float | None = None
    updated: float = 0.0
    metrics: dict[str, float] = {}
    process: ProcessId | None = None

    @property
    def active(self) -> bool:
        """Whether the job is still under way."""
        return self.state in ("starting", "running")
