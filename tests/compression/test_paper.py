from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vaeviz.compression.paper import count_runs, latent_bits, paper_factor, residuals
from vaeviz.config import ModelConfig


def test_haplotype_residual_marks_wrong_thresholded_sites_and_no_missing() -> None:
    counts = np.array([[0, 1, 1, 0, -1]], np.int8)
    probability = np.array([[0.1, 0.9, 0.2, 0.8, 0.9]])
    assert residuals(counts, probability, 1).tolist() == [[0, 0, 1, 1, 0]]


def test_dosage_residual_is_signed_and_clips_probabilities() -> None:
    counts = np.array([[0, 2, 1, 2, -1, 0]], np.int8)
    probability = np.array([[1.2, -0.1, 0.5, 0.5, 0.5, 0.2]])
    assert residuals(counts, probability, 2).tolist() == [[-2, 2, 0, 1, 0, 0]]


@given(
    arrays(np.int8, st.tuples(st.integers(1, 4), st.integers(1, 30)), elements=st.integers(-2, 2))
)
def test_runs_equal_those_of_a_run_length_code(residual: np.ndarray) -> None:
    expected = [len(list(groupby(row.tolist()))) for row in residual]
    assert count_runs(residual).tolist() == expected


@pytest.mark.parametrize(
    ("settings", "bits"),
    [
        ({}, 32 * 4),
        ({"bottleneck": "none"}, 32 * 4),
        ({"bottleneck": "bernoulli"}, 4),
        ({"bottleneck": "vq", "codebook_size": 16, "codebook_heads": 2}, 2 * 4),
        (
            {"bottleneck": "vq", "codebook_size": 16, "shape": "windowed", "windows": (0, 10, 20)},
            3 * 4,
        ),
    ],
)
def test_a_latent_is_sent_as_numbers_bits_or_codes(
    settings: dict[str, object], bits: float
) -> None:
    assert latent_bits(ModelConfig.make(n_sites=30, n_latent=4, **settings)) == bits


def test_factor_is_the_papers() -> None:
    # 10,000 bits / (32 x 64 + 16 x 178.4): VAE 64 of EUR in Table 1 has x 2.04.
    assert paper_factor(10_000, 1, 32 * 64, 178.4) == pytest.approx(10_000 / (2048 + 2854.4))
    assert paper_factor(10_000, 2, 32 * 64, 178.4) == pytest.approx(20_000 / (2048 + 2854.4))
