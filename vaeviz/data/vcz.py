"""Panels on disk as VCF Zarr stores, which other VCF Zarr tools open as well.

Field names and dimensions follow the VCF Zarr specification (github.com/sgkit-dev/vcf-zarr-spec);
what it has no place for is in the group attribute `vaeviz`: info, ploidy, the names of user
columns, and the digest that tells a damaged store.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vaeviz import __version__
from vaeviz.data.limits import file_name
from vaeviz.data.panel import DIGEST_FIELDS, SAMPLE_COLUMNS, SITE_COLUMNS, Panel, PanelInfo
from vaeviz.data.vcz_arrays import FORMAT, Column, chunk_shape, write_array, write_column
from vaeviz.data.vcz_check import damaged, read_json
from vaeviz.data.vcz_read import read_vcz
from vaeviz.errors import PanelError

if TYPE_CHECKING:
    import zarr

VCF_ZARR_VERSION = "0.4"
MISSING_FLOAT_BITS = 0x7F800001


def save_panel(panel: Panel, path: Path) -> None:
    """Write a panel as a VCF Zarr store; an older store at `path` is replaced in one step.

    Raises
    ------
    PanelError
        Something that is no store is at `path`, or the folder cannot be written.
    """
    path = Path(path)
    if path.exists() and not (path / ".zgroup").is_file():
        raise PanelError(
            f"{file_name(path)!r} exists and is no store of genotypes.", "Choose another name."
        )
    temporary = path.parent / f".{path.name}.{secrets.token_hex(4)}.tmp"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_store(panel, temporary)
        _put_in_place(temporary, path)
    except OSError as error:
        raise PanelError(
            f"{file_name(path)!r} cannot be written: {error.strerror}.",
            "Choose a folder that can be written and has space.",
        ) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def save_info(path: Path, info: PanelInfo) -> None:
    """Replace what a store of ours says of its panel; genotypes stay as they are.

    Raises
    ------
    ReadError
        The store is damaged, or another tool's.
    PanelError
        The change would change the digest, or the folder cannot be written.
    """
    path = Path(path)
    attributes = read_json(path / ".zattrs", path)
    ours = attributes.get("vaeviz")
    if not isinstance(ours, dict):
        raise damaged(path, "it was not saved by VAEviz")
    before = PanelInfo.model_validate(ours.get("info"))
    if any(getattr(before, field) != getattr(info, field) for field in DIGEST_FIELDS):
        raise PanelError(
            "Species and origin of a stored panel cannot be changed.", "Import the file again."
        )
    ours["info"] = info.model_dump(mode="json")
    temporary = path / f".zattrs.{secrets.token_hex(4)}.tmp"
    try:
        temporary.write_text(json.dumps(attributes), encoding="utf-8")
        os.replace(temporary, path / ".zattrs")
    except OSError as error:
        raise PanelError(
            f"{file_name(path)!r} cannot be written: {error.strerror}.",
            "Choose a folder that can be written and has space.",
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


def load_panel(path: Path, max_bytes: int | None = None) -> Panel:
    """Read a store that `save_panel` wrote, or another tool's VCF Zarr store (format 2).

    Raises
    ------
    ReadError
        Not a store, damaged, unsafe codecs, too large.
    """
    return read_vcz(path, max_bytes).panel


def _put_in_place(temporary: Path, path: Path) -> None:
    """Rename; a full directory cannot be replaced directly, so the old one steps aside first."""
    old = temporary.with_suffix(".old")
    if path.exists():
        os.replace(path, old)
    os.replace(temporary, path)
    shutil.rmtree(old, ignore_errors=True)


def _write_store(panel: Panel, path: Path) -> None:
    import zarr

    group = zarr.create_group(str(path), zarr_format=2)
    _write_sites(group, panel.sites)
    _write_genotypes(group, panel)
    write_column(group, "sample_id", panel.samples["sample"], "samples")
    sample_columns = _write_extras(group, panel.samples, "sample", ("sample",))
    site_columns = _write_extras(group, panel.sites, "variant", SITE_COLUMNS)
    group.attrs.update(
        {
            "vcf_zarr_version": VCF_ZARR_VERSION,
            "source": source_line(panel),
            "vaeviz": {
                "format": FORMAT,
                "digest": panel.digest,
                "ploidy": panel.ploidy,
                "info": panel.info.model_dump(mode="json"),
                "sample_columns": [c.model_dump() for c in sample_columns],
                "site_columns": [c.model_dump() for c in site_columns],
            },
        }
    )


def source_line(panel: Panel) -> str:
    """Who wrote a file, and whether its people exist: the `##source` of VCF."""
    line = f"VAEviz {__version__}"
    if panel.info.synthetic:
        return f"{line} SYNTHETIC DATA, not real people"
    return f"{line} SIMULATED DATA, not real people" if panel.info.simulated else line


def _write_sites(group: zarr.Group, sites: pd.DataFrame) -> None:
    contig, names = pd.factorize(sites["chrom"])
    write_array(group, "contig_id", np.asarray(names, object), ("contigs",))
    write_array(group, "filter_id", np.array(["PASS"], object), ("filters",))
    write_array(group, "variant_contig", contig.astype(np.int32), ("variants",))
    position = sites["pos"].to_numpy()
    small = np.int32 if abs(position).max() < 2**31 else np.int64
    write_array(group, "variant_position", position.astype(small), ("variants",))
    write_array(group, "variant_id", sites["id"].to_numpy(object), ("variants",))
    write_array(group, "variant_id_mask", (sites["id"] == ".").to_numpy(bool), ("variants",))
    alleles = sites[["ref", "alt"]].to_numpy(object)
    write_array(group, "variant_allele", alleles, ("variants", "alleles"))
    quality = np.full(len(sites), MISSING_FLOAT_BITS, np.uint32).view(np.float32)
    write_array(group, "variant_quality", quality, ("variants",))
    passed = np.zeros((len(sites), 1), bool)
    write_array(group, "variant_filter", passed, ("variants", "filters"))


def _write_genotypes(group: zarr.Group, panel: Panel) -> None:
    import numcodecs

    shape = (panel.n_sites, panel.n_samples, 2)
    dimensions = ("variants", "samples", "ploidy")
    chunks = chunk_shape(shape, dimensions)
    codec = numcodecs.Blosc("zstd", clevel=7, shuffle=numcodecs.Blosc.BITSHUFFLE)
    calls = group.create_array(
        "call_genotype", shape=shape, chunks=chunks, dtype="i1", fill_value=-1, compressors=codec
    )
    calls.attrs["_ARRAY_DIMENSIONS"] = list(dimensions)
    for start in range(0, panel.n_sites, chunks[0]):
        block = np.arange(start, min(start + chunks[0], panel.n_sites))
        calls[start : start + len(block)] = panel.take_sites(block).genotypes()
    phase = group.create_array(
        "call_genotype_phased",
        shape=shape[:2],
        chunks=chunks[:2],
        dtype=bool,
        fill_value=panel.phased,
        compressors=codec,
    )
    # Every call has the same phase, which is the fill value: no chunk needs to be written.
    phase.attrs["_ARRAY_DIMENSIONS"] = list(dimensions[:2])


def _write_extras(
    group: zarr.Group, table: pd.DataFrame, axis: str, known: tuple[str, ...]
) -> list[Column]:
    columns = []
    for number, name in enumerate(c for c in table.columns if c not in known):
        array = f"{axis}_{name}" if name in SAMPLE_COLUMNS else f"{axis}_column_{number}"
        kind = write_column(group, array, table[name], f"{axis}s")
        columns.append(Column(name=name, array=array, kind=kind))
    return columns
