"""Figures of admixed people with small made-up tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from vaeviz.figures import admix
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme


def tracts(sources: Sequence[str]) -> pd.DataFrame:
    """One person with two chromosomes; every source has a tract on each haplotype."""
    k = len(sources)
    return pd.DataFrame(
        {
            "sample": "P1",
            "haplotype": np.repeat([1, 2, 1, 2], k),
            "chrom": np.repeat(np.array(["1", "2"], object), 2 * k),
            "start_bp": np.tile(np.arange(k) * 1_000_000 + 1, 4),
            "end_bp": np.tile((np.arange(k) + 1) * 1_000_000, 4),
            "source": np.tile(np.array(sources, object), 4),
            "length_cm": 1.0,
        }
    )


def lengths(sources: Sequence[str]) -> pd.DataFrame:
    found = np.exp(-np.arange(5.0))
    return pd.concat(
        [
            pd.DataFrame(
                {"source": s, "length_cm": np.arange(5), "found": found, "expected": 1.1 * found}
            )
            for s in sources
        ],
        ignore_index=True,
    )


def admix_charts(
    theme: Theme, groups: Sequence[str], embedding: pd.DataFrame, caption: str
) -> dict[str, Chart]:
    """Every figure of the admixture tab, by name."""
    sources = list(dict.fromkeys(groups))[:2]
    shares = np.random.default_rng(0).dirichlet([2, 1], 12)
    people = {s: np.arange(10 * k, 10 * k + 10) for k, s in enumerate(sources)}
    admixed = embedding.head(12).assign(sample=[f"ADMIXED_{k}" for k in range(12)])
    words = {"theme": theme, "caption": caption}
    return {
        "admixed_cline": admix.cline(
            embedding,
            "latent_1_mean",
            "latent_2_mean",
            sources=people,
            admixed=admixed,
            share=shares[:, 0],
            **words,
        ),
        "ancestry_shares": admix.ancestry_bars(shares, sources, **words),
        "chromosome_painting": admix.painting(tracts(sources), sources, **words),
        "tract_lengths": admix.tract_lengths(lengths(sources), **words),
    }
