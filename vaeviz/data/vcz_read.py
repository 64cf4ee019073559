"""Read VCF Zarr stores: panels that `vaeviz.data.vcz` saved, and other tools' stores."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.data.calls import drop_reason, haploid_error, needs_phase, nothing_left, to_counts
from vaeviz.data.limits import Parsed, check_memory, default_max_bytes, file_name
from vaeviz.data.panel import Panel, PanelInfo
from vaeviz.data.vcz_arrays import FORMAT, Column, read_array, read_column, read_text
from vaeviz.data.vcz_check import check_store, damaged, read_json
from vaeviz.errors import ReadError, VaevizError

if TYPE_CHECKING:
    import zarr

logger = logging.getLogger(__name__)

_DECODING_ERRORS = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    RuntimeError,
    IndexError,
    MemoryError,
    SystemError,
)
"""What zarr and numcodecs raise on bytes that do not decode."""

REQUIRED = (
    "call_genotype",
    "contig_id",
    "sample_id",
    "variant_allele",
    "variant_contig",
    "variant_position",
)


def read_vcz(path: Path, max_bytes: int | None = None) -> Parsed:
    """Read a store, with the number of records and why some were dropped.

    Records that are no biallelic SNPs are dropped from other tools' stores; a panel of ours is
    taken as it is and must have the digest it was saved with.

    Raises
    ------
    ReadError
        Not a store, damaged, unsafe codecs, too large.
    """
    path = Path(path)
    if not path.is_dir():
        raise ReadError(f"There is no store {file_name(path)!r} here.", "Check the name.")
    try:
        return _read(path, default_max_bytes() if max_bytes is None else max_bytes)
    except VaevizError:
        raise
    except _DECODING_ERRORS as error:
        logger.info("store cannot be decoded: %s", type(error).__name__)
        raise damaged(path, "its arrays cannot be decoded") from None


def _read(path: Path, max_bytes: int) -> Parsed:
    import zarr

    shapes = check_store(path, max_bytes)
    absent = [name for name in REQUIRED if name not in shapes]
    if absent:
        raise damaged(path, f"it lacks {', '.join(absent)}")
    _check_shapes(path, shapes)
    check_memory(shapes["sample_id"][0] * 2, shapes["variant_position"][0], max_bytes)
    attributes = path / ".zattrs"
    ours = read_json(attributes, path).get("vaeviz") if attributes.exists() else None
    group = zarr.open_group(str(path), mode="r", zarr_format=2)
    if isinstance(ours, dict):
        return _read_ours(group, ours, path)
    return _read_foreign(group, "call_genotype_phased" in shapes, path)


def _check_shapes(path: Path, shapes: dict[str, tuple[int, ...]]) -> None:
    n_sites, n_samples = shapes["variant_position"][0], shapes["sample_id"][0]
    needed = {
        "call_genotype": (n_sites, n_samples, 2),
        "call_genotype_phased": (n_sites, n_samples),
        "variant_contig": (n_sites,),
        "variant_position": (n_sites,),
        "variant_id": (n_sites,),
        "sample_id": (n_samples,),
    }
    for name, shape in needed.items():
        if name in shapes and shapes[name] != shape:
            raise damaged(path, f"{name} has shape {shapes[name]}, and {shape} is needed")
    if len(shapes["variant_allele"]) != 2 or shapes["variant_allele"][0] != n_sites:
        raise damaged(path, "variant_allele does not fit the other arrays")


def _site_table(group: zarr.Group, path: Path) -> pd.DataFrame:
    contigs = read_text(group, "contig_id")
    contig = read_array(group, "variant_contig")
    if len(contig) and (contig.min() < 0 or contig.max() >= len(contigs)):
        raise damaged(path, "variant_contig points beyond contig_id")
    alleles = read_text(group, "variant_allele")
    ids = read_text(group, "variant_id") if "variant_id" in group else np.full(len(contig), ".")
    return pd.DataFrame(
        {
            "chrom": contigs[contig],
            "pos": read_array(group, "variant_position").astype(np.int64),
            "id": ids,
            "ref": alleles[:, 0],
            "alt": alleles[:, 1] if alleles.shape[1] > 1 else ".",
        }
    )


def _read_ours(group: zarr.Group, ours: dict[str, object], path: Path) -> Parsed:
    if ours.get("format") != FORMAT or ours.get("ploidy") not in (1, 2):
        raise damaged(path, f"format {str(ours.get('format'))[:20]!r}, and {FORMAT} is needed")
    sites = _site_table(group, path)
    samples = pd.DataFrame({"sample": read_text(group, "sample_id")})
    for table, key in ((samples, "sample_columns"), (sites, "site_columns")):
        listed = ours.get(key)
        for item in listed if isinstance(listed, list) else []:
            column = Column.make(**item)
            table[column.name] = read_column(group, column)
    counts = to_counts(read_array(group, "call_genotype").astype(np.int8), ours["ploidy"] == 1)
    info = PanelInfo.model_validate(ours.get("info"))
    panel = Panel.create(counts, 1 if ours["ploidy"] == 1 else 2, samples, sites, info)
    if panel.digest != ours.get("digest"):
        raise damaged(path, "its content is not what was saved")
    return Parsed(panel, panel.n_sites, {})


def _read_foreign(group: zarr.Group, has_phase: bool, path: Path) -> Parsed:
    sites = _site_table(group, path)
    alleles = read_text(group, "variant_allele")
    reasons = [drop_reason(row[0], [a for a in row[1:] if a]) for row in alleles]
    keep = np.array([r is None for r in reasons], dtype=bool)
    dropped = {str(k): int(n) for k, n in pd.Series(reasons).dropna().value_counts().items()}
    if not keep.any():
        raise nothing_left(file_name(path), len(keep), dropped)
    calls = read_array(group, "call_genotype")[keep]
    sites = sites[keep].reset_index(drop=True)
    calls = _diploid(calls, sites)
    phased = has_phase and _all_phased(calls, read_array(group, "call_genotype_phased")[keep])
    samples = pd.DataFrame({"sample": read_text(group, "sample_id")})
    info = PanelInfo(name=file_name(path).removesuffix(".vcz"))
    panel = Panel.create(to_counts(calls, phased), 1 if phased else 2, samples, sites, info)
    return Parsed(panel, len(keep), dropped)


def _diploid(calls: NDArray[np.int8], sites: pd.DataFrame) -> NDArray[np.int8]:
    haploid = ((calls[..., 0] >= 0) & (calls[..., 1] == -2)).any(axis=1)
    if haploid.any():
        first = sites.iloc[int(np.argmax(haploid))]
        raise haploid_error(int(haploid.sum()), f"{first['chrom']}:{first['pos']}")
    return np.maximum(calls, -1).astype(np.int8)


def _all_phased(calls: NDArray[np.int8], phase: NDArray[np.bool_]) -> bool:
    return bool(phase.any()) and not bool((needs_phase(calls) & ~phase).any())
