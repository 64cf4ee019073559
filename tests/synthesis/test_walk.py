from __future__ import annotations

import numpy as np
import pytest

from tests.panels import random_panel
from tests.synthesis.sequence import sequence_map, sequence_model, sequence_panel
from vaeviz.config import Generator, SimulateConfig
from vaeviz.errors import ModelError
from vaeviz.synthesis.draw import Candidate, person_generator
from vaeviz.synthesis.generate import generate
from vaeviz.synthesis.generators import GENERATORS, check_fits, default_generator
from vaeviz.synthesis.region import mixture_region, path_region, population_region
from vaeviz.synthesis.walk import WalkDrawer
from vaeviz.training.model import TrainedModel

PHASED: tuple[Generator, ...] = ("neighbour-walk", "autoregressive", "mosaic")


def model_for(generator: Generator) -> TrainedModel:
    if GENERATORS[generator].needs == "map":
        return sequence_map()
    return sequence_model(generator == "autoregressive")


@pytest.mark.parametrize("generator", list(GENERATORS))
def test_same_seed_same_bytes_in_any_blocks(generator: Generator) -> None:
    panel = sequence_panel()
    region = population_region(panel, "POP1")
    config = SimulateConfig(n=25, generator=generator, seed=7)
    model = model_for(generator)
    digests = {
        generate(model, panel, region, config, sequence_map(), block_people=size).panel.digest
        for size in (1, 7, 32)
    }
    assert len(digests) == 1
    other = config.model_copy(update={"seed": 8})
    assert generate(model, panel, region, other, sequence_map()).panel.digest not in digests


@pytest.mark.parametrize("generator", PHASED)
def test_frequencies_and_linkage_are_those_of_the_donors(generator: Generator) -> None:
    panel = sequence_panel()
    region = population_region(panel, "POP1")
    cohort = generate(
        model_for(generator), panel, region, SimulateConfig(n=300, generator=generator)
    )
    made, real = cohort.panel.counts, panel.counts[panel.row_index(cohort.donors)]
    assert cohort.panel.phased
    assert cohort.panel.info.synthetic
    assert made.min() == 0
    expected = real.mean(0)
    if generator == "neighbour-walk":  # what the decoder makes of the donors, each as often
        donors = panel.take_samples(cohort.donors)
        expected = sequence_model().probabilities(sequence_model().encode(donors).mean).mean(0)
    error = np.sqrt(((made.mean(0) - expected) ** 2).mean())
    # A frequency over 600 alleles has a standard error of .02; the small decoder adds its own.
    assert error < (0.15 if generator == "autoregressive" else 0.035)
    if generator != "autoregressive":  # whose small model has not learned it
        assert linkage(made, real) > (0.9 if generator == "mosaic" else 0.25) * linkage(real, real)


def linkage(counts: np.ndarray, real: np.ndarray) -> float:
    """Mean r2 between neighbouring sites that are common in `real`."""
    frequency = real.mean(0)
    common = np.flatnonzero((np.minimum(frequency, 1 - frequency) > 0.2)[:-1])
    common = common[np.minimum(frequency, 1 - frequency)[common + 1] > 0.2]
    return float(np.mean([np.corrcoef(counts[:, a], counts[:, a + 1])[0, 1] ** 2 for a in common]))


def test_walks_visit_all_donors_equally_in_every_window() -> None:
    panel, model = sequence_panel(), sequence_model()
    region = population_region(panel, "POP1")
    drawer = WalkDrawer(model, panel, region, SimulateConfig(n=75))
    donors = drawer.parts[0]
    n = len(donors.rows)
    rng = np.random.default_rng(0)
    steps = rng.random((model.config.n_windows - 1, 100 * n))
    path = donors.walk(np.tile(np.arange(n), 100), steps, steps < 0)
    for window in path:
        visits = np.bincount(window, minlength=n)
        assert visits.min() > 50
        assert visits.max() < 150
    # Walkers of a cohort as large as its donors start at each of them once.
    candidates = [(person, 0) for person in range(n // 2)]
    assert sorted(drawer._starts(0, candidates)) == list(range(n))


def test_without_hops_a_haplotype_follows_one_donor() -> None:
    panel, model = sequence_panel(), sequence_model()
    drawer = WalkDrawer(model, panel, population_region(panel, "POP1"), SimulateConfig(hop=0))
    donors = drawer.parts[0]
    uniform = np.random.default_rng(0).random((model.config.n_windows - 1, 20))
    path = donors.walk(np.arange(20), uniform, uniform >= 0)
    assert (path == np.arange(20)).all()


def test_codes_scatter_around_those_near_the_donor_as_far_as_the_temperature_says() -> None:
    panel, model = sequence_panel(), sequence_model()
    region = population_region(panel, "POP1")
    drawers = [WalkDrawer(model, panel, region, SimulateConfig(temperature=t)) for t in (0, 1, 2)]
    candidates = [Candidate(person, 0) for person in range(30)]
    centre, own, wide = (
        drawer._latents(candidates, [person_generator(1, *candidate) for candidate in candidates])[
            0
        ]
        for drawer in drawers
    )
    # Without temperature a code is the centre around its donor, which the walk takes.
    donors = drawers[0].parts[0]
    at = drawers[0]._starts(0, candidates)
    first = donors.neighbourhoods[0].centre[at]
    np.testing.assert_allclose(centre[:, : model.config.n_latent], first)
    np.testing.assert_allclose(wide - centre, 2 * (own - centre), atol=1e-5)
    assert np.abs(own - centre).mean() > 0.01


def test_a_mixture_has_its_shares_and_keeps_the_truth() -> None:
    panel = sequence_panel()
    region = mixture_region(panel, {"POP1": 3, "POP2": 1})
    assert region.name == "75% POP1 + 25% POP2"
    for generator in PHASED:
        config = SimulateConfig(n=200, generator=generator, generations_since=500)
        cohort = generate(model_for(generator), panel, region, config)
        truth = cohort.local_ancestry
        assert truth is not None
        assert truth.shape == cohort.panel.counts.shape
        assert (truth == 1).mean() == pytest.approx(0.25, abs=0.06)
        if generator == "autoregressive":  # whose small model has not learned what comes next
            continue
        # Where the truth says POP2, alleles are those of POP2.
        real = [panel.counts[panel.row_index(part.members)].mean(0) for part in region.parts]
        for k in (0, 1):
            made = np.ma.masked_array(cohort.panel.counts, truth != k).mean(0)
            errors = [np.abs(made - frequency).mean() for frequency in real]
            assert int(np.argmin(errors)) == k


def test_a_path_goes_from_end_to_end() -> None:
    panel = sequence_panel()
    region = path_region(panel, "POP1", "POP2")
    config = SimulateConfig(n=60, generations_since=500)
    cohort = generate(sequence_model(), panel, region, config)
    assert cohort.local_ancestry is not None
    by_person = cohort.local_ancestry.reshape(60, -1).mean(1)
    assert by_person[0] == 0
    assert by_person[-1] == 1
    assert np.corrcoef(by_person, np.arange(60))[0, 1] > 0.7


def test_held_out_people_lend_no_haplotype() -> None:
    panel = sequence_panel()
    model = sequence_model()
    cohort = generate(
        model, panel, population_region(panel, "POP1"), SimulateConfig(n=40, generator="mosaic")
    )
    assert set(model.split_of(panel)[cohort.donors]) == {"train"}
    donors = panel.counts[panel.row_index(cohort.donors)]
    # Every stretch of three sites of a mosaic is in a donor, unless a crossover falls between.
    for start in (0, 50, 100):
        known = {tuple(row) for row in donors[:, start : start + 3]}
        assert {tuple(row) for row in cohort.panel.counts[:, start : start + 3]} <= known


def test_the_map_checks_who_the_sequence_model_drew() -> None:
    panel = sequence_panel()
    region = population_region(panel, "POP1")
    checked = generate(sequence_model(), panel, region, SimulateConfig(n=30), sequence_map())
    assert checked.share_inside == 1
    assert 0 < checked.acceptance <= 1
    assert "latent_1_mean" in checked.latent
    assert not any("No map" in w for w in checked.warnings)
    free = generate(sequence_model(), panel, region, SimulateConfig(n=30))
    assert np.isnan(free.share_inside)
    assert any("No map" in w for w in free.warnings)
    with pytest.raises(ModelError, match="sequence model was given"):
        generate(sequence_model(), panel, region, SimulateConfig(n=3), sequence_model())


@pytest.mark.parametrize(
    ("generator", "autoregressive", "hint"),
    [
        ("autoregressive", False, "--purpose sequence --autoregressive"),
        ("neighbour-walk", True, "--purpose sequence -o"),
        ("gaussian", False, "--purpose map"),
        ("global", True, "--purpose map"),
    ],
)
def test_a_model_of_another_shape_is_refused_with_the_command(
    generator: Generator, autoregressive: bool, hint: str
) -> None:
    panel = sequence_panel()
    with pytest.raises(ModelError, match=generator) as error:
        check_fits(generator, sequence_model(autoregressive), panel)
    assert hint in error.value.hint
    assert "vaeviz train" in error.value.hint


def test_unphased_panels_are_for_the_map() -> None:
    panel = random_panel(phased=False)
    assert default_generator(panel) == "global"
    assert default_generator(sequence_panel()) == "neighbour-walk"
    for generator in PHASED:
        with pytest.raises(ModelError, match="unphased") as error:
            check_fits(generator, sequence_map(), panel)
        assert "global" in error.value.hint


def test_a_conditional_sequence_model_decodes_with_the_donors_label() -> None:
    panel = sequence_panel()
    model = sequence_model(condition="population")
    cohort = generate(model, panel, population_region(panel, "POP2"), SimulateConfig(n=100))
    made = cohort.panel.counts.mean(0)
    own, other = (panel.counts[panel.row_index(i)].mean(0) for i in (range(75, 150), range(75)))
    assert np.abs(made - own).mean() < 0.5 * np.abs(made - other).mean()
