"""Options of `train`: one for every training setting, and back from settings to options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import typer

from vaeviz.cli.options import default_of
from vaeviz.config import (
    Augmentation,
    Bottleneck,
    Device,
    KlSchedule,
    Purpose,
    Rows,
    Shape,
    TrainConfig,
)
from vaeviz.errors import ConfigError

OnOff = Literal["on", "off"]
FLAGS = {
    "n_latent": "--latent",
    "n_components": "--components",
    "window_sites": "--window",
}
"""Settings whose option has a name of its own; others are called like the setting."""


def _option(field: str, text: str, panel: str) -> typer.models.OptionInfo:
    """Option of a setting, with its default in the help."""
    info: typer.models.OptionInfo = typer.Option(
        flag(field), help=f"{text} {default_of(TrainConfig, field)}", rich_help_panel=panel
    )
    return info


def flag(field: str) -> str:
    """Option of a training setting, as '--latent' of `n_latent`."""
    return FLAGS.get(field, "--" + field.replace("_", "-"))


_MODEL, _LOSS, _DATA, _RUN = "Model", "Loss", "Data", "Run"

PurposeOption = Annotated[
    Purpose | None,
    typer.Option(
        "--purpose",
        help="Preset: a map to look at, or a sequence model (haplotypes in windows) to "
        "compress or to fill gaps. (default map; sequence with --shape windowed)",
        rich_help_panel=_MODEL,
    ),
]
Latent = Annotated[
    int | None, _option("n_latent", "Latent dimensions, of every window if windowed.", _MODEL)
]
RowsOption = Annotated[Rows | None, _option("rows", "What a row of the model is.", _MODEL)]
ShapeOption = Annotated[
    Shape | None,
    _option("shape", "One latent, a latent a window, or windows that merge into one.", _MODEL),
]
Window = Annotated[int | None, _option("window_sites", "Sites a window.", _MODEL)]
WindowKb = Annotated[
    float | None, _option("window_kb", "Width of a window in kb, instead of sites.", _MODEL)
]
SharedWindows = Annotated[
    OnOff | None, _option("shared_windows", "One set of weights for all windows.", _MODEL)
]
WindowHidden = Annotated[int | None, _option("window_hidden", "Hidden layer of a window.", _MODEL)]
WindowFeatures = Annotated[
    int | None, _option("window_features", "Numbers a window of the hybrid shape.", _MODEL)
]
Autoregressive = Annotated[
    OnOff | None,
    _option("autoregressive", "Read the sites before too (windowed, to compress).", _MODEL),
]
BottleneckOption = Annotated[
    Bottleneck | None, _option("bottleneck", "What a latent number is.", _MODEL)
]
CodebookSize = Annotated[int | None, _option("codebook_size", "Entries a codebook (vq).", _MODEL)]
CodebookHeads = Annotated[
    int | None, _option("codebook_heads", "Codes a latent is cut into (vq).", _MODEL)
]
SharedCodebook = Annotated[
    OnOff | None, _option("shared_codebook", "One codebook for all windows (vq).", _MODEL)
]
Hidden = Annotated[str | None, _option("hidden", 'Hidden layers, as "128,128".', _MODEL)]
Components = Annotated[int | None, _option("n_components", "Principal components read.", _MODEL)]
Rank = Annotated[int | None, _option("rank", "Width of the decoder's last layer.", _MODEL)]
Dropout = Annotated[
    float | None,
    typer.Option(
        "--dropout",
        help="Of the decoder; .2 for maps of persons and 0 otherwise by default.",
        rich_help_panel=_MODEL,
    ),
]
Condition = Annotated[
    str | None,
    typer.Option(
        "--condition",
        help="Sample column given to encoder and decoder; takes it out of the latent.",
        rich_help_panel=_MODEL,
    ),
]
Geometry = Annotated[
    OnOff | None,
    typer.Option(
        "--geometry",
        help="Keep neighbours and distances of the principal components; on for maps.",
        rich_help_panel=_LOSS,
    ),
]
NeighbourWeight = Annotated[
    float | None, _option("neighbour_weight", "Of the neighbour term.", _LOSS)
]
DistanceWeight = Annotated[float | None, _option("distance_weight", "Of the distance term.", _LOSS)]
Beta = Annotated[float | None, _option("beta", "Weight of the latent's cost.", _LOSS)]
KlScheduleOption = Annotated[
    KlSchedule | None, _option("kl_schedule", "How that weight rises.", _LOSS)
]
Warmup = Annotated[
    float | None, _option("warmup", "Share of the steps over which it rises.", _LOSS)
]
FreeBits = Annotated[
    float | None, _option("free_bits", "Bits a latent dimension costs nothing.", _LOSS)
]
Denoise = Annotated[
    float | None, _option("denoise", "Share of sites hidden from the encoder.", _DATA)
]
Augment = Annotated[
    Augmentation | None,
    _option("augment", "Mosaics of training rows of a population, new at every step.", _DATA),
]
Generations = Annotated[
    float | None, _option("generations", "Of recombination in the mosaics.", _DATA)
]
CmPerMb = Annotated[float | None, _option("cm_per_mb", "Recombination rate without a map.", _DATA)]
SiteBlocks = Annotated[
    int | None, _option("site_blocks", "A step takes one of this many blocks of sites.", _RUN)
]
DeviceOption = Annotated[Device | None, _option("device", "Where.", _RUN)]
Epochs = Annotated[int | None, _option("epochs", "At most.", _RUN)]
Patience = Annotated[int | None, _option("patience", "Epochs without a gain before the end.", _RUN)]
LearningRate = Annotated[float | None, _option("learning_rate", "Of AdamW.", _RUN)]
WeightDecay = Annotated[float | None, _option("weight_decay", "Of AdamW.", _RUN)]
BatchSize = Annotated[int | None, _option("batch_size", "Rows a step.", _RUN)]
TrainFraction = Annotated[
    float | None, _option("train_fraction", "Share of the people to train on.", _RUN)
]
ValidationFraction = Annotated[
    float | None, _option("validation_fraction", "Share to choose the best epoch on.", _RUN)
]


def settings_of(parameters: Mapping[str, object], phased: bool) -> TrainConfig:
    """Training settings from the command's parameters, which are called like the settings.

    A sequence model of a phased panel reads haplotypes, of an unphased one persons, unless rows
    are given.

    Raises
    ------
    ConfigError
        A value out of range.
    """
    values = {
        name: parameters[name]
        for name in TrainConfig.model_fields
        if parameters.get(name) is not None
    }
    for name in ("shared_windows", "autoregressive", "shared_codebook", "geometry"):
        if name in values:
            values[name] = values[name] == "on"
    if "hidden" in values:
        values["hidden"] = _layers(str(values["hidden"]))
    windowed = values.get("shape") == "windowed"
    purpose = parameters.get("purpose") or ("sequence" if windowed else "map")
    if purpose == "sequence" and not phased:
        values.setdefault("rows", "person")
    return TrainConfig.preset("sequence" if purpose == "sequence" else "map", **values)


def arguments(config: TrainConfig) -> list[str]:
    """Options of `train` that ask for exactly these settings."""
    purpose = f"--purpose={config.purpose}"
    return [purpose, *(f"{flag(k)}={_text(v)}" for k, v in config if v is not None)]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _layers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ConfigError(
            f"--hidden is {text[:40]!r}; whole numbers with commas between are needed.",
            'Write for example "128,128".',
        ) from None
