"""Recombination maps: the formats people have, and what is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vaeviz.data.genetic_map import flat_map, read_genetic_map
from vaeviz.errors import ReadError

SITES = pd.DataFrame(
    {"chrom": ["1", "chr1", "1", "2", "1"], "pos": [2_000_000, 1_500_000, 500_000, 10, 4_000_000]}
)
# Chromosome 1 runs from 1 to 3 Mb over 4 cM, 3 cM of them in its first half.
TRUTH_CM = [4.0, 2.5, 0.0, 1.0, 7.0]
HAPMAP = """Chromosome\tPosition(bp)\tRate(cM/Mb)\tMap(cM)
chr1\t1000000\t3\t1.0
chr1\t2000000\t1\t4.0
chr1\t3000000\t0\t5.0
chr2\t10\t1\t1.0
chr2\t1000010\t0\t2.0
"""


def write(folder: Path, text: str, name: str = "map.txt") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def as_plink(header: str = "") -> str:
    lines = (line.split("\t") for line in HAPMAP.splitlines()[1:])
    return header + "".join(f"{c} . {cm} {pos}\n" for c, pos, _, cm in lines)


def as_shapeit() -> str:
    lines = (line.split("\t") for line in HAPMAP.splitlines()[1:])
    return "pos\tchr\tcM\n" + "".join(f"{pos}\t{c}\t{cm}\n" for c, pos, _, cm in lines)


@pytest.mark.parametrize(
    "text", [HAPMAP, HAPMAP.split("\n", 1)[1], as_plink(), as_plink("chr id cM bp\n"), as_shapeit()]
)
@pytest.mark.parametrize("name", ["map.txt", "map.gz"])
def test_every_format_gives_the_same_morgans(text: str, name: str, tmp_path: Path) -> None:
    morgans = read_genetic_map(write(tmp_path, text, name), SITES)
    # Half a Mb before the map: 2 cM/Mb on average; a Mb behind it likewise.
    np.testing.assert_allclose(morgans, np.array(TRUTH_CM) / 100)


def test_a_map_without_chromosomes_serves_a_panel_of_one(tmp_path: Path) -> None:
    rows = [line.split("\t")[1:] for line in HAPMAP.splitlines()[1:4]]
    text = "position COMBINED_rate(cM/Mb) Genetic_Map(cM)\n" + "\n".join(" ".join(r) for r in rows)
    path = write(tmp_path, text)
    one = SITES[SITES["chrom"].str.endswith("1")]
    np.testing.assert_allclose(read_genetic_map(path, one) * 100, [4.0, 2.5, 0.0, 7.0])
    with pytest.raises(ReadError, match="names no chromosomes"):
        read_genetic_map(path, SITES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a recombination map"),
        ("1 2\n3 4\n", "not a recombination map"),
        ("1 a b c\n1 d e f\n", "not a recombination map"),
        ("\n".join(HAPMAP.splitlines()[:4]), "lacks chromosome 2"),
        (HAPMAP.replace("4.0", "9.0"), "falls"),
        (HAPMAP.replace("3000000", "here"), "no number"),
        (HAPMAP.replace("chr2\t1000010\t0\t2.0\n", ""), "single point"),
        ("\x00\xff".encode("latin1").decode("latin1") * 40, "not a recombination map"),
    ],
)
def test_what_is_no_map_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=message):
        read_genetic_map(write(tmp_path, text), SITES)


def test_damage_and_absence_are_refused(tmp_path: Path) -> None:
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(HAPMAP.encode())[:40])
    with pytest.raises(ReadError, match="damaged"):
        read_genetic_map(cut, SITES)
    with pytest.raises(ReadError, match="no file"):
        read_genetic_map(tmp_path / "absent.map", SITES)


def test_a_flat_rate_is_a_centimorgan_a_megabase() -> None:
    np.testing.assert_allclose(flat_map(SITES), SITES["pos"] / 1e8)
    np.testing.assert_allclose(flat_map(SITES, 2.0), SITES["pos"] / 5e7)


@pytest.mark.parametrize("last_cm", ["1e9", "1e300"])
def test_a_chromosome_longer_than_any_is_refused(last_cm: str, tmp_path: Path) -> None:
    """Crossovers are drawn at one a morgan: such a map would never end."""
    path = write(tmp_path, HAPMAP.replace("\t5.0\n", f"\t{last_cm}\n"))
    with pytest.raises(ReadError, match="span .* at most 10,000"):
        read_genetic_map(path, SITES)
