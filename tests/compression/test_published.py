"""The paper's Table 1 as it ships."""

from __future__ import annotations

import pytest

from vaeviz.compression.paper import paper_factor
from vaeviz.compression.published import N_SITES, differences, published_table


def test_table_holds_what_the_paper_printed() -> None:
    table = published_table().set_index(["family", "size", "group"])["factor"]
    assert len(table) == 10 * 7
    assert table["vae", 64, "AFR"] == 1.16
    assert table["vae", 32, "AMR"] == 2.33
    assert table["pca", 2, "WAS"] == 0.38
    assert table["vae", 512, "OCE"] == 0.50


def test_runs_follow_from_the_definition() -> None:
    for row in published_table().itertuples():
        again = paper_factor(N_SITES, 1, 32 * row.size, row.mean_runs)
        assert again == pytest.approx(row.factor)
        assert row.mean_runs > 1


def test_the_papers_optimum_is_at_32_to_64() -> None:
    table = published_table()
    for _, rows in table[table["family"] == "vae"].groupby("group"):
        assert rows.loc[rows["factor"].idxmax(), "size"] in (32, 64)


def test_differences_name_sites_and_kind() -> None:
    notes = " ".join(differences(2_461, 2_003, 0.01, True, 1))
    assert "2,461 sites" in notes
    assert "83% of those here" in notes
    assert "simulated" in notes
    assert "Dosages" not in notes
    assert "Dosages" in " ".join(differences(100, 50, 0.0, False, 2))
