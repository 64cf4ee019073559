"""What a cohort gives away about the people whom its model was trained on."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.synthesis.neighbours import nearest_mismatch
from vaeviz.synthesis.people import Floats, Index, People

WINDOW_SITES = 256
MIN_PEOPLE = 10
BREAK_BP = 1_000_000
"""A gap without sites that no shared tract is taken to span."""
TRACT_STEPS = 1_000_000_000
TRACT_ROWS = (20, 200)


def membership_auc(members: People, strangers: People, cohort: People) -> tuple[float, float]:
    """How well an attacker with the cohort tells training people from others of the region.

    Two attacks, each on the sum over a person's rows: distance to the nearest synthetic row, and
    the sum over windows of 256 sites of the distance to the nearest synthetic row in that window,
    which sees what was copied in pieces.

    Parameters
    ----------
    members, strangers : People
        Who was learned from, and held-out people of the same region.
    cohort : People
        Everything the attacker was given.

    Returns
    -------
    two areas under the curve, by distance and by windows; .5 gives nothing away; NaN with fewer
    than 10 people on a side
    """
    if min(members.n_people, strangers.n_people) < MIN_PEOPLE:
        return math.nan, math.nan
    from sklearn.metrics import roc_auc_score

    label = np.repeat([1, 0], [members.n_people, strangers.n_people])
    found = []
    for distance in (_whole, _in_windows):
        score = np.concatenate([-_person_sum(distance(p, cohort), p) for p in (members, strangers)])
        found.append(float(roc_auc_score(label, score)))
    return found[0], found[1]


def _whole(people: People, cohort: People) -> Floats:
    return nearest_mismatch(people.counts, cohort.counts, cohort.ploidy)


def _in_windows(people: People, cohort: People) -> Floats:
    total = np.zeros(len(people.counts))
    for start in range(0, people.n_sites, WINDOW_SITES):
        part = slice(start, start + WINDOW_SITES)
        rows, known = people.counts[:, part], cohort.counts[:, part]
        total += np.nan_to_num(nearest_mismatch(rows, known, cohort.ploidy)) * rows.shape[1]
    return total


def _person_sum(values: Floats, people: People) -> Floats:
    return np.asarray(np.nan_to_num(values).reshape(-1, people.rows_per_person).sum(1))


def tract_starts(sites: pd.DataFrame) -> NDArray[np.bool_]:
    """Sites at which a shared tract has to start anew: a chromosome's first, or behind a gap.

    Parameters
    ----------
    sites : DataFrame
        chrom, pos, along the genome.
    """
    chrom = pd.factorize(sites["chrom"])[0]
    pos = sites["pos"].to_numpy(np.int64)
    new = (np.diff(chrom) != 0) | (np.abs(np.diff(pos)) > BREAK_BP)
    return np.concatenate([np.ones(min(1, len(pos)), bool), new])


def longest_tracts(
    people: People, known: People, starts: NDArray[np.bool_], seed: int
) -> NDArray[np.int64]:
    """Sites of the longest identical stretch that each row shares with any known row.

    A missing call matches everything. Of many rows a random part is measured.

    Parameters
    ----------
    people, known : People
    starts : bool array, shape (n_sites,)
        As from `tract_starts`.
    seed : int
        Of the part.
    """
    from vaeviz.synthesis.tract_kernel import longest

    n = int(np.clip(TRACT_STEPS // max(known.counts.size, 1), *TRACT_ROWS))
    rows = people.counts
    if n < len(rows):
        chosen: Index = np.random.default_rng(seed).choice(len(rows), n, replace=False)
        rows = rows[np.sort(chosen)]
    return np.asarray(longest(np.ascontiguousarray(rows), known.counts, starts), np.int64)
