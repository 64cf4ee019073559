"""Opening what a command works on, and telling what it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vaeviz.errors import CheckpointError

if TYPE_CHECKING:
    from vaeviz.cli.session import Result
    from vaeviz.data.panel import Panel
    from vaeviz.training.model import TrainedModel


def open_panel(ref: str) -> Panel:
    """Panel behind a built-in name or a file."""
    from vaeviz.data import catalogue

    return catalogue.open_panel(ref)


def open_model(path: Path) -> TrainedModel:
    """Model of a file.

    Raises
    ------
    CheckpointError
        There is no such file, or it is no model.
    """
    if not path.is_file():
        raise CheckpointError(
            f"There is no model file {path.name[:80]!r}.", "Train one, or check the name."
        )
    from vaeviz.training.model import load_model

    return load_model(path)


def panel_facts(panel: Panel) -> Result:
    """What a machine may want to know of a panel."""
    return {
        "name": panel.info.name,
        "species": panel.info.species,
        "simulated": panel.info.simulated,
        "synthetic": panel.info.synthetic,
        "unfiltered_sequence": panel.info.unfiltered_sequence,
        "n_samples": panel.n_samples,
        "n_sites": panel.n_sites,
        "phased": panel.phased,
        "digest": panel.digest,
        "steps": [step.model_dump() for step in panel.info.steps],
    }


def panel_line(panel: Panel) -> str:
    """A line for people; it says what is simulated or synthetic."""
    kind = "phased" if panel.phased else "unphased"
    made = " SYNTHETIC" if panel.info.synthetic else " simulated" if panel.info.simulated else ""
    return f"{panel.n_samples:,} samples x {panel.n_sites:,} sites, {kind}{made}"
