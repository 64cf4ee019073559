"""Settings of a trained model, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from vaeviz.reports.model_words import LATENTS, counted, n_code_words, size_words

if TYPE_CHECKING:
    from vaeviz.config import ModelConfig, TrainConfig
    from vaeviz.training.model import TrainedModel

SHAPES = {
    "global": "global: one latent",
    "windowed": "windowed: a latent a window",
    "hybrid": "hybrid: windows merged into one latent",
}
SCHEDULES = {"cyclical": "in four cycles", "constant": "from the first step"}


def settings_table(model: TrainedModel) -> pd.DataFrame:
    """Two columns, setting and value, of what applies to the model."""
    config, train = model.config, model.train_config
    facts = {
        **_model(config, train),
        **_loss(config, train),
        **_data(train),
        **_run(train),
        **_outcome(model),
    }
    return pd.DataFrame({"setting": list(facts), "value": list(facts.values())})


def _model(config: ModelConfig, train: TrainConfig) -> dict[str, str]:
    facts = {"shape": SHAPES[config.shape], "rows": config.rows}
    if config.shape == "global":
        facts["encoder reads"] = f"{config.n_components} cross-fitted principal components"
        facts["decoder rank"] = f"{config.rank}"
    else:
        unit = f"{train.window_sites} sites"
        width = unit if train.window_kb is None else f"{train.window_kb:g} kb"
        shared = "shared weights" if config.shared_windows else "weights of its own for each"
        facts["windows"] = f"{config.n_windows:,} of at most {width}, {shared}"
        facts["hidden layer of a window"] = f"{config.window_hidden}"
    if config.shape != "windowed":
        facts["hidden layers"] = ", ".join(map(str, config.hidden)) or "none"
    facts["latent"] = f"{size_words(config)}, {LATENTS[config.bottleneck]}"
    if config.bottleneck == "vq":
        owner = "shared" if config.shared_codebook else "one for each"
        facts["codebook"] = (
            f"{config.codebook_size:,} entries, {owner}; {counted(n_code_words(config), 'code')}"
        )
    facts["condition"] = config.condition or "none"
    facts["dropout"] = f"{config.dropout:g}"
    return facts


def _loss(config: ModelConfig, train: TrainConfig) -> dict[str, str]:
    facts = {}
    if config.shape == "global":
        weights = f"neighbours {train.neighbour_weight:g}, distances {train.distance_weight:g}"
        facts["geometry terms"] = weights if train.uses_geometry() else "off (plain autoencoder)"
    if config.bottleneck in ("gaussian", "bernoulli"):
        rise = f"over the first {train.warmup:.0%} of the steps"
        facts["weight of the KL"] = (
            f"{train.beta:g}, rising {SCHEDULES.get(train.kl_schedule, rise)}"
            if train.kl_schedule != "constant"
            else f"{train.beta:g} {SCHEDULES['constant']}"
        )
        facts["free bits"] = f"{train.free_bits:g} a dimension"
    return facts


def _data(train: TrainConfig) -> dict[str, str]:
    augmented = f"Wright-Fisher mosaics, {train.generations:g} generations"
    rest = 1 - train.train_fraction - train.validation_fraction
    parts = (train.train_fraction, train.validation_fraction, rest)
    return {
        "sites hidden in training": f"{train.denoise:.0%}",
        "augmentation": augmented if train.augment != "none" else "none",
        "split": " / ".join(f"{part:.0%}" for part in parts),
    }


def _run(train: TrainConfig) -> dict[str, str]:
    blocks = {"blocks of sites": f"{train.site_blocks}"} if train.shape == "global" else {}
    return {
        "epochs at most": f"{train.epochs:,}, patience {train.patience:,}",
        "batch": counted(train.batch_size, "row"),
        **blocks,
        "learning rate": f"{train.learning_rate:g}",
        "weight decay": f"{train.weight_decay:g}",
        "seed": f"{train.seed}",
    }


def _outcome(model: TrainedModel) -> dict[str, str]:
    """What the run came to, numbers with four decimals."""
    facts = {name.replace("_", " "): _shown(value) for name, value in model.metrics.items()}
    return {**facts, "digest": model.digest}


def _shown(value: float | int | str | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
