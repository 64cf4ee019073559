"""What is measured: panels, methods, seeds, settings of the models; and records of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from benchmarks.measure import data_file
from vaeviz.cli.codecs import NAMES as METHODS
from vaeviz.config import Settings, TrainConfig

SEEDS = (1, 2, 3)
QUICK_EPOCHS = 3
QUICK = "kg-small"
THREADS = 2
GROUPED_BY = "superpopulation"
TRAINING: dict[str, object] = {"autoregressive": True}
"""Settings of all models beside the sequence preset's."""
SPLIT = {"train_fraction": 0.8, "validation_fraction": 0.1}


class Data(Settings):
    """A panel.

    Attributes
    ----------
    source : name of a file of the real panels, or of a built-in panel
    min_maf : sites with a lower minor allele frequency among the training people are left out
    training : settings of its models beside `TRAINING`
    seeds : splits; a simulated panel needs no more than one
    grouped : whether people of every superpopulation are also coded by themselves (first seed)
    """

    title: str
    source: str
    min_maf: float | None = None
    training: dict[str, int | float | bool | str] = {}
    seeds: tuple[int, ...] = SEEDS
    grouped: bool = False

    @property
    def built_in(self) -> bool:
        """Whether it ships with the program."""
        return "." not in self.source

    def here(self) -> bool:
        """Whether it can be read on this machine."""
        return self.built_in or data_file(self.source) is not None


DATA: dict[str, Data] = {
    "kg-maf1": Data(
        title="1000 Genomes regions, training MAF of 1 % or more",
        source="kg_regions.vcf.gz",
        min_maf=0.01,
        # As long as 256 sites are among all of them.
        training={"window_sites": 128},
        grouped=True,
    ),
    "kg-all": Data(
        title="1000 Genomes regions, all sites",
        source="kg_regions.vcf.gz",
        # More of them fit the training people only.
        training={"epochs": 30},
    ),
    "human-region": Data(
        title="human-region, simulated, all sites",
        source="human-region",
        training={"epochs": 30},
        seeds=SEEDS[:1],
    ),
    QUICK: Data(
        title="1000 Genomes regions, small", source="kg_regions.small.vcf.gz", grouped=True
    ),
}
FULL = tuple(name for name in DATA if name != QUICK)
"""Panels of the whole benchmark."""


class Fit(Settings):
    """One model to train; `folder` holds panels and models."""

    data: str
    seed: int
    folder: str
    epochs: int | None = None

    @property
    def key(self) -> str:
        """Name of its files: panel, seed and what its settings come to."""
        settings = hashlib.blake2b(self.config().to_json().encode(), digest_size=4)
        return f"{self.data}.{self.seed}.{settings.hexdigest()}"

    def file(self, suffix: str) -> Path:
        """One of its files."""
        return Path(self.folder) / f"{self.key}{suffix}"

    @property
    def model(self) -> Path:
        """The trained model."""
        return self.file(".vaeviz")

    @property
    def imported(self) -> Path:
        """The panel as it is in its source, read once."""
        return Path(self.folder) / f"{Path(DATA[self.data].source).name.split('.vcf')[0]}.vcz"

    @property
    def panel(self) -> Path:
        """The panel that is coded: of its own for every seed where training people choose sites."""
        return self.imported if DATA[self.data].min_maf is None else self.file(".vcz")

    def config(self) -> TrainConfig:
        """Settings of training: the sequence preset on an 80/10/10 split of the seed's own."""
        values: dict[str, object] = {**SPLIT, **TRAINING, **DATA[self.data].training}
        if self.epochs is not None:
            values["epochs"] = self.epochs
        return TrainConfig.preset("sequence", seed=self.seed, device="cpu", **values)


class FitRecord(Settings):
    """What training took and gave.

    Attributes
    ----------
    wall_s : seconds
    n_train : people
    n_epochs : of the best model's run
    model_bits : bits per allele of test people by the network itself (reconstruction and KL)
    """

    data: str
    seed: int
    wall_s: float
    n_train: int
    n_sites: int
    n_epochs: int
    model_bits: float


class Task(Settings):
    """One method on one panel and split; `folder` holds the records."""

    fit: Fit
    method: str
    folder: str
    threads: int = THREADS

    def file(self) -> Path:
        """Its record."""
        return Path(self.folder) / f"{self.fit.key}.{self.method}.{self.threads}.json"


class Record(Settings):
    """What was measured of a method.

    Attributes
    ----------
    n_people, n_alleles : that were coded
    row : columns of `codec_table` that are numbers; without bits_per_allele it did not run
    note : why it did not run, or what it did instead
    groups : bits per allele of the people of every superpopulation, in a file of their own
    peak_mb : largest resident set of the process until everybody was coded and decoded
    load : load average of the machine
    """

    data: str
    method: str
    seed: int
    threads: int
    n_people: int
    n_alleles: int
    title: str
    row: dict[str, float]
    note: str = ""
    groups: dict[str, float] = {}
    peak_mb: float
    load: float


def fits(
    data: Iterable[str], seeds: Iterable[int], folder: str, epochs: int | None = None
) -> list[Fit]:
    """All models of panels that are on this machine."""
    return [
        Fit(data=name, seed=seed, folder=folder, epochs=epochs)
        for name in data
        if DATA[name].here()
        for seed in seeds
        if seed in DATA[name].seeds
    ]


def tasks(planned: Iterable[Fit], folder: str, threads: int) -> list[Task]:
    """Every method on every panel and split."""
    return [
        Task(fit=fit, method=method, folder=folder, threads=threads)
        for fit in planned
        for method in METHODS
    ]
