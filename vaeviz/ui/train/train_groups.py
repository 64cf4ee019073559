"""Groups of fields of a custom training run: the model family, its loss, its data, the run."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from vaeviz.config import MAX_LAYER, TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.escape import plain
from vaeviz.ui.train.train_fields import Fields, Values, window_fields
from vaeviz.ui.widgets import choice

NO_CONDITION = "(none)"
MAX_CONDITION_LABELS = 200
GEOMETRY = (
    "The **geometry terms** pull neighbours and distances of the cross-fitted principal "
    "components into the loss, so that the map keeps both; no labels are used. They cost about "
    "nothing to 3 % of the reconstruction gain over training frequencies. Off: the plain VAE."
)
CONDITION = (
    "Encoder and decoder are told this label, so ancestry that it explains is taken out of the "
    "latent: the map shows what is left."
)
SHAPES = {"global": "Global: one latent", "hybrid": "Hybrid: windows merged into one latent"}
BOTTLENECKS = {
    "gaussian": "Gaussian",
    "bernoulli": "Multi-Bernoulli (bits)",
    "vq": "VQ (codebook)",
    "none": "none (plain autoencoder)",
}
BOTTLENECK_HELP = (
    "What a latent number is: a Gaussian posterior (the VAE), a bit, an entry of a learned "
    "codebook, or a plain number that counts 32 bits."
)
SCHEDULES = {
    "linear": "rises once (linear)",
    "cyclical": "rises in four cycles",
    "constant": "full from the start",
}
AUGMENTATIONS = {"none": "none", "wright-fisher": "Wright-Fisher mosaics"}


def custom_fields(panel: Panel, base: TrainConfig) -> Values:
    """Settings of a custom run, in four groups; only what applies to the others is shown."""
    with st.container(border=True):
        values = _model(panel, base)
    with st.container(border=True):
        values |= _loss(base, values)
    with st.container(border=True):
        values |= _data(panel, base)
    with st.container(border=True):
        values |= _run(base, values)
    return values


def _model(panel: Panel, base: TrainConfig) -> Values:
    fields = Fields("Model", base)
    shape: str = base.shape
    if base.purpose == "map":
        shape = fields.pick(
            "shape", "Shape", SHAPES, "Global reads principal components, hybrid the sites."
        )
    if shape == "global":
        fields.whole("n_components", "Components read", 1, 512, "Of the encoder's input.")
        fields.whole("rank", "Decoder rank", 1, 1024, "Width of the layer before the sites.")
    else:
        _windows(fields, shape)
    if shape != "windowed":
        _hidden(fields)
    if not base.autoregressive:
        _bottleneck(fields)
    chosen = TrainConfig.make(**{**base.model_dump(), "shape": shape})
    fields.number(
        "dropout",
        "Dropout",
        0.0,
        0.9,
        "Of the layer before the sites; against overfitting.",
        step=0.05,
        default=chosen.decoder_dropout(),
    )
    _condition(fields, panel)
    return fields.values


def _windows(fields: Fields, shape: str) -> None:
    if shape == "hybrid":
        window_fields(fields)
        fields.whole(
            "window_features", "Numbers a window", 1, MAX_LAYER, "That merge into the latent."
        )
    fields.whole("window_hidden", "Hidden layer of a window", 1, MAX_LAYER)
    if fields.base.autoregressive:
        return
    fields.flag(
        "shared_windows",
        "Shared weights",
        "One set of weights for all windows: a small file, but no window is known by its place.",
    )


def _hidden(fields: Fields) -> None:
    with fields.grid.cell():
        text = st.text_input(
            "Hidden layers", "128, 128", key="train_hidden", persist_state="session"
        )
    fields.values["hidden"] = [part.strip() for part in text.split(",")]


def _bottleneck(fields: Fields) -> None:
    if fields.pick("bottleneck", "Bottleneck", BOTTLENECKS, BOTTLENECK_HELP) != "vq":
        return
    n_latent = fields.base.n_latent
    heads = {str(n): str(n) for n in range(1, n_latent + 1) if n_latent % n == 0}
    fields.whole("codebook_size", "Entries a codebook", 2, 65_536, "A code costs its log2 in bits.")
    chosen = fields.pick(
        "codebook_heads", "Codes a latent", heads, "They divide the latent dimensions."
    )
    fields.values["codebook_heads"] = int(chosen)
    fields.flag("shared_codebook", "Shared codebook", "One for all codes and windows.")


def _condition(fields: Fields, panel: Panel) -> None:
    with fields.grid.cell():
        condition = choice(
            "Condition on a label",
            [NO_CONDITION, *condition_columns(panel)],
            "train_condition",
            shown=plain,
        )
    fields.values["condition"] = None if condition == NO_CONDITION else condition
    if condition != NO_CONDITION:
        st.caption(CONDITION)


def condition_columns(panel: Panel) -> list[str]:
    """Columns of labels that a model can be conditioned on."""

    def suits(column: str) -> bool:
        text = not pd.api.types.is_numeric_dtype(panel.samples[column])
        return text and 2 <= panel.samples[column].nunique() <= MAX_CONDITION_LABELS

    return [str(c) for c in panel.samples.columns if c != "sample" and suits(str(c))]


def _loss(base: TrainConfig, values: Values) -> Values:
    chosen = TrainConfig.make(**{**base.model_dump(), **values})
    fields = Fields("Loss", base, _loss_note(chosen))
    if chosen.shape == "global":
        on = fields.flag("geometry", "Geometry terms", default=chosen.uses_geometry())
        if on:
            fields.number("neighbour_weight", "Weight of neighbours", 0.0, 1000.0, step=1.0)
            fields.number("distance_weight", "Weight of distances", 0.0, 1000.0, step=5.0)
    if chosen.bottleneck in ("gaussian", "bernoulli"):
        fields.number("beta", "Weight of the KL (beta)", 0.0, 100.0, "1 is the ELBO.")
        schedule = fields.pick("kl_schedule", "That weight", SCHEDULES)
        if schedule == "linear":
            fields.number(
                "warmup",
                "Share of the steps it rises over",
                0.0,
                1.0,
                "Against collapse.",
                step=0.05,
            )
        fields.number(
            "free_bits", "Free bits a dimension", 0.0, 100.0, "That the loss does not count."
        )
    return fields.values


def _loss_note(chosen: TrainConfig) -> str:
    if chosen.shape == "global":
        return GEOMETRY
    if chosen.bottleneck in ("vq", "none"):
        return "The cost of this bottleneck is fixed, so there is nothing to weigh."
    return ""


def _data(panel: Panel, base: TrainConfig) -> Values:
    fields = Fields("Data", base)
    if not base.autoregressive:
        fields.number(
            "denoise",
            "Sites hidden at random",
            0.0,
            0.9,
            "From the encoder, in training: the model learns to fill gaps, for imputation.",
            step=0.05,
        )
    if panel.has_labels("population"):
        augment = fields.pick(
            "augment",
            "Augmentation",
            AUGMENTATIONS,
            "New rows at every step, recombined inside populations; needs population labels.",
        )
        if augment != "none":
            fields.number("generations", "Generations", 0.1, 10_000.0, step=5.0)
            fields.number("cm_per_mb", "cM per Mb", 0.01, 1000.0, step=0.1)
    fields.number("train_fraction", "Share to train on", 0.1, 0.98, step=0.05)
    fields.number(
        "validation_fraction",
        "Share to stop by",
        0.01,
        0.5,
        "Validation people choose the best epoch; the rest are held out.",
        step=0.05,
    )
    return fields.values


def _run(base: TrainConfig, values: Values) -> Values:
    fields = Fields("Run", base)
    fields.whole("epochs", "Epochs at most", 1, 100_000)
    fields.whole("patience", "Patience (epochs)", 1, 100_000, "Without a gain on validation.")
    fields.whole("batch_size", "Batch size (rows)", 2, 65_536)
    fields.number("learning_rate", "Learning rate", 1e-5, 1.0, step=1e-3)
    fields.number("weight_decay", "Weight decay", 0.0, 1.0, step=0.01)
    if values.get("shape", base.shape) == "global":
        fields.whole(
            "site_blocks", "Blocks of sites", 1, 64, "A step takes one of them: faster, noisier."
        )
    fields.whole("seed", "Seed", 0, 2**31 - 1)
    fields.pick("device", "Device", {name: name for name in ("auto", "cpu", "cuda", "mps")})
    return fields.values
