from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which

import numpy as np
import pytest
from pgenlib import PgenReader

from tests.panels import hostile_panel, random_panel
from vaeviz.data.panel import Panel
from vaeviz.data.plink2 import write_plink2
from vaeviz.data.readers import read_panel
from vaeviz.errors import PanelError


def alleles_of(path: Path, panel: Panel) -> np.ndarray:
    """Alleles as PLINK's own library reads them, shape (n_sites, 2 n_samples)."""
    found = np.empty((panel.n_sites, 2 * panel.n_samples), np.int32)
    with PgenReader(str(path).encode()) as reader:
        assert reader.get_raw_sample_ct() == panel.n_samples
        assert reader.hardcall_phase_present() == panel.phased
        reader.read_alleles_range(0, panel.n_sites, found)
    return found


def test_phased_genotypes_keep_their_phase(tmp_path: Path) -> None:
    panel = random_panel(phased=True)
    write_plink2(panel, tmp_path / "x.pgen")
    np.testing.assert_array_equal(alleles_of(tmp_path / "x.pgen", panel), panel.counts.T)


def test_unphased_genotypes_and_what_is_missing(tmp_path: Path) -> None:
    panel = random_panel(phased=False, missing=0.1)
    write_plink2(panel, tmp_path / "x.pgen")
    alleles = alleles_of(tmp_path / "x.pgen", panel).reshape(panel.n_sites, panel.n_samples, 2)
    dosages = np.where(alleles[..., 0] < 0, -1, alleles.sum(2))
    np.testing.assert_array_equal(dosages, panel.counts.T)


def test_sites_are_sorted_and_go_with_their_genotypes(tmp_path: Path) -> None:
    panel = random_panel(phased=True)
    shuffled = panel.take_sites(np.random.default_rng(0).permutation(panel.n_sites))
    write_plink2(panel, tmp_path / "a.pgen")
    write_plink2(shuffled, tmp_path / "b.pgen")
    for suffix in (".pgen", ".pvar", ".psam"):
        one, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in "ab")
        assert one == other


def test_the_files_say_that_people_are_synthetic(tmp_path: Path) -> None:
    write_plink2(random_panel().with_info(synthetic=True), tmp_path / "x.pgen")
    first = (tmp_path / "x.pvar").read_text().splitlines()[0]
    assert first.startswith("##source=")
    assert "SYNTHETIC" in first


@pytest.mark.parametrize("phased", [True, False])
def test_plink_reads_them_without_a_warning(phased: bool, tmp_path: Path) -> None:
    if which("plink2") is None:
        pytest.skip("needs plink2")
    panel = random_panel(phased=phased, missing=0 if phased else 0.05)
    write_plink2(panel, tmp_path / "x.pgen")
    command = ["plink2", "--pfile", "x", "--make-bed", "--out", "p", "--threads", "1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "warning" not in (done.stdout + done.stderr).lower()
    again = read_panel(tmp_path / "p.bed").panel
    np.testing.assert_array_equal(again.counts, panel.as_dosages().counts)
    assert list(again.sample_ids) == list(panel.sample_ids)


def test_hostile_labels_stay_in_their_columns(tmp_path: Path) -> None:
    panel = hostile_panel()
    write_plink2(panel, tmp_path / "x.pgen")
    lines = (tmp_path / "x.psam").read_text().splitlines()
    assert len(lines) == panel.n_samples + 1
    assert len({len(line.split("\t")) for line in lines}) == 1
    assert all(len(line.split()) == len(line.split("\t")) for line in lines)


def test_half_missing_phased_genotypes_are_refused(tmp_path: Path) -> None:
    panel = random_panel(phased=True)
    counts = panel.counts.copy()
    counts[0, 0] = -1
    half = Panel.create(counts, 1, panel.samples, panel.sites)
    with pytest.raises(PanelError, match="one allele missing"):
        write_plink2(half, tmp_path / "x.pgen")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PanelError, match="cannot be written"):
        write_plink2(random_panel(), tmp_path / "file" / "x.pgen")
