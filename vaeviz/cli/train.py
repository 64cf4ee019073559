"""`train`: a panel becomes a model."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vaeviz.cli.opening import open_panel, panel_line
from vaeviz.cli.options import JsonFlag, PanelRef, Seed, default_of, given
from vaeviz.cli.output import replacing
from vaeviz.cli.session import Result, Session
from vaeviz.cli.terminal import TerminalReporter
from vaeviz.config import Device, Rows, TrainConfig
from vaeviz.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.training.model import TrainedModel

STATE_FOLDER = "state"


def _help(text: str, field: str) -> str:
    return f"{text} {default_of(TrainConfig, field)}"


def train(
    context: typer.Context,
    panel: PanelRef,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="MODEL.vaeviz", help="Model to write.")
    ],
    latent: Annotated[
        int | None, typer.Option(help=_help("Latent dimensions.", "n_latent"))
    ] = None,
    rows: Annotated[
        Rows | None, typer.Option(help=_help("What a row of the model is.", "rows"))
    ] = None,
    seed: Seed = None,
    condition: Annotated[
        str | None,
        typer.Option(help="Sample column given to the model; takes it out of the latent."),
    ] = None,
    device: Annotated[Device | None, typer.Option(help=_help("Where.", "device"))] = None,
    epochs: Annotated[int | None, typer.Option(help=_help("At most.", "epochs"))] = None,
    patience: Annotated[
        int | None, typer.Option(help=_help("Epochs without a gain before the end.", "patience"))
    ] = None,
    hidden: Annotated[
        str | None, typer.Option(help=_help('Hidden layers, as "128,128".', "hidden"))
    ] = None,
    components: Annotated[
        int | None, typer.Option(help=_help("Principal components read.", "n_components"))
    ] = None,
    rank: Annotated[
        int | None, typer.Option(help=_help("Width of the decoder's last layer.", "rank"))
    ] = None,
    beta: Annotated[float | None, typer.Option(help=_help("Weight of the KL.", "beta"))] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help=_help("Of AdamW.", "learning_rate"))
    ] = None,
    weight_decay: Annotated[
        float | None, typer.Option(help=_help("Of AdamW.", "weight_decay"))
    ] = None,
    dropout: Annotated[
        float | None,
        typer.Option(help="Of the decoder; .2 for persons and 0 for haplotypes by default."),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(help=_help("Rows a step.", "batch_size"))
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the model.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Train a variational autoencoder on a panel.

    Early stopping looks at validation people; the figures printed are of test people whom
    neither has seen. Ctrl-C keeps the best model so far.
    """
    config = TrainConfig.make(
        **given(
            n_latent=latent,
            rows=rows,
            seed=seed,
            condition=condition,
            device=device,
            epochs=epochs,
            patience=patience,
            hidden=None if hidden is None else _layers(hidden),
            n_components=components,
            rank=rank,
            beta=beta,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            dropout=dropout,
            batch_size=batch_size,
        )
    )
    session = Session.of(context)
    with replacing(output, [".vaeviz"], [panel]) as temporary:
        model, line = _train(session, panel, config)
        if name is not None:
            model.name = name
        model.save(temporary)
    _forget_state(session, model)
    result: Result = {
        "output": str(output),
        "name": model.name,
        "digest": model.digest,
        "config": config.model_dump(),
        "metrics": dict(model.metrics),
        "stopped_early": session.progress.cancelled(),
    }
    session.finish(result, as_json, [("Held-out test people", metrics_table(model))], [line])


def _train(session: Session, ref: str, config: TrainConfig) -> tuple[TrainedModel, str]:
    session.progress.update(0, config.epochs, "Opening the panel")
    panel = open_panel(ref)
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
        return train_model(panel, config, progress, state), panel_line(panel)


def _forget_state(session: Session, model: TrainedModel) -> None:
    """A finished run needs no state; a stopped one may be resumed."""
    if session.job is not None and model.metrics.get("finished"):
        shutil.rmtree(session.job / STATE_FOLDER, ignore_errors=True)


def _layers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ConfigError(
            f"--hidden is {text[:40]!r}; whole numbers with commas between are needed.",
            'Write for example "128,128".',
        ) from None


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
