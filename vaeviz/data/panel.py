"""Panel: genotypes, samples and sites in one immutable object with a content digest."""

from __future__ import annotations

import dataclasses
import hashlib
from functools import cached_property
from typing import Annotated, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from vaeviz.config import Rows, Settings
from vaeviz.errors import PanelError
from vaeviz.escape import has_control

MISSING = -1
UNLABELLED = "(no label)"
LEVELS = ("population", "superpopulation")
SAMPLE_COLUMNS = ("sample", "population", "superpopulation", "latitude", "longitude")
DIGEST_FIELDS = ("species", "simulated", "synthetic")
"""Fields of `PanelInfo` that are part of a panel's digest."""

SITE_COLUMNS = ("chrom", "pos", "id", "ref", "alt")
MAX_ID_CHARACTERS = 20_000
MAX_INFO_CHARACTERS = 10_000

Species = Literal["human", "canid", "other"]


class Step(Settings):
    """One thing done to a panel, with the sizes before and after."""

    what: str
    sites_before: int
    sites_after: int
    samples_before: int
    samples_after: int


class PanelInfo(Settings):
    """What a panel is, and everything that was done to it.

    `unfiltered_sequence` says that its sites are all biallelic SNPs that sequencing found, rare
    ones included. Only its owner can know, so the owner marks it; dropping sites takes the mark
    off. It is no part of the digest: what depends on it names it where results are kept.
    """

    name: Annotated[str, Field(max_length=MAX_INFO_CHARACTERS)] = "panel"
    description: Annotated[str, Field(max_length=MAX_INFO_CHARACTERS)] = ""
    species: Species = "human"
    build: Annotated[str, Field(max_length=100)] = ""
    simulated: bool = False
    synthetic: bool = False
    unfiltered_sequence: bool = False
    citations: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclasses.dataclass(frozen=True, eq=False)
class Panel:
    """Genotypes of samples at biallelic sites. Build with `Panel.create`, which validates.

    Attributes
    ----------
    counts : int8 array, shape (n_rows, n_sites), read-only
        Copies of the ALT allele; -1 is missing.
    ploidy : 1 or 2
        1: a row is one haplotype (phased; rows 2i and 2i + 1 are sample i).
        2: a row is one sample's dosage (unphased).
    samples : DataFrame, one row a sample
        `SAMPLE_COLUMNS` and whatever else the user brought; absent labels are NaN.
    sites : DataFrame, one row a site
        `SITE_COLUMNS`; chrom, id, ref, alt are text, pos is 1-based int64.
    info : PanelInfo
        Name, species, whether simulated, provenance.
    """

    counts: NDArray[np.int8]
    ploidy: int
    samples: pd.DataFrame
    sites: pd.DataFrame
    info: PanelInfo

    @classmethod
    def create(
        cls,
        counts: ArrayLike,
        ploidy: int,
        samples: pd.DataFrame,
        sites: pd.DataFrame,
        info: PanelInfo | None = None,
    ) -> Self:
        """Validate once at the door; functions afterwards assume a good panel.

        Raises
        ------
        PanelError
            Empty panel, shapes that do not fit, counts outside -1..ploidy, duplicate, empty or
            control-character sample IDs, coordinates out of range.
        """
        matrix = np.ascontiguousarray(counts, dtype=np.int8)
        samples = _sample_table(samples)
        sites = _site_table(sites)
        _check(matrix, ploidy, samples, sites)
        matrix = matrix.view()
        matrix.flags.writeable = False
        return cls(matrix, ploidy, samples, sites, info or PanelInfo())

    @property
    def n_rows(self) -> int:
        """Rows of `counts`: samples, or haplotypes when phased."""
        return self.counts.shape[0]

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.samples)

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return self.counts.shape[1]

    @property
    def phased(self) -> bool:
        """Whether rows are haplotypes."""
        return self.ploidy == 1

    @property
    def rows_per_sample(self) -> int:
        """2 when phased, else 1."""
        return 2 if self.phased else 1

    @property
    def sample_ids(self) -> NDArray[np.object_]:
        """Sample IDs in order."""
        return self.samples["sample"].to_numpy(object)

    @cached_property
    def sites_digest(self) -> str:
        """Content hash of the site table."""
        digest = hashlib.blake2b(digest_size=16)
        _hash_table(digest, self.sites[list(SITE_COLUMNS)])
        return digest.hexdigest()

    @cached_property
    def digest(self) -> str:
        """Content hash of genotypes, samples, sites and what the panel says it is."""
        digest = hashlib.blake2b(digest_size=16)
        shape = (*self.counts.shape, self.ploidy)
        digest.update(repr(shape).encode())
        digest.update(np.ascontiguousarray(self.counts).data)
        digest.update(self.sites_digest.encode())
        _hash_table(digest, self.samples)
        flags = tuple(getattr(self.info, field) for field in DIGEST_FIELDS)
        digest.update(repr(flags).encode())
        return digest.hexdigest()

    def labels(self, level: str) -> NDArray[np.object_]:
        """One label a sample from any column of `samples`; `UNLABELLED` where absent."""
        if level not in self.samples:
            known = ", ".join(str(c) for c in self.samples.columns if c != "sample")
            raise PanelError(
                f"This panel has no sample column {level[:40]!r}.", f"Choose one of: {known[:300]}."
            )
        column = self.samples[level]
        text = column.astype(object).where(column.notna(), UNLABELLED)
        return text.map(str).to_numpy(object)

    def has_labels(self, level: str) -> bool:
        """Whether at least one sample carries a label at this level."""
        return level in self.samples and bool(self.samples[level].notna().any())

    def row_index(self, sample_index: ArrayLike) -> NDArray[np.int64]:
        """Rows that belong to the given samples, haplotypes of a sample side by side."""
        index = np.asarray(sample_index, dtype=np.int64)
        if not self.phased:
            return index
        return np.column_stack([2 * index, 2 * index + 1]).ravel()

    def as_dosages(self) -> Panel:
        """The same panel with one row a sample (ploidy 2); itself when it is so already."""
        if not self.phased:
            return self
        first, second = self.counts[0::2], self.counts[1::2]
        dosages = np.where((first < 0) | (second < 0), MISSING, first + second)
        return Panel.create(dosages, 2, self.samples, self.sites, self.info)

    def model_rows(self, rows: Rows) -> Panel:
        """Panel whose rows are what a model of these rows reads.

        Raises
        ------
        PanelError
            Haplotypes were asked of an unphased panel.
        """
        if rows == "person":
            return self.as_dosages()
        if not self.phased:
            raise PanelError(
                "Haplotype rows need phased genotypes, and this panel is unphased.",
                "Use rows = person, or phase the genotypes first (for example with SHAPEIT).",
            )
        return self

    def genotypes(self) -> NDArray[np.int8]:
        """Alleles in scikit-allel's order: int8, shape (n_sites, n_samples, 2); -1 missing."""
        if self.phased:
            by_site = self.counts.T
            return np.stack([by_site[:, 0::2], by_site[:, 1::2]], axis=2)
        dosages = self.counts.T
        first = np.where(dosages < 0, MISSING, dosages >= 2).astype(np.int8)
        second = np.where(dosages < 0, MISSING, dosages >= 1).astype(np.int8)
        return np.stack([first, second], axis=2)

    def take_samples(self, index: ArrayLike, what: str | None = None) -> Panel:
        """Panel of the given samples (integer index or mask), in that order."""
        chosen = _integer_index(index)
        samples = self.samples.iloc[chosen].reset_index(drop=True)
        counts = self.counts[self.row_index(chosen)]
        taken = Panel.create(counts, self.ploidy, samples, self.sites, self.info)
        return taken if what is None else taken.with_step(what, self)

    def take_sites(self, index: ArrayLike, what: str | None = None) -> Panel:
        """Panel of the given sites (integer index or mask), in that order.

        A panel that lacks some of the sites is no longer marked as unfiltered sequence.
        """
        chosen = _integer_index(index)
        sites = self.sites.iloc[chosen].reset_index(drop=True)
        taken = Panel.create(self.counts[:, chosen], self.ploidy, self.samples, sites, self.info)
        if self.info.unfiltered_sequence and len(np.unique(chosen)) < self.n_sites:
            taken = taken.with_info(unfiltered_sequence=False)
        return taken if what is None else taken.with_step(what, self)

    def with_samples(self, samples: pd.DataFrame) -> Panel:
        """The same genotypes with another sample table (same order of samples)."""
        return Panel.create(self.counts, self.ploidy, samples, self.sites, self.info)

    def with_info(self, **changes: object) -> Panel:
        """The same panel with some fields of `info` changed."""
        info = PanelInfo.make(**{**self.info.model_dump(), **changes})
        return dataclasses.replace(self, info=info)

    def with_step(self, what: str, before: Panel) -> Panel:
        """Append a provenance step that led from `before` to this panel."""
        step = Step(
            what=what,
            sites_before=before.n_sites,
            sites_after=self.n_sites,
            samples_before=before.n_samples,
            samples_after=self.n_samples,
        )
        return self.with_info(steps=(*self.info.steps, step))


def _integer_index(index: ArrayLike) -> NDArray[np.int64]:
    array = np.asarray(index)
    return np.flatnonzero(array) if array.dtype == bool else array.astype(np.int64)


def _sample_table(samples: pd.DataFrame) -> pd.DataFrame:
    table = _named_once(samples)
    for name in SAMPLE_COLUMNS[1:3]:
        table[name] = _text_or_nan(table[name]) if name in table else np.nan
        table[name] = table[name].astype(object)
    for name in SAMPLE_COLUMNS[3:]:
        values = table.get(name, np.nan)
        table[name] = pd.to_numeric(pd.Series(values, index=table.index), errors="coerce").astype(
            float
        )
    if "sample" in table:
        table["sample"] = table["sample"].map(_storable).astype(object)
    extra = [c for c in table.columns if c not in SAMPLE_COLUMNS]
    for name in extra:
        table[name] = _plain_column(table[name])
    return table[[c for c in SAMPLE_COLUMNS if c in table] + extra]


def _named_once(table: pd.DataFrame) -> pd.DataFrame:
    table = table.reset_index(drop=True).copy()
    table.columns = pd.Index([str(c) for c in table.columns], dtype=object)
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise PanelError(
            f"Two columns of a table are named {twice[0][:40]!r}.", "Rename one of the columns."
        )
    return table


def _plain_column(column: pd.Series) -> pd.Series:
    """A user's column as bool, int64, float64 or text with NaN: what every store can hold."""
    kind = pd.api.types.infer_dtype(column, skipna=True)
    whole = bool(column.notna().all())
    if kind == "boolean" and whole:
        return column.astype(bool)
    if kind == "integer" and whole and abs(column.astype(float)).max() < 2**53:
        return column.astype(np.int64)
    if kind in ("integer", "floating", "mixed-integer-float"):
        return pd.Series(column.to_numpy(np.float64, na_value=np.nan), index=column.index)
    return _text_or_nan(column)


def _text_or_nan(column: pd.Series) -> pd.Series:
    text = column.astype(object).where(column.notna(), np.nan)
    text = text.map(lambda x: x if isinstance(x, float) and np.isnan(x) else _storable(x))
    return text.astype(object)


def _storable(value: object) -> str:
    """Text that UTF-8 can hold: lone surrogates become question marks."""
    return str(value).encode("utf-8", "replace").decode()


def _site_table(sites: pd.DataFrame) -> pd.DataFrame:
    table = _named_once(sites)
    absent = [c for c in SITE_COLUMNS if c not in table]
    if absent:
        raise PanelError(f"The site table lacks {', '.join(absent)}.", "Give all site columns.")
    for name in ("chrom", "id", "ref", "alt"):
        table[name] = table[name].map(str).astype(object)
    table["pos"] = table["pos"].astype(np.int64)
    extra = [c for c in table.columns if c not in SITE_COLUMNS]
    for name in extra:
        table[name] = _plain_column(table[name])
    return table[list(SITE_COLUMNS) + extra]


def _check(
    counts: NDArray[np.int8], ploidy: int, samples: pd.DataFrame, sites: pd.DataFrame
) -> None:
    if "sample" not in samples:
        raise PanelError("The sample table has no column 'sample'.", "Name the ID column.")
    if ploidy not in (1, 2):
        raise PanelError(f"Ploidy is {ploidy}; 1 or 2 is needed.", "Give diploid genotypes.")
    rows = len(samples) * (2 if ploidy == 1 else 1)
    if counts.shape != (rows, len(sites)):
        raise PanelError(
            f"Genotypes have shape {counts.shape}; samples and sites need ({rows}, {len(sites)}).",
            "Check that all files belong together.",
        )
    if not rows or not len(sites):
        raise PanelError(
            f"The panel is empty: {len(samples)} samples and {len(sites)} sites.",
            "Relax the filters or choose another file.",
        )
    if counts.min() < MISSING or counts.max() > ploidy:
        raise PanelError(
            f"Allele counts run from {counts.min()} to {counts.max()}; -1 to {ploidy} is allowed.",
            "Give biallelic diploid genotypes.",
        )
    check_sample_ids(samples["sample"])
    _check_coordinates(samples)


def check_sample_ids(ids: pd.Series) -> None:
    """Raise `PanelError` unless IDs are unique, non-empty and free of control characters."""
    duplicated = ids[ids.duplicated()]
    if len(duplicated):
        raise PanelError(
            f"{duplicated.nunique()} sample IDs occur more than once (first: "
            f"{str(duplicated.iloc[0])[:40]!r}).",
            "Give every sample an ID of its own.",
        )
    for value in ids:
        if not value.strip() or len(value) > MAX_ID_CHARACTERS or has_control(value):
            raise PanelError(
                f"The sample ID {value[:40]!r} is empty, too long or holds control characters "
                "(such as a tab or a line break).",
                "Rename that sample.",
            )


def _check_coordinates(samples: pd.DataFrame) -> None:
    for name, limit in (("latitude", 90.0), ("longitude", 360.0)):
        values = samples[name].to_numpy(float)
        bad = np.abs(values[np.isfinite(values)]) > limit
        if bad.any() or np.isinf(values).any():
            raise PanelError(
                f"{int(bad.sum())} samples have a {name} beyond {limit:g} degrees.",
                "Check whether latitude and longitude are swapped, and use decimal degrees.",
            )


def _hash_table(digest: hashlib.blake2b, table: pd.DataFrame) -> None:
    for name in table.columns:
        values = table[name].map(str).to_numpy(object)
        digest.update(f"\x00{name}\x00{len(values)}\x00".encode())
        digest.update("\x1f".join(values).encode("utf-8", "surrogatepass"))
