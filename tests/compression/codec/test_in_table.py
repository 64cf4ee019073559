"""The program's own methods in the comparison of codecs."""

from __future__ import annotations

import numpy as np
import pytest

from tests.compression.codec.conftest import Install
from tests.compression.codec.fakes import UnableMethod, WordyMethod
from tests.panels import random_panel
from vaeviz.compression.codec_input import CodecInput, codec_input
from vaeviz.compression.codec_table import codec_row
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.training.loop import train_model


@pytest.fixture(scope="module")
def given() -> CodecInput:
    base = random_panel(n_samples=600, n_sites=200)
    rare = np.random.default_rng(1).random(base.counts.shape) < 0.1
    panel = Panel.create(base.counts & rare, 1, base.samples, base.sites, base.info)
    config = TrainConfig(n_latent=2, n_components=10, hidden=(8,), rank=4, epochs=2)
    return codec_input(train_model(panel, config), panel)[0]


def test_what_a_method_sends_and_needs_is_counted(given: CodecInput, install: Install) -> None:
    install()
    rows = {name: codec_row(name, given) for name in ("ae", "copying", "mix", "xz")}
    assert rows["xz"]["genotype_bytes"] > rows["ae"]["genotype_bytes"] > 2 * 200
    assert rows["ae"]["model_bytes"] == given.model_bytes
    assert rows["mix"]["model_bytes"] == rows["copying"]["model_bytes"] == 0
    assert rows["copying"]["panel_bytes"] == rows["mix"]["panel_bytes"] == given.panel_bytes
    assert rows["ae"]["panel_bytes"] == rows["copying"]["model_bytes"] == 0
    assert {row["note"] for row in rows.values()} == {None}


def test_a_fall_back_says_so_and_needs_nothing(given: CodecInput, install: Install) -> None:
    install(mix=WordyMethod)
    row = codec_row("mix", given)
    assert "holds xz" in str(row["note"])
    assert row["model_bytes"] == row["panel_bytes"] == 0
    xz = codec_row("xz", given)["genotype_bytes"]
    assert abs(int(row["genotype_bytes"]) - int(xz)) < 0.02 * int(xz)


def test_a_method_that_cannot_says_why(given: CodecInput, install: Install) -> None:
    install(ae=UnableMethod)
    row = codec_row("ae", given)
    assert "cannot code" in str(row["note"])
    assert "bits_per_allele" not in row
