"""The command line on the real panels, start to end."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import allel
import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier

from tests.cli.run import run_process

pytestmark = pytest.mark.slow


def told(*arguments: str | Path) -> dict[str, object]:
    ended = run_process(*arguments, "--json")
    assert ended.code == 0, ended.stderr
    value = json.loads(ended.stdout)
    assert isinstance(value, dict)
    return value


def test_hapmap3_from_genotypes_to_a_map(real_data: Path, tmp_path: Path) -> None:
    panel, model, latent = (tmp_path / name for name in ("h.vcz", "h.vaeviz", "h.csv"))
    told("import", real_data / "hapmap3.bed", "--maf", ".01", "--autosomes", "-o", panel)
    metrics = told("train", panel, "--latent", "2", "--seed", "1", "-o", model)["metrics"]
    gain = metrics["test_bits_per_allele_frequencies"] - metrics["test_bits_per_allele"]
    assert 2 * gain >= 0.040
    assert told("embed", model, panel, "-o", latent)["rows"] == 957
    table = pd.read_csv(latent)
    axes = ["latent_1_mean", "latent_2_mean"]
    train, test = table[table["split"] == "train"], table[table["split"] == "test"]
    for label, least in (("superpopulation", 0.95), ("population", 0.65)):
        votes = KNeighborsClassifier(5).fit(train[axes], train[label])
        assert votes.score(test[axes], test[label]) >= least


def test_kg_entropy_equals_scikit_allel(real_data: Path, tmp_path: Path) -> None:
    source, panel, output = real_data / "kg_regions.vcf.gz", tmp_path / "k.vcz", tmp_path / "e.csv"
    told("import", source, "-o", panel)
    told("entropy", panel, "--bootstrap", "10", "-o", output)
    table = pd.read_csv(output).set_index("group")["mean_entropy_bits"]
    read = allel.read_vcf(str(source), fields=["samples", "calldata/GT"])
    genotypes = allel.GenotypeArray(read["calldata/GT"])
    sheet = pd.read_csv(real_data / "kg_regions.samples.tsv", sep="\t", index_col="sample")
    groups = sheet.loc[read["samples"], "superpopulation"].to_numpy()
    assert set(groups) == set(table.index)
    for group in table.index:
        members = np.flatnonzero(groups == group)
        p = genotypes.count_alleles(subpop=members, max_allele=1).to_frequencies()
        bits = -np.where(p > 0, p * np.log2(np.where(p > 0, p, 1)), 0).sum(1)
        assert table[group] == pytest.approx(bits.mean(), abs=1e-9)


def test_synthetic_vcf_is_read_by_bcftools_without_a_warning(
    real_data: Path, tmp_path: Path
) -> None:
    panel, model, cohort = (tmp_path / name for name in ("k.vcz", "k.vaeviz", "s.vcf.gz"))
    told("import", real_data / "kg_regions.small.vcf.gz", "-o", panel)
    told("train", panel, "--rows", "haplotype", "--epochs", "3", "-o", model)
    region = ("--population", "EUR", "--allow-small", "--near-copies", "keep")
    arguments = ("simulate", model, panel, *region, "--generator", "global", "-n", "20")
    n_sites = told(*arguments, "-o", cohort)["panel"]["n_sites"]
    try:
        done = subprocess.run(
            ["bcftools", "query", "-f", "[%GT ]\n", str(cohort)],
            capture_output=True,
            text=True,
            check=True,
        )
    except FileNotFoundError:
        pytest.skip("bcftools is not installed")
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert len(lines) == n_sites
    assert all(len(line.split()) == 20 and "." not in line for line in lines)
