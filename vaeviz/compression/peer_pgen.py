"""PLINK 2 .pgen in memory, by PLINK's own library."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaeviz.data.panel import MISSING
from vaeviz.data.plink2 import write_pgen
from vaeviz.errors import CodecError, PanelError

if TYPE_CHECKING:
    from vaeviz.compression.codec.methods import Frame
    from vaeviz.data.panel import Panel

_FILE = "panel.pgen"

Counts = NDArray[np.int8]


def pgen(panel: Panel) -> bytes:
    """Genotypes of a panel as a .pgen file: phased where the panel is.

    Raises
    ------
    CodecError
        A phased genotype has one allele missing, which the format cannot say.
    """
    with tempfile.TemporaryDirectory(prefix="vaeviz-") as folder:
        path = Path(folder) / _FILE
        try:
            write_pgen(panel, path)
        except PanelError as error:
            raise CodecError(error.message, "Compare with the other methods.") from None
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
