"""Real and built-in panels through a compressed file and back, as other programs read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cyvcf2 import VCF

from tests.cli.test_real_data import told
from vaeviz.data.catalogue import builtin_names, open_panel
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import save_panel
from vaeviz.data.writers import write_vcf
from vaeviz.training.model import load_model

pytestmark = pytest.mark.slow

EPOCHS = {"kg_regions.vcf.gz": "15", "human-region": "30"}
"""Enough to be smaller than xz; the benchmark trains for longer."""
REAL = ("kg_regions.vcf.gz", "hapmap3.bed")


def assert_same_vcf(one: Path, other: Path) -> None:
    """Samples, sites, genotypes and phase, record by record."""
    files = VCF(str(one)), VCF(str(other))
    assert files[0].samples == files[1].samples
    n_records = 0
    for a, b in zip(*files, strict=True):
        assert (a.CHROM, a.POS, a.ID, a.REF, a.ALT) == (b.CHROM, b.POS, b.ID, b.REF, b.ALT)
        np.testing.assert_array_equal(a.genotype.array(), b.genotype.array())
        n_records += 1
    assert n_records > 0


def brief_model(panel: str | Path, folder: Path) -> Path:
    model = folder / "m.vaeviz"
    told("train", panel, "--epochs", "1", "--seed", "1", "-o", model)
    return model


@pytest.mark.parametrize("source", [*REAL, *builtin_names()])
def test_a_panel_comes_back(source: str, real_data: Path, tmp_path: Path) -> None:
    ref = real_data / source if source in REAL else source
    panel = open_panel(ref)
    want, back, packed = (tmp_path / name for name in ("want.vcf.gz", "back.vcf.gz", "x.vaez"))
    write_vcf(panel, want)
    model = brief_model(ref, tmp_path)
    result = told("compress", model, ref, "-o", packed)
    assert result["n_alleles"] == (panel.counts >= 0).sum() * panel.ploidy
    told("decompress", packed, "--model", model, "-o", back)
    assert_same_vcf(want, back)
    told("decompress", packed, "--model", model, "-o", tmp_path / "back.vcz")
    assert open_panel(tmp_path / "back.vcz").digest == panel.digest
    if source.endswith(".vcf.gz"):
        assert_same_vcf(real_data / source, back)


@pytest.mark.parametrize("source", ["kg_regions.vcf.gz", "human-region"])
def test_copies_of_the_training_people_are_not_the_fall_back(
    source: str, real_data: Path, tmp_path: Path
) -> None:
    ref = real_data / source if source in REAL else source
    model, packed = brief_model(ref, tmp_path), tmp_path / "x.vaez"
    panel = open_panel(ref)
    parts = load_model(model).split_of(panel)
    save_panel(panel.take_samples(parts == "train"), tmp_path / "train.vcz")
    reference = ("--reference", tmp_path / "train.vcz")
    options = ("--samples", "test", "--method", "copying", *reference)
    result = told("compress", model, ref, *options, "-o", packed)
    assert (result["method"], result["reason"]) == ("copying", None)
    assert result["n_samples"] == (parts == "test").sum()
    told("decompress", packed, *reference, "-o", tmp_path / "back.vcz")
    assert same_people(open_panel(tmp_path / "back.vcz"), panel.take_samples(parts == "test"))


@pytest.mark.parametrize("source", ["kg_regions.vcf.gz", "human-region"])
def test_the_autoencoder_is_not_the_fall_back(source: str, real_data: Path, tmp_path: Path) -> None:
    ref = real_data / source if source in REAL else source
    model, packed = tmp_path / "m.vaeviz", tmp_path / "x.vaez"
    purpose = ("--purpose", "sequence", "--autoregressive", "on")
    told("train", ref, *purpose, "--epochs", EPOCHS[source], "--seed", "1", "-o", model)
    result = told("compress", model, ref, "--samples", "test", "-o", packed)
    assert (result["method"], result["reason"]) == ("ae", None)
    told("decompress", packed, "--model", model, "-o", tmp_path / "back.vcz")
    panel = open_panel(ref)
    test = np.flatnonzero(load_model(model).split_of(panel) == "test")
    assert same_people(open_panel(tmp_path / "back.vcz"), panel.take_samples(test))


def same_people(one: Panel, other: Panel) -> bool:
    return one.digest == other.digest and one.info == other.info
