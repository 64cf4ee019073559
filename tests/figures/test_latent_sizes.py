"""Factors in their cells and on their lines; the paper's only where they are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from plotly.colors import hex_to_rgb

from tests.figures.builders import GROUPS
from tests.figures.latent_builders import SIZES, size_table
from vaeviz.compression.published import published_table
from vaeviz.figures.factor_table import factor_table
from vaeviz.figures.latent_sizes import factor_by_method, factor_by_size
from vaeviz.figures.palette import Theme, contrast

TABLE = size_table(GROUPS)


def test_cells_are_factors_and_colours_their_doublings() -> None:
    chart = factor_table(TABLE)
    heat, *texts = chart.figure.data
    assert list(chart.table["method and |z|"]) == [
        f"{m} {s}" for m in ("PCA", "VAE") for s in SIZES
    ]
    assert list(chart.table.columns[1:]) == [*GROUPS[::-1], "all"]  # best first, all last
    factors = chart.table.iloc[:, 1:].to_numpy(float)
    np.testing.assert_allclose(heat.z, np.log2(factors), rtol=1e-3)
    written = {
        (x, y): t for trace in texts for x, y, t in zip(trace.x, trace.y, trace.text, strict=True)
    }
    assert written[0, 4] == "2.60"
    assert len(written) == factors.size
    assert heat.zmin == -heat.zmax
    assert len(heat.colorscale) == 3
    assert "VAE at |z| = 32 with x2.80" in chart.alt


def test_printed_rows_stand_under_those_of_the_same_method() -> None:
    chart = factor_table(TABLE, published_table())
    rows = list(chart.table["method and |z|"])
    assert rows.index("paper: VAE 32") == rows.index("VAE 32") + 1
    assert rows.index("paper: PCA 64") < rows.index("VAE 2")
    assert {"AFR", "WAS", "OCE", "AMR"} <= set(chart.table.columns)
    line = chart.table.set_index("method and |z|").loc["paper: VAE 32"]
    assert line["AFR"] == 1.03
    assert np.isnan(line["ADM"])
    place = list(chart.table.columns[1:]).index("ADM"), rows.index("paper: VAE 32")
    texts = chart.figure.data[1:]
    assert place not in [xy for t in texts for xy in zip(t.x, t.y, strict=True)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_factors_can_be_read_on_every_shade(theme: Theme) -> None:
    extreme = TABLE.assign(factor=np.geomspace(0.05, 20, len(TABLE)))
    heat, *texts = factor_table(extreme, theme=theme).figure.data
    for trace in texts:
        for x, y in zip(trace.x, trace.y, strict=True):
            low, middle, high = (hex_to_rgb(colour) for _, colour in heat.colorscale)
            end = low if heat.z[y, x] < 0 else high
            share = abs(float(heat.z[y, x])) / heat.zmax
            shade = [round(m + share * (e - m)) for m, e in zip(middle, end, strict=True)]
            assert contrast(trace.textfont.color, "#{:02X}{:02X}{:02X}".format(*shade)) >= 4.5


def test_lines_run_over_sizes() -> None:
    chart = factor_by_size(TABLE, "VAE")
    assert [t.name for t in chart.figure.data] == [*GROUPS[::-1], "all"]
    everybody = chart.figure.data[-1]
    np.testing.assert_allclose(everybody.x, SIZES)
    np.testing.assert_allclose(everybody.y, [0.7, 2.8, 0.7], rtol=1e-3)
    np.testing.assert_allclose(everybody.error_y.array, 0.2, rtol=1e-2)
    assert chart.figure.layout.xaxis.type == "log"
    assert list(chart.figure.layout.xaxis.tickvals) == list(SIZES)
    assert chart.figure.layout.shapes[0].y0 == 1
    assert "all best x2.80 at |z| = 32" in chart.alt


def test_the_paper_is_dashed_for_groups_of_the_same_name() -> None:
    chart = factor_by_size(TABLE, "VAE", published_table())
    dashed = {t.name: t for t in chart.figure.data if t.line.dash == "dash"}
    assert set(dashed) == {"paper: AFR", "paper: EUR", "paper: EAS"}
    assert max(dashed["paper: AFR"].y) == pytest.approx(1.16)
    colour = {t.name: t.line.color for t in chart.figure.data}
    assert colour["paper: AFR"] == colour["AFR"]
    assert set(chart.table["source"]) == {"here", "paper"}
    assert not [t for t in factor_by_size(TABLE, "VAE").figure.data if t.line.dash == "dash"]


def test_methods_of_one_group() -> None:
    chart = factor_by_method(TABLE, "EUR", published_table())
    assert [t.name for t in chart.figure.data] == ["PCA", "VAE", "paper: PCA", "paper: VAE"]
    assert set(chart.table["group"]) == {"EUR"}
    everybody = factor_by_method(TABLE)
    assert [t.name for t in everybody.figure.data] == ["PCA", "VAE"]
    assert "everybody" in everybody.title


def test_codes_lie_at_the_numbers_that_cost_as_much() -> None:
    halves = TABLE.assign(latent_bits=TABLE["latent_bits"] / 2)
    np.testing.assert_allclose(factor_by_size(halves, "VAE").figure.data[0].x, [1, 16, 256])
