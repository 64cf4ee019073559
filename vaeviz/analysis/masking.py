"""How good an imputation is: genotypes of held-out people are hidden and filled in again."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.dosage_r2 import pooled_r2, site_r2
from vaeviz.analysis.haplotype_neighbours import Entries, neighbour_counts
from vaeviz.analysis.imputation import impute, tell
from vaeviz.data.align import aligned_counts
from vaeviz.data.panel import LEVELS, MISSING, Panel
from vaeviz.errors import ConfigError, ModelError
from vaeviz.progress import Progress, Silent

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

RATES = (0.05, 0.1, 0.2, 0.3)
MODEL, FREQUENCIES, NEIGHBOURS = "model", "population frequencies", "nearest haplotypes"
NEIGHBOUR_KS = (1, 2, 4, 8, 16, 32)
NEIGHBOUR_WIDTHS = (64, 256, 512)
CHOOSING_RATE = 0.1
MAX_CHOOSING_PEOPLE = 50
MIN_PER_SITE = 10
ENOUGH_PER_SITE = 50
"""Hidden genotypes at a site for its r2: more masks are drawn until there are about as many, for
with n of them the r2 of noise is 1 / (n - 1)."""
MAF_BOUNDS = {"maf1": 0.01, "maf5": 0.05}


def masking_r2(
    model: TrainedModel,
    panel: Panel,
    rates: tuple[float, ...] = RATES,
    seed: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Hide genotypes of the model's test people, impute them, and compare with the truth.

    A person's genotype at a site is hidden as a whole (both alleles), each with the same
    chance, as when a call fails. Only genotypes observed in the panel are hidden. Where a rate
    hides few genotypes of a site, several masks without overlap are taken one after another.
    Compared are

    - the model;
    - population frequencies: twice the ALT frequency, (count + 1/2) / (n + 1), among training
      people of the same population (of the superpopulation, then of everybody, where a person
      has no label that a training person has);
    - nearest haplotypes (people, where the model reads people): `neighbour_counts` among
      training people; number of neighbours and window chosen on validation people.

    Returns
    -------
    DataFrame, one row a rate and method
        rate, method, n_masked (genotypes), r2 (squared Pearson correlation of dosages over all
        hidden genotypes), site_r2_maf1 and site_r2_maf5 (mean over sites of the squared
        correlation within the site, for sites of training MAF >= 1 % and >= 5 % where at least
        10 genotypes were hidden and vary; a method that gives one value at such a site scores
        0 there), n_sites_maf1, n_sites_maf5, settings (of the neighbours).

    Raises
    ------
    ConfigError
        A rate outside (0, 1).
    ModelError
        No test or no training people of the model in the panel.
    """
    progress = progress or Silent()
    if not rates or not all(0 < rate < 1 for rate in rates):
        raise ConfigError(f"Masking rates are {rates}.", "Give rates above 0 and below 1.")
    setting = _Experiment.of(model, panel)
    tell(progress, 0, len(rates) + 1, "Choosing neighbours on validation people")
    choice = setting.choose(seed)
    rows = []
    for i, rate in enumerate(rates):
        tell(progress, i + 1, len(rates) + 1, f"Masking {rate:.0%}")
        rows.append(setting.measure(rate, choice, np.random.default_rng([seed, i, 1])))
    tell(progress, len(rates) + 1, len(rates) + 1, "Masked, imputed, compared")
    return pd.concat(rows, ignore_index=True)


@dataclasses.dataclass(frozen=True)
class Choice:
    """Settings of the nearest-haplotype baseline."""

    k: int
    width: int


@dataclasses.dataclass(frozen=True, eq=False)
class _Experiment:
    """What every masking needs.

    Attributes
    ----------
    counts : int8, shape (n_rows, n_sites)
        Genotypes of the panel in the model's rows, sites and orientation.
    """

    model: TrainedModel
    panel: Panel
    counts: NDArray[np.int8]
    per_person: int
    split: NDArray[np.object_]

    @classmethod
    def of(cls, model: TrainedModel, panel: Panel) -> _Experiment:
        split = model.split_of(panel)
        for part in ("train", "test"):
            if not (split == part).any():
                raise ModelError(
                    f"None of the panel's people is of the model's {part} part.",
                    "Masking needs the panel that the model was trained on.",
                )
        rows = panel.model_rows(model.config.rows)
        counts = aligned_counts(rows, model.align(panel))
        return cls(model, panel, counts, rows.rows_per_sample, split)

    @property
    def ploidy(self) -> int:
        return self.model.config.ploidy

    def rows_of(self, people: NDArray[np.int64]) -> NDArray[np.int64]:
        k = self.per_person
        return (k * people[:, None] + np.arange(k)).ravel()

    def people(self, part: str) -> NDArray[np.int64]:
        return np.flatnonzero(self.split == part)

    def measure(self, rate: float, choice: Choice, rng: np.random.Generator) -> pd.DataFrame:
        """Rows of the result for one rate."""
        people = self.people("test")
        methods = {
            MODEL: lambda hidden: self.by_model(people, hidden),
            FREQUENCIES: lambda hidden: self.by_frequencies(people, hidden),
            NEIGHBOURS: lambda hidden: self.by_neighbours(
                people, hidden, (choice.k,), choice.width
            )[0],
        }
        masks = self.masks(people, rate, rng)
        truth = np.concatenate([self.truth(people, hidden) for hidden in masks])
        site = np.concatenate([hidden.site for hidden in masks])
        maf = np.minimum(self.model.training_frequencies, 1 - self.model.training_frequencies)
        rows = []
        for name, fill in methods.items():
            dosage = np.concatenate([fill(hidden) for hidden in masks])
            rows.append({"rate": rate, "method": name, **_scores(truth, dosage, site, maf)})
        table = pd.DataFrame(rows)
        table["settings"] = ["", "", f"{choice.k} neighbours, windows of {choice.width} sites"]
        return table

    def masks(
        self, people: NDArray[np.int64], rate: float, rng: np.random.Generator, n: int | None = None
    ) -> list[Entries]:
        """Genotypes to hide (row = place in `people`), in masks without overlap."""
        if n is None:
            n = min(math.ceil(ENOUGH_PER_SITE / (rate * len(people))), round(1 / rate))
        observed = self.dosages(people) >= 0
        place = rng.random(observed.shape, dtype=np.float32) / rate
        masks = [Entries.where(observed & (place >= i) & (place < i + 1)) for i in range(n)]
        if not all(len(hidden.row) for hidden in masks):
            raise ModelError(
                f"A rate of {rate:g} hides no genotype of the {len(people)} test people.",
                "Give a higher rate or a larger panel.",
            )
        return masks

    def dosages(self, people: NDArray[np.int64]) -> NDArray[np.int8]:
        """Dosage of some people in the model's orientation; -1 where any allele is missing."""
        own = self.counts[self.rows_of(people)].reshape(len(people), self.per_person, -1)
        return np.where((own < 0).any(1), np.int8(MISSING), own.sum(1, dtype=np.int8))

    def truth(self, people: NDArray[np.int64], hidden: Entries) -> NDArray[np.float64]:
        """True dosage of what is hidden."""
        return self.dosages(people)[hidden.row, hidden.site].astype(np.float64)

    def by_model(self, people: NDArray[np.int64], hidden: Entries) -> NDArray[np.float64]:
        """Expected dosage that the model gives to what is hidden."""
        alignment = self.model.align(self.panel)
        part = self.panel.take_samples(people)
        counts = part.counts.copy()
        site = alignment.index[hidden.site]
        for copy in range(part.rows_per_sample):
            counts[part.rows_per_sample * hidden.row + copy, site] = MISSING
        masked = Panel.create(counts, part.ploidy, part.samples, part.sites, part.info)
        filled = impute(self.model, masked)
        return filled.dosage[hidden.row, hidden.site].astype(np.float64)

    def by_frequencies(self, people: NDArray[np.int64], hidden: Entries) -> NDArray[np.float64]:
        """Twice the frequency in the person's own population among training people."""
        codes, frequencies = self._frequencies(people)
        return 2.0 * frequencies[codes[hidden.row], hidden.site]

    def _frequencies(
        self, people: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """A table of frequencies, one row a group, and the row that each person takes."""
        train = self.people("train")
        tables = [_frequency(self.counts[self.rows_of(train)], self.ploidy)]
        code = np.zeros(len(people), np.int64)
        for level in reversed(LEVELS):
            column = self.panel.samples[level]
            for label in pd.unique(column.iloc[people].dropna()):
                members = train[(column.iloc[train] == label).to_numpy(bool)]
                if len(members):
                    code[(column.iloc[people] == label).to_numpy(bool)] = len(tables)
                    tables.append(_frequency(self.counts[self.rows_of(members)], self.ploidy))
        return code, np.stack(tables)

    def by_neighbours(
        self, people: NDArray[np.int64], hidden: Entries, ks: tuple[int, ...], width: int
    ) -> NDArray[np.float64]:
        """Dosage from the nearest training rows, for several k: (len(ks), n_hidden)."""
        rows = self.counts[self.rows_of(people)].copy()
        copies = [
            Entries(self.per_person * hidden.row + i, hidden.site) for i in range(self.per_person)
        ]
        for entries in copies:
            rows[entries.row, entries.site] = MISSING
        known = self.counts[self.rows_of(self.people("train"))]
        every = Entries(*(np.concatenate([getattr(e, f) for e in copies]) for f in ("row", "site")))
        counts = neighbour_counts(rows, known, self.ploidy, self.model.sites, every, ks, width)
        return counts.reshape(len(ks), self.per_person, -1).sum(1, dtype=np.float64)

    def choose(self, seed: int) -> Choice:
        """Neighbours and window with the best r2 on validation people (the test of nobody)."""
        rng = np.random.default_rng([seed, 0])
        people = self.people("validation")
        if not len(people):
            return Choice(NEIGHBOUR_KS[len(NEIGHBOUR_KS) // 2], NEIGHBOUR_WIDTHS[0])
        if len(people) > MAX_CHOOSING_PEOPLE:
            people = np.sort(rng.choice(people, MAX_CHOOSING_PEOPLE, replace=False))
        (hidden,) = self.masks(people, CHOOSING_RATE, rng, n=1)
        truth = self.truth(people, hidden)
        scored = [
            (pooled_r2(truth, dosage), Choice(k, width))
            for width in NEIGHBOUR_WIDTHS
            for k, dosage in zip(
                NEIGHBOUR_KS, self.by_neighbours(people, hidden, NEIGHBOUR_KS, width), strict=True
            )
        ]
        return max(scored, key=lambda pair: pair[0])[1]


def _frequency(counts: NDArray[np.int8], ploidy: int) -> NDArray[np.float64]:
    called = (counts >= 0).sum(0)
    alt = counts.sum(0, dtype=np.int64) + (len(counts) - called)
    frequency: NDArray[np.float64] = (alt + 0.5) / (ploidy * called + 1.0)
    return frequency


def _scores(
    truth: NDArray[np.float64],
    dosage: NDArray[np.float64],
    site: NDArray[np.int64],
    maf: NDArray[np.float64],
) -> dict[str, float | int]:
    by_site = site_r2(truth, dosage, site, len(maf), MIN_PER_SITE)
    scores: dict[str, float | int] = {"n_masked": len(truth), "r2": pooled_r2(truth, dosage)}
    for name, bound in MAF_BOUNDS.items():
        taken = by_site[(maf >= bound) & np.isfinite(by_site)]
        scores[f"site_r2_{name}"] = float(taken.mean()) if len(taken) else float("nan")
        scores[f"n_sites_{name}"] = len(taken)
    return scores
