from __future__ import annotations

import numpy as np
import pytest

from tests.panels import HOSTILE
from tests.trained import model_panel, small_model
from vaeviz.config import SimulateConfig
from vaeviz.data.selection import Selection
from vaeviz.errors import ConfigError, RegionError
from vaeviz.synthesis.generate import generate
from vaeviz.synthesis.generators import latent_positions
from vaeviz.synthesis.inside import RegionCheck
from vaeviz.synthesis.region import (
    Region,
    ellipsoid_region,
    path_region,
    population_region,
    selection_region,
)


@pytest.mark.parametrize("rows", ["person", "haplotype"])
def test_cohort_is_complete_labelled_and_says_synthetic(rows: str) -> None:
    model, panel = small_model(rows), model_panel()
    cohort = generate(model, panel, population_region(panel, "POP2"), SimulateConfig(n=30))
    made = cohort.panel
    assert made.n_samples == 30
    assert made.n_sites == panel.n_sites
    assert made.phased == (rows == "haplotype")
    assert made.counts.min() == 0
    assert made.info.synthetic
    assert made.info.simulated
    assert "SYNTHETIC" in made.info.name
    assert model.digest[:16] in made.info.description
    assert made.sample_ids[0] == "SYN_0001"
    assert made.samples["synthetic"].all()
    assert made.samples["population"].eq("POP2").all()
    assert made.samples["superpopulation"].isna().all()
    assert len(cohort.latent) == 30
    assert {"latent_1_mean", "latent_2_sd", "latent_1_drawn"} <= set(cohort.latent.columns)
    drawn = cohort.latent[["latent_1_drawn", "latent_2_drawn"]].to_numpy()
    np.testing.assert_array_equal(made.samples[["latent_1", "latent_2"]].to_numpy(), drawn)
    assert any("56 of them trained" in w for w in cohort.warnings)


@pytest.mark.parametrize("generator", ["global", "gaussian"])
@pytest.mark.parametrize("rows", ["person", "haplotype"])
def test_same_seed_same_bytes_in_any_blocks(rows: str, generator: str) -> None:
    model, panel = small_model(rows), model_panel()
    region = population_region(panel, "SUP1")
    config = SimulateConfig(n=25, generator=generator, seed=7)
    digests = {
        generate(model, panel, region, config, block_people=size).panel.digest
        for size in (1, 4, 32)
    }
    assert len(digests) == 1
    other = generate(model, panel, region, config.model_copy(update={"seed": 8}))
    assert other.panel.digest not in digests


def test_fewer_people_are_the_first_of_more() -> None:
    model, panel = small_model(), model_panel()
    region = population_region(panel, "SUP1")
    few, many = (generate(model, panel, region, SimulateConfig(n=n)).panel for n in (5, 20))
    np.testing.assert_array_equal(few.counts, many.counts[:5])


def test_the_same_people_selected_otherwise_give_the_same_cohort() -> None:
    """Two sessions: one circled them, one listed them, at other times and in another order."""
    model, panel = small_model(), model_panel()
    ids = [str(x) for x in panel.sample_ids[panel.labels("population") == "POP2"]]
    circled = Selection(name="corner", sample_ids=tuple(ids), rule="lasso", created="2026-11-22")
    listed = Selection(name="corner", sample_ids=tuple(ids[::-1]), rule="read from ids.txt")
    digests = {
        generate(model, panel, selection_region(panel, s), SimulateConfig(n=20)).panel.digest
        for s in (circled, listed)
    }
    assert len(digests) == 1


def test_frequencies_follow_the_decoder() -> None:
    model, panel = small_model(), model_panel()
    region = Region("one end", "population", np.arange(60))
    config = SimulateConfig(n=2000, temperature=0, reject=False)
    cohort = generate(model, panel, region, config)
    expected = model.probabilities(cohort.panel.samples[["latent_1", "latent_2"]].to_numpy())
    error = cohort.panel.counts.mean(0) / 2 - expected.mean(0)
    # Standard error of a frequency over 4,000 alleles is at most .008.
    assert np.abs(error).max() < 0.04
    assert np.sqrt((error**2).mean()) < 0.01


def test_populations_come_back_where_they_belong() -> None:
    model, panel = small_model(), model_panel()
    cohort = generate(model, panel, population_region(panel, "POP3"), SimulateConfig(n=60))
    frequency = cohort.panel.counts.mean(0) / 2
    own, other = (
        panel.as_dosages().counts[panel.labels("population") == p].mean(0) / 2
        for p in ("POP3", "POP1")
    )
    assert np.abs(frequency - own).mean() < 0.5 * np.abs(frequency - other).mean()
    assert cohort.share_inside > 0.5


def test_conditional_model_decodes_with_the_members_label() -> None:
    model, panel = small_model("person", "superpopulation"), model_panel()
    cohorts = [
        generate(model, panel, population_region(panel, label), SimulateConfig(n=60))
        for label in ("SUP1", "SUP2")
    ]
    made = [c.panel.counts.mean(0) / 2 for c in cohorts]
    real = [
        panel.as_dosages().counts[panel.labels("superpopulation") == label].mean(0) / 2
        for label in ("SUP1", "SUP2")
    ]
    for k in (0, 1):
        assert np.abs(made[k] - real[k]).mean() < np.abs(made[k] - real[1 - k]).mean()


def test_path_and_hostile_region_name() -> None:
    model, panel = small_model(), model_panel()
    cohort = generate(model, panel, path_region(panel, "POP1", "POP3"), SimulateConfig(n=15))
    assert cohort.panel.samples["population"].eq("POP1 to POP3").all()
    hostile = Region(HOSTILE[5], "selection", np.arange(60))
    made = generate(model, panel, hostile, SimulateConfig(n=3)).panel
    assert len(made.info.description) < 1_000
    assert "\n" not in made.info.name


def test_small_regions_need_a_confirmation() -> None:
    model, panel = small_model(), model_panel()
    small = Region("few", "selection", np.arange(20))
    with pytest.raises(RegionError, match="20 people"):
        generate(model, panel, small, SimulateConfig(n=3))
    cohort = generate(model, panel, small, SimulateConfig(n=30, allow_small=True))
    assert any("under 100" in w for w in cohort.warnings)
    assert any("30 people were asked for" in w for w in cohort.warnings)


def test_held_out_people_are_not_drawn_around() -> None:
    model, panel = small_model(), model_panel()
    region = population_region(panel, "SUP1")
    cohort = generate(model, panel, region, SimulateConfig(n=20))
    split = model.split_of(panel)
    assert (split[region.members] == "test").any()
    assert set(split[cohort.donors]) == {"train"}
    few = Region("few", "selection", np.flatnonzero(split == "test")[:10])
    assert generate(model, panel, few, SimulateConfig(n=3, allow_small=True)).donors.size == 10


def test_a_region_that_nobody_reaches_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    model, panel = small_model(), model_panel()
    monkeypatch.setattr(
        RegionCheck, "inside", lambda _self, encoded, _at: np.zeros(len(encoded), bool)
    )
    region = population_region(panel, "POP1")
    with pytest.raises(RegionError, match="None of 500 "):
        generate(model, panel, region, SimulateConfig(n=5_000))
    config = SimulateConfig(n=5, max_tries=4)
    with pytest.raises(RegionError, match="None of 20 "):
        generate(model, panel, region, config)
    kept = generate(model, panel, region, config.model_copy(update={"reject": False}))
    assert (kept.panel.n_samples, kept.share_inside, kept.acceptance) == (5, 0, 1)


def test_who_falls_outside_is_drawn_again_and_told() -> None:
    model, panel = small_model(), model_panel()
    positions = latent_positions(model, panel)
    centre = positions[panel.labels("population") == "POP2"].mean(0)
    region = ellipsoid_region(positions, centre, 0.5)
    config = SimulateConfig(n=40, allow_small=True, max_tries=50)
    cohort = generate(model, panel, region, config)
    assert cohort.panel.n_samples == 40
    assert cohort.share_inside == 1
    assert cohort.acceptance == 40 / cohort.n_tried < 1
    means = cohort.latent[["latent_1_mean", "latent_2_mean"]].to_numpy()
    assert (((means - centre) / np.array(region.half_axes)) ** 2 <= 1 + 1e-9).all(1).all()
    assert any("encode into the region and were kept" in w for w in cohort.warnings)
    short = generate(model, panel, region, config.model_copy(update={"max_tries": 1}))
    assert 0 < short.panel.n_samples < 40
    assert any("Only" in w for w in short.warnings)
    # Whoever was accepted at once is the same person in both.
    ids = short.panel.counts.tolist()
    assert all(row in cohort.panel.counts.tolist() for row in ids)


def test_bounds_that_hold_few_of_the_named_people_are_a_small_region() -> None:
    """A file may name many people and draw its ellipsoid around five of them."""
    model, panel = small_model(), model_panel()
    positions = latent_positions(model, panel)
    members = np.flatnonzero(panel.labels("population") == "POP2")
    away = ((positions[members] - positions[members[0]]) ** 2).sum(1)
    reach = float(np.sqrt(np.sort(away)[5])) * 0.999
    region = Region(
        *("POP2", "ellipsoid", members),
        centre=tuple(positions[members[0]]),
        half_axes=(reach, reach),
    )
    with pytest.raises(RegionError, match="rests on 5 people"):
        generate(model, panel, region, SimulateConfig(n=3, allow_small=True, max_tries=1000))


def test_a_cohort_beyond_all_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    model, panel = small_model(), model_panel()
    monkeypatch.setattr("vaeviz.synthesis.generate.default_max_bytes", lambda: 1_000_000)
    region = population_region(panel, "POP1")
    with pytest.raises(ConfigError, match="100,000 people at 300 sites"):
        generate(model, panel, region, SimulateConfig(n=100_000))
