"""What is measured: panels, models, generators, seeds; and the record of one measurement."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmarks.measure import data_file
from vaeviz.config import Generator, Purpose, Settings, SimulateConfig, TrainConfig

SEEDS = (41, 42, 43)
"""Splits that nobody looked at while generators were chosen."""
ATTACKED = 1_000
"""People drawn of each group: what an attacker is given. Fidelity is of as many as were tested."""
BY = "superpopulation"
SPLIT = {"train_fraction": 0.7, "validation_fraction": 0.1}
MIN_MAF = 0.01
"""Among training people."""
ALL = "all groups"
"""The group of figures of all groups together."""

QUICK = "human-region"
QUICK_EPOCHS = 2
QUICK_PEOPLE = 100


class Data(Settings):
    """A panel; groups with `min_train` training people or more are drawn."""

    title: str
    source: str
    min_train: int

    @property
    def built_in(self) -> bool:
        """Whether it ships with the program."""
        return "." not in self.source

    def here(self) -> bool:
        """Whether it can be read on this machine."""
        return self.built_in or data_file(self.source) is not None


DATA: dict[str, Data] = {
    "kg": Data(title="1000 Genomes regions", source="kg_regions.vcf.gz", min_train=250),
    "human-region": Data(title="human-region, simulated", source="human-region", min_train=100),
}


class Model(Settings):
    """What a model is trained for, and settings beside the preset's."""

    purpose: Purpose
    settings: dict[str, bool | str] = {}


MODELS: dict[str, Model] = {
    "sequence": Model(purpose="sequence"),
    "autoregressive": Model(purpose="sequence", settings={"autoregressive": True}),
    "map": Model(purpose="map", settings={"rows": "haplotype"}),
}

METHODS: dict[Generator, str] = {
    "neighbour-walk": "sequence",
    "mosaic": "sequence",
    "gaussian": "map",
    "global": "map",
    "autoregressive": "autoregressive",
}
"""Generators, in the order in which they run, and the model that each draws with."""

DEFAULT: Generator = "neighbour-walk"


class Task(Settings):
    """One generator on one split of one panel.

    Attributes
    ----------
    models, records : folders of panels and models, and of records
    """

    data: str
    seed: int
    generator: Generator
    models: str
    records: str
    epochs: int | None = None
    n_people: int = ATTACKED

    @property
    def imported(self) -> Path:
        """The panel as it is in its source, read once."""
        return Path(self.models) / f"{self.data}.vcz"

    @property
    def model(self) -> Path:
        """The model that it draws with."""
        return Path(self.models) / f"{self.data}.{self.seed}.{METHODS[self.generator]}.vaeviz"

    @property
    def record(self) -> Path:
        """What was measured."""
        return Path(self.records) / f"{self.data}.{self.seed}.{self.generator}.json"

    def training(self) -> TrainConfig:
        """Settings of its model."""
        model = MODELS[METHODS[self.generator]]
        values: dict[str, object] = {**model.settings, **SPLIT, "seed": self.seed}
        if self.epochs is not None:
            values["epochs"] = self.epochs
        return TrainConfig.preset(model.purpose, device="cpu", **values)

    def drawing(self) -> SimulateConfig:
        """Settings of its cohorts: the generator's defaults."""
        return SimulateConfig(n=self.n_people, generator=self.generator, seed=self.seed)


class Figure(Settings):
    """One figure of one group; None where it means nothing."""

    group: str
    key: str
    value: float | None
    reference: float | None


class Record(Settings):
    """What was measured of a task.

    Attributes
    ----------
    n_train : training people of each group
    drawing_s : seconds that drawing `ATTACKED` people of a group took, mean over groups
    """

    data: str
    seed: int
    generator: Generator
    n_sites: int
    n_train: dict[str, int]
    drawing_s: float
    figures: list[Figure]


def tasks(
    data: Iterable[str],
    seeds: Iterable[int],
    generators: Iterable[Generator],
    folders: tuple[Path, Path],
    quick: bool = False,
) -> list[Task]:
    """Everything to measure, one generator after the other.

    Parameters
    ----------
    data, seeds, generators
    folders : of models, and of records
    quick : whether models are hardly trained and cohorts small
    """
    models, records = (str(folder) for folder in folders)
    epochs, n_people = (QUICK_EPOCHS, QUICK_PEOPLE) if quick else (None, ATTACKED)
    return [
        Task(
            **{"data": name, "seed": seed, "generator": generator},
            **{"models": models, "records": records, "epochs": epochs, "n_people": n_people},
        )
        for generator in generators
        for name in data
        if DATA[name].here()
        for seed in seeds
    ]
