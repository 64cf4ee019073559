"""The corner of the SNP matrix."""

from __future__ import annotations

import numpy as np
import pytest

from tests.panels import hostile_panel, random_panel, tiny_panel
from vaeviz.figures.matrix import snp_matrix


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_matrix_shows_what_the_panel_holds(theme: str) -> None:
    panel = random_panel()
    chart = snp_matrix(panel, n_people=5, n_sites=7, theme=theme, caption="simulated data")
    cells = chart.table.filter(like="site_").to_numpy()
    dosages = panel.as_dosages().counts
    assert (cells[0] == dosages[0, :7]).all()
    assert (cells[-1] == dosages[-1, :7]).all()
    assert chart.figure.data[0].z.shape == (5, 7)
    assert chart.figure.layout.title.subtitle.text == "simulated data"


def test_a_small_panel_is_shown_whole() -> None:
    panel = tiny_panel()
    chart = snp_matrix(panel)
    assert (chart.figure.data[0].z == panel.counts).all()
    shade = dict(chart.figure.data[0].colorscale)
    assert len(set(shade.values())) == 4
    assert np.count_nonzero(chart.figure.data[0].z < 0) == 1


def test_labels_of_users_are_inert() -> None:
    names = snp_matrix(hostile_panel()).figure.layout.yaxis.ticktext
    assert not any("<" in name for name in names)
    assert max(len(name) for name in names) < 80
