"""PLINK 2 .pgen in memory, by PLINK's own library."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaeviz.data.panel import MISSING
from vaeviz.errors import CodecError

if TYPE_CHECKING:
    from vaeviz.compression.codec.methods import Frame
    from vaeviz.data.panel import Panel

PGEN_MISSING = -9
_FILE = "panel.pgen"

Counts = NDArray[np.int8]


def pgen(panel: Panel) -> bytes:
    """Genotypes of a panel as a .pgen file: phased where the panel is.

    Raises
    ------
    CodecError
        A phased genotype has one allele missing, which the format cannot say.
    """
    from pgenlib import PgenWriter

    with tempfile.TemporaryDirectory(prefix="vaeviz-") as folder:
        path = Path(folder) / _FILE
        writer = PgenWriter(
            str(path).encode(),
            panel.n_samples,
            variant_ct=panel.n_sites,
            nonref_flags=False,
            hardcall_phase_present=panel.phased,
        )
        if panel.phased:
            writer.append_alleles_batch(_alleles(panel.counts), all_phased=True)
        else:
            dosages = np.where(panel.counts < 0, PGEN_MISSING, panel.counts)
            writer.append_biallelic_batch(np.ascontiguousarray(dosages.T, np.int8))
        writer.close()
        return path.read_bytes()


def un_pgen(data: bytes, frame: Frame) -> Counts:
    """Counts of a .pgen file, shape (n_rows, n_sites)."""
    from pgenlib import PgenReader

    with tempfile.TemporaryDirectory(prefix="vaeviz-") as folder:
        path = Path(folder) / _FILE
        path.write_bytes(data)
        phased = frame.ploidy == 1
        found = np.empty((frame.n_sites, frame.n_rows), np.int32 if phased else np.int8)
        with PgenReader(str(path).encode()) as reader:
            read = reader.read_alleles_range if phased else reader.read_range
            read(0, frame.n_sites, found)
    return np.ascontiguousarray(np.where(found < 0, MISSING, found).T.astype(np.int8))


def _alleles(counts: Counts) -> NDArray[np.int32]:
    absent = counts < 0
    if (absent[0::2] != absent[1::2]).any():
        raise CodecError(
            "A .pgen file cannot hold genotypes with one allele missing, and this panel has some.",
            "Compare with the other methods.",
        )
    return np.ascontiguousarray(np.where(absent, PGEN_MISSING, counts).T, np.int32)
