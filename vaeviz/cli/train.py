"""`train`: a panel becomes a model."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vaeviz.cli import train_options as options
from vaeviz.cli.opening import open_panel, panel_line
from vaeviz.cli.options import JsonFlag, PanelRef, Seed
from vaeviz.cli.output import replacing
from vaeviz.cli.session import Result, Session
from vaeviz.cli.terminal import TerminalReporter

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.training.model import TrainedModel

STATE_FOLDER = "state"


def train(
    context: typer.Context,
    panel: PanelRef,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="MODEL.vaeviz", help="Model to write.")
    ],
    purpose: options.PurposeOption = None,
    n_latent: options.Latent = None,
    rows: options.RowsOption = None,
    shape: options.ShapeOption = None,
    window_sites: options.Window = None,
    window_kb: options.WindowKb = None,
    shared_windows: options.SharedWindows = None,
    window_hidden: options.WindowHidden = None,
    window_features: options.WindowFeatures = None,
    autoregressive: options.Autoregressive = None,
    bottleneck: options.BottleneckOption = None,
    codebook_size: options.CodebookSize = None,
    codebook_heads: options.CodebookHeads = None,
    shared_codebook: options.SharedCodebook = None,
    condition: options.Condition = None,
    hidden: options.Hidden = None,
    n_components: options.Components = None,
    rank: options.Rank = None,
    dropout: options.Dropout = None,
    geometry: options.Geometry = None,
    neighbour_weight: options.NeighbourWeight = None,
    distance_weight: options.DistanceWeight = None,
    beta: options.Beta = None,
    kl_schedule: options.KlScheduleOption = None,
    warmup: options.Warmup = None,
    free_bits: options.FreeBits = None,
    denoise: options.Denoise = None,
    augment: options.Augment = None,
    generations: options.Generations = None,
    cm_per_mb: options.CmPerMb = None,
    genetic_map: Annotated[
        Path | None,
        typer.Option(help="Recombination map for the mosaics, instead of a flat rate."),
    ] = None,
    site_blocks: options.SiteBlocks = None,
    seed: Seed = None,
    device: options.DeviceOption = None,
    epochs: options.Epochs = None,
    patience: options.Patience = None,
    learning_rate: options.LearningRate = None,
    weight_decay: options.WeightDecay = None,
    batch_size: options.BatchSize = None,
    train_fraction: options.TrainFraction = None,
    validation_fraction: options.ValidationFraction = None,
    name: Annotated[str | None, typer.Option(help="Name of the model.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Train a variational autoencoder on a panel.

    Early stopping looks at validation people; the figures printed are of test people whom
    neither has seen. Ctrl-C keeps the best model so far.
    """
    session = Session.of(context)
    with replacing(output, [".vaeviz"], [panel]) as temporary:
        model, line = _train(session, panel, context.params, genetic_map)
        if name is not None:
            model.name = name
        model.save(temporary)
    _forget_state(session, model)
    result: Result = {
        "output": str(output),
        "name": model.name,
        "digest": model.digest,
        "config": model.train_config.model_dump(),
        "metrics": dict(model.metrics),
        "stopped_early": session.progress.cancelled(),
    }
    session.finish(result, as_json, [("Held-out test people", metrics_table(model))], [line])


def _train(
    session: Session, ref: str, parameters: Mapping[str, object], map_file: Path | None
) -> tuple[TrainedModel, str]:
    session.progress.update(0, 1, "Opening the panel")
    panel = open_panel(ref)
    config = options.settings_of(parameters, panel.phased)
    morgans = None
    if map_file is not None:
        from vaeviz.data.genetic_map import read_genetic_map

        morgans = read_genetic_map(map_file, panel.sites)
    session.progress.update(0, config.epochs, "Preparing")
    from vaeviz.training.loop import train_model

    state = None if session.job is None else session.job / STATE_FOLDER
    progress = session.progress
    softly = (
        progress.stopping_softly()
        if isinstance(progress, TerminalReporter)
        else contextlib.nullcontext()
    )
    with softly:
        return train_model(panel, config, progress, state, morgans), panel_line(panel)


def _forget_state(session: Session, model: TrainedModel) -> None:
    """A finished run needs no state; a stopped one may be resumed."""
    if session.job is not None and model.metrics.get("finished"):
        shutil.rmtree(session.job / STATE_FOLDER, ignore_errors=True)


def metrics_table(model: TrainedModel) -> pd.DataFrame:
    """Bits per allele of the model beside its baselines, and per genotype where unphased."""
    import pandas as pd

    rows = [
        ("this model", "test_bits_per_allele"),
        ("training frequencies", "test_bits_per_allele_frequencies"),
        ("PCA of the same size (scores free)", "test_bits_per_allele_pca"),
    ]
    table = pd.DataFrame(
        {
            "coder": [name for name, _ in rows],
            "bits_per_allele": [float(model.metrics.get(key, float("nan"))) for _, key in rows],
        }
    )
    if model.config.ploidy == 2:
        table["bits_per_genotype"] = 2 * table["bits_per_allele"]
    return table
