"""Which models stand in the table of latent sizes, and how each of them is built and trained."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from vaeviz.config import MAX_LATENT, MAX_LAYER, Device, Settings, TrainConfig

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel

Family = Literal["vae", "pca", "windowed", "vq"]

FORMAT = 1
"""Of stored results: another number makes all of them anew."""

TITLES: dict[Family, str] = {
    "pca": "PCA",
    "vae": "VAE",
    "windowed": "Windowed VAE",
    "vq": "Windowed VQ",
}
"""What the families are called, in the order of the table."""

SIZES = (2, 4, 8, 16, 32, 64, 128, 256, 512)
MAX_SIZE = 512
STEPS = 2_500
"""Of training at most, whatever the size: where epochs are not given they follow from it."""

EPOCHS_AT_MOST = 150
BATCH = 64
LEARNING_RATE = 1e-3
HIDDEN = (512,)
MIN_COMPONENTS, MIN_RANK = 128, 128
BLOCK_SITES = 4_096
"""Sites a training step takes of a long panel."""

N_WINDOWS = 8
"""Windows of equal numbers of sites; more where chromosomes or gaps end them."""

WINDOW_HIDDEN = 128
CODE_BITS, CODE_NUMBERS = 8, 4
"""A code of a codebook: bits that name its entry, and numbers that an entry holds."""

CODES_AT_MOST = 512
"""Of a row: each has a codebook of its own, and training takes longer with every one."""

FLOAT_BITS = 32


class LatentSizesConfig(Settings):
    """What the table of latent sizes holds.

    Attributes
    ----------
    sizes : tuple of int
        |z|: latent numbers of 32 bits. Codes of a codebook get as many bits.
    families : tuple of "vae", "pca", "windowed", "vq"
    maf : float
        Only sites with this minor-allele frequency or more among the training people.
    epochs : int, optional
        Of every model at most; by default as many as make about `STEPS` steps.
    seed : int
        Of the split and of training.
    device : "auto", "cpu", "cuda" or "mps"
    """

    sizes: tuple[Annotated[int, Field(ge=1, le=MAX_SIZE)], ...] = Field(
        SIZES, min_length=1, max_length=30
    )
    families: tuple[Family, ...] = Field(("vae", "pca", "windowed", "vq"), min_length=1)
    maf: Annotated[float, Field(ge=0, lt=0.5)] = 0.0
    epochs: Annotated[int, Field(ge=1, le=10_000)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    device: Device = "auto"

    @model_validator(mode="after")
    def _fits(self) -> LatentSizesConfig:
        if len(set(self.sizes)) != len(self.sizes):
            raise ValueError("a size is given twice")
        if len(set(self.families)) != len(self.families):
            raise ValueError("a family is given twice")
        return self

    def entries(self) -> list[tuple[Family, int]]:
        """Family and size of every row of the table, in the table's order."""
        chosen = [family for family in TITLES if family in self.families]
        return [(family, size) for family in chosen for size in sorted(self.sizes)]

    def key(self, panel_digest: str, family: Family, size: int) -> str:
        """Name of the result of one entry: what it follows from, hashed."""
        text = f"{FORMAT} {panel_digest} {family} {size} {self.maf} {self.epochs} {self.seed}"
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


class Built(NamedTuple):
    """Settings of a model for a panel, or why there is none of this size."""

    config: TrainConfig | None
    why: str = ""


def base_config(panel: Panel, settings: LatentSizesConfig) -> TrainConfig:
    """What the models of all families and sizes have in common."""
    n_train = panel.n_samples * (2 if panel.phased else 1) * 0.8
    steps_an_epoch = max(1, math.ceil(n_train / BATCH))
    epochs = settings.epochs or min(EPOCHS_AT_MOST, math.ceil(STEPS / steps_an_epoch))
    return TrainConfig.make(
        rows="haplotype" if panel.phased else "person",
        geometry=False,
        hidden=HIDDEN,
        batch_size=BATCH,
        learning_rate=LEARNING_RATE,
        epochs=epochs,
        patience=max(10, epochs // 3),
        seed=settings.seed,
        device=settings.device,
    )


def build(family: Family, size: int, panel: Panel, base: TrainConfig) -> Built:
    """Settings of a model that sends `size` x 32 bits a row, or fewer.

    Parameters
    ----------
    family : 'vae', 'windowed' or 'vq'
    size : int
    panel : Panel
        With the sites that are used.
    base : TrainConfig
        From `base_config`.
    """
    if family == "vae":
        return Built(_global(size, panel, base))
    ploidy = 2 if base.rows == "person" else 1
    if size * FLOAT_BITS >= panel.n_sites * ploidy:
        return Built(None, "the latent alone costs as much as the raw bits")
    windowed = _with(base, shape="windowed", window_hidden=WINDOW_HIDDEN)
    windowed = _with(windowed, window_sites=_window_sites(panel.n_sites))
    from vaeviz.training.windows import window_starts

    n_windows = len(window_starts(panel.sites, windowed))
    if family == "windowed":
        return _gaussian_windows(size, n_windows, windowed)
    return _code_windows(size, n_windows, windowed)


def pca_like(size: int, base: TrainConfig) -> TrainConfig:
    """Settings of a run that takes about as long as a PCA: one fold of components, one epoch."""
    return _with(base, shape="windowed", n_components=size, epochs=1)


def _global(size: int, panel: Panel, base: TrainConfig) -> TrainConfig:
    return _with(
        base,
        n_latent=size,
        n_components=min(512, max(MIN_COMPONENTS, 2 * size)),
        rank=max(MIN_RANK, size),
        site_blocks=min(64, math.ceil(panel.n_sites / BLOCK_SITES)),
    )


def _gaussian_windows(size: int, n_windows: int, base: TrainConfig) -> Built:
    a_window = size // n_windows
    if not a_window:
        return Built(None, f"{n_windows} windows need at least {n_windows} numbers")
    return Built(_with(base, n_latent=a_window))


def _code_windows(size: int, n_windows: int, base: TrainConfig) -> Built:
    heads = size * FLOAT_BITS // CODE_BITS // n_windows
    if not heads:
        need = n_windows * CODE_BITS
        return Built(None, f"{n_windows} windows need at least {need} bits")
    if heads * n_windows > CODES_AT_MOST or heads * CODE_NUMBERS > MAX_LATENT:
        return Built(None, f"{heads * n_windows:,} codes take too long to train")
    return Built(
        _with(
            base,
            bottleneck="vq",
            codebook_size=2**CODE_BITS,
            codebook_heads=heads,
            n_latent=heads * CODE_NUMBERS,
        )
    )


def _window_sites(n_sites: int) -> int:
    return min(MAX_LAYER, max(2, math.ceil(n_sites / N_WINDOWS)))


def _with(config: TrainConfig, **values: object) -> TrainConfig:
    return TrainConfig.make(**{**config.model_dump(), **values})
