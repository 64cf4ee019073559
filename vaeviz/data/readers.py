"""One door for genotype files: look at the content, choose a reader, join the sample sheet."""

from __future__ import annotations

import dataclasses
import gzip
import time
import zlib
from pathlib import Path
from typing import Literal

import pandas as pd

from vaeviz.data.bgzf import is_gzip, truncated
from vaeviz.data.limits import Parsed, file_name, regular_file
from vaeviz.data.panel import Panel, Species
from vaeviz.data.samples import (
    SampleColumns,
    SampleJoin,
    guess_columns,
    join_samples,
    read_sample_sheet,
)
from vaeviz.errors import ReadError

Format = Literal["vcf", "plink", "vcz"]
SUFFIXES = (".vcf.gz", ".vcf.bgz", ".vcf", ".bcf", ".bed", ".vcz")
_PEEK_BYTES = 4_096
_HINT = "VAEviz reads VCF, VCF.gz, BCF, PLINK 1 (.bed with .bim and .fam) and .vcz."


@dataclasses.dataclass(frozen=True)
class ReadReport:
    """What reading did.

    Attributes
    ----------
    n_records, n_kept : int
        Records in the file, and sites of the panel.
    dropped : DataFrame
        Columns reason, n_records.
    sample_join : SampleJoin or None
        How the sample sheet fitted; None without a sheet.
    seconds : float
        Wall time.
    """

    n_records: int
    n_kept: int
    dropped: pd.DataFrame
    sample_join: SampleJoin | None
    seconds: float


@dataclasses.dataclass(frozen=True)
class ReadResult:
    """A panel and the report of how it was read."""

    panel: Panel
    report: ReadReport


def read_panel(
    path: Path,
    samples: Path | None = None,
    columns: SampleColumns | None = None,
    name: str | None = None,
    autosomes: bool = False,
    species: Species = "human",
    max_bytes: int | None = None,
) -> ReadResult:
    """Read genotypes, whatever the format, with the sample sheet given or found beside them.

    Parameters
    ----------
    path : Path
        A .vcf, .vcf.gz, .bcf or .bed file, or a .vcz directory; the content decides.
    samples : Path, optional
        A sample sheet; default NAME.samples.tsv beside the file, when there is one.
    columns : SampleColumns, optional
        Which column of the sheet is what; default guessed from the names.
    name : str, optional
        Name of the panel; default the file's name without its suffix.
    autosomes : bool
        Leave out records that are not on an autosome of `species` while reading, so that
        haploid calls on X, Y or MT do no harm. A .vcz is taken as it is.
    species : "human", "canid" or "other"
        What a file without this information holds.
    max_bytes : int, optional
        Largest genotype matrix in bytes; default half of the free memory.

    Raises
    ------
    ReadError, PanelError
        The genotypes cannot be read.
    SampleSheetError
        The sheet cannot be read or is for other people.
    """
    start = time.perf_counter()
    path = Path(path)
    kind = find_format(path)
    parsed = _parse(kind, path, autosomes, species, max_bytes)
    stem = _stem(path)
    panel, join = _with_sheet(parsed.panel, path, stem, samples, columns)
    if name is not None or kind != "vcz":
        panel = panel.with_info(name=stem if name is None else name)
    report = ReadReport(
        parsed.n_records,
        panel.n_sites,
        pd.DataFrame(list(parsed.dropped.items()), columns=["reason", "n_records"]),
        join,
        time.perf_counter() - start,
    )
    return ReadResult(panel, report)


def find_format(path: Path) -> Format:
    """Format of a file by its content.

    Raises
    ------
    ReadError
        No such file, or something that is not read; says what it seems to be.
    """
    path = Path(path)
    if path.is_dir():
        if (path / ".zgroup").is_file() or (path / "zarr.json").is_file():
            return "vcz"
        raise ReadError(f"{file_name(path)!r} is a folder and no .vcz store.", _HINT)
    path = regular_file(path)
    head = _peek(path)
    if head.startswith((b"##fileformat=VCF", b"BCF\x02")):
        return "vcf"
    if head.startswith(b"\x6c\x1b") and path.suffix == ".bed":
        return "plink"
    raise ReadError(*_refusal(path, head))


def _parse(
    kind: Format, path: Path, autosomes: bool, species: Species, max_bytes: int | None
) -> Parsed:
    if kind == "vcf":
        from vaeviz.data.vcf import read_vcf

        return read_vcf(path, autosomes, species, max_bytes)
    if kind == "plink":
        from vaeviz.data.plink import read_plink

        return read_plink(path, autosomes, species, max_bytes)
    from vaeviz.data.vcz import read_vcz

    return read_vcz(path, max_bytes)


def _stem(path: Path) -> str:
    lower = path.name.lower()
    cut = next((len(s) for s in SUFFIXES if lower.endswith(s)), 0)
    return path.name[: len(path.name) - cut] or path.name


def _with_sheet(
    panel: Panel, path: Path, stem: str, samples: Path | None, columns: SampleColumns | None
) -> tuple[Panel, SampleJoin | None]:
    beside = path.with_name(f"{stem}.samples.tsv")
    sheet_path = samples if samples is not None else beside if beside.is_file() else None
    if sheet_path is None:
        return panel, None
    sheet = read_sample_sheet(Path(sheet_path))
    return join_samples(panel, sheet, columns or guess_columns(sheet))


def _peek(path: Path) -> bytes:
    try:
        with path.open("rb") as raw:
            if not is_gzip(path):
                return raw.read(_PEEK_BYTES)
            with gzip.open(raw) as file:
                return file.read(_PEEK_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise truncated(path) from None
    except OSError as error:
        raise ReadError(
            f"{file_name(path)!r} cannot be opened: {error.strerror}.", "Check its permissions."
        ) from None


def _refusal(path: Path, head: bytes) -> tuple[str, str]:
    """Message and hint for content that no reader takes."""
    name, suffix = repr(file_name(path)), path.suffix.lower()
    if not head:
        return f"{name} is empty.", "Copy the file again."
    for start, what in _FOREIGN:
        if head.startswith(start):
            return f"{name} is {what}, no genotype file.", _HINT
    if head.startswith(b"#CHROM"):
        return (
            f"{name} has no ##fileformat line, which a VCF file must begin with.",
            "Give the complete file, header included.",
        )
    if suffix in (".bim", ".fam"):
        return (
            f"{name} is one part of a PLINK 1 data set.",
            "Give the .bed file; the .bim and .fam are found beside it.",
        )
    if suffix in (".pgen", ".pvar", ".psam"):
        return (
            f"{name} is a PLINK 2 file, which is not read yet.",
            "Convert it with plink2 --pfile NAME --make-bed --out NAME.",
        )
    if b"23andMe" in head or b"rsid\tchromosome\tposition\tgenotype" in head.lower():
        return (
            f"{name} is a consumer genotype text (such as 23andMe), the genotypes of one person.",
            "A panel needs many people: merge such files into a VCF with bcftools convert "
            "--tsv2vcf and bcftools merge.",
        )
    if suffix == ".bed":
        return f"{name} is no PLINK 1 .bed file (its first bytes are wrong).", _HINT
    return f"{name} is in no format that VAEviz reads.", _HINT


_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x89PNG", "a picture"),
    (b"<", "a web page or XML document"),
    (b"SQLite format", "a database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"BAM\x01", "a file of aligned reads (BAM)"),
    (b"CRAM", "a file of aligned reads (CRAM)"),
)
