"""Sample sheets: read, guess which column is what, join to a panel by sample ID."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import pandas as pd

from vaeviz.config import Settings
from vaeviz.data.limits import file_name, regular_file
from vaeviz.data.panel import SAMPLE_COLUMNS, Panel
from vaeviz.errors import ReadError, SampleSheetError
from vaeviz.escape import plain

MAX_SHEET_BYTES = 200_000_000
MISSING_WORDS = ("NA", "")
SYNONYMS: dict[str, tuple[str, ...]] = {
    "sample": ("sample", "iid", "sample_id", "sampleid", "individual", "individual_id", "id"),
    "population": ("population", "pop", "population_code", "breed"),
    "superpopulation": ("superpopulation", "super_pop", "super_population", "superpop",
                        "superpopulation_code", "continent", "region", "group"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "long", "lng"),
}  # fmt: skip
"""Names that a column may go by, the likelier first; letter case, spaces and dashes are ignored."""


class SampleColumns(Settings):
    """Which column of a sheet is what; None where the sheet has no such column."""

    sample: str
    population: str | None = None
    superpopulation: str | None = None
    latitude: str | None = None
    longitude: str | None = None


@dataclasses.dataclass(frozen=True)
class SampleJoin:
    """How a sheet fits a panel.

    Attributes
    ----------
    matched, missing, extra : list of str
        IDs in both; IDs of the panel that the sheet lacks; IDs of the sheet that the panel lacks.
    """

    matched: list[str]
    missing: list[str]
    extra: list[str]


def read_sample_sheet(path: Path) -> pd.DataFrame:
    """Read a TSV or CSV sheet with a header line, as text; `NA` and empty cells are NaN.

    The separator (tab, comma, semicolon, else white space) is guessed from the header line.

    Raises
    ------
    SampleSheetError
        No such file, not text, no rows, rows that do not fit the header.
    """
    try:
        path = regular_file(path)
    except ReadError as error:
        raise SampleSheetError(error.message, error.hint) from None
    if path.stat().st_size > MAX_SHEET_BYTES:
        raise SampleSheetError(
            f"{file_name(path)!r} is over {MAX_SHEET_BYTES // 10**6} MB.",
            "Give a table with one row a sample.",
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
        if "\x00" in text:
            raise ValueError
        return _parse(text)
    except (UnicodeDecodeError, ValueError, csv.Error):
        raise SampleSheetError(
            f"{file_name(path)!r} is no table: it is not UTF-8 text, is empty, or has rows of "
            "different length.",
            "Save the sample sheet as a tab- or comma-separated text file with a header line.",
        ) from None


def _parse(text: str) -> pd.DataFrame:
    first = text.split("\n", 1)[0]
    separator = max("\t,;", key=first.count)
    if separator in first:
        rows = [r for r in csv.reader(text.splitlines(keepends=True), delimiter=separator) if r]
    else:
        rows = [line.split() for line in text.splitlines() if line.strip()]
    header, *body = ([cell.strip() for cell in row] for row in rows)
    if not body or any(len(row) != len(header) for row in body) or "" in header:
        raise ValueError
    if len(set(header)) != len(header):
        raise ValueError
    table = pd.DataFrame(body, columns=header, dtype=object)
    return table.mask(table.isin(MISSING_WORDS))


def guess_columns(table: pd.DataFrame) -> SampleColumns:
    """Guess which column is what from the column names (see `SYNONYMS`).

    Raises
    ------
    SampleSheetError
        No column looks like sample IDs.
    """
    by_name: dict[str, str] = {}
    for name in table.columns:
        by_name.setdefault(str(name).strip("# ").lower().replace(" ", "_").replace("-", "_"), name)
    guess = {
        field: next((by_name[n] for n in names if n in by_name), None)
        for field, names in SYNONYMS.items()
    }
    if guess["sample"] is None:
        found = ", ".join(plain(c, 30) for c in table.columns[:10])
        raise SampleSheetError(
            f"No column of the sample sheet looks like sample IDs; it has {found}.",
            "Name the column of IDs 'sample', or say which column it is.",
        )
    return SampleColumns.make(**guess)


def join_samples(
    panel: Panel, sheet: pd.DataFrame, columns: SampleColumns
) -> tuple[Panel, SampleJoin]:
    """Give the samples of a panel the labels, coordinates and other columns of a sheet.

    Samples that the sheet lacks keep their genotypes and have no labels. What the panel knew
    before is kept where the sheet has no such column.

    Raises
    ------
    SampleSheetError
        A named column is absent, IDs repeat, no ID is in both, coordinates are no numbers.
    """
    table = _mapped(sheet, columns)
    table = table[table["sample"].notna()]
    table["sample"] = table["sample"].map(lambda x: str(x).strip())
    _refuse_duplicates(table["sample"])
    in_sheet, in_panel = set(table["sample"]), set(panel.sample_ids)
    join = SampleJoin(
        [i for i in panel.sample_ids if i in in_sheet],
        [i for i in panel.sample_ids if i not in in_sheet],
        [i for i in table["sample"] if i not in in_panel],
    )
    if not join.matched:
        raise _no_overlap(list(panel.sample_ids), list(table["sample"]))
    known = table.set_index("sample").reindex(panel.sample_ids)
    samples = panel.samples.copy()
    for name in known.columns:
        samples[name] = _typed(name, known[name]).to_numpy()
    return panel.with_samples(samples), join


def _mapped(sheet: pd.DataFrame, columns: SampleColumns) -> pd.DataFrame:
    """The sheet with our names for the columns that were named; other columns keep theirs."""
    wanted = {v: k for k, v in columns.model_dump().items() if v is not None}
    for name in wanted:
        if name not in sheet:
            raise SampleSheetError(
                f"The sample sheet has no column {plain(name, 40)!r}.",
                f"Choose among: {', '.join(plain(c, 30) for c in sheet.columns[:20])}.",
            )
    # A column that is called like one of ours but was not chosen keeps its content beside it.
    clashes = {c: f"{c} (sheet)" for c in sheet.columns if c in SAMPLE_COLUMNS and c not in wanted}
    return sheet.rename(columns={**clashes, **wanted})


def _refuse_duplicates(ids: pd.Series) -> None:
    twice = ids[ids.duplicated()]
    if len(twice):
        raise SampleSheetError(
            f"{twice.nunique()} sample IDs occur more than once in the sample sheet (first: "
            f"{plain(twice.iloc[0], 40)!r}).",
            "Keep one row a sample.",
        )


def _no_overlap(panel_ids: list[str], sheet_ids: list[str]) -> SampleSheetError:
    first, second = (
        ", ".join(plain(i, 20) for i in ids[:3]) or "none" for ids in (panel_ids, sheet_ids)
    )
    return SampleSheetError(
        f"The sample sheet is for other people: none of its {len(sheet_ids):,} IDs is among the "
        f"{len(panel_ids):,} of the genotypes (genotypes: {first}; sheet: {second}).",
        "Give the sheet of these genotypes, or choose another ID column.",
    )


def _typed(name: str, column: pd.Series) -> pd.Series:
    """Text as numbers where that loses nothing; coordinates must be numbers."""
    numbers = pd.to_numeric(column, errors="coerce")
    failed = column.notna() & numbers.isna()
    if name in ("latitude", "longitude"):
        if failed.any():
            raise SampleSheetError(
                f"{int(failed.sum())} values of {name} are no numbers (first: "
                f"{plain(column[failed].iloc[0], 30)!r}).",
                "Use decimal degrees such as -12.05, and NA where unknown.",
            )
        return numbers
    coded = column.dropna().astype(str).str.match(r"0\d").any()
    if name in SAMPLE_COLUMNS or failed.any() or coded or not column.notna().any():
        return column
    return numbers
