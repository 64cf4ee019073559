"""A cohort as another laboratory would send it: swapped alleles, other strands, another build."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vaeviz.data.panel import MISSING, Panel

COMPLEMENT = {"A": "T", "C": "G", "G": "C", "T": "A"}
SHIFT_BP = 12_345


def real_alleles(panel: Panel, seed: int = 0) -> Panel:
    """The panel with alleles as arrays have them: transitions, transversions, A/T and C/G."""
    rng = np.random.default_rng(seed)
    kinds = [("A", "G"), ("C", "T"), ("A", "C"), ("G", "T"), ("A", "T"), ("C", "G")]
    chosen = rng.choice(len(kinds), panel.n_sites, p=[0.35, 0.35, 0.1, 0.1, 0.05, 0.05])
    pairs = [
        kinds[i] if turn else kinds[i][::-1]
        for i, turn in zip(chosen, rng.random(panel.n_sites) < 0.5, strict=True)
    ]
    sites = panel.sites.assign(ref=[p[0] for p in pairs], alt=[p[1] for p in pairs])
    return Panel.create(panel.counts, panel.ploidy, panel.samples, sites, panel.info)


def altered(panel: Panel, by: str, seed: int = 1) -> Panel:
    """The same people, sites told in another way.

    REF and ALT are swapped at a quarter of the sites, the strand is complemented at another
    quarter, a third of the sites is dropped, the rest shuffled.

    Parameters
    ----------
    by : 'id' or 'position'
        What still matches: with 'id' positions are those of another build, with 'position' IDs
        are renamed.
    """
    rng = np.random.default_rng(seed)
    n = panel.n_sites
    quarter = rng.permutation(n) * 4 // n
    sites, counts = panel.sites.copy(), panel.counts.copy()
    swap, turn = quarter == 0, quarter == 1
    sites.loc[swap, ["ref", "alt"]] = panel.sites.loc[swap, ["alt", "ref"]].to_numpy()
    counts[:, swap] = np.where(counts[:, swap] < 0, MISSING, panel.ploidy - counts[:, swap])
    for name in ("ref", "alt"):
        sites.loc[turn, name] = sites.loc[turn, name].map(COMPLEMENT)
    sites = _renamed(sites) if by == "position" else sites.assign(pos=sites["pos"] + SHIFT_BP)
    kept = rng.permutation(n)[: 2 * n // 3]
    taken = sites.iloc[kept].reset_index(drop=True)
    return Panel.create(counts[:, kept], panel.ploidy, panel.samples, taken, panel.info)


def _renamed(sites: pd.DataFrame) -> pd.DataFrame:
    return sites.assign(id=[f"exm{i}" for i in range(len(sites))], chrom="chr" + sites["chrom"])
