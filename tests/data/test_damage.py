"""Whatever happens to the bytes of a file, a reader reads it or refuses it with a message."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.panels import random_panel, tiny_panel
from vaeviz.data.plink import write_plink
from vaeviz.data.readers import read_panel
from vaeviz.data.vcz import save_panel
from vaeviz.data.writers import write_vcf
from vaeviz.errors import VaevizError

CUTS = (b"", b"\t", b"\n", b"\x00", b"\xff", b"|", b"9", b"-", b",", b'"', b"1e400", b"NaN")


@pytest.fixture(scope="module")
def files() -> dict[str, tuple[Path, Path]]:
    """What is opened and what is damaged, by name."""
    folder = Path(tempfile.mkdtemp())
    panel = random_panel(5, 12)
    write_vcf(panel, folder / "a.vcf.gz")
    (folder / "b.vcf").write_bytes(gzip.decompress((folder / "a.vcf.gz").read_bytes()))
    panel.samples.to_csv(folder / "b.samples.tsv", sep="\t", index=False)
    # Without declared chromosomes, cyvcf2 hands out half-parsed records.
    bare = (line for line in (folder / "b.vcf").open("rb") if b"##contig" not in line)
    (folder / "c.vcf").write_bytes(b"".join(bare))
    write_plink(panel, folder / "d.bed")
    save_panel(tiny_panel(), folder / "e.vcz")
    targets = {name: (folder / name, folder / name) for name in ("a.vcf.gz", "b.vcf", "c.vcf")}
    targets["sheet"] = (folder / "b.vcf", folder / "b.samples.tsv")
    for suffix in ("bed", "bim", "fam"):
        targets[suffix] = (folder / "d.bed", folder / f"d.{suffix}")
    for part in ("call_genotype/0.0.0", "variant_id/0", "variant_allele/0.0", ".zattrs"):
        targets[f"store {part}"] = (folder / "e.vcz", folder / "e.vcz" / part)
    yield targets
    shutil.rmtree(folder)


NAMES = ("a.vcf.gz", "b.vcf", "c.vcf", "sheet", "bed", "bim", "fam")
PARTS = ("call_genotype/0.0.0", "variant_id/0", "variant_allele/0.0", ".zattrs")


@pytest.mark.parametrize("name", [*NAMES, *(f"store {p}" for p in PARTS)])
@settings(max_examples=25)
@given(
    start=st.floats(0, 1), n_gone=st.integers(0, 8), new=st.sampled_from(CUTS), cut=st.booleans()
)
def test_damaged_bytes_end_in_a_panel_or_a_message(
    files: dict[str, tuple[Path, Path]], name: str, start: float, n_gone: int, new: bytes, cut: bool
) -> None:
    opened, damaged = files[name]
    whole = damaged.read_bytes()
    at = int(start * len(whole))
    rest = b"" if cut else whole[at + n_gone :]
    damaged.write_bytes(whole[:at] + new + rest)
    try:
        outcome = _outcome(opened)
    finally:
        damaged.write_bytes(whole)
    assert outcome


def _outcome(path: Path) -> str:
    """The digest of what was read, or the hint of the refusal; any other error passes through."""
    try:
        return read_panel(path).panel.digest
    except VaevizError as error:
        return error.message and error.hint
