"""Settings of a training run: purpose, presets, what it will take, and the command."""

from __future__ import annotations

import streamlit as st

from vaeviz.cli.train_options import arguments
from vaeviz.config import ModelConfig, Purpose, Rows, TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.errors import ConfigError, JobError
from vaeviz.escape import plain
from vaeviz.ui import jobs, state, workspace
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.explain import teaching
from vaeviz.ui.steps import COMPRESS, FILL_IN, NAMES, SEQUENCE_USE, TRAIN_PURPOSE
from vaeviz.ui.train.train_fields import Fields, Values, window_fields
from vaeviz.ui.train.train_groups import GEOMETRY, custom_fields
from vaeviz.ui.widgets import segments

QUICK, STANDARD, CUSTOM = "Quick", "Standard", "Custom"
PRESETS: dict[str, Values] = {
    QUICK: {"epochs": 40, "patience": 15},
    STANDARD: {},
    CUSTOM: {},
}
PURPOSES: dict[Purpose, str] = {
    "map": "To look at and to classify by: a few latent numbers for each person, in which near "
    "people stay near and distances mean something.",
    "sequence": "To compress genotypes or to fill gaps in them: a latent for every window of "
    "sites, which follows the haplotypes there; it cannot be drawn as a map.",
}
USES = {
    COMPRESS: "**Autoregressive**: a site is also expected from the sites before it, and a "
    "window's latent from that of the window before. Files come out about half as large.",
    FILL_IN: "A window's sites are read from its latent alone, so that gaps do not mislead it "
    "(`impute` on the command line). Files come out larger.",
}
MAX_LATENT = 64


def train_form(panel: Panel) -> None:
    """Purpose, preset and options, the estimate, and Start."""
    purpose = _purpose()
    compresses = purpose == "sequence" and _compresses()
    presets = [QUICK, STANDARD] if teaching() else list(PRESETS)
    preset = segments("Preset", presets, "train_preset")
    with shown_errors():
        config = _config(panel, purpose, compresses, preset)
        shape = _shape(panel, config)
        use = "compression" if compresses else purpose
        name = st.text_input(
            "Name of the model",
            value=f"{plain(panel.info.name, 40)} {use} {config.n_latent}",
            max_chars=60,
            key=f"train_name_{use}_{config.n_latent}_{panel.digest[:8]}",
        )
        _estimate(panel, config, shape)
        if st.button("Start training", key="train_start", type="primary"):
            start_training(config, name)
            st.rerun()


def start_training(config: TrainConfig, name: str) -> None:
    """Train on the open panel in a job; its model is taken into use when it ends.

    Raises
    ------
    JobError
        No panel is open, a training run is under way, or the process cannot be started.
    """
    ref = state.get().panel_ref
    if ref is None:
        raise JobError("No panel is open.", "Choose one on the Panel page.")
    output = workspace.new_path("models", ".vaeviz")
    jobs.begin(
        "train",
        [
            "train",
            workspace.panel_argument(ref),
            *arguments(config),
            f"--name={name}",
            "-o",
            str(output),
        ],
        name,
    )


def _purpose() -> Purpose:
    chosen = segments("What for", list(NAMES.values()), TRAIN_PURPOSE)
    purpose = next(p for p, name in NAMES.items() if name == chosen)
    st.caption(PURPOSES[purpose])
    return purpose


def _compresses() -> bool:
    """Whether a sequence model shall serve compression, rather than filling gaps."""
    use = segments("Best for", list(USES), SEQUENCE_USE)
    st.caption(USES[use])
    return use == COMPRESS


def _config(panel: Panel, purpose: Purpose, compresses: bool, preset: str) -> TrainConfig:
    size = _size(panel, purpose, compresses)
    base = TrainConfig.preset(purpose, **size, **PRESETS[preset])
    if preset == CUSTOM:
        config = TrainConfig.make(**{**base.model_dump(), **custom_fields(panel, base)})
        _leave_test_people(config)
        return config
    if base.uses_geometry():
        st.caption(GEOMETRY)
    return base


def _leave_test_people(config: TrainConfig) -> None:
    share = config.train_fraction + config.validation_fraction
    if share >= 1:
        raise ConfigError(
            f"The shares to train on and to stop by add up to {share:.0%}, so nobody is held out.",
            "Lower one of them: held-out people give the figures.",
        )


def _size(panel: Panel, purpose: Purpose, compresses: bool) -> Values:
    """Latent dimensions, window and rows: what every run is asked for."""
    rows: list[Rows] = ["person", "haplotype"] if panel.phased else ["person"]
    wanted: Rows = "haplotype" if purpose == "sequence" and panel.phased else "person"
    values: Values = {"rows": wanted, "autoregressive": compresses}
    fields = Fields("", TrainConfig.preset(purpose, **values))
    if purpose == "sequence":
        fields.whole("n_latent", "Latent dimensions a window", 1, MAX_LATENT)
        window_fields(fields)
    else:
        fields.whole(
            "n_latent",
            "Latent dimensions",
            1,
            min(MAX_LATENT, panel.n_sites),
            "2 draws a map directly; 8 or more describe people better.",
        )
    if panel.phased:
        fields.pick("rows", "A row of the model is a", {row: row for row in rows})
    return {**values, **fields.values}


def _shape(panel: Panel, config: TrainConfig) -> ModelConfig:
    """What the settings come to on this panel.

    Raises
    ------
    ConfigError
        They do not go together, or the windows are too wide.
    """
    from vaeviz.training.windows import window_starts

    is_global = config.shape == "global"
    return ModelConfig.make(
        rows=config.rows,
        n_sites=panel.n_sites,
        shape=config.shape,
        windows=() if is_global else window_starts(panel.sites, config),
        bottleneck=config.bottleneck,
        codebook_heads=config.codebook_heads,
        n_latent=config.n_latent,
    )


def _estimate(panel: Panel, config: TrainConfig, shape: ModelConfig) -> None:
    from vaeviz.reports.model_words import size_words
    from vaeviz.training.estimate import estimate

    n_rows = panel.n_samples * (2 if config.rows == "haplotype" else 1)
    cost = estimate(n_rows, panel.n_sites, config)
    st.markdown(
        f"On this machine's processor about **{jobs.duration(cost.seconds)}** and "
        f"**{cost.memory_mb / 1000:.1f} GB** of memory, for {n_rows:,} rows × "
        f"{panel.n_sites:,} sites and {size_words(shape)} a row. You can leave this page while "
        "it runs."
    )
