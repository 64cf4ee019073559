"""Held-out figures of a fresh model, beside training frequencies and PCA of the same size."""

from __future__ import annotations

import numpy as np

from vaeviz.training.bits import best_clip, binomial_bits, observed_alleles
from vaeviz.training.model import TrainedModel
from vaeviz.training.prepare import Prepared
from vaeviz.training.split import PARTS, TEST, VALIDATION

N_BOOTSTRAP = 400


def held_out_metrics(model: TrainedModel, prepared: Prepared) -> dict[str, float | int]:
    """Bits per allele on the test people, the gain over training frequencies, and PCA's figure.

    The gain's interval is a 95 % percentile bootstrap over test people. PCA is given its
    scores for free (`test_bits_per_allele_pca` counts no score bits).
    """
    rows = prepared.rows[TEST]
    counts = prepared.panel.counts[rows]
    ploidy = prepared.panel.ploidy
    terms = model.row_terms(prepared.panel.take_samples(np.flatnonzero(prepared.parts == TEST)))
    alleles = np.maximum(observed_alleles(counts, ploidy), 1)
    bits = terms.bits_per_allele() * alleles
    frequency_bits = binomial_bits(counts, prepared.frequencies, ploidy)
    low, high = _gain_interval(frequency_bits - bits, alleles, prepared.panel.rows_per_sample)
    total = alleles.sum()
    return {
        **{f"n_{part}": int((prepared.parts == part).sum()) for part in PARTS},
        "test_bits_per_allele": float(bits.sum() / total),
        "test_bits_per_allele_frequencies": float(frequency_bits.sum() / total),
        "test_bits_per_allele_pca": float(_pca_bits(model, prepared).sum() / total),
        "test_gain_bits_per_allele": float((frequency_bits - bits).sum() / total),
        "test_gain_low": low,
        "test_gain_high": high,
    }


def _gain_interval(
    gain: np.ndarray, alleles: np.ndarray, rows_per_sample: int
) -> tuple[float, float]:
    gain = gain.reshape(-1, rows_per_sample).sum(1)
    alleles = alleles.reshape(-1, rows_per_sample).sum(1)
    rng = np.random.default_rng(0)
    draw = rng.integers(0, len(gain), (N_BOOTSTRAP, len(gain)))
    low, high = np.quantile(gain[draw].sum(1) / alleles[draw].sum(1), [0.025, 0.975])
    return float(low), float(high)


def _pca_bits(model: TrainedModel, prepared: Prepared) -> np.ndarray:
    counts, ploidy = prepared.panel.counts, prepared.panel.ploidy
    k = min(model.config.n_codes, prepared.components.n_components)

    def reconstruct(part: str) -> np.ndarray:
        scores = prepared.components.scores(counts[prepared.rows[part]])[:, :k]
        return prepared.components.frequencies(scores, ploidy)

    clip = best_clip(counts[prepared.rows[VALIDATION]], reconstruct(VALIDATION), ploidy)
    frequency = np.clip(reconstruct(TEST), clip, 1 - clip).astype(np.float64)
    return binomial_bits(counts[prepared.rows[TEST]], frequency, ploidy)
