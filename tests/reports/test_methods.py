from __future__ import annotations

import numpy as np
import pytest

from tests.panels import HOSTILE, hostile_panel
from tests.trained import model_panel, small_model
from vaeviz.compression.table import compression_result
from vaeviz.config import SimulateConfig, TrainConfig
from vaeviz.reports.contents import BundledCohort
from vaeviz.reports.methods import methods_text, readable
from vaeviz.synthesis.generate import generate
from vaeviz.synthesis.region import Region
from vaeviz.training.loop import train_model


def test_text_tells_the_numbers_and_cites_the_paper() -> None:
    model, panel = small_model(), model_panel()
    result = compression_result(model, panel)
    text = methods_text(panel, [model], result)
    assert "210 individuals at 300 biallelic SNPs" in text
    assert "simulated" in text
    assert "168 for training, 21 for early stopping and 21 held out" in text
    assert f"{model.metrics['test_bits_per_allele']:.4f} bits per allele" in text
    assert f"{result.groups['bits_per_allele'].iloc[-1]:.4f} bits per allele" in text
    assert "doi:10.1101/gr.280086.124" in text
    assert all(note in text for note in result.notes)


TINY = {"epochs": 1, "window_sites": 100, "window_hidden": 8, "n_components": 5, "rank": 4}


@pytest.mark.parametrize(
    ("settings", "told", "not_told"),
    [
        (
            {},
            ["5 cross-fitted principal components", "geometry terms", "no labels entered"],
            ["windows", "were hidden", "mosaics"],
        ),
        ({"geometry": False}, ["variational autoencoder with 2 Gaussian"], ["geometry terms"]),
        (
            {"shape": "windowed", "bottleneck": "vq", "codebook_size": 16, "rows": "haplotype"},
            [
                "An autoencoder with",
                "vector-quantised latent dimensions",
                "trained on haplotypes",
                "a latent of its own for every one of",
                "of at most 100 sites",
                "4 bits (log2 of 16) for each of its",
            ],
            ["variational autoencoder with", "geometry terms", "principal components of"],
        ),
        (
            {"shape": "hybrid", "bottleneck": "bernoulli", "denoise": 0.2},
            ["merge into one latent", "20% of the sites were hidden", "2 bits from fair coins"],
            ["geometry terms"],
        ),
        (
            {"bottleneck": "none", "augment": "wright-fisher", "condition": "population"},
            ["32 bits for each of its 2 numbers", "mosaics", "conditioned on population"],
            ["variational autoencoder with", "geometry terms"],
        ),
    ],
)
def test_the_family_is_told_truthfully(
    settings: dict[str, object], told: list[str], not_told: list[str]
) -> None:
    model = train_model(model_panel(), TrainConfig.make(**{**TINY, **settings}))
    text = methods_text(model_panel(), [model]).split("## References")[0]
    for words in told:
        assert words in text, words
    for words in not_told:
        assert words not in text, words


def test_steps_and_citations_of_the_panel_are_told() -> None:
    panel = model_panel()
    fewer = panel.take_sites(np.arange(100), what="MAF of 0.05 or more")
    text = methods_text(fewer.with_info(citations=("Someone et al. 2020",)), [])
    assert "MAF of 0.05 or more (300 to 100 sites, 210 to 210 individuals)" in text
    assert "- Someone et al. 2020" in text


@pytest.mark.parametrize("label", HOSTILE)
def test_labels_stay_inert(label: str) -> None:
    model, panel = small_model(), model_panel()
    region = Region(label, "selection", np.arange(60))
    cohort = generate(model, panel, region, SimulateConfig(n=3))
    text = methods_text(hostile_panel(), [model], None, (BundledCohort(cohort),))
    for sign in ("![", "<img", "](http", "L" * 100, "a\tb", "\u202e"):
        assert sign not in text


def test_plain_text_is_left_alone() -> None:
    for text in ("Han et al. 2013, doi:10.1/x-1 (p. 3)", "R & D", "it's 5 %", "A_1", "Kinh, Việt"):
        assert readable(text, 100) == text
    for text in ("http://x", "www.x.y", "[a](b)", "<b>", "a&lt;b", "*x*", "`x`", "# x", "|"):
        assert readable(text, 100) != text
