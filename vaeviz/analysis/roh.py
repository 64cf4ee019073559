"""Runs of homozygosity of people: scikit-allel's hidden Markov model along the listed sites.

`allel.roh_mhmm` reads one observation a base pair, with a chance of a heterozygote per base pair.
Panels list sites, often thinned, and say nothing of the bases between, so here a step is a listed
site that varies in the group. Outside a run it is heterozygous with the group's mean expected
heterozygosity, inside with `HET_IN_RUN` (genotype errors, new mutations), and a missing genotype
tells nothing.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.counts import group_counts
from vaeviz.analysis.stretches import Stretch, roh_reason, stretches
from vaeviz.data.panel import Panel
from vaeviz.errors import Cancelled, PanelError
from vaeviz.progress import Progress, Silent

MIN_RUN_BP = 1_500_000
"""Shorter runs are old haplotypes that many people share, not recent relatedness of parents
(McQuillan et al. 2008, American Journal of Human Genetics 83:359)."""

MAX_GAP_BP = 1_000_000
MAX_GAP_SPACINGS = 20
"""No run is carried over a gap between sites wider than both."""

MIN_SITES = 100
MIN_RUN_SITES = 20
"""At the end of a stretch, where a run needs one change alone, a handful of sites would do."""

HET_IN_RUN = 0.001
CHANGE_PER_BP = 1e-6
"""Chance of a run's end per base pair, as in scikit-allel."""

MAX_CHANGE = 0.01
"""Most chance of it per site: with less evidence chance alone would make runs on thin arrays."""

MIN_EXPECTED = 0.095
"""Least expected heterozygosity of a site in the group (a frequency of 5 %): a site at which all
are alike makes nobody a homozygote by descent."""

MIN_PEOPLE = 5
"""Smaller groups are judged by the frequencies of everybody."""

N_PER_GROUP = 50
_NO_RUNS = pd.DataFrame(
    {
        "chrom": pd.Series(dtype=object),
        "start_bp": pd.Series(dtype=np.int64),
        "end_bp": pd.Series(dtype=np.int64),
        "length_bp": pd.Series(dtype=np.int64),
        "n_sites": pd.Series(dtype=np.int64),
        "at_edge": pd.Series(dtype=bool),
    }
)


@dataclasses.dataclass(frozen=True, eq=False)
class Informative:
    """Where people of a group can be seen to be heterozygous.

    Attributes
    ----------
    where : list of Stretch
        Stretches with the sites that vary in the group.
    expected : float
        Mean expected heterozygosity there.
    """

    where: list[Stretch]
    expected: float


@dataclasses.dataclass(frozen=True, eq=False)
class RohResult:
    """Runs of homozygosity.

    Attributes
    ----------
    people : DataFrame
        sample, group, n_runs, total_mb, longest_mb, f_roh (share of the stretches in runs).
    runs : DataFrame
        sample, group, chrom, start_bp, end_bp, length_bp, n_sites (that vary in the group),
        at_edge (the run goes to the end of its stretch, so its length is a lower bound).
    length_bp : int
        All stretches together.
    notes : tuple of str
    """

    people: pd.DataFrame
    runs: pd.DataFrame
    length_bp: int
    notes: tuple[str, ...]


def runs_of_homozygosity(
    panel: Panel,
    by: str,
    n_per_group: int = N_PER_GROUP,
    seed: int = 1,
    progress: Progress | None = None,
) -> RohResult:
    """Runs of 1.5 Mb or more of people drawn from every group.

    Parameters
    ----------
    panel : Panel
    by : str
        Sample column with the labels.
    n_per_group : int
        People of a group at most, drawn at random from larger ones.
    seed : int
        Of that draw.
    progress : Progress, optional

    Raises
    ------
    PanelError
        The panel has no such column, or no stretch to look in (`roh_reason`).
    Cancelled
        By the progress.
    """
    told = progress or Silent()
    where = stretches(panel)
    if not where:
        raise PanelError(roh_reason(panel), "Use a panel of whole chromosomes.")
    labels = panel.labels(by)
    chosen = _people(labels, n_per_group, seed)
    dosages = panel.take_samples(chosen).as_dosages().counts
    informative = _informative(panel, by, where)
    rows: list[pd.DataFrame] = []
    for i, sample in enumerate(chosen):
        told.update(i, len(chosen), f"Person {i + 1:,} of {len(chosen):,}")
        if told.cancelled():
            raise Cancelled("Stopped; no runs of homozygosity were kept.")
        group = informative[str(labels[sample])]
        found = [_runs(dosages[i, s.index], s, group.expected) for s in group.where]
        person = pd.concat([_NO_RUNS, *found], ignore_index=True)
        person.insert(0, "sample", panel.sample_ids[sample])
        person.insert(1, "group", labels[sample])
        rows.append(person)
    runs = pd.concat(rows, ignore_index=True)
    length_bp = sum(s.length_bp for s in where)
    who = pd.DataFrame({"sample": panel.sample_ids[chosen], "group": labels[chosen]})
    notes = _notes(where, informative, len(chosen), panel.n_samples, n_per_group)
    return RohResult(_by_person(who, runs, length_bp), runs, length_bp, notes)


def roh_by_group(people: pd.DataFrame) -> pd.DataFrame:
    """Means over the people of each group, the most inbred first.

    Returns
    -------
    DataFrame
        group, n_people, mean_f_roh, mean_total_mb, mean_n_runs, share_with_runs.
    """
    table = people.groupby("group", sort=False).agg(
        n_people=("sample", "size"),
        mean_f_roh=("f_roh", "mean"),
        mean_total_mb=("total_mb", "mean"),
        mean_n_runs=("n_runs", "mean"),
        share_with_runs=("n_runs", lambda n: (n > 0).mean()),
    )
    ordered = table.sort_values("mean_f_roh", ascending=False, kind="stable")
    return ordered.reset_index()


def _people(labels: NDArray[np.object_], n_per_group: int, seed: int) -> NDArray[np.int64]:
    """People of every group, at most so many, in the order of the panel."""
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(labels == group) for group in pd.unique(labels)]
    drawn = [m if len(m) <= n_per_group else rng.choice(m, n_per_group, False) for m in members]
    return np.sort(np.concatenate(drawn)).astype(np.int64)


def _informative(panel: Panel, by: str, where: list[Stretch]) -> dict[str, Informative]:
    """Stretches and chance of a heterozygote for each group; everybody's for small groups."""
    counts = group_counts(panel, by)
    everybody = _restricted(counts.alt.sum(axis=0), counts.called.sum(axis=0), where)
    return {
        group: _restricted(counts.alt[g], counts.called[g], where) if n >= MIN_PEOPLE else everybody
        for g, (group, n) in enumerate(zip(counts.groups, counts.n_samples, strict=True))
    }


def _restricted(
    alt: NDArray[np.int32], called: NDArray[np.int32], where: list[Stretch]
) -> Informative:
    """Sites that vary enough in a group, by Nei's unbiased expected heterozygosity."""
    a, n = alt.astype(float), called.astype(float)
    pairs = np.maximum(n * (n - 1) / 2, 1)
    expected = np.where(called >= 2, a * (n - a) / pairs, 0.0)
    kept = [expected[s.index] >= MIN_EXPECTED for s in where]
    parts = [
        Stretch(s.chrom, s.index[k], s.position_bp[k])
        for s, k in zip(where, kept, strict=True)
        if k.sum() >= 2
    ]
    sites = np.concatenate([s.index for s in parts]) if parts else np.empty(0, np.int64)
    return Informative(parts, float(expected[sites].mean()) if len(sites) else 0.0)


def _runs(dosages: NDArray[np.int8], stretch: Stretch, het_outside: float) -> pd.DataFrame:
    """Runs of one person along one stretch."""
    import allel

    calls = np.zeros((len(dosages), 2), np.int8)
    calls[dosages == 1, 1] = 1
    change = _change(stretch)
    blocks, _ = allel.roh_mhmm(
        calls,
        np.arange(1, len(dosages) + 1),
        phet_roh=HET_IN_RUN,
        phet_nonroh=(het_outside,),
        transition=change,
        is_accessible=dosages >= 0,
    )
    first, last = blocks["start"].to_numpy(int) - 1, blocks["stop"].to_numpy(int) - 1
    start, end = stretch.position_bp[first], stretch.position_bp[last]
    edge = (first == 0) | (last == len(dosages) - 1)
    columns = (stretch.chrom, start, end, end - start, last - first + 1, edge)
    table = pd.DataFrame(dict(zip(_NO_RUNS.columns, columns, strict=True)))
    return table[(table["length_bp"] >= MIN_RUN_BP) & (table["n_sites"] >= MIN_RUN_SITES)]


def _change(stretch: Stretch) -> float:
    """Chance that a run begins or ends between two neighbouring sites."""
    return min(CHANGE_PER_BP * stretch.length_bp / len(stretch.index), MAX_CHANGE)


def _by_person(who: pd.DataFrame, runs: pd.DataFrame, length_bp: int) -> pd.DataFrame:
    lengths = runs.groupby("sample")["length_bp"]
    total = who["sample"].map(lengths.sum()).fillna(0.0)
    return who.assign(
        n_runs=who["sample"].map(lengths.size()).fillna(0).astype(np.int64),
        total_mb=total / 1e6,
        longest_mb=who["sample"].map(lengths.max()).fillna(0.0) / 1e6,
        f_roh=total / length_bp,
    )


def _shortest_visible_bp(group: Informative) -> float:
    """About how long a run must be for its sites to outweigh the two changes at its ends."""
    if not group.where:
        return float("inf")
    spacing = sum(s.length_bp for s in group.where) / sum(len(s.index) for s in group.where)
    change = max(_change(s) for s in group.where)
    evidence = np.log((1 - HET_IN_RUN) / (1 - group.expected))
    return float(2 * np.log((1 - change) / change) / evidence * spacing)


def _notes(
    where: list[Stretch],
    informative: dict[str, Informative],
    n_people: int,
    n_samples: int,
    n_per_group: int,
) -> tuple[str, ...]:
    total, n_sites = sum(s.length_bp for s in where), sum(len(s.index) for s in where)
    shortest = float(np.median([_shortest_visible_bp(g) for g in informative.values()]))
    notes = [
        f"{n_sites:,} sites on {total / 1e6:,.0f} Mb of {len(where)} stretches: one in "
        f"{total / n_sites / 1e3:,.0f} kb. A step of the model is a site that varies in the "
        "group, not a base pair."
    ]
    if shortest > MIN_RUN_BP:
        notes.append(
            f"Sites are thin: runs shorter than about {shortest / 1e6:.1f} Mb cannot be told from "
            "chance and are mostly missed, so F_ROH is too low for distant relatedness."
        )
    if n_people < n_samples:
        notes.append(
            f"{n_people:,} of {n_samples:,} people: at most {n_per_group} of a group, drawn at "
            "random."
        )
    return tuple(notes)
