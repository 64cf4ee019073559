from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tests.data.strategies import panels
from tests.panels import random_panel, site_table
from vaeviz.data.chromosomes import autosome_mask, is_autosome, natural_key
from vaeviz.data.panel import UNLABELLED, Panel
from vaeviz.errors import PanelError


def test_counts_cannot_be_changed(tiny: Panel) -> None:
    with pytest.raises(ValueError, match="read-only"):
        tiny.counts[0, 0] = 1


@pytest.mark.parametrize(
    "what", ["genotype", "order", "population", "extra", "position", "synthetic"]
)
def test_any_change_changes_the_digest(what: str, tiny: Panel) -> None:
    counts, samples, sites = tiny.counts.copy(), tiny.samples.copy(), tiny.sites.copy()
    if what == "genotype":
        counts[3, 4] += 1
    elif what == "order":
        samples["sample"] = samples["sample"].to_numpy()[::-1]
    elif what == "population":
        samples.loc[2, "population"] = None
    elif what == "extra":
        samples["age"] = 1
    elif what == "position":
        sites.loc[7, "pos"] += 1
    changed = Panel.create(counts, 2, samples, sites, tiny.info)
    changed = changed.with_info(synthetic=what == "synthetic")
    assert changed.digest != tiny.digest
    assert (changed.sites_digest != tiny.sites_digest) == (what == "position")


def test_the_same_content_has_the_same_digest(phased: Panel) -> None:
    again = Panel.create(
        phased.counts.tolist(), 1, phased.samples.copy(), phased.sites.copy(), phased.info
    )
    assert again.digest == phased.digest
    assert phased.with_info(name="other").digest == phased.digest


@given(panels())
def test_genotypes_and_dosages_agree(panel: Panel) -> None:
    genotypes = panel.genotypes()
    called = (genotypes >= 0).all(axis=2)
    dosages = np.where(called, genotypes.sum(axis=2), -1)
    np.testing.assert_array_equal(dosages.T, panel.as_dosages().counts)


def test_rows_of_samples(phased: Panel, unphased: Panel) -> None:
    assert phased.row_index([3, 0]).tolist() == [6, 7, 0, 1]
    assert unphased.row_index([3, 0]).tolist() == [3, 0]
    taken = phased.take_samples([3, 0])
    np.testing.assert_array_equal(taken.counts, phased.counts[[6, 7, 0, 1]])
    mask = np.arange(phased.n_sites) < 5
    np.testing.assert_array_equal(phased.take_sites(mask).counts, phased.counts[:, :5])


def test_haplotype_rows_need_phase(phased: Panel, unphased: Panel) -> None:
    assert phased.model_rows("haplotype") is phased
    assert phased.model_rows("person").ploidy == 2
    with pytest.raises(PanelError, match="this panel is unphased"):
        unphased.model_rows("haplotype")


def test_absent_labels_are_told(tiny: Panel) -> None:
    samples = tiny.samples.assign(population=["A", None, np.nan, pd.NA, "", "A"])
    panel = tiny.with_samples(samples)
    expected = ["A", UNLABELLED, UNLABELLED, UNLABELLED, "", "A"]
    assert panel.labels("population").tolist() == expected
    assert not tiny.with_samples(tiny.samples[["sample"]]).has_labels("population")
    with pytest.raises(PanelError, match="no sample column 'village'"):
        panel.labels("village")


def test_user_columns_become_plain(tiny: Panel) -> None:
    samples = tiny.samples.assign(
        small=np.arange(6, dtype=np.int8),
        half=np.arange(6, dtype=np.float32) / 2,
        holes=pd.array([1, None, 3, 4, 5, 6], dtype="Int64"),
        maybe=pd.array([True, None, True, True, True, True], dtype="boolean"),
        huge=[2**70, 1, 2, 3, 4, 5],
        bad_text=pd.Series(["\ud800"] * 6, dtype=object),
    )
    table = tiny.with_samples(samples).samples
    assert table["small"].dtype == np.int64
    assert table["half"].dtype == np.float64
    assert table["holes"].tolist()[2] == 3.0
    assert np.isnan(table["holes"][1])
    assert table["maybe"].tolist()[0] == "True"
    assert table["bad_text"][0] == "?"
    assert table["huge"].dtype == np.float64


BAD = {
    "shape": ({"counts": [[0, 1]]}, "need"),
    "count": ({"counts": [[3, 0], [0, 0]]}, "run from 0 to 3"),
    "ploidy": ({"ploidy": 3}, "Ploidy is 3"),
    "twice": ({"samples": pd.DataFrame({"sample": ["a", "a"]})}, "occur more than once"),
    "blank": ({"samples": pd.DataFrame({"sample": ["a", " "]})}, "is empty"),
    "tab": ({"samples": pd.DataFrame({"sample": ["a", "b\tc"]})}, "control characters"),
    "no column": ({"samples": pd.DataFrame({"name": ["a", "b"]})}, "no column 'sample'"),
    "same names": (
        {"samples": pd.DataFrame([["a", 1, 2], ["b", 1, 2]], columns=["sample", "x", "x"])},
        "Two columns of a table are named 'x'",
    ),
    "latitude": (
        {"samples": pd.DataFrame({"sample": ["a", "b"], "latitude": [91, 0]})},
        "latitude beyond 90",
    ),
    "sites": ({"sites": site_table(2).drop(columns="ref")}, "lacks ref"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_parts_are_refused(what: str) -> None:
    changes, message = BAD[what]
    good = {
        "counts": [[0, 1], [2, -1]],
        "ploidy": 2,
        "samples": pd.DataFrame({"sample": ["a", "b"]}),
        "sites": site_table(2),
    }
    with pytest.raises(PanelError, match=message) as caught:
        Panel.create(**{**good, **changes})
    assert caught.value.hint


def test_an_empty_panel_is_refused(phased: Panel) -> None:
    with pytest.raises(PanelError, match="60 samples and 0 sites"):
        phased.take_sites([])
    with pytest.raises(PanelError, match="0 samples and 200 sites"):
        phased.take_samples([])


def test_steps_tell_sizes(phased: Panel) -> None:
    panel = phased.take_sites([0, 1], "two").take_samples([0], "one")
    steps = [
        (s.what, s.sites_before, s.sites_after, s.samples_before, s.samples_after)
        for s in panel.info.steps
    ]
    assert steps == [("two", 200, 2, 60, 60), ("one", 2, 2, 60, 1)]


def test_autosomes_by_species() -> None:
    names = ["1", "chr22", "CHR3", "23", "X", "chrX", "0", "", "1_random", "²"]
    assert autosome_mask(names).tolist() == [True, True, True] + [False] * 7
    assert is_autosome("chr38", "canid")
    assert not is_autosome("39", "canid")
    assert is_autosome("77", "other")


def test_chromosomes_sort_as_people_do() -> None:
    names = ["X", "chr10", "2", "MT", "chr1", "2a"]
    assert sorted(names, key=natural_key) == ["chr1", "2", "2a", "chr10", "MT", "X"]


def test_test_panels_have_structure() -> None:
    panel = random_panel(n_samples=90, n_sites=500, seed=1)
    by_population = [
        panel.as_dosages().counts[panel.labels("population") == p].mean(axis=0)
        for p in ("POP1", "POP2", "POP3")
    ]
    near = np.abs(by_population[0] - by_population[1]).mean()
    far = np.abs(by_population[0] - by_population[2]).mean()
    assert far > 1.3 * near
