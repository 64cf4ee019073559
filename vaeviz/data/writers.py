"""Panels as files for other programs: VCF.gz and CSV (PLINK is in `vaeviz.data.plink`)."""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.bgzf import BgzfWriter
from vaeviz.data.chromosomes import natural_key
from vaeviz.data.dosages import Dosages
from vaeviz.data.limits import file_name
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import source_line
from vaeviz.errors import PanelError
from vaeviz.escape import cell, plain

SITES_A_BLOCK = 1_000
_SYMBOLS = np.frombuffer(b".01", dtype=np.uint8)
_BASES = frozenset("ACGTN")


def write_vcf(panel: Panel, path: Path, dosages: Dosages | None = None) -> None:
    """Write a panel as bgzip-compressed VCF 4.3, sorted by chromosome and position.

    Phased calls are joined by "|", unphased by "/". `##source` says when the people are
    simulated or synthetic. With `dosages`, sites that the model knows also carry DS, AF, DR2
    and the flag IMP, and the header names the model that imputed.

    Raises
    ------
    PanelError
        Alleles that VCF cannot hold, or a folder that cannot be written.
    """
    order = site_order(panel.sites)
    fixed = _fixed_columns(panel.sites.iloc[order])
    with _replacing(Path(path)) as temporary, BgzfWriter(temporary) as file:
        file.write(_header(panel, [] if dosages is None else dosages.header()).encode())
        for start in range(0, panel.n_sites, SITES_A_BLOCK):
            block = order[start : start + SITES_A_BLOCK]
            calls = _calls(panel, block, dosages)
            ends = [".\tGT" if dosages is None else dosages.columns(site) for site in block]
            lines = zip(fixed[start : start + len(block)], ends, calls, strict=True)
            file.write(b"".join(b"%b%b%b\n" % (a, b.encode(), c) for a, b, c in lines))


def write_csv(panel: Panel, path: Path) -> None:
    """Write dosages (phased: one row a haplotype), one column a site, as CSV for spreadsheets.

    Missing is an empty cell. Text from users cannot act as a formula.
    """
    names = [cell(f"{c}:{p}:{r}:{a}") for c, p, r, a in _keys(panel.sites)]
    symbols = np.array(["", "0", "1", "2"], dtype=object)
    with _replacing(Path(path)) as temporary, temporary.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sample", *(["haplotype"] if panel.phased else []), *names])
        for row, counts in enumerate(panel.counts):
            sample, haplotype = divmod(row, panel.rows_per_sample)
            key = [cell(panel.sample_ids[sample]), *([haplotype + 1] if panel.phased else [])]
            writer.writerow([*key, *symbols[counts + 1]])


def write_samples_csv(panel: Panel, path: Path) -> None:
    """Write the sample table as CSV; missing is an empty cell."""
    table = panel.samples.rename(columns=cell)
    for name in table.select_dtypes(object).columns:
        table[name] = table[name].map(cell, na_action="ignore")
    with _replacing(Path(path)) as temporary:
        table.to_csv(temporary, index=False)


def site_order(sites: pd.DataFrame) -> NDArray[np.int64]:
    """Index that sorts a table of sites by chromosome (2 before 10), then position."""
    names = sorted(pd.unique(sites["chrom"]), key=natural_key)
    rank = sites["chrom"].map({name: i for i, name in enumerate(names)})
    return np.lexsort((sites["pos"].to_numpy(), rank.to_numpy(np.int64))).astype(np.int64)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A temporary file that takes the place of `path` when all went well."""
    temporary = path.with_name(f".{secrets.token_hex(6)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise PanelError(
            f"{file_name(path)!r} cannot be written: {error.strerror}.",
            "Choose a folder that can be written and has space.",
        ) from None
    finally:
        with suppress(OSError):
            temporary.unlink()


def _keys(sites: pd.DataFrame) -> Iterator[tuple[str, int, str, str]]:
    return zip(sites["chrom"], sites["pos"], sites["ref"], sites["alt"], strict=True)


def _header(panel: Panel, more: list[str]) -> str:
    contigs = sorted(pd.unique(panel.sites["chrom"]), key=natural_key)
    lines = [
        "##fileformat=VCFv4.3",
        f"##source={source_line(panel)}",
        f"##vaeviz_panel={plain(panel.info.name)}",
        *(f"##contig=<ID={_word(c)}>" for c in contigs),
        '##FILTER=<ID=PASS,Description="All filters passed">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        *more,
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(panel.sample_ids),
    ]
    return "\n".join(lines) + "\n"


def _fixed_columns(sites: pd.DataFrame) -> list[bytes]:
    """The first seven columns of every record, and the tab behind them."""
    alleles = set(pd.unique(sites["ref"])) | set(pd.unique(sites["alt"])) - {"."}
    odd = sorted(a for a in alleles if not a or not set(a) <= _BASES)
    if odd:
        raise PanelError(
            f"VCF takes alleles of A, C, G, T and N; this panel has {plain(odd[0], 20)!r}.",
            "Export PLINK instead, or recode the alleles.",
        )
    ids = sites["id"].map(_word)
    return [
        f"{_word(chrom)}\t{pos}\t{name}\t{ref}\t{alt}\t.\tPASS\t".encode()
        for (chrom, pos, ref, alt), name in zip(_keys(sites), ids, strict=True)
    ]


def _calls(panel: Panel, block: NDArray[np.int64], dosages: Dosages | None) -> list[bytes]:
    """Genotype columns of the records of some sites, a tab before each genotype."""
    alleles = panel.take_sites(block).genotypes()
    if dosages is None:
        return [row.tobytes() for row in _call_text(alleles, panel.phased)]
    phased = panel.phased & (dosages.phased | ~dosages.imputed[:, block].T)
    plain_text = _call_text(alleles, phased)
    with_dosage = np.concatenate([plain_text, dosages.text(block)], axis=2)
    return [
        (with_dosage if known else plain_text)[i].tobytes()
        for i, known in enumerate(dosages.known[block])
    ]


def _call_text(alleles: NDArray[np.int8], phased: bool | NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Characters of genotypes, tab first: (n_sites, n_samples, 4) of (n_sites, n_samples, 2)."""
    text = np.empty((*alleles.shape[:2], 4), dtype=np.uint8)
    text[..., 0] = ord("\t")
    text[..., 1] = _SYMBOLS[alleles[..., 0] + 1]
    text[..., 2] = np.where(phased, ord("|"), ord("/"))
    text[..., 3] = _SYMBOLS[alleles[..., 1] + 1]
    return text


def _word(text: str) -> str:
    """Text that stays one field of a VCF line: no white space, separators or brackets."""
    return plain("_".join(text.split()), 200).translate(str.maketrans(";,<>=:\"'", "_" * 8)) or "."
