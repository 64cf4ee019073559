"""Files of visitors: sorted, renamed, copied; never a URL or a device."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st

from vaeviz.data.samples import SampleColumns, guess_columns, read_sample_sheet
from vaeviz.errors import ReadError
from vaeviz.ui import uploading


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAEVIZ_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(st, "session_state", {})
    return tmp_path


def _file(name: str, body: bytes = b"x") -> io.BytesIO:
    file = io.BytesIO(body)
    file.name = name
    return file


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.vcf.gz"], ("a.vcf.gz", None)),
        (["s.tsv", "a.VCF"], ("a.VCF", "s.tsv")),
        (["a.fam", "a.bim", "a.bed", "s.csv"], ("a.bed", "s.csv")),
        (["23andme.txt"], ("23andme.txt", None)),
    ],
)
def test_classify(names: list[str], expected: tuple[str, str | None]) -> None:
    assert uploading.classify(names) == expected


@pytest.mark.parametrize(
    "names", [["a.bim", "a.fam"], ["a.vcf", "b.vcf"], ["a.vcf", "s.tsv", "t.tsv"], ["a.pdf"]]
)
def test_classify_refuses(names: list[str]) -> None:
    with pytest.raises(ReadError):
        uploading.classify(names)


def test_store_copies_under_harmless_names_that_stay_together() -> None:
    files = [
        _file(f"../../my cohort;.{suffix}", suffix.encode()) for suffix in ("bed", "bim", "fam")
    ]
    upload = uploading.store(files)
    folder = upload.genotypes.parent
    assert folder.parent.name == "uploads"
    assert sorted(p.name for p in folder.iterdir()) == [
        "my_cohort.bed",
        "my_cohort.bim",
        "my_cohort.fam",
    ]
    assert upload.genotypes.read_bytes() == b"bed"


@pytest.mark.parametrize(
    "text", ["http://x/a.vcf", "s3://bucket/a.vcf", "a.vcf", "/dev/zero", "/etc", "/absent.vcf"]
)
def test_local_file_refuses(text: str) -> None:
    with pytest.raises(ReadError):
        uploading.local_file(text)


def test_local_file_takes_an_ordinary_file(home: Path) -> None:
    path = home / "a.vcf"
    path.write_text("x")
    assert uploading.local_file(f' "{path}" ') == path


def test_a_confirmed_sheet_is_guessed_as_confirmed() -> None:
    table = pd.DataFrame({"ID": ["a"], "pop": ["X"], "other": ["Y"], "population": ["Z"]})
    columns = SampleColumns(sample="ID", superpopulation="other")
    written = read_sample_sheet(uploading.confirmed_sheet(table, columns))
    guess = guess_columns(written)
    assert (guess.sample, guess.superpopulation, guess.population) == (
        "sample",
        "superpopulation",
        None,
    )
    assert written["superpopulation"].tolist() == ["Y"]
