from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which

import numpy as np
import pytest
from cyvcf2 import VCF

from tests.panels import random_panel
from vaeviz.data.panel import Panel
from vaeviz.data.tabix import MAX_POSITION, write_tabix
from vaeviz.data.writers import write_vcf
from vaeviz.errors import PanelError, ReadError


def spread_panel(n_sites: int = 3_000, span: int = 400_000_000) -> Panel:
    """Sites over bins of every size, on three chromosomes."""
    panel = random_panel(n_samples=40, n_sites=n_sites)
    rng = np.random.default_rng(0)
    position = np.sort(rng.choice(span, n_sites, replace=False)) + 1
    chrom = np.repeat(["2", "10", "X"], n_sites // 3)
    return Panel.create(
        panel.counts, panel.ploidy, panel.samples, panel.sites.assign(pos=position, chrom=chrom)
    )


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Panel, Path]:
    panel, path = spread_panel(), tmp_path_factory.mktemp("tabix") / "x.vcf.gz"
    write_vcf(panel, path)
    assert write_tabix(path) == path.with_name("x.vcf.gz.tbi")
    return panel, path


def regions(panel: Panel) -> list[tuple[str, int, int]]:
    rng = np.random.default_rng(1)
    found = []
    for chrom, pos in panel.sites.groupby("chrom")["pos"]:
        found += [(str(chrom), int(p), int(p)) for p in rng.choice(pos, 20)]
        edge = (int(pos.median()) >> 14) << 14
        found += [(str(chrom), edge, edge + 1), (str(chrom), edge - 200_000, edge + 300_000)]
        found.append((str(chrom), 1, MAX_POSITION))
    return [*found, ("2", int(panel.sites["pos"].max()) + 1, MAX_POSITION)]


@pytest.mark.filterwarnings("ignore:no intervals found")
def test_a_reader_finds_exactly_the_sites_of_a_region(indexed: tuple[Panel, Path]) -> None:
    panel, path = indexed
    sites = panel.sites
    with_index = VCF(str(path))
    for chrom, first, last in regions(panel):
        wanted = sites[(sites["chrom"] == chrom) & sites["pos"].between(first, last)]["pos"]
        found = [record.POS for record in with_index(f"{chrom}:{first}-{last}")]
        assert found == list(wanted), (chrom, first, last)


def test_bcftools_takes_the_index_as_its_own(indexed: tuple[Panel, Path]) -> None:
    if which("bcftools") is None:
        pytest.skip("needs bcftools")
    panel, path = indexed
    for chrom, first, last in regions(panel)[::7]:
        command = ["bcftools", "view", "-H", "-r", f"{chrom}:{first}-{last}", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        inside = (panel.sites["chrom"] == chrom) & panel.sites["pos"].between(first, last)
        assert len(done.stdout.splitlines()) == inside.sum()
        assert done.stderr == ""


def test_bcftools_counts_records_from_the_index(indexed: tuple[Panel, Path]) -> None:
    if which("bcftools") is None:
        pytest.skip("needs bcftools")
    panel, path = indexed
    command = ["bcftools", "index", "--stats", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = {line.split()[0]: int(line.split()[-1]) for line in done.stdout.splitlines()}
    assert told == panel.sites["chrom"].value_counts().to_dict()


def test_same_file_same_index(indexed: tuple[Panel, Path]) -> None:
    _, path = indexed
    before = path.with_name("x.vcf.gz.tbi").read_bytes()
    assert write_tabix(path).read_bytes() == before


def test_positions_beyond_the_format_are_refused(tmp_path: Path) -> None:
    panel = random_panel(n_sites=2)
    far = panel.sites.assign(pos=[1, MAX_POSITION + 5], chrom="1")
    write_vcf(Panel.create(panel.counts, panel.ploidy, panel.samples, far), tmp_path / "x.vcf.gz")
    with pytest.raises(PanelError, match="a tabix index ends"):
        write_tabix(tmp_path / "x.vcf.gz")
    assert [x.name for x in tmp_path.iterdir()] == ["x.vcf.gz"]


def test_a_truncated_file_is_told(tmp_path: Path) -> None:
    write_vcf(spread_panel(300), tmp_path / "x.vcf.gz")
    data = (tmp_path / "x.vcf.gz").read_bytes()
    (tmp_path / "x.vcf.gz").write_bytes(data[: len(data) // 2])
    with pytest.raises(ReadError, match="truncated"):
        write_tabix(tmp_path / "x.vcf.gz")
