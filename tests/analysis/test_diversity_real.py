"""Diversity of real people: sequences of 1000 Genomes, and runs of homozygosity in HapMap."""

from __future__ import annotations

from pathlib import Path

import allel
import numpy as np
import pytest

from vaeviz.analysis.diversity import diversity_table
from vaeviz.analysis.roh import runs_of_homozygosity
from vaeviz.analysis.stretches import roh_reason
from vaeviz.data.readers import read_panel


@pytest.mark.slow
def test_regions_of_1000_genomes_equal_scikit_allel(real_data: Path) -> None:
    panel = read_panel(real_data / "kg_regions.vcf.gz").panel.with_info(unfiltered_sequence=True)
    table = diversity_table(panel, "superpopulation").set_index("group")
    labels, calls = panel.labels("superpopulation"), panel.genotypes()
    for group, row in table.iterrows():
        counts = allel.GenotypeArray(calls[:, labels == group]).count_alleles(max_allele=1)
        assert row["segregating_sites"] == counts.count_segregating()
        assert row["tajima_d"] == pytest.approx(allel.tajima_d(counts))
    assert table.index[0] == "AFR"
    assert table["rarefied_private_alleles"].idxmax() == "AFR"
    assert (table["tajima_d"] < 0).all()
    assert "wide gaps" in roh_reason(panel)


@pytest.mark.slow
def test_runs_of_hapmap_explain_who_lacks_heterozygotes(real_data: Path) -> None:
    panel = read_panel(real_data / "hapmap3.bed", autosomes=True).panel
    japanese = panel.take_samples(panel.labels("population") == "JPT")
    called = japanese.counts >= 0
    p = np.where(called, japanese.counts, 0).sum(axis=0) / (2 * called.sum(axis=0))
    expected = np.where(called, 2 * p * (1 - p), 0.0).sum(axis=1)
    excess = 1 - (japanese.counts == 1).sum(axis=1) / expected
    inbred = int(np.argmax(excess))
    chosen = np.unique([*range(14), inbred])
    few = japanese.take_samples(chosen)
    found = runs_of_homozygosity(few, "population")
    people = found.people
    assert people["f_roh"].idxmax() == int(np.flatnonzero(chosen == inbred)[0])
    assert people["f_roh"].max() == pytest.approx(excess[inbred], abs=0.015)
    assert people["f_roh"].median() < 0.01
    row_of = {sample: i for i, sample in enumerate(few.sample_ids)}
    chrom, position = few.sites["chrom"], few.sites["pos"]
    for run in found.runs.itertuples():
        inside = (chrom == run.chrom) & position.between(run.start_bp, run.end_bp)
        calls = few.counts[row_of[run.sample], inside]
        assert (calls == 1).sum() <= 0.05 * (calls >= 0).sum()
