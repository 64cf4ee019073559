"""Fidelity and privacy report of a synthetic cohort."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vaeviz.progress import Progress, Silent
from vaeviz.synthesis import measure
from vaeviz.synthesis.checks import Check, Level, all_checks, in_words, level_of
from vaeviz.synthesis.comparison import Comparison, compare, labelled
from vaeviz.synthesis.fidelity import SFS_BINS, sliced_wasserstein, spectrum
from vaeviz.synthesis.measure import Figures, Ruler
from vaeviz.synthesis.neighbours import NeighbourDistances
from vaeviz.synthesis.people import Index, People
from vaeviz.synthesis.reference import choose_reference

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.synthesis.generate import Cohort
    from vaeviz.training.model import TrainedModel

REAL, TRAINING, SYNTHETIC = "real", "training", "synthetic"
SHOWN = ["check", "value", "reference", "unit", "verdict", "explanation"]
FEW_HELD_OUT = 50
N_STEPS = 5


@dataclasses.dataclass(frozen=True)
class CohortReport:
    """How a synthetic cohort compares with real people of its region.

    Attributes
    ----------
    metrics : DataFrame, one row a check
        key, title, group, value, reference (real against real), low and high (bounds of good),
        unit, verdict, explanation.
    frequencies : DataFrame, one row a site
        chrom, pos, id, real, synthetic: ALT frequencies of held-out real people and the cohort.
    heterozygosity : DataFrame
        kind ('real', 'training', 'synthetic'), heterozygosity: one row a person.
    ld : DataFrame
        kind, distance_bp, r2, n_pairs; the kinds hold equally many people.
    neighbours : DataFrame
        kind ('real', 'synthetic'), distance: share of mismatching alleles to the nearest known
        row, one row a row of the cohort.
    places : DataFrame
        kind, pc_1, pc_2: people on principal components, in standard deviations; the kinds hold
        equally many people.
    spectrum : DataFrame
        kind, minor_frequency (lower edge of a bin), share of sites; equally many people.
    level : 'good', 'usable with care' or 'do not use'
    verdict : str
        The report in a few sentences, a line each.
    near_copy_index : int64 array
        Synthetic people as close to a known one as the closest 1 % of real people are.
    warnings : list of str
    facts : dict
        Sizes, seeds, settings and digests behind the figures.
    """

    metrics: pd.DataFrame
    frequencies: pd.DataFrame
    heterozygosity: pd.DataFrame
    ld: pd.DataFrame
    neighbours: pd.DataFrame
    places: pd.DataFrame
    spectrum: pd.DataFrame
    level: Level
    verdict: str
    near_copy_index: Index
    warnings: list[str]
    facts: dict[str, str | int | float | bool]

    @property
    def near_copies(self) -> int:
        """How many people are near copies."""
        return len(self.near_copy_index)

    @property
    def checks(self) -> pd.DataFrame:
        """The metrics for people: check, value, reference, unit, verdict, explanation."""
        return self.metrics.rename(columns={"title": "check"})[SHOWN]

    def to_json(self) -> str:
        """Verdict, metrics, LD by distance, warnings and facts; nothing about real people."""
        value = {
            "level": self.level,
            "verdict": self.verdict,
            "near_copies": self.near_copies,
            "near_copy_index": [int(x) for x in self.near_copy_index],
            "facts": self.facts,
            "metrics": {str(row.pop("key")): row for row in _records(self.metrics)},
            "ld": _records(self.ld),
            "warnings": self.warnings,
        }
        return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)


def cohort_report(
    model: TrainedModel,
    panel: Panel,
    cohort: Cohort,
    map_model: TrainedModel | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> CohortReport:
    """Compare a cohort with real people of its region.

    Parameters
    ----------
    model : TrainedModel
        The one that drew the cohort: its split says who trained it.
    panel : Panel
        The panel that the cohort was generated from.
    cohort : Cohort
    map_model : TrainedModel, optional
        In whose latent space the cohort's positions are; `model` where that is a map.
    seed : int
        Of the subsamples that make compared sets equally large.
    progress : Progress, optional

    Raises
    ------
    ModelError
        Model and panel share too few sites.
    PanelError
        The cohort is phased and the panel is not.

    Notes
    -----
    Every figure of the cohort against held-out people stands beside the same figure of other
    real people (training people of the region where possible) against the same held-out people,
    with as many of them as there are synthetic ones.
    """
    told = progress or Silent()
    told.update(0, N_STEPS, "Finding real people to compare with")
    reference = choose_reference(cohort.region.members, model.split_of(panel), seed, cohort.donors)
    comparison = compare(model, panel, cohort, reference, seed)
    ruler, n = Ruler.make(comparison, seed), measure.block_size(comparison)
    told.update(1, N_STEPS, "Comparing with real people")
    values = measure.block_means(ruler.figures, comparison.synthetic, n, seed)
    references = measure.block_means(ruler.figures, comparison.other, n, seed)
    told.update(2, N_STEPS, "Calling labels")
    distances = measure.neighbour_distances(comparison, cohort.region.members)
    for found in (
        _labels(panel, cohort, comparison, seed),
        _latent(model, panel, cohort, comparison, map_model, seed),
        _copies(distances),
    ):
        values |= found[0]
        references |= found[1]
    told.update(3, N_STEPS, "Attacking the cohort")
    attacked, guessed = measure.attack_figures(comparison, seed)
    checks = all_checks(values | attacked, references | guessed)
    told.update(N_STEPS, N_STEPS, "Report is done")
    return CohortReport(
        metrics=pd.DataFrame([check.row() for check in checks]),
        **_tables(comparison, ruler, n, distances, seed),
        level=level_of(checks),
        verdict=_verdict(checks, distances, comparison),
        near_copy_index=distances.near_index(comparison.drawn.rows_per_person),
        warnings=[*cohort.warnings, *reference.warnings, *_warnings(cohort, comparison)],
        facts=_facts(model, panel, cohort, comparison, n, seed),
    )


def near_copies(model: TrainedModel, panel: Panel, cohort: Cohort, seed: int) -> Index:
    """The people whom `cohort_report` would call near copies, without the rest of it.

    Parameters
    ----------
    model, panel, cohort, seed
        As of `cohort_report`.

    Returns
    -------
    int64 array
        People of the cohort.

    Raises
    ------
    ModelError, PanelError
        As of `cohort_report`.
    """
    reference = choose_reference(cohort.region.members, model.split_of(panel), seed, cohort.donors)
    comparison = compare(model, panel, cohort, reference, seed)
    distances = measure.neighbour_distances(comparison, cohort.region.members)
    return distances.near_index(comparison.drawn.rows_per_person)


def _labels(
    panel: Panel, cohort: Cohort, comparison: Comparison, seed: int
) -> tuple[Figures, Figures]:
    region = cohort.region
    population = region.name if region.kind == "population" else None
    labels = labelled(panel, region.members, population, comparison)
    if labels is None:
        return {}, {}
    return measure.label_figures(comparison, labels, population, seed)


def _latent(
    model: TrainedModel,
    panel: Panel,
    cohort: Cohort,
    comparison: Comparison,
    map_model: TrainedModel | None,
    seed: int,
) -> tuple[Figures, Figures]:
    """Place in the map's latent space; and the share that encodes into the region."""
    values, references = {"inside": cohort.share_inside}, {"inside": 0.99}
    where = map_model or model
    axes = [f"latent_{k + 1}_mean" for k in range(where.config.n_latent)]
    if not where.is_map or not set(axes) <= set(cohort.latent.columns):
        return values, references
    held_out, other = (
        where.embed(panel.take_samples(index))[axes].to_numpy(float)
        for index in (comparison.reference.held_out, comparison.reference.other)
    )
    scale = np.where(held_out.std(0) > 0, held_out.std(0), 1.0)
    rng = np.random.default_rng(seed)
    n = min(len(other), len(cohort.latent))
    for into, points in ((values, cohort.latent[axes].to_numpy(float)), (references, other)):
        some = points[rng.permutation(len(points))[:n]]
        into["latent_distance"] = sliced_wasserstein(some / scale, held_out / scale)
    return values, references


def _copies(distances: NeighbourDistances) -> tuple[Figures, Figures]:
    values = {"nn_ratio": distances.ratio, "near_copies": distances.share_close()}
    return values, {"nn_ratio": 1.0, "near_copies": distances.expected_share}


def _verdict(checks: list[Check], distances: NeighbourDistances, comparison: Comparison) -> str:
    drawn = comparison.drawn
    near = distances.near_copies(drawn.rows_per_person)
    told = (
        f"Near copies, as close to a real person as the closest 1 % of real people are to others: "
        f"{near} of {drawn.n_people} (at most {distances.threshold:.1%} of alleles differ; among "
        f"real people typically {distances.typical:.1%})."
    )
    return "\n".join([*in_words(checks), told])


def _warnings(cohort: Cohort, comparison: Comparison) -> list[str]:
    warnings = []
    n = len(comparison.reference.held_out)
    if n < FEW_HELD_OUT:
        warnings.append(
            f"Only {n} real people to compare with: figures are rough, and a good verdict says "
            "little."
        )
    if cohort.region.kind in ("path", "mixture", "point"):
        warnings.append(
            f"A {cohort.region.kind} lies between its people: differences from all of them "
            "together are expected."
        )
    return warnings


def _tables(
    comparison: Comparison, ruler: Ruler, n: int, distances: NeighbourDistances, seed: int
) -> dict[str, pd.DataFrame]:
    """The data behind the figures of the report."""
    people = {
        REAL: comparison.held_out,
        TRAINING: comparison.other,
        SYNTHETIC: comparison.synthetic,
    }
    frequencies = comparison.sites[["chrom", "pos", "id"]].copy()
    for kind in (REAL, SYNTHETIC):
        frequencies[kind] = people[kind].frequencies
    near = {REAL: distances.real, SYNTHETIC: distances.synthetic}
    return {
        "frequencies": frequencies,
        "heterozygosity": _stacked(
            "heterozygosity", {kind: p.heterozygosity for kind, p in people.items()}
        ),
        "neighbours": _stacked("distance", near),
        **_same_size_tables(people, ruler, n, seed),
    }


def _stacked(column: str, values: dict[str, np.ndarray]) -> pd.DataFrame:
    parts = [pd.DataFrame({"kind": kind, column: found}) for kind, found in values.items()]
    return pd.concat(parts, ignore_index=True)


def _same_size_tables(
    people: dict[str, People], ruler: Ruler, n: int, seed: int
) -> dict[str, pd.DataFrame]:
    """What depends on the number of people, of `n` people of each kind."""
    rng = np.random.default_rng(seed)
    some = {k: ruler.same_size if k == REAL else p.sample(n, rng) for k, p in people.items()}
    return {
        "ld": _joined({kind: ruler.ld(p) for kind, p in some.items()}),
        "places": _joined({kind: _places(ruler, p) for kind, p in some.items()}),
        "spectrum": _joined({kind: _spectrum(p) for kind, p in some.items()}),
    }


def _places(ruler: Ruler, people: People) -> pd.DataFrame:
    """On two components; the second is 0 where only one holds."""
    places = ruler.axes.places(people)
    second = places[:, 1] if places.shape[1] > 1 else np.zeros(len(places))
    return pd.DataFrame({"pc_1": places[:, 0], "pc_2": second})


def _spectrum(people: People) -> pd.DataFrame:
    share = spectrum(people)
    return pd.DataFrame({"minor_frequency": np.arange(len(share)) / SFS_BINS, "share": share})


def _joined(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    parts = [table.assign(kind=kind) for kind, table in tables.items()]
    found = pd.concat(parts, ignore_index=True)
    return found[["kind", *(column for column in found if column != "kind")]]


def _facts(
    model: TrainedModel,
    panel: Panel,
    cohort: Cohort,
    comparison: Comparison,
    n_block: int,
    seed: int,
) -> dict[str, str | int | float | bool]:
    settings = cohort.config.model_dump(mode="json")
    return {
        "synthetic": True,
        "simulated": cohort.panel.info.simulated,
        "n_people": cohort.panel.n_samples,
        "n_sites_compared": comparison.drawn.n_sites,
        "region": cohort.region.name,
        "region_kind": cohort.region.kind,
        "n_region": len(cohort.region.members),
        "n_donors": len(cohort.donors),
        "reference": comparison.reference.described,
        "n_reference": len(comparison.reference.held_out),
        "n_other_real": len(comparison.reference.other),
        "n_block": n_block,
        "n_attacked": len(comparison.members),
        **{key: value for key, value in settings.items() if value is not None},
        "report_seed": seed,
        "model_digest": model.digest,
        "panel_digest": panel.digest,
        "cohort_digest": cohort.panel.digest,
    }


def _records(table: pd.DataFrame) -> list[dict[str, str | float | int | None]]:
    return [
        {
            str(key): None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in row.items()
        }
        for row in table.to_dict("records")
    ]
