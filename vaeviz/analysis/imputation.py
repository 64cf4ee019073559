"""Missing genotypes filled in by a model: expected dosages, best guesses, and their quality."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.align import aligned_counts
from vaeviz.data.chromosomes import plain_name
from vaeviz.data.dosages import Dosages
from vaeviz.data.panel import MISSING, SITE_COLUMNS, Panel
from vaeviz.errors import Cancelled
from vaeviz.progress import Progress, Silent

if TYPE_CHECKING:
    from vaeviz.data.align import Alignment
    from vaeviz.training.model import TrainedModel

Matrix = NDArray[np.int8] | NDArray[np.float16] | NDArray[np.bool_]

MAX_BLOCK_BYTES = 32_000_000
"""Of the probabilities of some people at all sites; decoding holds about three such arrays."""


@dataclasses.dataclass(frozen=True, eq=False)
class Imputed:
    """Genotypes at every site of a model, in its order and orientation.

    Attributes
    ----------
    dosage : float16, shape (n_samples, n_sites)
        Expected copies of the model's ALT allele; the genotype itself where it was observed.
        Half precision is off by .0005 at most.
    counts : int8, shape (n_rows, n_sites)
        Observed alleles and best guesses, rows as in the panel: the most probable allele of a
        haplotype, or genotype of a person.
    imputed : bool, shape (n_samples, n_sites)
        Genotypes with at least one allele that was filled in.
    quality : float64, shape (n_sites,)
        Estimated r2 between imputed and true dosage: variance of the expected dosage of imputed
        genotypes over 2 p (1 - p), p their mean dosage / 2 (MaCH: Li et al. 2010, Genet.
        Epidemiol. 34:816; for BEAGLE's relative of it see Browning and Browning 2009, Am. J.
        Hum. Genet. 84:210). At most 1; NaN with under two imputed genotypes or where p is 0 or
        1. It is what the model believes; `masking_r2` is what is so.
    alignment : Alignment
        Where the sites are in the panel.
    phased : bool
        Whether the model fills in haplotypes.
    """

    dosage: NDArray[np.float16]
    counts: NDArray[np.int8]
    imputed: NDArray[np.bool_]
    quality: NDArray[np.float64]
    alignment: Alignment
    phased: bool


def impute(model: TrainedModel, panel: Panel, progress: Progress | None = None) -> Imputed:
    """Fill in missing genotypes at every site that the model knows.

    Every row is encoded from what is observed; its missing alleles get the probability that
    the decoder gives at the posterior mean. Memory besides the result is bounded.

    Raises
    ------
    ModelError
        Under 10 % of the model's sites are in the panel.
    PanelError
        The model reads haplotypes and the panel is unphased.
    """
    progress = progress or Silent()
    alignment = model.align(panel)
    latent, labels = model.encode(panel).mean, model.condition_of(panel)
    counts = aligned_counts(panel, alignment)
    n_sites, per_person = counts.shape[1], len(latent) // panel.n_samples
    dosage = np.empty((panel.n_samples, n_sites), np.float16)
    imputed = np.empty(dosage.shape, bool)
    moments = _Moments(n_sites)
    for people in _blocks(panel.n_samples, per_person * n_sites):
        tell(progress, people.start, panel.n_samples, "Imputing")
        rows = slice(people.start * per_person, people.stop * per_person)
        chance = model.probabilities(latent[rows], None if labels is None else labels[rows])
        observed = counts.reshape(panel.n_samples, -1, n_sites)[people]
        missing = observed < 0
        expected = _fill(observed, missing, chance.reshape(-1, per_person, n_sites), panel.ploidy)
        dosage[people], imputed[people] = expected, missing.any(1)
        moments.add(expected, imputed[people])
    tell(progress, panel.n_samples, panel.n_samples, "Imputing")
    phased = model.config.rows == "haplotype"
    return Imputed(dosage, counts, imputed, moments.quality(), alignment, phased)


def tell(progress: Progress, done: int, total: int, message: str) -> None:
    """Report how far the work is, and end it where somebody asks for that.

    Raises
    ------
    Cancelled
        It was cancelled.
    """
    progress.update(done, total, message)
    if progress.cancelled():
        raise Cancelled("The imputation was cancelled.", "Start it again.")


def _blocks(n_people: int, cells_each: int) -> Iterator[slice]:
    size = max(1, MAX_BLOCK_BYTES // (8 * cells_each))
    for start in range(0, n_people, size):
        yield slice(start, min(start + size, n_people))


def _fill(
    observed: NDArray[np.int8],
    missing: NDArray[np.bool_],
    chance: NDArray[np.float64],
    ploidy: int,
) -> NDArray[np.float64]:
    """Put best guesses in place of what is missing; returns expected dosages (n_people, n_sites).

    `observed` has shape (n_people, rows a person, n_sites), `chance` likewise, with one row a
    person when the model reads people.
    """
    expected = np.where(missing, ploidy * chance, observed).sum(1)
    if ploidy == 2:
        guess = _genotype(chance)
    elif chance.shape[1] == 2:
        guess = (chance >= 0.5).astype(np.int8)
    else:
        genotype = _genotype(chance[:, 0])
        both = np.stack([genotype == 2, genotype >= 1], axis=1)
        guess = np.where(missing.all(axis=1, keepdims=True), both, chance >= 0.5).astype(np.int8)
    np.copyto(observed, guess, where=missing)
    return expected


def _genotype(chance: NDArray[np.float64]) -> NDArray[np.int8]:
    """The most probable count of Binomial(2, p)."""
    return (chance > 1 / 3).astype(np.int8) + (chance > 2 / 3)


class _Moments:
    """Sums over imputed genotypes, a site each, from which their variance follows."""

    def __init__(self, n_sites: int) -> None:
        self.n, self.sum, self.squares = np.zeros((3, n_sites))

    def add(self, expected: NDArray[np.float64], imputed: NDArray[np.bool_]) -> None:
        """Count some people in."""
        values = np.where(imputed, expected, 0.0)
        self.n += imputed.sum(0)
        self.sum += values.sum(0)
        self.squares += np.square(values).sum(0)

    def quality(self) -> NDArray[np.float64]:
        """Variance of the expected dosage over 2 p (1 - p)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self.sum / self.n
            variance = np.maximum(self.squares / self.n - mean**2, 0.0)
            ratio = variance / (mean * (1 - mean / 2))
        usable = (self.n >= 2) & np.isfinite(ratio)
        return np.where(usable, np.minimum(ratio, 1.0), np.nan)


def imputed_panel(
    model: TrainedModel, panel: Panel, imputed: Imputed, add_sites: bool = True
) -> tuple[Panel, Dosages]:
    """The panel with missing genotypes filled in, and dosages for `write_vcf`.

    Observed genotypes stay as they are, and so do sites that the model does not know. Sites of
    the model at positions where the panel has none are added, unless the sites were matched by
    ID: the builds may then differ.
    """
    index, flip = imputed.alignment.index, imputed.alignment.flip
    here = np.flatnonzero(index >= 0)
    new = _new_sites(model, panel, imputed.alignment) if add_sites else np.array([], np.int64)
    source = np.concatenate([here, new])
    target = np.concatenate([index[here], panel.n_sites + np.arange(len(new))])
    n_sites = panel.n_sites + len(new)
    counts = np.full((panel.n_rows, n_sites), MISSING, np.int8)
    counts[:, : panel.n_sites] = panel.counts
    dosages = _empty_dosages(model, panel.n_samples, n_sites, imputed.phased)
    turned = flip[source]
    _place(counts, target, imputed.counts, source, turned, panel.ploidy)
    _place(dosages.expected, target, imputed.dosage, source, turned, 2)
    _place(dosages.imputed, target, imputed.imputed, source)
    dosages.known[target] = True
    dosages.quality[target] = imputed.quality[source]
    sites = pd.concat([panel.sites, _named_alike(model.sites.iloc[new], panel)], ignore_index=True)
    filled = Panel.create(counts, panel.ploidy, panel.samples, sites, panel.info)
    what = f"missing genotypes imputed by model {model.digest}"
    return filled.with_step(what, panel), dosages


def _place(
    into: Matrix,
    target: NDArray[np.int64],
    values: Matrix,
    source: NDArray[np.int64],
    turned: NDArray[np.bool_] | None = None,
    top: int = 0,
) -> None:
    """Copy columns `source` of one matrix to columns `target` of another, a few rows at a time.

    Columns that are `turned` count the other allele: x becomes top - x.
    """
    for rows in _blocks(len(into), into.shape[1]):
        taken = values[rows][:, source]
        if turned is not None:
            taken[:, turned] = top - taken[:, turned]
        into[rows, target] = taken


def _empty_dosages(model: TrainedModel, n_samples: int, n_sites: int, phased: bool) -> Dosages:
    return Dosages(
        expected=np.full((n_samples, n_sites), np.nan, np.float16),
        imputed=np.zeros((n_samples, n_sites), bool),
        known=np.zeros(n_sites, bool),
        quality=np.full(n_sites, np.nan),
        phased=phased,
        model=model.name,
        digest=model.digest,
    )


def _new_sites(model: TrainedModel, panel: Panel, alignment: Alignment) -> NDArray[np.int64]:
    """Sites of the model at positions that the panel lacks."""
    if alignment.report.matched_by == "id":
        return np.array([], np.int64)
    taken = pd.MultiIndex.from_arrays([panel.sites["chrom"].map(plain_name), panel.sites["pos"]])
    wanted = pd.MultiIndex.from_arrays([model.sites["chrom"].map(plain_name), model.sites["pos"]])
    return np.flatnonzero((alignment.index < 0) & ~wanted.isin(taken)).astype(np.int64)


def _named_alike(sites: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """Sites of the model with the panel's names of chromosomes (with or without `chr`)."""
    names = {plain_name(c): c for c in pd.unique(panel.sites["chrom"])}
    table = sites[list(SITE_COLUMNS)].copy()
    table["chrom"] = [names.get(plain_name(c), c) for c in table["chrom"]]
    return table
