"""Settings of a training run: presets, what it will take, and the command that starts it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from vaeviz.cli.train_options import arguments
from vaeviz.config import Rows, TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.errors import JobError
from vaeviz.escape import plain
from vaeviz.ui import jobs, state, workspace
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.explain import teaching
from vaeviz.ui.widgets import choice, segments

QUICK, STANDARD, CUSTOM = "Quick", "Standard", "Custom"
PRESETS: dict[str, dict[str, object]] = {
    QUICK: {"epochs": 40, "patience": 15},
    STANDARD: {},
    CUSTOM: {},
}
NO_CONDITION = "(none)"
MAX_CONDITION_LABELS = 200


def train_form(panel: Panel) -> None:
    """Preset and options, the estimate, and Start."""
    presets = [QUICK, STANDARD] if teaching() else list(PRESETS)
    preset = segments("Preset", presets, "train_preset")
    with shown_errors():
        config = _config(panel, preset)
        name = st.text_input(
            "Name of the model",
            value=f"{plain(panel.info.name, 40)} latent {config.n_latent}",
            max_chars=60,
            key=f"train_name_{config.n_latent}_{panel.digest[:8]}",
        )
        _estimate(panel, config)
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


def _config(panel: Panel, preset: str) -> TrainConfig:
    grid = st.grid(3, min_column_width=200)
    with grid.cell():
        n_latent = st.number_input(
            "Latent dimensions",
            min_value=1,
            max_value=min(64, panel.n_sites),
            value=2,
            key="train_latent",
            persist_state="session",
            help="2 draws a map directly; 8 or more describe people better.",
        )
    rows: Rows = "person"
    if panel.phased:
        with grid.cell():
            chosen = choice(
                "A row of the model is a", ["person", "haplotype"], "train_rows", "person"
            )
        rows = "haplotype" if chosen == "haplotype" else "person"
    values: dict[str, object] = {"n_latent": int(n_latent), "rows": rows, **PRESETS[preset]}
    if preset == CUSTOM:
        values |= _custom(panel, rows)
    return TrainConfig.make(**values)


def _custom(panel: Panel, rows: Rows) -> dict[str, object]:
    default = TrainConfig(rows=rows)
    with st.container(border=True):
        grid = st.grid(3, min_column_width=160)
        with grid.cell():
            condition = choice(
                "Condition on a label",
                [NO_CONDITION, *_label_columns(panel)],
                "train_condition",
                shown=plain,
            )
            epochs = _whole("Epochs at most", "epochs", default.epochs, 1, 100_000)
            patience = _whole("Patience (epochs)", "patience", default.patience, 1, 100_000)
            seed = _whole("Seed", "seed", default.seed, 0, 2**31 - 1)
        with grid.cell():
            hidden = st.text_input("Hidden layers", "128, 128", key="train_hidden")
            components = _whole("Components read", "components", default.n_components, 1, 512)
            rank = _whole("Decoder rank", "rank", default.rank, 1, 1024)
            device = choice("Device", ["auto", "cpu", "cuda", "mps"], "train_device")
        with grid.cell():
            batch = _whole("Batch size (rows)", "batch", default.batch_size, 2, 65_536)
            beta = st.number_input("Weight of the KL", 0.0, 100.0, default.beta, key="train_beta")
            rate = st.number_input(
                "Learning rate", 1e-5, 1.0, default.learning_rate, format="%.4f", key="train_rate"
            )
            decay = st.number_input(
                "Weight decay", 0.0, 1.0, default.weight_decay, format="%.3f", key="train_decay"
            )
            dropout = st.number_input(
                "Dropout",
                0.0,
                0.9,
                default.decoder_dropout(),
                format="%.2f",
                key=f"train_dropout_{rows}",
            )
        if condition != NO_CONDITION:
            st.caption(
                "A conditional model is told this label, so the latent space shows what the "
                "label does not explain."
            )
    return {
        "condition": None if condition == NO_CONDITION else condition,
        "epochs": epochs,
        "patience": patience,
        "seed": seed,
        "hidden": [part.strip() for part in hidden.split(",")],
        "n_components": components,
        "rank": rank,
        "device": device,
        "batch_size": batch,
        "beta": beta,
        "learning_rate": rate,
        "weight_decay": decay,
        "dropout": dropout,
    }


def _whole(label: str, name: str, value: int, low: int, top: int) -> int:
    return int(st.number_input(label, low, top, value, step=1, key=f"train_{name}"))


def _label_columns(panel: Panel) -> list[str]:
    def suits(column: str) -> bool:
        text = not pd.api.types.is_numeric_dtype(panel.samples[column])
        return text and 2 <= panel.samples[column].nunique() <= MAX_CONDITION_LABELS

    return [str(c) for c in panel.samples.columns if c != "sample" and suits(str(c))]


def _estimate(panel: Panel, config: TrainConfig) -> None:
    from vaeviz.training.estimate import estimate

    n_rows = panel.n_samples * (2 if config.rows == "haplotype" else 1)
    cost = estimate(n_rows, panel.n_sites, config)
    st.markdown(
        f"On this machine's processor about **{jobs.duration(cost.seconds)}** and "
        f"**{cost.memory_mb / 1000:.1f} GB** of memory, for {n_rows:,} rows × "
        f"{panel.n_sites:,} sites. You can leave this page while it runs."
    )
