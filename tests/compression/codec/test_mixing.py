"""Mixing: exact, learning what is right, and better than copying where copies are imperfect."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from vaeviz.compression.codec.coder import ONE
from vaeviz.compression.codec.copying import CopyingMethod
from vaeviz.compression.codec.methods import Frame
from vaeviz.compression.codec.mixing import MixMethod, MixPredictor
from vaeviz.compression.codec.mixing_kernel import WEIGHT_BITS, learn_site, mix_site, new_mixer
from vaeviz.compression.codec.rows import decode_rows, encode_rows
from vaeviz.data.panel import Panel
from vaeviz.errors import CodecError

N_SITES = 300


def _sites(n_sites: int) -> pd.DataFrame:
    pos = 1_000 + 300 * np.arange(n_sites)
    ids = [f"s{k}" for k in range(n_sites)]
    return pd.DataFrame({"chrom": "1", "pos": pos, "id": ids, "ref": "A", "alt": "C"})


def _panel(counts: NDArray[np.int8], prefix: str) -> Panel:
    samples = pd.DataFrame({"sample": [f"{prefix}{k}" for k in range(len(counts) // 2)]})
    return Panel.create(counts, 1, samples, _sites(counts.shape[1]))


def _family(rng: np.random.Generator, n_rows: int, founders: NDArray[np.int8]) -> NDArray[np.int8]:
    """Rows that copy founders, jump every 50 sites and err at every hundredth."""
    rows = np.empty((n_rows, founders.shape[1]), np.int8)
    for row in rows:
        source = rng.integers(len(founders))
        for site in range(len(row)):
            if rng.random() < 0.02:
                source = rng.integers(len(founders))
            row[site] = founders[source, site]
    return rows ^ (rng.random(rows.shape) < 0.01)


@pytest.fixture(name="people")
def _people() -> dict[str, Panel]:
    rng = np.random.default_rng(1)
    founders = (rng.random((12, N_SITES)) < rng.uniform(0.05, 0.5, N_SITES)).astype(np.int8)
    return {
        name: _panel(_family(rng, n, founders), name)
        for name, n in (("reference", 160), ("tune", 24), ("target", 30))
    }


class _Oracle:
    """Knows the alleles of the rows it was made for, and says so with little doubt."""

    def __init__(self, rows: NDArray[np.int8]) -> None:
        self._columns = iter(rows.T)

    def predict(self) -> NDArray[np.int32]:
        return np.where(next(self._columns) == 1, ONE - ONE // 64, ONE // 64).astype(np.int32)

    def update(self, counts: NDArray[np.int8]) -> None:
        pass


class _Even:
    """Knows nothing."""

    def __init__(self, n_rows: int) -> None:
        self._p = np.full(n_rows, ONE // 2, np.int32)

    def predict(self) -> NDArray[np.int32]:
        return self._p

    def update(self, counts: NDArray[np.int8]) -> None:
        pass


def _bits(predictor: MixPredictor, rows: NDArray[np.int8]) -> NDArray[np.float64]:
    bits = []
    for column in rows.T:
        p = predictor.predict() / ONE
        bits.append(-np.log2(np.where(column == 1, p, 1 - p)).mean())
        predictor.update(column)
    return np.array(bits)


def test_fresh_mixer_repeats_its_first_input() -> None:
    inputs = np.array([[300, -900, 256], [-3_000, 20, 256]], np.int32)
    np.testing.assert_array_equal(mix_site(new_mixer(2, 3, 1), inputs, 0), inputs[:, 0])


def test_mixer_learns_whom_to_trust() -> None:
    rng = np.random.default_rng(2)
    rows = rng.integers(0, 2, (40, 400)).astype(np.int8)
    predictors = [_Even(40), _Oracle(rows)]
    bits = _bits(MixPredictor(predictors, np.zeros(400, np.int64), 40), rows)
    assert bits[0] == pytest.approx(1.0, abs=0.01)
    assert bits[-50:].mean() < 0.1


def test_learning_is_the_same_in_any_order_of_rows() -> None:
    rng = np.random.default_rng(3)
    inputs = rng.integers(-3_000, 3_000, (50, 3)).astype(np.int32)
    counts = rng.integers(-1, 2, 50).astype(np.int8)
    p = rng.integers(1, ONE, 50).astype(np.int32)
    one, other = new_mixer(50, 3, 1), new_mixer(50, 3, 1)
    order = rng.permutation(50)
    learn_site(one, inputs, 0, p, counts, 60)
    learn_site(other, inputs[order], 0, p[order], counts[order], 60)
    for name in ("by_row", "by_pair", "by_class"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_array_equal(one.surprise[order], other.surprise)
    assert (one.by_class != 0).any()


def test_missing_alleles_teach_nothing() -> None:
    mixer = new_mixer(2, 3, 1)
    inputs = np.full((2, 3), 500, np.int32)
    learn_site(mixer, inputs, 0, np.full(2, ONE // 3, np.int32), np.full(2, -1, np.int8), 60)
    assert (mixer.by_row[:, 0] == 1 << WEIGHT_BITS).all()
    assert not mixer.by_class.any()
    assert not mixer.surprise.any()


@pytest.mark.parametrize("tuned", [True, False])
def test_decodes_exactly_with_missing_alleles(people: dict[str, Panel], tuned: bool) -> None:
    counts = people["target"].counts.copy()
    counts[np.random.default_rng(4).random(counts.shape) < 0.1] = -1
    target = _panel(counts, "target")
    tune = people["tune"] if tuned else None
    parts, predictor = MixMethod(people["reference"], tune).for_encoding(target)
    data = encode_rows(counts, 1, predictor)
    again = MixMethod(people["reference"]).for_decoding(parts, Frame.of(target))
    back = decode_rows(data, 1, counts < 0, counts.shape, again)
    np.testing.assert_array_equal(back, counts)


def test_beats_copying_where_copies_err(people: dict[str, Panel]) -> None:
    target = people["target"]
    sizes = []
    for method in (
        CopyingMethod(people["reference"], people["tune"]),
        MixMethod(people["reference"], people["tune"]),
    ):
        _, predictor = method.for_encoding(target)
        sizes.append(len(encode_rows(target.counts, 1, predictor)))
    assert sizes[1] < sizes[0]
    assert MixMethod(people["reference"], people["tune"]).wins
    assert MixMethod(people["reference"]).wins


def test_small_reference_is_not_divided() -> None:
    rng = np.random.default_rng(5)
    reference = _panel(rng.integers(0, 2, (8, 40)).astype(np.int8), "ref")
    target = _panel(rng.integers(0, 2, (4, 40)).astype(np.int8), "new")
    method = MixMethod(reference)
    assert not method.wins
    parts, predictor = method.for_encoding(target)
    data = encode_rows(target.counts, 1, predictor)
    again = method.for_decoding(parts, Frame.of(target))
    back = decode_rows(data, 1, None, target.counts.shape, again)
    np.testing.assert_array_equal(back, target.counts)


def test_unphased_is_refused(people: dict[str, Panel]) -> None:
    method = MixMethod(people["reference"])
    with pytest.raises(CodecError, match="panel is unphased"):
        method.for_encoding(people["target"].as_dosages())
