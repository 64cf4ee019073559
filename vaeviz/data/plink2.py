"""PLINK 2 binary files (.pgen, .pvar, .psam) through PLINK's own library; phase is kept."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.limits import file_name
from vaeviz.data.panel import SAMPLE_COLUMNS, Panel
from vaeviz.data.vcz import source_line
from vaeviz.data.writers import site_order
from vaeviz.errors import PanelError

PGEN_MISSING = -9
_SUFFIXES = (".pgen", ".pvar", ".psam")


def write_plink2(panel: Panel, path: Path) -> None:
    """Write NAME.pgen, NAME.pvar and NAME.psam, sorted by chromosome and position.

    White space in IDs becomes "_". `##source` of the .pvar says when the people are simulated or
    synthetic, and the .psam carries the labels.

    Raises
    ------
    PanelError
        A phased genotype has one allele missing, IDs are equal once white space is replaced, or
        the folder cannot be written.
    """
    path = Path(path).with_suffix(".pgen")
    ids = panel.samples["sample"].map(_word)
    if ids.duplicated().any():
        raise PanelError(
            "Two sample IDs become equal when white space is replaced for PLINK.",
            "Rename those samples, or export VCF.",
        )
    order = site_order(panel.sites)
    temporary = path.with_name(f".{secrets.token_hex(6)}.pgen")
    parts: dict[str, Callable[[Path], object]] = {
        ".pgen": lambda part: write_pgen(panel.take_sites(order), part),
        ".pvar": lambda part: part.write_text(_pvar(panel, order), encoding="utf-8"),
        ".psam": lambda part: part.write_text(_psam(panel, ids), encoding="utf-8"),
    }
    try:
        for suffix, write in parts.items():
            write(temporary.with_suffix(suffix))
        for suffix in parts:
            os.replace(temporary.with_suffix(suffix), path.with_suffix(suffix))
    except OSError as error:
        raise PanelError(
            f"{file_name(path)!r} cannot be written: {error.strerror}.",
            "Choose a folder that can be written and has space.",
        ) from None
    finally:
        for suffix in parts:
            with suppress(OSError):
                temporary.with_suffix(suffix).unlink()


def write_pgen(panel: Panel, path: Path) -> None:
    """Write genotypes as a .pgen file, phased where the panel is, in the panel's order of sites.

    Raises
    ------
    PanelError
        A phased genotype has one allele missing, which the format cannot say.
    """
    from pgenlib import PgenWriter

    # Checked first: a writer that is not closed leaves a broken file behind.
    alleles = _alleles(panel.counts) if panel.phased else None
    with path.open("wb"):
        pass  # The writer would end the process where it cannot open the file.
    writer = PgenWriter(
        str(path).encode(),
        panel.n_samples,
        variant_ct=panel.n_sites,
        nonref_flags=False,
        hardcall_phase_present=panel.phased,
    )
    if alleles is not None:
        writer.append_alleles_batch(alleles, all_phased=True)
    else:
        dosages = np.where(panel.counts < 0, PGEN_MISSING, panel.counts)
        writer.append_biallelic_batch(np.ascontiguousarray(dosages.T, np.int8))
    writer.close()


def _alleles(counts: NDArray[np.int8]) -> NDArray[np.int32]:
    absent = counts < 0
    if (absent[0::2] != absent[1::2]).any():
        raise PanelError(
            "A .pgen file cannot hold genotypes with one allele missing, and this panel has some.",
            "Export VCF instead.",
        )
    return np.ascontiguousarray(np.where(absent, PGEN_MISSING, counts).T, np.int32)


def _pvar(panel: Panel, order: NDArray[np.int64]) -> str:
    sites = panel.sites.iloc[order]
    words = {name: sites[name].map(_word) for name in ("chrom", "id", "ref", "alt")}
    table = pd.DataFrame(
        {
            "#CHROM": words["chrom"],
            "POS": sites["pos"],
            "ID": words["id"],
            "REF": words["ref"],
            "ALT": words["alt"],
        }
    )
    return f"##source={source_line(panel)}\n" + table.to_csv(sep="\t", index=False)


def _psam(panel: Panel, ids: pd.Series) -> str:
    table = pd.DataFrame({"#IID": ids, "SEX": "NA"})
    for name in SAMPLE_COLUMNS[1:]:
        if name in panel.samples and panel.samples[name].notna().any():
            column = panel.samples[name]
            table[name] = column.map(lambda x: _word(str(x)), na_action="ignore")
    return table.to_csv(sep="\t", index=False, na_rep="NA")


def _word(text: str) -> str:
    return "_".join(text.split()) or "."
