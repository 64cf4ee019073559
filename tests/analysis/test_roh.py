"""Runs of homozygosity: a person whose parents shared a stretch, and panels without any."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from vaeviz.analysis.roh import MIN_RUN_BP, roh_by_group, runs_of_homozygosity
from vaeviz.analysis.stretches import roh_reason, stretches
from vaeviz.data.panel import MISSING, Panel
from vaeviz.errors import Cancelled, PanelError
from vaeviz.progress import Silent

N_PEOPLE, N_SITES, LENGTH_BP = 24, 800, 20_000_000
RUN_BP = (6_000_000, 14_000_000)


def inbred_panel(phased: bool = True, missing: float = 0.0, chrom: str = "1") -> Panel:
    """Two chromosomes of 20 Mb; the first person has 8 Mb of the first twice."""
    rng = np.random.default_rng(0)
    position = np.sort(rng.integers(1, LENGTH_BP, (2, N_SITES)), axis=1).ravel()
    frequency = rng.uniform(0.1, 0.9, 2 * N_SITES)
    alleles = (rng.random((N_PEOPLE, 2, 2 * N_SITES)) < frequency).astype(np.int8)
    inside = (position > RUN_BP[0]) & (position < RUN_BP[1]) & (np.arange(2 * N_SITES) < N_SITES)
    alleles[0, 1, inside] = alleles[0, 0, inside]
    counts = alleles.reshape(-1, 2 * N_SITES) if phased else alleles.sum(axis=1, dtype=np.int8)
    counts = np.where(rng.random(counts.shape) < missing, MISSING, counts)
    sites = pd.DataFrame(
        {
            "chrom": np.repeat([chrom, "2"], N_SITES),
            "pos": position,
            "id": ".",
            "ref": "A",
            "alt": "C",
        }
    )
    samples = pd.DataFrame(
        {
            "sample": [f"P{i}" for i in range(N_PEOPLE)],
            "population": np.repeat(["A", "B"], N_PEOPLE // 2),
        }
    )
    return Panel.create(counts, 1 if phased else 2, samples, sites)


@pytest.mark.parametrize(("phased", "missing"), [(True, 0.0), (False, 0.0), (False, 0.3)])
def test_the_inbred_person_has_the_run_and_nobody_else(phased: bool, missing: float) -> None:
    found = runs_of_homozygosity(inbred_panel(phased, missing), "population")
    assert len(found.runs) == 1
    run = found.runs.iloc[0]
    assert (run["sample"], run["chrom"], run["at_edge"]) == ("P0", "1", False)
    assert abs(run["start_bp"] - RUN_BP[0]) < 500_000
    assert abs(run["end_bp"] - RUN_BP[1]) < 500_000
    person = found.people.set_index("sample").loc["P0"]
    assert person["n_runs"] == 1
    assert person["total_mb"] == person["longest_mb"] == run["length_bp"] / 1e6
    assert person["f_roh"] == pytest.approx(8e6 / found.length_bp, rel=0.1)
    assert (found.people["n_runs"] == 0).sum() == N_PEOPLE - 1
    groups = roh_by_group(found.people)
    assert list(groups["group"]) == ["A", "B"]
    assert groups["mean_f_roh"].iloc[0] == pytest.approx(person["f_roh"] / 12)
    assert groups["share_with_runs"].tolist() == [pytest.approx(1 / 12), 0]


def test_genotype_errors_do_not_cut_a_run() -> None:
    panel = inbred_panel(phased=False)
    counts = panel.counts.copy()
    counts[0, N_SITES // 2] = 1
    wrong = Panel.create(counts, 2, panel.samples, panel.sites)
    run = runs_of_homozygosity(wrong, "population").runs
    assert len(run) == 1
    assert run["length_bp"].iloc[0] > 7_000_000


def test_no_run_crosses_a_gap() -> None:
    panel = inbred_panel()
    position = panel.sites["pos"].to_numpy()
    gap = (position > 9_000_000) & (position < 10_500_000) & (np.arange(2 * N_SITES) < N_SITES)
    holed = panel.take_sites(~gap)
    assert [s.chrom for s in stretches(holed)] == ["2"]
    assert runs_of_homozygosity(holed, "population").runs.empty


def test_unsorted_sites_give_the_same_runs() -> None:
    panel = inbred_panel()
    mixed = panel.take_sites(np.random.default_rng(1).permutation(panel.n_sites))
    columns = ["sample", "start_bp", "end_bp", "n_sites"]
    pd.testing.assert_frame_equal(
        runs_of_homozygosity(mixed, "population").runs[columns],
        runs_of_homozygosity(panel, "population").runs[columns],
    )


def test_the_x_chromosome_is_left_out() -> None:
    found = runs_of_homozygosity(inbred_panel(chrom="X"), "population")
    assert found.runs.empty
    assert found.length_bp < LENGTH_BP


def test_thin_sites_are_told_and_short_runs_are_not_counted() -> None:
    thin = inbred_panel().take_sites(np.arange(2 * N_SITES) % 7 == 0)
    notes = " ".join(runs_of_homozygosity(thin, "population").notes)
    assert "Sites are thin" in notes
    dense = runs_of_homozygosity(inbred_panel(), "population")
    assert "Sites are thin" not in " ".join(dense.notes)
    assert (dense.runs["length_bp"] >= MIN_RUN_BP).all()


def test_short_chromosomes_are_refused_with_the_reason(odd: Panel) -> None:
    assert "10 Mb" in roh_reason(odd)
    with pytest.raises(PanelError, match="10 Mb"):
        runs_of_homozygosity(odd, "population")
    assert roh_reason(inbred_panel()) == ""


def test_people_are_drawn_by_the_seed() -> None:
    panel = inbred_panel()
    first = runs_of_homozygosity(panel, "population", n_per_group=3, seed=1)
    assert first.people["group"].value_counts().to_dict() == {"A": 3, "B": 3}
    assert "6 of 24 people" in " ".join(first.notes)
    again = runs_of_homozygosity(panel, "population", n_per_group=3, seed=1)
    other = runs_of_homozygosity(panel, "population", n_per_group=3, seed=2)
    assert list(first.people["sample"]) == list(again.people["sample"])
    assert list(first.people["sample"]) != list(other.people["sample"])


def test_groups_of_one_and_groups_without_variation_have_no_runs() -> None:
    panel = inbred_panel()
    samples = panel.samples.copy()
    samples.loc[0, "population"] = "alone"
    found = runs_of_homozygosity(panel.with_samples(samples), "population")
    assert found.people.set_index("sample").loc["P0", "n_runs"] == 1
    counts = panel.counts.copy()
    counts[:24] = 0
    same = Panel.create(counts, 1, panel.samples, panel.sites)
    assert runs_of_homozygosity(same, "population").runs.empty


def test_it_can_be_stopped() -> None:
    class Impatient(Silent):
        def cancelled(self) -> bool:
            return True

    with pytest.raises(Cancelled):
        runs_of_homozygosity(inbred_panel(), "population", progress=Impatient())
