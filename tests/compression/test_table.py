from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.panels import HOSTILE
from tests.trained import model_panel, small_model
from vaeviz.compression.table import compression_result
from vaeviz.errors import Cancelled, PanelError
from vaeviz.progress import Silent
from vaeviz.training.bits import binomial_bits

COLUMNS = [
    "group",
    "n_samples",
    "bits_per_allele",
    "ci_low",
    "ci_high",
    "reconstruction_bits_per_allele",
    "kl_bits_per_allele",
    "frequencies_bits_per_allele",
    "superpopulation_bits_per_allele",
    "pca_bits_per_allele",
    "pca_score_bits_per_allele",
    "ratio_frequencies",
    "ratio_frequencies_low",
    "ratio_frequencies_high",
    "ratio_superpopulation",
    "paper_factor",
    "paper_factor_pca",
    "heterozygosity",
]


@pytest.mark.parametrize("rows", ["person", "haplotype"])
def test_table_agrees_with_the_models_own_held_out_figures(rows: str) -> None:
    model = small_model(rows)
    result = compression_result(model, model_panel(), seed=0)
    total = result.groups.iloc[-1]
    metrics = model.metrics
    assert total["group"] == "all"
    assert total["n_samples"] == metrics["n_test"]
    for name, metric in (
        ("bits_per_allele", "test_bits_per_allele"),
        ("frequencies_bits_per_allele", "test_bits_per_allele_frequencies"),
        ("pca_bits_per_allele", "test_bits_per_allele_pca"),
    ):
        assert total[name] == pytest.approx(metrics[metric], rel=1e-4)


def test_columns_order_and_sums() -> None:
    groups = compression_result(small_model(), model_panel(), by="population").groups
    assert set(groups.columns) == set(COLUMNS)
    named = groups.iloc[:-1]
    assert named["group"].tolist() != ["all"]
    assert named["bits_per_allele"].is_monotonic_increasing
    assert named["n_samples"].sum() == groups["n_samples"].iloc[-1]
    parts = groups["reconstruction_bits_per_allele"] + groups["kl_bits_per_allele"]
    np.testing.assert_allclose(parts, groups["bits_per_allele"])
    assert (groups["ci_low"] <= groups["bits_per_allele"]).all()
    assert (groups["bits_per_allele"] <= groups["ci_high"]).all()
    ratio = groups["frequencies_bits_per_allele"] / groups["bits_per_allele"]
    np.testing.assert_allclose(ratio, groups["ratio_frequencies"])


def test_label_coding_equals_an_independent_computation() -> None:
    model, panel = small_model(), model_panel()
    result = compression_result(model, panel)
    dosages, split = panel.as_dosages().counts, model.split_of(panel)
    labels = panel.labels("superpopulation")
    bits = 0.0
    for label in ("SUP1", "SUP2"):
        train = dosages[(split == "train") & (labels == label)].astype(int)
        p = (train.sum(0) + 0.5) / (2 * len(train) + 1)
        bits += binomial_bits(dosages[(split == "test") & (labels == label)], p, 2).sum()
    n_alleles = 2 * panel.n_sites * (split == "test").sum()
    found = result.groups["superpopulation_bits_per_allele"].iloc[-1]
    assert found == pytest.approx(bits / n_alleles)


def test_missing_genotypes_and_absent_sites_are_not_counted() -> None:
    model, panel = small_model(), model_panel()
    dosages = panel.as_dosages()
    counts = dosages.counts.copy()
    counts[:, 100:150] = -1
    missing = type(panel).create(counts, 2, panel.samples, panel.sites, panel.info)
    absent = dosages.take_sites(np.r_[0:100, 150:300])
    a, b = (compression_result(model, x) for x in (missing, absent))
    n_test = int((model.split_of(panel) == "test").sum())
    assert a.samples["n_alleles"].sum() == b.samples["n_alleles"].sum() == 2 * 250 * n_test
    for name in ("bits_per_allele", "frequencies_bits_per_allele", "heterozygosity"):
        np.testing.assert_allclose(a.groups[name], b.groups[name], rtol=1e-6)


def test_new_people_are_scored_when_no_test_person_is_there() -> None:
    model, panel = small_model(), model_panel()
    samples = panel.samples.assign(sample=[f"N{k}" for k in range(panel.n_samples)])
    result = compression_result(model, panel.with_samples(samples))
    assert set(result.samples["split"]) == {"new"}
    assert result.groups["pca_bits_per_allele"].isna().all()
    assert result.groups["superpopulation_bits_per_allele"].isna().all()
    assert np.isfinite(result.groups["bits_per_allele"]).all()
    assert any("No training person" in note for note in result.notes)


def test_all_people_with_a_note_when_nobody_is_held_out() -> None:
    model, panel = small_model(), model_panel()
    train = panel.take_samples(model.split_of(panel) == "train")
    result = compression_result(model, train)
    assert len(result.samples) == train.n_samples
    assert any("flatter" in note for note in result.notes)


def test_no_labels_gives_one_group() -> None:
    panel = model_panel()
    bare = panel.with_samples(pd.DataFrame({"sample": panel.sample_ids}))
    result = compression_result(small_model(), bare)
    assert result.groups["group"].tolist() == ["all"]
    assert result.groups["superpopulation_bits_per_allele"].isna().all()


def test_small_groups_are_flagged_and_hostile_labels_only_name_groups() -> None:
    panel = model_panel()
    labels = [HOSTILE[k % len(HOSTILE)] for k in range(panel.n_samples)]
    hostile = panel.with_samples(panel.samples.assign(population=labels))
    result = compression_result(small_model(), hostile, by="population")
    assert set(result.groups["group"][:-1]) == set(result.samples["group"]) <= set(HOSTILE)
    assert any("fewer than 5" in note for note in result.notes)
    assert not any(label in note for note in result.notes for label in HOSTILE)


def test_definition_on_dosages_is_marked_as_not_the_papers() -> None:
    person = compression_result(small_model("person"), model_panel())
    haplotype = compression_result(small_model("haplotype"), model_panel())
    assert any("not the paper's definition" in note for note in person.notes)
    assert not any("not the paper's definition" in note for note in haplotype.notes)


def test_same_seed_same_table() -> None:
    a, b = (compression_result(small_model(), model_panel(), seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(a.groups, b.groups)


def test_bad_column_bad_part_and_cancel() -> None:
    class Stop(Silent):
        def cancelled(self) -> bool:
            return True

    model, panel = small_model(), model_panel()
    with pytest.raises(PanelError, match="no sample column"):
        compression_result(model, panel, by="shoe size")
    with pytest.raises(PanelError, match="no part"):
        compression_result(model, panel, split="tset")
    with pytest.raises(Cancelled):
        compression_result(model, panel, progress=Stop())
