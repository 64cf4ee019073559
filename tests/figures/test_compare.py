"""Maps of methods side by side, their shared legend, and the trade-off."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.figures.builders import embedding, trade_off_table
from tests.panels import HOSTILE
from vaeviz.figures.compare import FULL_LEGEND, colour_key, method_map, trade_off


def people(groups: tuple[str, ...]) -> pd.DataFrame:
    table = embedding(groups)
    return table.assign(pca_1=table["latent_1_mean"], pca_2=table["latent_2_mean"])


def test_a_map_selects_by_sample_and_rings_the_selection() -> None:
    table = people(("AFR", "EUR"))
    labels = table["population"]
    chart = method_map(table, "pca", "PCA 2-D", labels, "population", selected_ids=["ID003"])
    found = {c for trace in chart.figure.data for c in (trace.customdata or ())}
    assert found == set(table["sample"])
    assert chart.figure.data[-1].name == "selected (1)"
    assert np.allclose(chart.figure.data[-1].x, table["pca_1"][3], rtol=1e-2)
    assert chart.figure.layout.xaxis.title.text == "PCA 1"
    assert chart.figure.layout.showlegend


def test_a_map_of_one_dimension_is_drawn() -> None:
    table = people(("AFR", "EUR")).drop(columns="pca_2")
    chart = method_map(table, "pca", "PCA 1-D", table["population"], "population")
    assert all(np.array_equal(trace.x, trace.y) for trace in chart.figure.data)


def test_many_labels_share_one_key() -> None:
    groups = tuple(f"P{i:02d}" for i in range(FULL_LEGEND + 1))
    table = people(groups)
    chart = method_map(table, "pca", "PCA 2-D", table["population"], "population")
    assert not chart.figure.layout.showlegend
    key = colour_key(table["population"], table)
    assert all(f"{group}1" in key for group in groups)
    assert chart.figure.data[0].marker.color in key


def test_the_key_is_inert() -> None:
    key = colour_key(pd.Series([*HOSTILE, None]))
    assert "<img" not in key
    assert "L" * 61 not in key
    assert key.count("white-space") == len(HOSTILE)


def test_trade_off_tells_all_and_marks_ours() -> None:
    chart = trade_off(trade_off_table(), "population")
    points = chart.figure.data[0]
    assert np.allclose(points.x, [0.9, 0.95, 0.99, 0.4])
    assert len(set(points.marker.color)) == 2
    assert points.marker.color[0] not in points.marker.color[1:]
    assert "VAE latent 2-D 0.90 at rho 0.90" in chart.alt
    assert "0.870 to 0.920" in points.hovertext[0]
    assert " to " not in points.hovertext[3]


def test_names_of_a_crowded_trade_off_lie_apart() -> None:
    table = trade_off_table().assign(
        rho=[0.955, 0.93, 0.98, 0.64], accuracy=[0.927, 0.72, 0.938, 0.917]
    )
    for column in ("rho", "accuracy"):
        table[f"{column}_low"] = table[column] - 0.3
        table[f"{column}_high"] = (table[column] + 0.3).clip(upper=1)
    ours, _, wide, _ = trade_off(table, "population").figure.data[0].textposition
    assert ours != wide


def test_trade_off_of_one_method_or_equal_ones() -> None:
    one = trade_off_table().head(1)
    assert len(trade_off(one, "population").figure.data[0].x) == 1
    assert len(trade_off(pd.concat([one, one]), "population").figure.data[0].x) == 2
