"""What happens with the result of a job: an imported panel is opened, a model taken into use."""

from __future__ import annotations

import json
from pathlib import Path

from vaeviz.config import Purpose
from vaeviz.escape import escape
from vaeviz.jobs.job import Job
from vaeviz.ui import cache, library, state, steps, workspace

KINDS: dict[Purpose, str] = {"map": "map", "sequence": "sequence model"}
"""What a model is called on a page."""


def adopt(job: Job, output: Path) -> None:
    """Take over what a job wrote; kinds whose pages read the result themselves do nothing here.

    Raises
    ------
    VaevizError
        The result cannot be opened; what was open stays open.
    """
    if job.request.kind == "import":
        open_own_panel(output)
    elif job.request.kind in ("query", "decompress"):
        keep_panel(output)
    elif job.request.kind == "train":
        _model_of_job(job, output)
    elif job.request.kind in ("codecs", "diversity"):
        _keep_words(job, output)


def open_own_panel(path: Path) -> None:
    """Open a panel that lies in the workspace, and remember it in the library."""
    card = keep_panel(path)
    state.set_panel(card.ref)
    steps.lead_to(steps.PANEL, steps.LOOK)
    state.notice(f"The panel **{escape(card.name)}** is open: {card.detail}.")


def keep_panel(path: Path) -> library.Card:
    """Remember a panel that lies in the workspace, without opening it in place of another."""
    panel = cache.panel(workspace.reference(path))
    detail = f"{panel.n_samples:,} samples × {panel.n_sites:,} sites"
    return library.add(path, panel.info.name, detail, panel.digest)


def use_own_model(
    path: Path, name: str, detail: str, purpose: Purpose, fits_open_panel: bool
) -> None:
    """Remember a model of the workspace in the library, and take it into use where it fits."""
    card = library.add(path, name, detail, purpose=purpose)
    if fits_open_panel:
        state.set_model(card.ref)
        steps.lead_to(steps.TRAIN, steps.IN_USE)
        steps.show_model(purpose)
        state.notice(f"The {KINDS[purpose]} **{escape(name)}** is in use. {escape(detail, 200)}")
    else:
        state.notice(
            f"The model **{escape(name)}** is trained. It belongs to another panel than the "
            "open one: find it on the Train page under Load."
        )


def _model_of_job(job: Job, output: Path) -> None:
    request, outcome = job.request, job.outcome() or {}
    ref = state.get().panel_ref
    fits = ref is not None and workspace.panel_argument(ref) in request.argv
    config = outcome.get("config")
    windowed = isinstance(config, dict) and config.get("shape") == "windowed"
    purpose: Purpose = "sequence" if windowed else "map"
    use_own_model(output, request.label, _held_out(outcome), purpose, fits)


def _keep_words(job: Job, output: Path) -> None:
    """Put what a job told beside its table, since jobs are forgotten in the end."""
    output.with_suffix(".json").write_text(json.dumps(job.outcome() or {}), encoding="utf-8")


def _held_out(outcome: dict[str, object]) -> str:
    metrics = outcome.get("metrics", outcome)
    bits = metrics.get("test_bits_per_allele") if isinstance(metrics, dict) else None
    return f"{bits:.4f} bits per allele held out." if isinstance(bits, float) else ""
