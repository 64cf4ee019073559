"""Sites that tell some people from the rest: allele frequencies and Fst, site by site."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from vaeviz.analysis.counts import count_alleles
from vaeviz.data.panel import Panel
from vaeviz.errors import RegionError

MIN_PEOPLE = 2
"""On either side: one person has no frequency to speak of."""


def difference_table(panel: Panel, index: ArrayLike) -> pd.DataFrame:
    """Every site's allele frequency in a selection and in the rest, and Fst between the two.

    Fst is Hudson's, with the estimator of Bhatia et al. (2013, Genome Research 23:1514, formula
    10): corrected for the number of called alleles, so that it may be a little below 0.

    Parameters
    ----------
    panel
        Genotypes.
    index
        Integer index of the selected people.

    Returns
    -------
    DataFrame
        chrom, pos, id, ref, alt, frequency (of ALT in the selection), frequency_rest,
        difference (their difference), fst, n_called, n_called_rest (alleles); in the panel's
        order. NaN where a side has no more than one called allele, and for the Fst of a site
        that does not vary.

    Raises
    ------
    RegionError
        Under `MIN_PEOPLE` on either side.
    """
    chosen = np.zeros(panel.n_samples, dtype=bool)
    chosen[np.asarray(index, dtype=np.int64)] = True
    least = min(int(chosen.sum()), int((~chosen).sum()))
    if least < MIN_PEOPLE:
        raise RegionError(
            f"There are {least} people on one side of the comparison, and it needs {MIN_PEOPLE}.",
            "Select more people, and leave some out.",
        )
    sides = [panel.counts[panel.row_index(np.flatnonzero(side))] for side in (chosen, ~chosen)]
    (alt, n), (alt_rest, n_rest) = (count_alleles(side, panel.ploidy) for side in sides)
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = alt / n, alt_rest / n_rest
        within = p * (1 - p) / (n - 1) + q * (1 - q) / (n_rest - 1)
        between = p * (1 - q) + q * (1 - p)
        fst = ((p - q) ** 2 - within) / between
    table = panel.sites[["chrom", "pos", "id", "ref", "alt"]].reset_index(drop=True)
    known = (n > 1) & (n_rest > 1)
    return table.assign(
        frequency=p,
        frequency_rest=q,
        difference=np.where(known, p - q, np.nan),
        fst=np.where(known & (between > 0), fst, np.nan),
        n_called=n,
        n_called_rest=n_rest,
    )


def mean_fst(table: pd.DataFrame) -> float:
    """Fst over all sites of a `difference_table`: ratio of the sums, not mean of the ratios."""
    p, q = table["frequency"].to_numpy(), table["frequency_rest"].to_numpy()
    between = p * (1 - q) + q * (1 - p)
    known = np.isfinite(table["fst"].to_numpy())
    total = float(between[known].sum())
    return float((table["fst"].to_numpy() * between)[known].sum()) / total if total else np.nan
