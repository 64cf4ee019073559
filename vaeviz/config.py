"""Validated, frozen settings with JSON in and out. Defaults live here and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from vaeviz.errors import ConfigError

MAX_SITES = 2_000_000
MAX_LAYER = 8_192
MAX_LATENT = 1_024

Rows = Literal["person", "haplotype"]
Device = Literal["auto", "cpu", "cuda", "mps"]


class Settings(BaseModel):
    """Base of all settings: frozen, no unknown fields, user-readable errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def make(cls, **values: object) -> Self:
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

    `n_components` principal components feed the encoder; `rank` is the width of the decoder's
    last hidden layer, so the largest matrices are sites x n_components and sites x rank.
    `dropout` acts on that layer in training: the matrix behind it is what overfits.
    """

    rows: Rows = "person"
    ploidy: Literal[1, 2] = 2
    n_sites: Annotated[int, Field(ge=1, le=MAX_SITES)]
    n_latent: Annotated[int, Field(ge=1, le=MAX_LATENT)] = 2
    n_components: Annotated[int, Field(ge=1, le=MAX_LAYER)] = 50
    rank: Annotated[int, Field(ge=1, le=MAX_LAYER)] = 32
    hidden: tuple[Annotated[int, Field(ge=1, le=MAX_LAYER)], ...] = Field((128, 128), max_length=8)
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    condition: str | None = Field(None, max_length=100)
    condition_labels: tuple[Annotated[str, Field(max_length=200)], ...] = Field((), max_length=1000)


class TrainConfig(Settings):
    """How a model is trained; every random choice follows from `seed`."""

    rows: Rows = "person"
    n_latent: Annotated[int, Field(ge=1, le=MAX_LATENT)] = 2
    hidden: tuple[Annotated[int, Field(ge=1, le=MAX_LAYER)], ...] = (128, 128)
    n_components: Annotated[int, Field(ge=1, le=512)] = 50
    rank: Annotated[int, Field(ge=1, le=1024)] = 32
    dropout: Annotated[float, Field(ge=0, lt=1)] | None = None
    condition: str | None = None
    beta: Annotated[float, Field(ge=0, le=100)] = 1.0
    warmup: Annotated[float, Field(ge=0, le=1)] = 0.1
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 2e-3
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 1e-2
    batch_size: Annotated[int, Field(ge=2, le=65_536)] = 128
    epochs: Annotated[int, Field(ge=1, le=100_000)] = 150
    patience: Annotated[int, Field(ge=1, le=100_000)] = 40
    train_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.8
    validation_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.1
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    device: Device = "auto"

    def decoder_dropout(self) -> float:
        """Dropout in use: by default .2 for persons and none for haplotypes.

        Chosen on validation people: .2 saves .0013 bits a genotype on HapMap3 persons;
        on haplotypes of a dense region, where there is more to learn from more rows, it costs.
        """
        if self.dropout is not None:
            return self.dropout
        return 0.2 if self.rows == "person" else 0.0


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
    """How a synthetic cohort is drawn."""

    n: Annotated[int, Field(ge=1, le=100_000)] = 100
    source: Literal["posterior", "gaussian"] = "posterior"
    temperature: Annotated[float, Field(ge=0, le=5)] = 1.0
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,30}$")] = "SYN_"
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
