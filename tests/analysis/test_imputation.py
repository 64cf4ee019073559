"""Imputation on a panel whose truth is known: what is kept, what is filled in, and how well."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.panels import linked_panel
from tests.trained import linked_model
from vaeviz.analysis import imputation
from vaeviz.analysis.dosage_r2 import site_r2
from vaeviz.analysis.imputation import impute, imputed_panel
from vaeviz.config import Rows
from vaeviz.data.panel import MISSING, Panel
from vaeviz.errors import Cancelled, PanelError
from vaeviz.progress import Silent


def with_holes(panel: Panel, rate: float = 0.15, seed: int = 4) -> Panel:
    """Single alleles (phased) or genotypes (unphased) lost at random."""
    counts = panel.counts.copy()
    counts[np.random.default_rng(seed).random(counts.shape) < rate] = MISSING
    return Panel.create(counts, panel.ploidy, panel.samples, panel.sites, panel.info)


@pytest.fixture(params=["haplotype", "person", "unphased"])
def case(request: pytest.FixtureRequest) -> tuple[Rows, Panel]:
    """Rows of a model, and a panel with holes for it."""
    whole = linked_panel()
    rows: Rows = "haplotype" if request.param == "haplotype" else "person"
    return rows, with_holes(whole.as_dosages() if request.param == "unphased" else whole)


def test_observed_genotypes_stay_and_nothing_is_missing(case: tuple[Rows, Panel]) -> None:
    rows, panel = case
    imputed = impute(linked_model(rows), panel)
    observed = panel.counts >= 0
    np.testing.assert_array_equal(imputed.counts[observed], panel.counts[observed])
    assert imputed.counts.min() == 0
    assert imputed.counts.max() <= panel.ploidy
    truth = panel.as_dosages().counts
    np.testing.assert_array_equal(imputed.imputed, truth < 0)
    np.testing.assert_array_equal(imputed.dosage[truth >= 0], truth[truth >= 0])
    assert imputed.dosage.min() >= 0
    assert imputed.dosage.max() <= 2


def test_what_is_filled_in_resembles_the_truth(case: tuple[Rows, Panel]) -> None:
    rows, panel = case
    truth = linked_panel().as_dosages().counts
    imputed = impute(linked_model(rows), panel)
    hidden, dosage = imputed.imputed, imputed.dosage.astype(float)
    guess = Panel.create(imputed.counts, panel.ploidy, panel.samples, panel.sites).as_dosages()
    mean = np.broadcast_to(truth.mean(0), truth.shape)
    r2 = np.corrcoef(truth[hidden], dosage[hidden])[0, 1] ** 2
    assert r2 > np.corrcoef(truth[hidden], mean[hidden])[0, 1] ** 2 + 0.3
    assert (guess.counts == truth)[hidden].mean() > 0.75
    assert 0 < np.nanmin(imputed.quality) <= np.nanmax(imputed.quality) <= 1


def test_estimated_quality_is_near_the_true_r2_of_haplotypes() -> None:
    truth = linked_panel().as_dosages().counts
    imputed = impute(linked_model(), with_holes(linked_panel()))
    person, site = np.nonzero(imputed.imputed)
    dosage = imputed.dosage[person, site].astype(float)
    true_r2 = site_r2(truth[person, site].astype(float), dosage, site, 120, 10)
    assert np.nanmean(imputed.quality) == pytest.approx(np.nanmean(true_r2), abs=0.12)


def test_dosage_follows_from_the_probabilities_of_the_decoder() -> None:
    model = linked_model()
    panel = with_holes(linked_panel())
    chance = model.probabilities(model.encode(panel).mean)
    alleles = np.where(panel.counts < 0, chance, panel.counts)
    imputed = impute(model, panel)
    np.testing.assert_allclose(imputed.dosage, alleles[0::2] + alleles[1::2], atol=6e-4)
    np.testing.assert_array_equal(imputed.counts, alleles >= 0.5)
    sums = np.where(imputed.imputed, alleles[0::2] + alleles[1::2], np.nan)
    p = np.nanmean(sums, 0) / 2
    by_hand = np.minimum(np.nanvar(sums, 0) / (2 * p * (1 - p)), 1)
    np.testing.assert_allclose(imputed.quality, by_hand, rtol=1e-6)


def test_chunks_give_what_one_block_gives(
    case: tuple[Rows, Panel], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, panel = case
    model = linked_model(rows)
    whole = impute(model, panel)
    seen: list[tuple[int, ...]] = []
    decode = model.probabilities

    def watched(z: NDArray[np.float64], condition: list[str] | None = None) -> NDArray[np.float64]:
        found = decode(z, condition)
        seen.append(found.shape)
        return found

    monkeypatch.setattr(imputation, "MAX_BLOCK_BYTES", 8 * 120 * 7)
    monkeypatch.setattr(model, "probabilities", watched)
    parts = impute(model, panel)
    assert len(seen) > 20
    assert max(n * m for n, m in seen) <= 7 * 120
    np.testing.assert_array_equal(parts.counts, whole.counts)
    np.testing.assert_allclose(parts.dosage, whole.dosage, atol=1e-3)
    np.testing.assert_allclose(parts.quality, whole.quality, rtol=1e-9)
    first, second = (imputed_panel(model, panel, x)[0] for x in (parts, whole))
    assert first.digest == second.digest


def test_the_panel_keeps_its_orientation_its_own_sites_and_gains_those_of_the_model() -> None:
    model, truth = linked_model(), linked_panel()
    whole = with_holes(truth)
    turned = np.arange(120) % 4 == 0
    sites = whole.sites.assign(chrom="chr1")
    sites["ref"], sites["alt"] = (
        np.where(turned, sites["alt"], sites["ref"]),
        np.where(turned, sites["ref"], sites["alt"]),
    )
    sites.loc[5, "alt"] = "A"  # another allele than the model's: unknown to it
    counts = np.where(turned & (whole.counts >= 0), 1 - whole.counts, whole.counts)
    kept = np.arange(120) % 10 != 9
    altered = Panel.create(counts, 1, whole.samples, sites).take_sites(kept)
    imputed = impute(model, altered)
    filled, dosages = imputed_panel(model, altered, imputed)
    assert filled.n_sites == 108 + 12
    assert set(filled.sites["chrom"]) == {"chr1"}
    assert filled.sites["pos"].iloc[108:].tolist() == model.sites["pos"][~kept].tolist()
    observed = altered.counts >= 0
    np.testing.assert_array_equal(filled.counts[:, :108][observed], altered.counts[observed])
    np.testing.assert_array_equal(filled.counts[:, 5], altered.counts[:, 5])
    assert np.flatnonzero(~dosages.known).tolist() == [5]
    assert dosages.imputed[:, 108:].all()
    # Filled in at a turned site: the same people, the other allele.
    expected = 1 - truth.counts[:, 4]
    lost = altered.counts[:, 4] < 0
    assert (filled.counts[lost, 4] == expected[lost]).mean() > 0.75
    both = dosages.expected[:, 4] + imputed.dosage[:, 4]
    np.testing.assert_allclose(both, 2.0, atol=2e-3)
    alone, _ = imputed_panel(model, altered, imputed, add_sites=False)
    assert alone.n_sites == 108
    assert model.digest in filled.info.steps[-1].what


def test_a_model_of_haplotypes_refuses_unphased_genotypes() -> None:
    with pytest.raises(PanelError, match="unphased"):
        impute(linked_model(), linked_panel().as_dosages())


class Impatient(Silent):
    """Cancels at once."""

    def cancelled(self) -> bool:
        return True


def test_it_stops_when_asked_to() -> None:
    with pytest.raises(Cancelled):
        impute(linked_model(), linked_panel(), Impatient())
