"""What a model is, in words: for pages, captions and the methods paragraph."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vaeviz.config import ModelConfig, TrainConfig

LATENTS = {
    "gaussian": "Gaussian",
    "bernoulli": "binary",
    "vq": "vector-quantised",
    "none": "unconstrained",
}
"""What the latent of each bottleneck is called."""

SCHEDULES = {
    "linear": "rising over the first part of the steps",
    "cyclical": "rising in four cycles",
    "constant": "from the first step",
}
"""How the weight of the latent's cost comes to its value."""


def rows_word(config: ModelConfig, n: int = 2) -> str:
    """What a row is: haplotype or individual."""
    word = "haplotype" if config.rows == "haplotype" else "individual"
    return word if n == 1 else f"{word}s"


def counted(n: int, word: str) -> str:
    """A number with its noun: '1 window', '23 windows'."""
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def size_words(config: ModelConfig) -> str:
    """Size of the latent of a row: '2 latent dimensions', '23 windows x 12 = 276 ...'."""
    if config.shape != "windowed":
        return counted(config.n_latent, "latent dimension")
    windows = counted(config.n_windows, "window")
    return f"{windows} × {config.n_latent} = {counted(config.n_codes, 'latent dimension')}"


def n_code_words(config: ModelConfig) -> int:
    """Codebook entries that a row is sent as, of a VQ model."""
    return config.codebook_heads * (config.n_codes // config.n_latent)


def cost_words(config: ModelConfig) -> str:
    """What counts as the cost of a row's latent."""
    if config.bottleneck == "bernoulli":
        return f"the KL divergence of its {counted(config.n_codes, 'bit')} from fair coins"
    if config.bottleneck == "vq":
        entries = counted(n_code_words(config), "codebook entry").replace("entrys", "entries")
        bits = math.log2(config.codebook_size)
        return f"{bits:g} bits (log2 of {config.codebook_size:,}) for each of its {entries}"
    if config.bottleneck == "none":
        return f"32 bits for each of its {counted(config.n_codes, 'number')}"
    if config.autoregressive:
        return "the bits of its numbers, rounded to steps whose width is learned"
    return "the KL divergence of its posterior from N(0, 1)"


def shape_words(config: ModelConfig) -> str:
    """Encoder and decoder of a shape, as a clause of the methods paragraph."""
    hidden = " and ".join(str(width) for width in config.hidden) or "no"
    if config.shape == "global":
        return (
            f"an encoder on {config.n_components} cross-fitted principal components of the "
            f"training part, hidden layers of {hidden} units, and a decoder of rank {config.rank}"
        )
    weights = "one set of weights for all" if config.shared_windows else "weights for each"
    windows = (
        f"{counted(config.n_windows, 'window')} of at most {config.window_width} sites "
        f"({weights}, a hidden layer of {config.window_hidden} units, none across a chromosome end "
        "or a gap over 1 Mb)"
    )
    if config.shape == "windowed":
        chain = (
            "; each expected from the latent of the window before, and every site also read from "
            "the alleles before it in its window and the one before"
        )
        return f"a latent of its own for every one of {windows}{chain * config.autoregressive}"
    return (
        f"{windows}, each read into {config.window_features} numbers that hidden layers of "
        f"{hidden} units merge into one latent"
    )


def loss_words(train: TrainConfig) -> list[str]:
    """What the loss holds beside reconstruction and cost of the latent, a sentence each."""
    sentences = []
    if train.uses_geometry():
        sentences.append(
            "Two geometry terms joined the loss: a t-SNE cross-entropy of neighbours (weight "
            f"{train.neighbour_weight:g}) and the correlation of latent distances with squared "
            f"distances (weight {train.distance_weight:g}), both against the cross-fitted "
            "principal components of the training part; no labels entered."
        )
    if train.denoise:
        sentences.append(
            f"In training, {train.denoise:.0%} of the sites were hidden from the encoder at random."
        )
    if train.augment == "wright-fisher":
        sentences.append(
            "Training rows were replaced at every step by Wright-Fisher mosaics inside their "
            f"population ({train.generations:g} generations)."
        )
    if train.free_bits:
        sentences.append(
            f"A latent dimension cost nothing up to {train.free_bits:g} bits (free bits)."
        )
    return sentences
