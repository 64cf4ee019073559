"""PLINK 1 binary files (.bed, .bim, .fam) through bed-reader.

A1 of the .bim is taken as ALT and A2 as REF, which is provisional: PLINK 1 does not record the
reference allele.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.calls import NO_ALT, NOT_AUTOSOME, NOT_SNP, nothing_left
from vaeviz.data.chromosomes import autosome_mask
from vaeviz.data.limits import Parsed, check_memory, file_name, regular_file
from vaeviz.data.panel import MISSING, Panel, PanelInfo, Species
from vaeviz.errors import PanelError, ReadError

MAGIC = b"\x6c\x1b\x01"
_MISSING_BED = -127
_BIM = ("chrom", "id", "cm", "pos", "alt", "ref")
_FAM_COLUMNS = 6
_NO_ALLELE = frozenset({"0", "."})
_INDEL_CODES = frozenset({"I", "D", "R", "+", "-", "*", "N"})


def read_plink(
    path: Path,
    autosomes: bool = False,
    species: Species = "human",
    max_bytes: int | None = None,
) -> Parsed:
    """Read NAME.bed with NAME.bim and NAME.fam beside it, unphased.

    Sample IDs are the individual IDs, or FID_IID where those repeat. Family IDs are not taken as
    populations.

    Raises
    ------
    ReadError
        A file of the three is absent or malformed, or their sizes disagree.
    PanelError
        Duplicate or unusable sample IDs.
    """
    path = regular_file(path)
    bim = _table(path, ".bim", len(_BIM))
    fam = _table(path, ".fam", _FAM_COLUMNS)
    _check_bed(path, len(fam), len(bim))
    sites = _sites(bim, path)
    keep, dropped = _usable(sites, autosomes, species)
    if not len(keep):
        raise nothing_left(file_name(path), len(bim), dropped)
    check_memory(len(fam), len(keep), max_bytes)
    samples = pd.DataFrame({"sample": _sample_ids(fam)})
    info = PanelInfo(name=file_name(path), species=species)
    counts = _counts(path, len(fam), len(bim), keep)
    panel = Panel.create(counts, 2, samples, sites.iloc[keep], info)
    return Parsed(panel, len(bim), dropped)


def _table(bed: Path, suffix: str, n_columns: int) -> pd.DataFrame:
    """The .bim or .fam as text columns 0, 1, 2, ...; any white space separates."""
    path = bed.with_suffix(suffix)
    if not path.is_file():
        raise ReadError(
            f"{file_name(bed)!r} needs {file_name(path)!r} beside it, and that is absent.",
            "A PLINK 1 data set is three files: .bed, .bim and .fam. Give all three.",
        )
    try:
        rows = [line.split() for line in path.read_text(encoding="utf-8").split("\n") if line]
    except UnicodeDecodeError:
        rows = []
    wrong = next((i for i, row in enumerate(rows, 1) if len(row) != n_columns), None)
    if wrong is not None or not rows:
        raise ReadError(
            f"{file_name(path)!r} is no {suffix} file: line {wrong or 1} does not have "
            f"{n_columns} columns.",
            "Write the data set again with plink --make-bed.",
        )
    return pd.DataFrame(rows, dtype=object)


def _check_bed(path: Path, n_samples: int, n_sites: int) -> None:
    with path.open("rb") as file:
        magic = file.read(3)
    if magic != MAGIC:
        raise ReadError(
            f"{file_name(path)!r} is no PLINK 1 .bed file in SNP-major order.",
            "Write it again with plink --make-bed.",
        )
    needed, found = 3 + -(-n_samples // 4) * n_sites, path.stat().st_size
    if needed != found:
        raise ReadError(
            f"{file_name(path)!r} has {found:,} bytes; {n_samples:,} samples in the .fam and "
            f"{n_sites:,} sites in the .bim need {needed:,}.",
            "The file is truncated or the three files do not belong together; copy them again.",
        )


def _sites(bim: pd.DataFrame, path: Path) -> pd.DataFrame:
    table = bim.set_axis(list(_BIM), axis=1)
    position = pd.to_numeric(table["pos"], errors="coerce")
    if position.isna().any() or (position % 1 != 0).any():
        line = int(np.argmax((position.isna() | (position % 1 != 0)).to_numpy())) + 1
        raise ReadError(
            f"Line {line} of {file_name(path.with_suffix('.bim'))!r} has no whole number as its "
            "position.",
            "Write the data set again with plink --make-bed.",
        )
    table["pos"] = position.astype(np.int64)
    return table.drop(columns="cm")


def _usable(
    sites: pd.DataFrame, autosomes: bool, species: Species
) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Index of the SNPs, and why the others go. Codes such as A/B or 1/2 count as SNPs."""
    alleles = sites[["ref", "alt"]]
    off = ~autosome_mask(sites["chrom"], species) if autosomes else np.zeros(len(sites), bool)
    single = alleles.map(lambda a: len(a) == 1 and a.upper() not in _INDEL_CODES).all(axis=1)
    no_alt = sites["alt"].isin(_NO_ALLELE).to_numpy() | sites["ref"].isin(_NO_ALLELE).to_numpy()
    masks = {NOT_AUTOSOME: off, NO_ALT: no_alt, NOT_SNP: ~single.to_numpy(bool)}
    keep, dropped = np.ones(len(sites), bool), {}
    for reason, mask in masks.items():
        if n := int((keep & mask).sum()):
            dropped[reason] = n
        keep &= ~mask
    return np.flatnonzero(keep), dropped


def _sample_ids(fam: pd.DataFrame) -> pd.Series:
    own = fam[1]
    return fam[0] + "_" + own if own.duplicated().any() else own


def _counts(path: Path, n_samples: int, n_sites: int, keep: NDArray[np.int64]) -> NDArray[np.int8]:
    from bed_reader import open_bed

    with open_bed(path, iid_count=n_samples, sid_count=n_sites, properties={}) as bed:
        counts = bed.read(index=np.s_[:, keep], dtype="int8", order="C")
    counts[counts == _MISSING_BED] = MISSING
    return counts


def write_plink(panel: Panel, path: Path) -> None:
    """Write NAME.bed, NAME.bim and NAME.fam; phase is lost, for PLINK 1 has none.

    White space in IDs becomes "_", since PLINK separates columns by white space. A sample's
    family ID is its own ID.

    Raises
    ------
    PanelError
        IDs that are equal once white space is replaced, or a folder that cannot be written.
    """
    from bed_reader import to_bed

    path = Path(path).with_suffix(".bed")
    person = panel.as_dosages()
    ids = person.samples["sample"].map(_word)
    if ids.duplicated().any():
        raise PanelError(
            "Two sample IDs become equal when white space is replaced for PLINK.",
            "Rename those samples, or export VCF.",
        )
    temporary = path.with_name(f".{secrets.token_hex(6)}.bed")
    parts = {s: temporary.with_suffix(s) for s in (".bed", ".bim", ".fam")}
    try:
        to_bed(
            temporary,
            np.where(person.counts < 0, np.int8(_MISSING_BED), person.counts),
            properties=_properties(person, ids),
        )
        for suffix, part in parts.items():
            os.replace(part, path.with_suffix(suffix))
    except OSError as error:
        raise PanelError(
            f"{file_name(path)!r} cannot be written: {error.strerror}.",
            "Choose a folder that can be written and has space.",
        ) from None
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _properties(panel: Panel, ids: pd.Series) -> dict[str, object]:
    sites = panel.sites
    return {
        "fid": ids.to_list(),
        "iid": ids.to_list(),
        "sid": sites["id"].map(_word).to_list(),
        "chromosome": sites["chrom"].map(_word).to_list(),
        "bp_position": sites["pos"].to_list(),
        "allele_1": sites["alt"].map(_word).to_list(),
        "allele_2": sites["ref"].map(_word).to_list(),
    }


def _word(text: str) -> str:
    return "_".join(text.split()) or "0"
