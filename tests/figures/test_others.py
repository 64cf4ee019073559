"""Panel, training and synthesis figures: the drawn numbers are the right ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.figures.builders import (
    axis_table,
    cohort_places,
    cohort_spectrum,
    embedding,
    history,
    kinds,
    places,
    windows,
)
from vaeviz.figures.bars import histogram_table
from vaeviz.figures.cohort import components, spectrum
from vaeviz.figures.panel import frequency_spectrum, missingness, pca_preview, population_counts
from vaeviz.figures.synthesis import frequencies, heterozygosity, ld_decay
from vaeviz.figures.training import kl_along_genome, kl_per_dimension, learning_curves


def test_counts_are_sorted_by_group_of_groups() -> None:
    table = places().assign(superpopulation=["B", "A", None, "A"])
    chart = population_counts(table)
    assert chart.table["group"].tolist() == ["ADM", "EUR", "AFR", "EAS"]
    assert list(chart.figure.data[0].x) == [13, 11, 10, 12]
    assert list(chart.figure.layout.yaxis.ticktext) == ["ADM", "EUR", "AFR", "EAS"]
    assert "46 people in 4 populations" in chart.alt


def test_names_alike_in_their_beginning_stay_apart() -> None:
    long = [f"{'very long name ' * 3}{i}" for i in range(4)]
    chart = population_counts(places(long))
    assert len(set(chart.figure.data[0].y)) == 4


def test_spectrum_is_drawn_as_given() -> None:
    edges = np.linspace(0, 0.5, 11)
    table = pd.DataFrame(
        {"frequency_low": edges[:-1], "frequency_high": edges[1:], "n_sites": range(10)}
    )
    chart = frequency_spectrum(table, n_alleles=100)
    assert list(chart.figure.data[0].y) == list(range(10))
    np.testing.assert_allclose(chart.figure.data[0].x, edges[:-1] + 0.025, rtol=1e-3)
    assert "45 sites; 0 % of them are at most 5 %" in chart.alt


def test_missingness_in_percent() -> None:
    chart = missingness([0.0, 0.0, 0.5], [0.1, 0.2])
    assert set(chart.table["kind"]) == {"sites", "people"}
    assert chart.table.groupby("kind")["n"].sum().to_dict() == {"sites": 3, "people": 2}
    assert (
        "16.67 % are missing in all, at most 50.0 % at a site and 20.0 % in a person" in chart.alt
    )
    assert missingness(np.zeros(5), np.zeros(3)).table["n"].sum() == 8


def test_components_are_joined_by_sample() -> None:
    people = embedding(("AFR", "EUR"), 2).drop(columns="split")
    scores = people[["sample"]].assign(PC1=[1.0, 2.0, 3.0, 4.0], PC2=0.5).iloc[::-1]
    chart = pca_preview(scores, people, explained=[0.25, 0.1])
    assert chart.figure.layout.xaxis.title.text == "PC 1 (25.0 %)"
    drawn = chart.table.set_index("sample")
    assert drawn.loc["ID003", "PC1"] == 4
    assert drawn.loc["ID003", "superpopulation"] == "EUR"


@pytest.mark.parametrize(("ploidy", "unit"), [(2, "genotype"), (1, "allele")])
def test_curves_are_per_genotype_or_per_allele(ploidy: int, unit: str) -> None:
    rows = history()
    chart = learning_curves(rows, ploidy, baseline_bits_per_allele=0.72)
    train, validation, best, baseline = chart.figure.data
    np.testing.assert_allclose(train.y, ploidy * rows["train_bits_per_allele"], rtol=1e-5)
    expected = ploidy * rows["validation_bits_per_allele"]
    np.testing.assert_allclose(validation.y, expected, rtol=1e-5)
    assert list(best.x) == [12]
    assert baseline.line.dash == "dash"
    np.testing.assert_allclose(baseline.y, ploidy * 0.72, rtol=1e-5)
    assert chart.figure.layout.yaxis.title.text == f"bits per {unit}"
    assert f"best at epoch 12 with {ploidy * 0.7:.4f} bits per {unit}" in chart.alt


def test_curves_of_no_and_one_epoch() -> None:
    assert learning_curves(history(0), 2, baseline_bits_per_allele=0.7).table.empty
    assert learning_curves(history(1), 2).figure.data[0].mode == "markers"


def test_collapsed_dimensions_are_apart() -> None:
    chart = kl_per_dimension(axis_table())
    used, collapsed = chart.figure.data
    assert list(used.x) == [1, 3]
    assert list(used.y) == [2, 2]
    assert list(collapsed.x) == [2]
    assert collapsed.name == "collapsed"
    assert "2 of 3 latent dimensions" in chart.alt
    assert len(kl_per_dimension(axis_table().head(1)).figure.data) == 1


def test_windows_lie_in_the_order_of_the_genome() -> None:
    table = windows(["10", "2"])
    chart = kl_along_genome(table)
    second, tenth = chart.figure.data
    assert list(second.x) == [1, 2]
    assert list(tenth.x) == [3, 4]
    np.testing.assert_allclose(tenth.y, table["mean_kl_nats"][:2], rtol=1e-3)
    assert "4 windows along the genome" in chart.alt
    alone = kl_along_genome(windows(["20"]))
    assert alone.figure.layout.xaxis.title.text == "window along chromosome 20"


def test_fit_of_frequencies_is_told() -> None:
    table = pd.DataFrame({"real": [0.0, 0.5, 1.0, np.nan], "synthetic": [0.1, 0.5, 0.9, 0.2]})
    chart = frequencies(table)
    assert len(chart.table) == 3
    rmse = np.sqrt(0.02 / 3)
    assert f"r = 1.0000, RMSE {rmse:.4f}" in chart.alt
    flat = frequencies(pd.DataFrame({"real": [0.5, 0.5], "synthetic": [0.4, 0.6]}))
    assert "RMSE 0.1000" in flat.alt
    assert frequencies(table.iloc[:0]).alt.endswith("no sites.")


def test_histograms_share_bins_and_count_everybody() -> None:
    table = histogram_table({"a": [0.0, 1.0, np.nan], "b": [0.2] * 10}, "x")
    assert table.groupby("kind")["n"].sum().to_dict() == {"a": 2, "b": 10}
    assert table.groupby("kind")["share_percent"].sum().tolist() == pytest.approx([100, 100])
    first, second = (rows["x_from"].to_numpy() for _, rows in table.groupby("kind"))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_equal_values_start_their_histogram(value: float) -> None:
    table = histogram_table({"a": [value] * 5}, "x")
    assert table["x_from"].iloc[0] == value
    assert table["n"].iloc[0] == 5


def test_steps_enclose_their_bins() -> None:
    chart = heterozygosity(kinds("heterozygosity"))
    assert [t.name for t in chart.figure.data] == ["training", "real", "synthetic"]
    rows = chart.table[chart.table["kind"] == "synthetic"]
    drawn = chart.figure.data[-1]
    np.testing.assert_allclose(drawn.y[1:-1:2], rows["share_percent"], rtol=1e-3)
    np.testing.assert_allclose(drawn.x[1:-1:2], rows["heterozygosity_from"], rtol=1e-3)
    assert drawn.y[0] == drawn.y[-1] == 0


def test_a_kind_without_values_is_no_failure() -> None:
    table = pd.concat(
        [kinds("heterozygosity"), pd.DataFrame({"kind": ["other"], "heterozygosity": [np.nan]})]
    )
    assert "other" in heterozygosity(table).alt


def test_ld_is_in_kb_and_skips_empty_bins() -> None:
    table = pd.DataFrame(
        {
            "kind": ["real"] * 3 + ["synthetic"] * 3,
            "distance_bp": [3000, 1000, 2000] * 2,
            "r2": [0.1, 0.5, np.nan, 0.1, 0.3, 0.2],
        }
    )
    chart = ld_decay(table)
    real = chart.figure.data[0]
    assert list(real.x) == [1, 3]
    np.testing.assert_allclose(real.y, [0.5, 0.1], rtol=1e-3)
    assert "real falls from 0.500 to 0.100" in chart.alt


def test_synthetic_people_are_drawn_on_top_of_real_ones() -> None:
    table = cohort_places()
    chart = components(table)
    assert [t.name for t in chart.figure.data] == ["training", "real", "synthetic"]
    synthetic = table[table["kind"] == "synthetic"]
    np.testing.assert_allclose(chart.figure.data[-1].x, synthetic["pc_1"], rtol=1e-3)
    assert len({t.marker.symbol for t in chart.figure.data}) == 3
    assert f"synthetic around {synthetic['pc_1'].mean():.2f}" in chart.alt


def test_spectra_are_in_percent_of_sites() -> None:
    table = cohort_spectrum()
    chart = spectrum(table)
    real = chart.figure.data[0]
    assert real.name == "real"
    np.testing.assert_allclose(real.y, 100 * table["share"][:11], rtol=1e-3)
    assert "synthetic 20.0%" in chart.alt
