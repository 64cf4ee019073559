from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.panels import random_panel, tiny_panel
from vaeviz.analysis.person import nearest_people, site_bits
from vaeviz.data.align import align_sites
from vaeviz.data.panel import Panel


def even_model(panel: Panel, p: float) -> SimpleNamespace:
    """A stand-in for a model that holds every ALT allele to be of frequency p."""
    rows = "haplotype" if panel.phased else "person"
    return SimpleNamespace(
        config=SimpleNamespace(rows=rows),
        sites=panel.sites,
        align=lambda alone: align_sites(alone, panel.sites),
        encode=lambda alone: SimpleNamespace(mean=np.zeros((alone.n_rows, 1))),
        condition_of=lambda alone: None,
        probabilities=lambda z, condition: np.full((len(z), panel.n_sites), p),
    )


def test_neighbours_are_the_nearest_others() -> None:
    samples = pd.DataFrame({"sample": list("ABCDE")})
    points = [[0.0], [3.0], [1.0], [np.nan], [1.0]]
    found = nearest_people(points, samples, 0, 9)
    assert found["sample"].tolist() == ["C", "E", "B"]
    assert found["distance"].tolist() == [1, 1, 3]
    assert nearest_people(points, samples, 0, 1)["sample"].tolist() == ["C"]


def test_bits_of_dosages_by_hand() -> None:
    panel = tiny_panel()
    bits = site_bits(even_model(panel, 0.25), panel, 5)
    assert len(bits) == panel.n_sites - 1
    cost = -np.log2([0.75**2, 2 * 0.25 * 0.75, 0.25**2]) / 2
    assert bits["bits_per_allele"].tolist() == pytest.approx(cost[panel.counts[5, :-1]].tolist())


def test_bits_of_haplotypes_are_added() -> None:
    panel = random_panel()
    bits = site_bits(even_model(panel, 0.25), panel, 7)
    alt = panel.counts[panel.row_index([7])].sum(axis=0)
    expected = (alt * 2 - (2 - alt) * np.log2(0.75)) / 2
    assert bits["bits_per_allele"].to_numpy() == pytest.approx(expected)
    assert set(bits["n_alleles"]) == {2}
