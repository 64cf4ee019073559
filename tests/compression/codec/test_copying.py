"""The copying model: against a slow one in floating point, exact, of known cost."""

from __future__ import annotations

from dataclasses import replace

import numba
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from vaeviz.compression.codec.coder import ONE
from vaeviz.compression.codec.copying import (
    CopyingMethod,
    CopyingPredictor,
)
from vaeviz.compression.codec.copying_blocks import Blocks
from vaeviz.compression.codec.copying_fit import fit_settings
from vaeviz.compression.codec.copying_kernel import (
    ONE_SHARE,
    RATE_BITS,
    Rates,
    new_state,
    predict_all,
)
from vaeviz.compression.codec.copying_rates import (
    FACTOR_SHIFTS,
    N_CLASSES,
    N_WINDOWS,
    Settings,
    default_settings,
    from_byte,
    to_byte,
)
from vaeviz.compression.codec.copying_reference import haplotypes_at
from vaeviz.compression.codec.methods import Frame
from vaeviz.compression.codec.rows import decode_rows, encode_rows
from vaeviz.data.panel import Panel
from vaeviz.errors import CodecError

N_PEOPLE, N_SITES, SPACING_BP = 20, 150, 400


def _sites(n_sites: int, n_chromosomes: int = 2) -> pd.DataFrame:
    chrom = np.sort(np.arange(n_sites) % n_chromosomes + 1).astype(str)
    pos = 1_000 + SPACING_BP * np.arange(n_sites)
    ids = [f"s{k}" for k in range(n_sites)]
    return pd.DataFrame({"chrom": chrom, "pos": pos, "id": ids, "ref": "A", "alt": "C"})


def _panel(counts: NDArray[np.int8], prefix: str, sites: pd.DataFrame) -> Panel:
    people = [f"{prefix}{k}" for k in range(len(counts) // 2)]
    groups = ["north" if k % 2 else "south" for k in range(len(people))]
    samples = pd.DataFrame({"sample": people, "superpopulation": groups})
    return Panel.create(counts, 1, samples, sites)


def _founders(rng: np.random.Generator, n_rows: int, n_sites: int) -> NDArray[np.int8]:
    """Haplotypes with sites from singletons to common ones, none of them constant."""
    alleles = (rng.random((n_rows, n_sites)) < rng.uniform(0.02, 0.6, n_sites)).astype(np.int8)
    alleles[rng.integers(n_rows, size=n_sites), np.arange(n_sites)] = 1
    return alleles


def _mosaics(
    rng: np.random.Generator, founders: NDArray[np.int8], n_rows: int, switch: float
) -> NDArray[np.int8]:
    n_founders, n_sites = founders.shape
    rows = np.empty((n_rows, n_sites), np.int8)
    for row in rows:
        source = rng.integers(n_founders)
        for site in range(n_sites):
            if rng.random() < switch:
                source = rng.integers(n_founders)
            row[site] = founders[source, site]
    return rows


@pytest.fixture(name="reference")
def _reference() -> Panel:
    rng = np.random.default_rng(1)
    return _panel(_founders(rng, 2 * N_PEOPLE, N_SITES), "ref", _sites(N_SITES))


@pytest.fixture(name="target")
def _target(reference: Panel) -> Panel:
    rng = np.random.default_rng(2)
    counts = _mosaics(rng, reference.counts, 14, 0.03)
    counts[rng.random(counts.shape) < 0.01] ^= 1
    return _panel(counts, "new", reference.sites)


def _slow(alleles: NDArray[np.uint8], rates: Rates, row: NDArray[np.int8]) -> NDArray[np.float64]:
    """Li and Stephens over all haplotypes in floating point: ALT probability at every site."""
    n_sites, n = alleles.shape
    p = np.empty(n_sites)
    mass = np.full(n, 1 / n)
    for site in range(n_sites):
        if rates.jump[site] < 0:
            mass[:] = 1 / n
        else:
            odds = rates.jump[site] / (1 << RATE_BITS)
            mass = (mass + odds / n) / (1 + odds)
        gain, loss = rates.gain[site] / ONE, rates.loss[site] / ONE
        reads_alt = np.where(alleles[site] == 1, 1 - loss, gain)
        p[site] = (mass * reads_alt).sum()
        if row[site] >= 0:
            mass = mass * (reads_alt if row[site] == 1 else 1 - reads_alt)
            mass /= mass.sum()
    return p


def _predictions(blocks: Blocks, rates: Rates, counts: NDArray[np.int8]) -> NDArray[np.int32]:
    return predict_all(new_state(len(counts), blocks), blocks, rates, counts)


def test_agrees_with_slow_model_over_all_haplotypes(reference: Panel, target: Panel) -> None:
    haplotypes = haplotypes_at(reference, target.sites)
    # Jumps to all haplotypes alike, as the slow model has them.
    rates = haplotypes.rates(default_settings())._replace(spread=ONE_SHARE)
    counts = target.counts.copy()
    counts[0, 10:30] = -1
    found = _predictions(haplotypes.blocks, rates, counts) / ONE
    for row, p in zip(counts, found, strict=True):
        np.testing.assert_allclose(p, _slow(haplotypes.alleles, rates, row), rtol=2e-3, atol=2e-6)


def test_site_by_site_is_all_at_once(reference: Panel, target: Panel) -> None:
    haplotypes = haplotypes_at(reference, target.sites)
    rates = haplotypes.rates(default_settings())
    blocks = haplotypes.blocks
    assert len(blocks.n_groups) > 2
    predictor = CopyingPredictor(blocks, rates, target.n_rows)
    p = []
    for column in target.counts.T:
        p.append(predictor.predict())
        predictor.update(column)
    np.testing.assert_array_equal(np.array(p).T, _predictions(blocks, rates, target.counts))


def test_rows_do_not_depend_on_company_or_threads(reference: Panel, target: Panel) -> None:
    haplotypes = haplotypes_at(reference, target.sites)
    rates = haplotypes.rates(default_settings())
    blocks = haplotypes.blocks
    together = _predictions(blocks, rates, target.counts)
    alone = _predictions(blocks, rates, target.counts[3:4])
    np.testing.assert_array_equal(alone[0], together[3])
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    single = _predictions(blocks, rates, target.counts)
    numba.set_num_threads(threads)
    np.testing.assert_array_equal(single, together)


def test_blocks_describe_reference(reference: Panel) -> None:
    haplotypes = haplotypes_at(reference, reference.sites)
    blocks = haplotypes.blocks
    for block in range(len(blocks.n_groups)):
        group = blocks.class_group[blocks.class_starts[block] + blocks.label[block]]
        for site in range(blocks.starts[block], blocks.starts[block + 1]):
            alt = blocks.alt_groups[blocks.alt_starts[site] : blocks.alt_starts[site + 1]]
            np.testing.assert_array_equal(np.isin(group, alt), haplotypes.alleles[site] == 1)


@pytest.mark.parametrize("tuned", [True, False])
def test_decodes_exactly(reference: Panel, target: Panel, tuned: bool) -> None:
    rng = np.random.default_rng(3)
    tune = _panel(_mosaics(rng, reference.counts, 8, 0.03), "tune", reference.sites)
    method = CopyingMethod(reference, tune if tuned else None)
    parts, predictor = method.for_encoding(target)
    data = encode_rows(target.counts, 1, predictor)
    again = CopyingMethod(reference).for_decoding(parts, Frame.of(target))
    back = decode_rows(data, 1, None, target.counts.shape, again)
    np.testing.assert_array_equal(back, target.counts)
    assert sum(map(len, parts.values())) < 60


def test_missing_swapped_and_absent_sites_decode(reference: Panel, target: Panel) -> None:
    sites = reference.sites.copy()
    sites.loc[:9, ["ref", "alt"]] = ["C", "A"]
    counts = reference.counts.copy()
    counts[:, :10] = 1 - counts[:, :10]
    counts[0, 20:40] = -1
    thin = np.arange(N_SITES) % 3 > 0
    thinned = _panel(counts[:, thin], "ref", sites[thin].reset_index(drop=True))
    rows = target.counts.copy()
    rows[2, 50:90] = -1
    panel = _panel(rows, "new", target.sites)
    method = CopyingMethod(thinned)
    parts, predictor = method.for_encoding(panel)
    data = encode_rows(rows, 1, predictor)
    again = method.for_decoding(parts, Frame.of(panel))
    np.testing.assert_array_equal(decode_rows(data, 1, rows < 0, rows.shape, again), rows)


def test_swapped_reference_predicts_the_same(reference: Panel, target: Panel) -> None:
    sites = reference.sites.assign(ref="C", alt="A")
    swapped = _panel(1 - reference.counts, "ref", sites)
    expected = haplotypes_at(reference, target.sites)
    np.testing.assert_array_equal(haplotypes_at(swapped, target.sites).alleles, expected.alleles)


def test_mosaic_costs_the_choice_of_a_haplotype_a_switch() -> None:
    """A switch every 100 sites among 64 haplotypes: log2(64) bits, and log2(100) to say where."""
    rng = np.random.default_rng(4)
    n_sites, n_people, switch = 2_000, 32, 0.01
    sites = _sites(n_sites, 1)
    founders = _founders(rng, 2 * n_people, n_sites)
    founders = (rng.random(founders.shape) < 0.5).astype(np.int8)
    target = _panel(_mosaics(rng, founders, 10, switch), "new", sites)
    tune = _panel(_mosaics(rng, founders, 10, switch), "tune", sites)
    _, predictor = CopyingMethod(_panel(founders, "ref", sites), tune).for_encoding(target)
    bits = 8 * len(encode_rows(target.counts, 1, predictor))
    rate = switch * (1 - 1 / (2 * n_people))
    entropy = -rate * np.log2(rate) - (1 - rate) * np.log2(1 - rate)
    ideal = target.counts.size * (entropy + rate * np.log2(2 * n_people))
    assert 0.85 * ideal < bits < 1.15 * ideal


def test_relatives_of_one_group_cost_less_when_groups_are_known() -> None:
    rng = np.random.default_rng(5)
    sites = _sites(1_000, 1)
    founders = (rng.random((80, 1_000)) < 0.5).astype(np.int8)
    known = _panel(founders, "ref", sites)
    unknown = Panel.create(founders, 1, known.samples[["sample"]], sites)
    north = np.repeat(known.labels("superpopulation") == "north", 2)
    target = _panel(_mosaics(rng, founders[north], 10, 0.02), "new", sites)
    tune = _panel(_mosaics(rng, founders[north], 10, 0.02), "tune", sites)

    def size(reference: Panel) -> int:
        _, predictor = CopyingMethod(reference, tune).for_encoding(target)
        return len(encode_rows(target.counts, 1, predictor))

    assert size(known) < 0.97 * size(unknown)


def test_unphased_is_refused(reference: Panel, target: Panel) -> None:
    with pytest.raises(CodecError, match="reference is unphased"):
        CopyingMethod(reference.as_dosages())
    with pytest.raises(CodecError, match="panel is unphased"):
        CopyingMethod(reference).for_encoding(target.as_dosages())


def test_parts_that_do_not_fit_are_refused(reference: Panel, target: Panel) -> None:
    method = CopyingMethod(reference)
    parts, _ = method.for_encoding(target)
    frame = Frame.of(target)
    with pytest.raises(CodecError, match="parts"):
        method.for_decoding({}, frame)
    with pytest.raises(CodecError, match="bytes long"):
        method.for_decoding({"copying": parts["copying"][:-1]}, frame)
    thin = _panel(reference.counts[:, 1:], "ref", reference.sites[1:].reset_index(drop=True))
    with pytest.raises(CodecError, match="parts"):
        CopyingMethod(thin).for_decoding(parts, frame)


def test_any_bytes_are_settings_that_code(reference: Panel, target: Panel) -> None:
    """Damaged settings decode to something wrong, which the sum of the file tells."""
    haplotypes = haplotypes_at(reference, target.sites)
    classes = haplotypes.classes
    size = len(default_settings().to_bytes(classes))
    for fill in (0, 127, 255):
        settings = Settings.from_bytes(bytes([fill]) * size, classes)
        rates = haplotypes.rates(settings)
        p = _predictions(haplotypes.blocks, rates, target.counts)
        assert p.min() > 0
        assert p.max() < ONE


def test_settings_come_back() -> None:
    windows = tuple(k % len(FACTOR_SHIFTS) for k in range(N_WINDOWS))
    settings = replace(default_settings(), jump=7, windows=windows)
    classes = np.arange(N_CLASSES)
    assert Settings.from_bytes(settings.to_bytes(classes), classes) == settings


def test_hot_and_cold_pieces_are_found() -> None:
    """Jumps in the last quarter of the sites only: its pieces get higher rates than the rest."""
    rng = np.random.default_rng(6)
    sites = _sites(1_600, 1)
    founders = (rng.random((60, 1_600)) < 0.5).astype(np.int8)
    rows = np.hstack(
        [_mosaics(rng, founders[:, :1_200], 40, 0.0), _mosaics(rng, founders[:, 1_200:], 40, 0.05)]
    )
    haplotypes = haplotypes_at(_panel(founders, "ref", sites), sites)
    windows = fit_settings(haplotypes, _panel(rows, "tune", sites)).windows
    assert np.mean(windows[50:63]) > np.mean(windows[:47]) + 1


def test_byte_scale_rises_and_comes_back() -> None:
    scale = [from_byte(code) for code in range(256)]
    assert scale == sorted(set(scale))
    assert [to_byte(value) for value in scale] == list(range(256))
