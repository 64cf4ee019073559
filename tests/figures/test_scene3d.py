from __future__ import annotations

import base64

import numpy as np
import pandas as pd
import pytest

from tests.panels import HOSTILE
from vaeviz.analysis.clusters import gaussians
from vaeviz.data.selection import Selection
from vaeviz.figures.palette import colours
from vaeviz.figures.scene3d import SHADES, scene_3d

AXES = ["PC1", "PC2", "PC3"]


def people(n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"sample": [f"S{i}" for i in range(n)]})
    table["population"] = np.where(np.arange(n) % 2, "FIN", "YRI")
    return table.assign(**{axis: 10 * rng.normal(size=n) + 5 for axis in AXES})


def numbers(text: object, kind: str) -> np.ndarray:
    assert isinstance(text, str)
    return np.frombuffer(base64.b64decode(text), kind)


def test_points_marks_and_selection_are_those_of_the_table() -> None:
    table = people()
    scene = scene_3d(table, AXES, "population", selected_ids=["S3", "S0", "nobody"])
    xyz = numbers(scene.data["xyz"], "<f4").reshape(-1, 3)
    low, high = np.array(scene.low), np.array(scene.high)
    assert low + (xyz + 1) / 2 * (high - low) == pytest.approx(table[AXES].to_numpy(), abs=1e-4)
    marks = np.array([mark["light"] for mark in scene.data["marks"]])
    drawn = marks[numbers(scene.data["mark"], "<u2")]
    assert drawn.tolist() == [colours(["FIN", "YRI"])[p] for p in table["population"]]
    assert numbers(scene.data["selected"], "<i4").tolist() == [0, 3]
    assert scene.data["ids"] == table["sample"].tolist()
    assert set(scene.data["texts"]) == {"FIN", "YRI"}
    assert "2 people are selected" in scene.data["alt"]


def test_numbers_get_a_scale_and_unknown_ones_grey() -> None:
    values = pd.Series([np.nan, *np.linspace(-1, 1, 39)])
    scene = scene_3d(people(), AXES, "score", labels=values)
    mark = numbers(scene.data["mark"], "<u2")
    assert (mark[0], mark[1], mark[-1]) == (SHADES, 0, SHADES - 1)
    assert [entry["name"] for entry in scene.data["legend"]] == ["-1", "1", "unlabelled"]


def test_kept_selections_have_rings_in_their_colour() -> None:
    first = Selection(name="one", sample_ids=("S4", "S1"), colour="#112233")
    gone = Selection(name="gone", sample_ids=("nobody",))
    second = Selection(name="two", sample_ids=("S4",), colour="#445566")
    scene = scene_3d(people(), AXES, "population", kept=[first, gone, second])
    one, two = scene.data["rings"]
    assert (one["name"], one["colour"]) == ("one (2)", "#112233")
    assert numbers(one["people"], "<i4").tolist() == [1, 4]
    assert two["radius"] > one["radius"]
    assert scene.data["alt"].endswith("Rings mark kept selections: one (2), two (1).")


def test_wires_surround_their_group() -> None:
    table = people(400)
    found = gaussians(table[AXES].to_numpy(), table["population"].to_numpy(object))
    scene = scene_3d(table, AXES, "population", regions=found)
    wires = scene.data["wires"]
    assert [w["dark"] for w in wires] == [
        colours(["FIN", "YRI"], None, "dark")[n] for n in ("FIN", "YRI")
    ]
    for wire in wires:
        path = numbers(wire["xyz"], "<f4").reshape(-1, 3)
        assert np.isnan(path).any()
        assert 0.5 < np.nanmax(np.abs(path)) < 2


def test_hostile_labels_are_cut_and_inert() -> None:
    table = people(len(HOSTILE)).assign(population=list(HOSTILE))
    scene = scene_3d(table, AXES, "population")
    for text in scene.data["texts"]:
        assert len(text) <= 40
        assert not set(text) & set("\t\u202e")
