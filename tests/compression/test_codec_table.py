from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.panels import random_panel
from tests.trained import small_model
from vaeviz.compression.codec_input import CodecInput, codec_input
from vaeviz.compression.codec_methods import METHODS
from vaeviz.compression.codec_table import COLUMNS, codec_table
from vaeviz.compression.peers import PEERS
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.errors import Cancelled, CodecError, PanelError
from vaeviz.progress import Silent
from vaeviz.training.loop import train_model
from vaeviz.training.model import TrainedModel

PEER_NAMES = tuple(peer.name for peer in PEERS)
CONTEXT = ("xz-panel", "zstd-panel")


@pytest.fixture(scope="module")
def panel() -> Panel:
    return random_panel(n_samples=100, n_sites=150)


@pytest.fixture(scope="module")
def model(panel: Panel) -> TrainedModel:
    config = TrainConfig(n_latent=2, n_components=10, hidden=(8,), rank=4, epochs=2)
    return train_model(panel, config)


@pytest.fixture(scope="module")
def made(panel: Panel, model: TrainedModel) -> tuple[pd.DataFrame, list[str]]:
    return codec_table(model, panel, methods=PEER_NAMES)


def test_rows_are_sorted_and_add_up(
    made: tuple[pd.DataFrame, list[str]], panel: Panel, model: TrainedModel
) -> None:
    table, _ = made
    n_alleles = 2 * int((model.split_of(panel) == "test").sum()) * panel.n_sites
    assert tuple(table.columns) == COLUMNS
    assert sorted(table["method"]) == sorted(PEER_NAMES)
    assert table["bits_per_allele"].is_monotonic_increasing
    np.testing.assert_allclose(table["bits_per_allele"], 8 * table["genotype_bytes"] / n_alleles)
    np.testing.assert_allclose(table["factor"] * table["bits_per_allele"], 1)
    whole = table[["genotype_bytes", "model_bytes", "panel_bytes"]].sum(axis=1)
    np.testing.assert_allclose(table["bits_per_allele_counted"], 8 * whole / n_alleles)
    assert (table[["encode_alleles_per_s", "decode_alleles_per_s"]] > 0).all(axis=None)
    assert table["note"].isna().all()


def test_the_panel_is_counted_for_those_who_read_it(
    made: tuple[pd.DataFrame, list[str]],
) -> None:
    table = made[0].set_index("method")
    readers = table["panel_bytes"] > 0
    assert sorted(table.index[readers]) == sorted(CONTEXT)
    assert (table["model_bytes"] == 0).all()


def test_nobody_is_coded_and_known(panel: Panel, model: TrainedModel) -> None:
    given, notes = codec_input(model, panel)
    assert given.reference is not None
    assert given.tune is not None
    people = [set(x.sample_ids) for x in (given.target, given.reference, given.tune)]
    assert sum(map(len, people)) == len(set.union(*people)) == panel.n_samples
    parts = model.split_of(panel)
    assert people[0] == set(panel.sample_ids[parts == "test"])
    assert people[1] == set(panel.sample_ids[parts == "train"])
    assert "test people" in notes[0]


def test_all_leaves_no_reference_and_says_so(panel: Panel, model: TrainedModel) -> None:
    given, notes = codec_input(model, panel, split="all")
    assert given.target.n_samples == panel.n_samples
    assert given.reference is None
    assert given.panel_bytes == 0
    assert any("flatter" in note for note in notes)
    assert any("there is none" in note for note in notes)
    with pytest.raises(CodecError, match="reference"):
        _ = given.context


def test_a_reference_of_the_coded_people_is_refused(panel: Panel, model: TrainedModel) -> None:
    with pytest.raises(CodecError, match="in the reference"):
        codec_input(model, panel, reference=panel)


def test_another_reference_is_brought_to_the_sites(panel: Panel, model: TrainedModel) -> None:
    chosen = np.arange(panel.n_sites) % 3 > 0
    other = random_panel(n_samples=12, n_sites=150, seed=9)
    people = other.samples.assign(sample=[f"X{i}" for i in range(12)])
    reference = other.with_samples(people).take_sites(chosen)
    given, _ = codec_input(model, panel, reference)
    assert given.context.shape == (24, panel.n_sites)
    np.testing.assert_array_equal(given.context[:, chosen], reference.counts)
    assert not given.context[:, ~chosen].any()


def test_missing_alleles_are_not_counted(model: TrainedModel) -> None:
    lost = random_panel(n_samples=20, n_sites=50, phased=False, missing=0.3)
    given = CodecInput(model, lost, None, None)
    assert given.n_alleles == 2 * int((lost.counts >= 0).sum())
    assert given.n_alleles < 2 * lost.counts.size


def test_people_of_a_label(panel: Panel, model: TrainedModel) -> None:
    given, _ = codec_input(model, panel)
    part = given.only("superpopulation", "SUP2")
    assert set(part.target.labels("superpopulation")) == {"SUP2"}
    assert 0 < part.target.n_samples < given.target.n_samples
    assert part.reference is given.reference


def test_methods_that_cannot_run_say_why_and_come_last(model: TrainedModel) -> None:
    unphased = random_panel(n_samples=100, n_sites=150, phased=False)
    table, notes = codec_table(model, unphased, methods=("copying", "xz-panel", "xz"))
    assert list(table["method"])[0] == "xz"
    assert table["note"].isna().tolist() == [True, False, False]
    assert table["bits_per_allele"].isna().tolist() == [False, True, True]
    assert any("left out" in note for note in notes)


def test_unknown_methods_and_parts_are_refused(panel: Panel, model: TrainedModel) -> None:
    with pytest.raises(CodecError, match="zpaq"):
        codec_table(model, panel, methods=("xz", "zpaq"))
    with pytest.raises(CodecError, match="No method"):
        codec_table(model, panel, methods=())
    with pytest.raises(PanelError, match="half"):
        codec_table(model, panel, split="half")


class Stop(Silent):
    """Stops after the first method."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def update(self, done: float, total: float, message: str, **metrics: float) -> None:
        self.messages.append(message)

    def cancelled(self) -> bool:
        return bool(self.messages)


def test_it_stops_between_methods(panel: Panel, model: TrainedModel) -> None:
    listener = Stop()
    with pytest.raises(Cancelled):
        codec_table(model, panel, methods=("xz", "zstd"), progress=listener)
    assert listener.messages == ["xz -9e: coding"]


def test_titles_are_all_different() -> None:
    assert len({method.title for method in METHODS.values()}) == len(METHODS)


def test_a_person_model_serves_too() -> None:
    lost = random_panel(n_samples=210, n_sites=300, phased=False, seed=3)
    table, _ = codec_table(small_model(), lost, methods=("zstd",))
    assert np.isfinite(table["bits_per_allele"]).all()
