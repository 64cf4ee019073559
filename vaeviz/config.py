"""Validated, frozen settings with JSON in and out. Defaults live here and nowhere else."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Annotated, Literal, Self

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from vaeviz.errors import ConfigError

MAX_SITES = 2_000_000
MAX_LAYER = 8_192
MAX_LATENT = 1_024

Rows = Literal["person", "haplotype"]
Device = Literal["auto", "cpu", "cuda", "mps"]
Shape = Literal["global", "windowed", "hybrid"]
Bottleneck = Literal["gaussian", "bernoulli", "vq", "none"]
Augmentation = Literal["none", "wright-fisher"]
KlSchedule = Literal["linear", "cyclical", "constant"]
Purpose = Literal["map", "sequence"]
Generator = Literal["neighbour-walk", "gaussian", "autoregressive", "mosaic", "global"]
Width = Annotated[int, Field(ge=1, le=MAX_LAYER)]


class Settings(BaseModel):
    """Base of all settings: frozen, no unknown fields, user-readable errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def make(cls, /, **values: object) -> Self:
        """Build from keyword values; raises `ConfigError` that names field, value and need."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise ConfigError(_explain(error), "Change the setting and try again.") from None

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Parse JSON text; raises `ConfigError` when it does not fit."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise ConfigError(_explain(error), "The settings file is not usable.") from None

    def to_json(self) -> str:
        """JSON text with a stable order of fields."""
        return self.model_dump_json(indent=1)


def _explain(error: ValidationError) -> str:
    parts = []
    for item in error.errors()[:3]:
        field = ".".join(str(x) for x in item["loc"]) or "settings"
        parts.append(f"{field} = {str(item.get('input'))[:40]!r}: {item['msg']}")
    return "Invalid setting: " + "; ".join(parts) + "."


class ModelConfig(Settings):
    """Shape of an autoencoder.

    Attributes
    ----------
    shape : "global", "windowed" or "hybrid"
        Global: one latent, read from `n_components` principal components and decoded through a
        rank x sites matrix. Windowed: a latent of its own for every window of sites. Hybrid:
        `window_features` numbers of every window merge into one latent, and back.
    windows : tuple of int
        First site of every window, increasing from 0; empty for the global shape.
    shared_windows : bool
        One set of weights for all windows instead of one a window.
    bottleneck : "gaussian", "bernoulli", "vq" or "none"
        What a latent number is: a Gaussian posterior, a bit, an entry of a codebook, a plain
        number.
    codebook_size, codebook_heads, shared_codebook
        Of VQ: entries of a codebook; codes a latent is cut into; one codebook for all of them.
    n_latent : int
        Latent dimensions; of every window when windowed.
    site_blocks : int
        The sites of a global decoder lie in this many blocks, one of which a training step takes.
    dropout : float
        Acts in training on the layer before the sites: the matrix behind it is what overfits.
    autoregressive : bool
        Windowed: a site's logit also reads the alleles before it, in its window and the one
        before; a window's latent is expected where the one before says.
    stretches : tuple of int
        First sites of windows that do not go on where the one before ends (chromosome, long gap).
    """

    rows: Rows = "person"
    ploidy: Literal[1, 2] = 2
    n_sites: Annotated[int, Field(ge=1, le=MAX_SITES)]
    shape: Shape = "global"
    windows: tuple[Annotated[int, Field(ge=0, lt=MAX_SITES)], ...] = Field((), max_length=MAX_SITES)
    shared_windows: bool = False
    window_hidden: Width = 64
    window_features: Width = 8
    bottleneck: Bottleneck = "gaussian"
    codebook_size: Annotated[int, Field(ge=2, le=65_536)] = 256
    codebook_heads: Annotated[int, Field(ge=1, le=MAX_LATENT)] = 1
    shared_codebook: bool = False
    n_latent: Annotated[int, Field(ge=1, le=MAX_LATENT)] = 2
    n_components: Width = 50
    rank: Width = 32
    site_blocks: Annotated[int, Field(ge=1, le=64)] = 1
    hidden: tuple[Width, ...] = Field((128, 128), max_length=8)
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    autoregressive: bool = False
    stretches: tuple[Annotated[int, Field(ge=0, lt=MAX_SITES)], ...] = Field(
        (), max_length=MAX_SITES
    )
    condition: str | None = Field(None, max_length=100)
    condition_labels: tuple[Annotated[str, Field(max_length=200)], ...] = Field((), max_length=1000)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        starts = self.windows
        if (self.shape == "global") != (not starts):
            raise ValueError("windows belong to the windowed and hybrid shapes, and only to them")
        if starts and (starts[0] != 0 or starts[-1] >= self.n_sites):
            raise ValueError("windows start at site 0 and end before the last site")
        if any(b <= a for a, b in itertools.pairwise(starts)):
            raise ValueError("windows must be in order")
        if self.window_width > MAX_LAYER:
            raise ValueError(f"a window holds at most {MAX_LAYER} sites")
        if self.n_windows * self.window_width > 8 * MAX_SITES:
            raise ValueError("windows differ too much in their number of sites")
        if self.bottleneck == "vq" and self.n_latent % self.codebook_heads:
            raise ValueError("the codebook heads must divide the latent dimensions")
        if self.autoregressive:
            _check_autoregressive(self.shape, self.bottleneck, self.shared_windows)
        if not set(self.stretches) <= set(starts):
            raise ValueError("a stretch begins with a window")
        return self

    @property
    def n_windows(self) -> int:
        """Number of windows; 0 for the global shape."""
        return len(self.windows)

    @property
    def window_width(self) -> int:
        """Sites of the widest window; 0 for the global shape."""
        ends = (*self.windows[1:], self.n_sites)
        return max((end - start for start, end in zip(self.windows, ends, strict=False)), default=0)

    @property
    def n_codes(self) -> int:
        """Width of the latent of a row: `n_latent`, times the windows when windowed."""
        return self.n_latent * (self.n_windows if self.shape == "windowed" else 1)


def _check_autoregressive(shape: Shape, bottleneck: Bottleneck, shared: bool) -> None:
    if shape != "windowed" or bottleneck != "gaussian" or shared:
        raise ValueError(
            "autoregressive needs the windowed shape with a Gaussian bottleneck and weights of "
            "its own for every window"
        )


class TrainConfig(Settings):
    """How a model is trained; every random choice follows from `seed`.

    The defaults are those of a *map*: persons, two latent dimensions, geometry terms. `preset`
    gives those of a *sequence* model.

    Attributes
    ----------
    window_sites, window_kb
        Width of a window in sites, or in kb when given.
    autoregressive : bool
        Of the windowed shape, for compression: sites also read the sites before them, latents
        the latent before (see `ModelConfig`).
    geometry : bool, optional
        Whether the neighbour and distance terms join the loss. Default: for maps (global shape,
        persons, Gaussian bottleneck, no condition).
    neighbour_weight, distance_weight : float
        Of the geometry terms; both 0 is the plain autoencoder.
    denoise : float
        Share of the input's sites hidden at random in training, so that the model learns to fill
        them.
    augment : "none" or "wright-fisher"
        Mosaics of training rows of one population in place of the rows, new at every step.
    generations, cm_per_mb
        Of the mosaics: generations of recombination at this flat rate.
    free_bits : float
        Bits a latent dimension may cost, on average over a batch, before the loss counts them
        (Kingma et al. 2016, eq. 15).
    kl_schedule : "linear", "cyclical" or "constant"
        The KL's weight rises over the first `warmup` of the steps; rises in four cycles (Fu et al.
        2019); or is `beta` from the first step.
    """

    rows: Rows = "person"
    shape: Shape = "global"
    window_sites: Annotated[int, Field(ge=2, le=MAX_LAYER)] = 256
    window_kb: Annotated[float, Field(gt=0, le=1e6)] | None = None
    shared_windows: bool = False
    window_hidden: Width = 64
    window_features: Width = 8
    bottleneck: Bottleneck = "gaussian"
    codebook_size: Annotated[int, Field(ge=2, le=65_536)] = 256
    codebook_heads: Annotated[int, Field(ge=1, le=MAX_LATENT)] = 1
    shared_codebook: bool = False
    autoregressive: bool = False
    n_latent: Annotated[int, Field(ge=1, le=MAX_LATENT)] = 2
    hidden: tuple[Width, ...] = (128, 128)
    n_components: Annotated[int, Field(ge=1, le=512)] = 50
    rank: Annotated[int, Field(ge=1, le=1024)] = 32
    site_blocks: Annotated[int, Field(ge=1, le=64)] = 7
    dropout: Annotated[float, Field(ge=0, lt=1)] | None = None
    condition: str | None = None
    geometry: bool | None = None
    neighbour_weight: Annotated[float, Field(ge=0, le=1000)] = 3.0
    distance_weight: Annotated[float, Field(ge=0, le=1000)] = 20.0
    denoise: Annotated[float, Field(ge=0, lt=1)] = 0.0
    augment: Augmentation = "none"
    generations: Annotated[float, Field(gt=0, le=10_000)] = 20.0
    cm_per_mb: Annotated[float, Field(gt=0, le=1000)] = 1.0
    beta: Annotated[float, Field(ge=0, le=100)] = 1.0
    kl_schedule: KlSchedule = "linear"
    warmup: Annotated[float, Field(ge=0, le=1)] = 0.1
    free_bits: Annotated[float, Field(ge=0, le=100)] = 0.0
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 3e-3
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 1e-2
    batch_size: Annotated[int, Field(ge=2, le=65_536)] = 128
    epochs: Annotated[int, Field(ge=1, le=100_000)] = 150
    patience: Annotated[int, Field(ge=1, le=100_000)] = 40
    train_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.8
    validation_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.1
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    device: Device = "auto"

    @classmethod
    def preset(cls, purpose: Purpose, **values: object) -> Self:
        """Settings for a purpose; `values` win over the preset's.

        A *sequence* model reads haplotypes where the panel has them (the caller says so by
        `rows`), in windows, with a latent for each: for compression and generation.
        """
        base = SEQUENCE if purpose == "sequence" else {}
        further = AUTOREGRESSIVE if values.get("autoregressive") else {}
        return cls.make(**{**base, **further, **values})

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.geometry and self.shape != "global":
            raise ValueError("geometry terms need the global shape, which reads components")
        if self.autoregressive:
            _check_autoregressive(self.shape, self.bottleneck, self.shared_windows)
            if self.denoise:
                raise ValueError("an autoregressive model reads what denoise would hide")
        return self

    @property
    def purpose(self) -> Purpose:
        """What the settings are for: a windowed latent cannot be looked at."""
        return "sequence" if self.shape == "windowed" else "map"

    def uses_geometry(self) -> bool:
        """Whether geometry terms are in the loss."""
        if not (self.neighbour_weight or self.distance_weight):
            return False
        if self.geometry is not None:
            return self.geometry
        plain = self.bottleneck == "gaussian" and self.condition is None
        return self.shape == "global" and self.rows == "person" and plain

    def decoder_dropout(self) -> float:
        """Dropout in use: by default .2 for persons and none for haplotypes or windows.

        Chosen on validation people: .2 saves .0013 bits a genotype on HapMap3 persons;
        on haplotypes of a dense region, where there is more to learn from more rows, it costs.
        """
        if self.dropout is not None:
            return self.dropout
        return 0.2 if self.rows == "person" and self.shape == "global" else 0.0


SEQUENCE: dict[str, object] = {
    "rows": "haplotype",
    "shape": "windowed",
    "n_latent": 12,
    "learning_rate": 2e-3,
}
"""What `TrainConfig.preset` changes for sequence models."""

AUTOREGRESSIVE: dict[str, object] = {"n_latent": 8, "learning_rate": 3e-3, "epochs": 60}
"""What it changes further for autoregressive ones."""


class FilterConfig(Settings):
    """Quality control; every filter is off until asked for (None or False)."""

    autosomes: bool = False
    maf: Annotated[float, Field(ge=0, le=0.5)] | None = None
    max_site_missing: Annotated[float, Field(ge=0, le=1)] | None = None
    max_sample_missing: Annotated[float, Field(ge=0, le=1)] | None = None
    hwe_p: Annotated[float, Field(ge=0, le=1)] | None = None
    max_kinship: Annotated[float, Field(ge=0, le=0.5)] | None = None
    prune_ld_r2: Annotated[float, Field(gt=0, le=1)] | None = None
    max_sites: Annotated[int, Field(ge=1, le=MAX_SITES)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 42


class SimulateConfig(Settings):
    """How a synthetic cohort is drawn.

    Attributes
    ----------
    generator : str, optional
        How people are drawn (`vaeviz.synthesis.generators`). Default: what the model's shape
        serves.
    hop : float
        Of the neighbour walk: probability that a haplotype follows another donor from one window
        to the next. Less keeps more linkage between windows, and more of the donors.
    neighbours : int
        Of the neighbour walk: nearest donors that a haplotype can hop to; its code in a window is
        drawn around the mean of twice as many.
    generations : float
        Of the mosaic: generations of recombination between real haplotypes.
    generations_since : float
        Of mixtures and paths: generations since the ancestors met, which sets the length of the
        tracts of one ancestry.
    temperature : float
        Factor on the standard deviation of latent positions.
    reject : bool
        Draw again whoever does not encode into the region.
    max_tries : int
        At most this many candidates for every person asked for.
    """

    n: Annotated[int, Field(ge=1, le=100_000)] = 100
    generator: Generator | None = None
    hop: Annotated[float, Field(ge=0, le=1)] = 1.0
    neighbours: Annotated[int, Field(ge=1, le=1_000)] = 10
    generations: Annotated[float, Field(ge=1, le=100_000)] = 100.0
    generations_since: Annotated[float, Field(gt=0, le=10_000)] = 10.0
    temperature: Annotated[float, Field(ge=0, le=5)] = 1.0
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,30}$")] = "SYN_"
    allow_small: bool = False
    reject: bool = True
    max_tries: Annotated[int, Field(ge=1, le=1_000)] = 20


class AdmixConfig(Settings):
    """How an admixed population is made from founders.

    Attributes
    ----------
    generations : int
        Meioses in mixed people since the oldest founders; 0 makes children of founders.
    continuous : bool
        False: one pulse. True: founders of every generation since contribute alike.
    """

    n: Annotated[int, Field(ge=1, le=100_000)] = 100
    generations: Annotated[int, Field(ge=0, le=200)] = 10
    continuous: bool = False
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,30}$")] = "ADMIXED_"
    allow_small: bool = False


class Environment(BaseSettings):
    """Settings from VAEVIZ_* environment variables."""

    model_config = SettingsConfigDict(env_prefix="VAEVIZ_", frozen=True, extra="ignore")

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("vaeviz")))
    data: Path = Path("../shared/data")
    upload_memory_gb: float = 4.0
    upload_minutes: float = 15.0

    def workspace(self) -> Path:
        """The user's private folder (mode 700), made when absent."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)
        return self.home
