"""Fidelity and copy report of a synthetic cohort."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.compression.aligned import AlignedPanel, align_panel
from vaeviz.data.panel import Panel
from vaeviz.synthesis import checks
from vaeviz.synthesis.neighbours import NeighbourDistances, nearest_mismatch
from vaeviz.synthesis.reference import Reference, choose_reference

if TYPE_CHECKING:
    from vaeviz.synthesis.generate import Cohort
    from vaeviz.training.model import TrainedModel

REAL, TRAINING, SYNTHETIC = "real", "training", "synthetic"


@dataclasses.dataclass(frozen=True)
class CohortReport:
    """How a synthetic cohort compares with real people of its region.

    Attributes
    ----------
    checks : DataFrame
        check, value, reference (real against real), unit, verdict, explanation.
    frequencies : DataFrame, one row a site
        chrom, pos, id, real, synthetic: ALT frequencies of held-out real people and the cohort.
    heterozygosity : DataFrame
        kind ('real', 'training', 'synthetic'), heterozygosity: one row a person.
    ld : DataFrame
        kind, distance_bp, r2, n_pairs; the kinds hold equally many people.
    neighbours : DataFrame
        kind ('real', 'synthetic'), distance: share of mismatching alleles to the nearest known
        row, one row a row of the model.
    verdict : str
        The report in a few sentences, a line each.
    near_copies : int
        Synthetic people as close to a known one as the closest 1 % of real people.
    warnings : list of str
    facts : dict
        Sizes, seeds and digests behind the figures.
    """

    checks: pd.DataFrame
    frequencies: pd.DataFrame
    heterozygosity: pd.DataFrame
    ld: pd.DataFrame
    neighbours: pd.DataFrame
    verdict: str
    near_copies: int
    warnings: list[str]
    facts: dict[str, str | int | float | bool]

    def to_json(self) -> str:
        """Verdict, checks, LD by distance, warnings and facts; nothing about single people."""
        value = {
            "verdict": self.verdict,
            "near_copies": self.near_copies,
            "facts": self.facts,
            "checks": _records(self.checks),
            "ld": _records(self.ld),
            "warnings": self.warnings,
        }
        return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)


def cohort_report(model: TrainedModel, panel: Panel, cohort: Cohort, seed: int = 1) -> CohortReport:
    """Compare a cohort with real people of its region.

    Parameters
    ----------
    model : TrainedModel
    panel : Panel
        The panel that the cohort was generated from.
    cohort : Cohort
    seed : int
        Of the subsamples that make compared sets equally large.

    Raises
    ------
    ModelError
        Model and panel share too few sites.

    Notes
    -----
    Every figure of the cohort against held-out people stands beside the same figure of other
    real people (training people of the region where possible) against the same held-out people,
    with as many of them as there are synthetic ones.
    """
    data = align_panel(model, panel)
    real = _aligned_panel(model, panel, data)
    drawn = cohort.panel.take_sites(data.model_site)
    reference = choose_reference(cohort.region.members, data.split, seed, cohort.donors)
    held_out, other = (real.take_samples(x) for x in (reference.held_out, reference.other))
    n = min(drawn.n_samples, other.n_samples)
    some, some_other = (_subsample(x, n, seed) for x in (drawn, other))

    people = {REAL: held_out, TRAINING: other, SYNTHETIC: drawn}
    heterozygosity = _heterozygosity(people)
    n_ld = min(n, held_out.n_samples)
    ld = checks.ld_table({k: _subsample(p, n_ld, seed) for k, p in people.items()}, seed)
    distances = _distances(real, drawn, data, cohort)
    by_kind = {k: heterozygosity.loc[heterozygosity["kind"] == k, "heterozygosity"] for k in people}
    found = [
        *checks.frequency_checks(some, some_other, held_out),
        *checks.heterozygosity_checks(
            *(by_kind[k].to_numpy() for k in (SYNTHETIC, TRAINING, REAL))
        ),
        checks.ld_check(ld, n_ld),
        *checks.neighbour_checks(distances),
        checks.inside_check(cohort.share_inside),
    ]
    return CohortReport(
        checks=pd.DataFrame([dataclasses.asdict(check) for check in found]),
        frequencies=_frequency_table(held_out, drawn),
        heterozygosity=heterozygosity,
        ld=ld,
        neighbours=_neighbour_table(distances),
        verdict=overall(found, distances, drawn),
        near_copies=distances.near_copies(drawn.rows_per_sample),
        warnings=[*cohort.warnings, *reference.warnings, *_path_warning(cohort)],
        facts=_facts(model, panel, cohort, reference, data.n_sites, seed),
    )


def overall(found: list[checks.Check], distances: NeighbourDistances, drawn: Panel) -> str:
    """The report in a few sentences of plain words, a line each."""
    words = {
        "good": "As close to held-out people as other real people are",
        "fair": "Roughly as in real people",
        "poor": "Unlike real people",
        "not judged": "Not judged, for want of people or variation",
    }
    parts = []
    for verdict, phrase in words.items():
        names = [check.check for check in found if check.verdict == verdict]
        if names:
            parts.append(f"{phrase}: {', '.join(names)}.")
    near = distances.near_copies(drawn.rows_per_sample)
    parts.append(
        f"Near copies, as close to a real person as the closest 1 % of real people are to others: "
        f"{near} of {drawn.n_samples} (at most {distances.threshold:.1%} of alleles differ; among "
        f"real people typically {distances.typical:.1%})."
    )
    return "\n".join(parts)


def _path_warning(cohort: Cohort) -> list[str]:
    if cohort.region.kind != "path":
        return []
    return [
        "A path runs between its ends: differences from the people of both ends together are "
        "expected, most of all in the middle."
    ]


def _aligned_panel(model: TrainedModel, panel: Panel, data: AlignedPanel) -> Panel:
    sites = model.sites.iloc[data.model_site]
    return Panel.create(data.counts, data.ploidy, panel.samples, sites, panel.info)


def _subsample(panel: Panel, n: int, seed: int) -> Panel:
    if panel.n_samples <= n:
        return panel
    index = np.random.default_rng(seed).choice(panel.n_samples, n, replace=False)
    return panel.take_samples(np.sort(index))


def _heterozygosity(people: dict[str, Panel]) -> pd.DataFrame:
    from vaeviz.analysis.popgen import heterozygosity

    parts = [
        pd.DataFrame({"kind": kind, "heterozygosity": np.asarray(heterozygosity(panel))})
        for kind, panel in people.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _distances(real: Panel, drawn: Panel, data: AlignedPanel, cohort: Cohort) -> NeighbourDistances:
    """Known are the training people and the region's own: whoever the cohort could copy.

    Real distances are of all the region's people, each to everybody else: the held-out ones
    alone are too few for a first percentile.
    """
    known = np.union1d(data.samples_in("train"), cohort.region.members)
    known_rows, member_rows = real.row_index(known), real.row_index(cohort.region.members)
    known_counts = real.counts[known_rows]
    return NeighbourDistances(
        synthetic=nearest_mismatch(drawn.counts, known_counts, drawn.ploidy),
        real=nearest_mismatch(
            real.counts[member_rows],
            known_counts,
            real.ploidy,
            _owner(member_rows, real),
            _owner(known_rows, real),
        ),
    )


def _owner(rows: NDArray[np.int64], panel: Panel) -> NDArray[np.int64]:
    return rows // panel.rows_per_sample


def _frequency_table(held_out: Panel, drawn: Panel) -> pd.DataFrame:
    table = drawn.sites[["chrom", "pos", "id"]].copy()
    table[REAL] = checks.alt_frequencies(held_out)
    table[SYNTHETIC] = checks.alt_frequencies(drawn)
    return table


def _neighbour_table(distances: NeighbourDistances) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"kind": REAL, "distance": distances.real}),
        pd.DataFrame({"kind": SYNTHETIC, "distance": distances.synthetic}),
    ]
    return pd.concat(parts, ignore_index=True)


def _facts(
    model: TrainedModel,
    panel: Panel,
    cohort: Cohort,
    reference: Reference,
    n_sites: int,
    seed: int,
) -> dict[str, str | int | float | bool]:
    config = cohort.config
    return {
        "synthetic": True,
        "simulated": cohort.panel.info.simulated,
        "n_people": cohort.panel.n_samples,
        "n_sites_compared": n_sites,
        "region": cohort.region.name,
        "region_kind": cohort.region.kind,
        "n_region": len(cohort.region.members),
        "reference": reference.described,
        "n_reference": len(reference.held_out),
        "n_other_real": len(reference.other),
        "generator": cohort.generator,
        "acceptance": cohort.acceptance,
        "temperature": config.temperature,
        "seed": config.seed,
        "report_seed": seed,
        "model_digest": model.digest,
        "panel_digest": panel.digest,
        "cohort_digest": cohort.panel.digest,
    }


def _records(table: pd.DataFrame) -> list[dict[str, str | float | int | None]]:
    return [
        {
            str(key): None if isinstance(value, float) and math.isnan(value) else value
            for key, value in row.items()
        }
        for row in table.to_dict("records")
    ]
