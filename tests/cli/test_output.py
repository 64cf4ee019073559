"""Outputs are whole or absent, and never take an input's place."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.panels import HOSTILE
from vaeviz.cli.output import TABLES, replacing, write_table
from vaeviz.errors import ConfigError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def test_output_replaces_the_old_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "t.csv"
    for text in ("first", "second"):
        with replacing(target, TABLES) as path:
            path.write_text(text)
        assert target.read_text() == text
    assert names(target.parent) == ["t.csv"]


def test_failure_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "t.csv"
    target.write_text("old")

    def fail_halfway() -> None:
        with replacing(target, TABLES) as path:
            path.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert target.read_text() == "old"
    assert names(tmp_path) == ["t.csv"]


def test_files_that_belong_together_move_together(tmp_path: Path) -> None:
    with replacing(tmp_path / "c.bed", [".bed"]) as path:
        for suffix in (".bed", ".bim", ".fam"):
            path.with_suffix(suffix).write_text(suffix)
    assert names(tmp_path) == ["c.bed", "c.bim", "c.fam"]


def test_panel_folder_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "p.vcz"
    for part in ("a", "b"):
        with replacing(target, [".vcz"]) as path:
            path.mkdir()
            (path / ".zgroup").write_text("{}")
            (path / part).write_text(part)
    assert names(tmp_path) == [".zgroup", "b", "p.vcz"]


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "p.vcz").mkdir()
    (tmp_path / "p.vcz" / "thesis.doc").write_text("years")
    with (
        pytest.raises(ConfigError, match="other contents"),
        replacing(tmp_path / "p.vcz", [".vcz"]),
    ):
        pass
    assert (tmp_path / "p.vcz" / "thesis.doc").exists()


@pytest.mark.parametrize("name", ["t.txt", ".csv", "csv", "t.csv.gz"])
def test_suffix_is_checked(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="does not end in"), replacing(tmp_path / name, TABLES):
        pass


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("p.vcz", "p.vcz"),
        ("p.vcz", "p.vcz/t.csv"),
        ("p.bed", "p.bed"),
        ("p.bim", "p.bed"),
        ("x/../t.csv", "t.csv"),
    ],
)
def test_inputs_are_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, target: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(ConfigError, match="overwrite an input"),
        replacing(Path(target), [".csv", ".bed", ".vcz"], [source]),
    ):
        pass
    assert names(tmp_path) == []


def test_tables_are_inert_in_a_spreadsheet(tmp_path: Path) -> None:
    table = pd.DataFrame({"=bad()": list(HOSTILE), "number": [-1.5] * len(HOSTILE)})
    write_table(table, tmp_path / "t.csv")
    back = pd.read_csv(tmp_path / "t.csv", keep_default_na=False)
    assert back.columns[0] == "'=bad()"
    assert not back.iloc[:, 0].str.startswith(("=", "+", "-", "@", "\t")).any()
    assert back["number"].eq(-1.5).all()
