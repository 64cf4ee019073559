"""Built-in panels on disk: one small .npz of packed bits, the same bytes whenever rebuilt."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.panel import Panel, PanelInfo
from vaeviz.errors import PanelError, ReadError

_TEXT_COLUMNS = ("chrom", "id", "ref", "alt")


def write_packed(panel: Panel, path: Path) -> None:
    """Store a phased panel without missing alleles; the same panel gives the same bytes.

    Alleles are packed eight a byte, a haplotype a row: runs shared by haplotypes compress well.

    Raises
    ------
    PanelError
        The panel is unphased or has missing alleles.
    """
    if not panel.phased or panel.counts.min() < 0:
        raise PanelError(
            "Only a phased panel without missing alleles can be packed.",
            "Save it as .vcz instead.",
        )
    sites = {name: panel.sites[name].to_numpy(str).astype(np.bytes_) for name in _TEXT_COLUMNS}
    np.savez_compressed(
        path,
        allow_pickle=False,
        n_sites=np.int64(panel.n_sites),
        bits=np.packbits(panel.counts.view(np.uint8), axis=1),
        pos=panel.sites["pos"].to_numpy(np.int32),
        samples=_bytes(panel.samples.to_csv(index=False)),
        info=_bytes(panel.info.to_json()),
        **sites,
    )


def read_packed(path: Path) -> Panel:
    """Read what `write_packed` wrote.

    Raises
    ------
    ReadError
        The file is damaged or not a packed panel.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return _unpack({name: stored[name] for name in stored.files})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ReadError(
            f"The built-in panel file {path.name} cannot be read ({type(error).__name__}).",
            "Restore it from the repository, or rebuild it with 'make panels'.",
        ) from error


def _unpack(stored: dict[str, NDArray]) -> Panel:
    samples = pd.read_csv(
        io.BytesIO(stored["samples"].tobytes()),
        dtype={"sample": str, "population": str, "superpopulation": str},
        keep_default_na=False,
        na_values=[""],
        float_precision="round_trip",
    )
    alleles = np.unpackbits(stored["bits"], axis=1, count=int(stored["n_sites"])).view(np.int8)
    sites = pd.DataFrame({name: stored[name].astype(str).astype(object) for name in _TEXT_COLUMNS})
    info = PanelInfo.from_json(stored["info"].tobytes())
    return Panel.create(alleles, 1, samples, sites.assign(pos=stored["pos"]), info)


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
