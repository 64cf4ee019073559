from __future__ import annotations

import contextlib
import dataclasses
from functools import cache

import numpy as np
import pytest
import torch

from tests.panels import linked_panel
from tests.trained import model_panel
from vaeviz.compression.codec.autoencoder import AutoencoderMethod
from vaeviz.compression.codec.coder import ONE
from vaeviz.compression.codec.methods import Frame, Parts
from vaeviz.compression.codec.rows import decode_rows, encode_rows
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.errors import CodecError, PanelError
from vaeviz.training.loop import train_model
from vaeviz.training.model import TrainedModel, load_model

SMALL: dict[str, object] = {
    "hidden": (16,),
    "n_components": 8,
    "rank": 8,
    "window_hidden": 12,
    "window_sites": 40,
    "epochs": 20,
    "batch_size": 64,
    "learning_rate": 1e-2,
    "geometry": False,
}
KINDS: dict[str, dict[str, object]] = {
    "map": {},
    "conditional map": {"condition": "population"},
    "hybrid": {"shape": "hybrid"},
    "haplotypes": {"rows": "haplotype", "n_latent": 4},
    "windowed": {"rows": "haplotype", "shape": "windowed", "n_latent": 3},
    "shared windows": {"rows": "haplotype", "shape": "windowed", "shared_windows": True},
    "conditional windows": {"shape": "windowed", "condition": "population"},
    "autoregressive": {"rows": "haplotype", "shape": "windowed", "autoregressive": True},
    "autoregressive persons": {"shape": "windowed", "autoregressive": True},
}


@cache
def model_of(kind: str, epochs: int = 20) -> TrainedModel:
    """A model of each kind, trained on `linked_panel` (`model_panel` where labels count)."""
    panel = model_panel() if "conditional" in kind else linked_panel()
    return train_model(panel, TrainConfig.make(**{**SMALL, **KINDS[kind], "epochs": epochs}))


def panel_of(kind: str) -> Panel:
    """Test people of the model's panel."""
    panel = model_panel() if "conditional" in kind else linked_panel()
    return panel.take_samples(np.flatnonzero(model_of(kind).split_of(panel) == "test"))


def coded(model: TrainedModel, panel: Panel) -> tuple[Parts, bytes]:
    parts, predictor = AutoencoderMethod(model).for_encoding(panel)
    return parts, encode_rows(panel.counts, panel.ploidy, predictor)


def decoded(model: TrainedModel, panel: Panel, parts: Parts, data: bytes) -> np.ndarray:
    predictor = AutoencoderMethod(model).for_decoding(parts, Frame.of(panel))
    missing = panel.counts < 0
    return decode_rows(data, panel.ploidy, missing, panel.counts.shape, predictor)


def round_trip(model: TrainedModel, panel: Panel) -> int:
    """Bytes of the coded panel, which decodes to the same."""
    parts, data = coded(model, panel)
    np.testing.assert_array_equal(decoded(model, panel, parts, data), panel.counts)
    return len(data) + sum(map(len, parts.values()))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_model_codes_exactly(kind: str) -> None:
    round_trip(model_of(kind), panel_of(kind))


@pytest.mark.parametrize("kind", ["map", "hybrid", "conditional map"])
def test_dosages_are_coded_exactly(kind: str) -> None:
    round_trip(model_of(kind), panel_of(kind).as_dosages())


def test_haplotypes_are_not_made_of_dosages() -> None:
    with pytest.raises(PanelError, match="phased"):
        AutoencoderMethod(model_of("windowed")).for_encoding(panel_of("windowed").as_dosages())


@pytest.mark.parametrize("kind", KINDS)
def test_whole_numbers_say_what_the_network_says(kind: str) -> None:
    """Probabilities of the first site of every block, where no context has been met."""
    model, panel = model_of(kind), panel_of(kind)
    _, predictor = AutoencoderMethod(model).for_encoding(panel)
    assert model.latent_code is not None
    step = np.maximum(model.latent_code.step, 1)
    sent = np.rint(model.encode(panel).mean * 1024 / step) * step
    latent = np.where(model.latent_code.step > 0, sent, model.latent_code.mean) / 1024
    exact = model.probabilities(latent, model.condition_of(panel))
    if predictor.copies == 2:
        exact = np.repeat(exact, 2, axis=0)
    plain = predictor.context is None
    for site in range(panel.n_sites):
        p = predictor.predict() / ONE
        if plain or site == 0:
            np.testing.assert_allclose(p, exact[:, site], rtol=0.01, atol=1e-4)
        predictor.update(panel.counts[:, site])


def test_context_in_whole_numbers_says_what_the_network_says() -> None:
    model, panel = model_of("autoregressive"), panel_of("autoregressive")
    _, predictor = AutoencoderMethod(model).for_encoding(panel)
    counts = torch.from_numpy(np.array(panel.counts))
    with torch.inference_mode():
        from_network = model.double.decoder.context(counts).numpy()
    plain = model.probabilities(_sent_latent(model, panel))
    logits = np.log(plain / (1 - plain)) + from_network
    for site in range(panel.n_sites):
        p = predictor.predict() / ONE
        np.testing.assert_allclose(p, 1 / (1 + np.exp(-logits[:, site])), rtol=0.02, atol=2e-4)
        predictor.update(panel.counts[:, site])


def _sent_latent(model: TrainedModel, panel: Panel) -> np.ndarray:
    code = model.latent_code
    assert code is not None
    step = np.maximum(code.step, 1)
    sent = np.rint(model.encode(panel).mean * 1024 / step) * step
    return np.where(code.step > 0, sent, code.mean) / 1024


def test_more_of_the_model_makes_smaller_files() -> None:
    """What LD there is, windows find; what is left, the sites before tell."""
    panel = panel_of("windowed")
    windowed = round_trip(model_of("windowed", 60), panel)
    autoregressive = round_trip(model_of("autoregressive", 60), panel)
    frequencies = model_of("windowed").training_frequencies
    p = np.where(panel.counts == 1, frequencies, 1 - frequencies)
    assert 1.5 * autoregressive < windowed < 0.95 * -np.log2(p).sum() / 8


def test_coding_costs_what_the_model_says_it_does() -> None:
    """Training adds noise where the codec rounds; tables and bytes cost little beside."""
    model, panel = model_of("autoregressive", 60), panel_of("autoregressive")
    promised = model.row_terms(panel).bits().sum()
    assert 0.8 * promised < 8 * round_trip(model, panel) < 1.1 * promised + 8 * 40


@pytest.mark.parametrize("kind", ["map", "autoregressive"])
def test_a_row_is_coded_the_same_in_whatever_company(kind: str) -> None:
    """Rows of one person among many, and alone: the same probabilities."""
    model, panel = model_of(kind), panel_of(kind)
    alone = panel.take_samples([3])
    _, together = AutoencoderMethod(model).for_encoding(panel)
    _, by_itself = AutoencoderMethod(model).for_encoding(alone)
    rows = panel.row_index([3])
    for site in range(panel.n_sites):
        np.testing.assert_array_equal(together.predict()[rows], by_itself.predict())
        together.update(panel.counts[:, site])
        by_itself.update(alone.counts[:, site])


def test_any_number_of_threads_writes_the_same_file() -> None:
    model, panel = model_of("autoregressive"), panel_of("autoregressive")
    before = torch.get_num_threads()
    files = []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            files.append(coded(model, panel))
    finally:
        torch.set_num_threads(before)
    assert files[0] == files[1]


@pytest.mark.parametrize("kind", ["map", "windowed", "autoregressive"])
def test_holes_strange_sites_swapped_alleles_and_other_orders_are_coded(kind: str) -> None:
    model, panel = model_of(kind), panel_of(kind)
    rng = np.random.default_rng(5)
    counts = np.array(panel.counts)
    counts[rng.random(counts.shape) < 0.3] = -1
    sites = panel.sites.copy()
    swapped = rng.random(len(sites)) < 0.3
    sites.loc[swapped, ["ref", "alt"]] = sites.loc[swapped, ["alt", "ref"]].to_numpy()
    counts[:, swapped] = np.where(counts[:, swapped] < 0, -1, 1 - counts[:, swapped])
    unknown = rng.random(len(sites)) < 0.2
    sites.loc[unknown, "pos"] += 7
    sites.loc[unknown, "id"] = "."
    order = rng.permutation(len(sites))
    other = Panel.create(
        counts[:, order], 1, panel.samples, sites.iloc[order].reset_index(drop=True), panel.info
    )
    round_trip(model, other)
    in_order = np.argsort(order)
    sorted_again = other.take_sites(in_order)
    assert round_trip(model, sorted_again) <= 1.01 * round_trip(model, other)


def test_one_person_at_one_site(tmp_path) -> None:
    model, panel = model_of("map"), panel_of("map")
    few = np.arange(0, panel.n_sites, 8)
    round_trip(model, panel.take_samples([0]).take_sites(few))


def test_a_model_file_keeps_the_code(tmp_path) -> None:
    model, panel = model_of("autoregressive"), panel_of("autoregressive")
    model.save(tmp_path / "m.vaeviz")
    again = load_model(tmp_path / "m.vaeviz")
    assert again.digest == model.digest
    parts, data = coded(model, panel)
    assert coded(again, panel) == (parts, data)
    np.testing.assert_array_equal(decoded(again, panel, parts, data), panel.counts)


@pytest.mark.parametrize("part", ["latents", "matching"])
def test_damaged_parts_are_refused_or_give_something_else(part: str) -> None:
    """No other error comes out; what decodes to something else, the file's sum refuses."""
    model, panel = model_of("autoregressive"), panel_of("autoregressive")
    parts, data = coded(model, panel)
    rng = np.random.default_rng(0)
    for _ in range(20):
        broken = bytearray(parts[part])
        broken[rng.integers(len(broken))] ^= 1 << rng.integers(8)
        with contextlib.suppress(CodecError):
            found = decoded(model, panel, {**parts, part: bytes(broken)}, data)
            assert found.shape == panel.counts.shape


def test_steps_are_a_part_of_the_model_s_name() -> None:
    """A file asks for the model it was coded with: other steps would decode to something else."""
    model = model_of("windowed")
    assert model.latent_code is not None
    wider = dataclasses.replace(model.latent_code, step=model.latent_code.step * 2)
    assert dataclasses.replace(model, latent_code=wider).digest != model.digest


def test_parts_of_another_model_are_refused() -> None:
    parts, _ = coded(model_of("windowed"), panel_of("windowed"))
    method = AutoencoderMethod(model_of("windowed"))
    with pytest.raises(CodecError, match="parts"):
        method.for_decoding({"latents": parts["latents"]}, Frame.of(panel_of("windowed")))
    unphased = panel_of("windowed").as_dosages()
    with pytest.raises(CodecError, match="rows"):
        method.for_decoding(parts, Frame.of(unphased))


def test_only_gaussian_latents_are_coded() -> None:
    model = dataclasses.replace(model_of("map"), latent_code=None)
    with pytest.raises(CodecError, match="cannot compress"):
        AutoencoderMethod(model)
