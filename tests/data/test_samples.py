from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vaeviz.data.panel import Panel
from vaeviz.data.samples import SampleColumns, guess_columns, join_samples, read_sample_sheet
from vaeviz.errors import PanelError, SampleSheetError


def sheet(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype=object)


@pytest.mark.parametrize(
    "text",
    [
        "sample\tpop\nS1\tA b\nS2\tNA\n",
        "sample,pop\nS1,A b\nS2,\n",
        'sample;pop\r\nS1;"A b"\r\nS2;NA\r\n',
        "\ufeffsample\tpop\n\nS1\tA b\nS2\tNA",
    ],
)
def test_separators_are_guessed(text: str, tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text(text, encoding="utf-8")
    table = read_sample_sheet(tmp_path / "s.txt")
    assert table["sample"].tolist() == ["S1", "S2"]
    assert table["pop"][0] == "A b"
    assert table["pop"].isna().tolist() == [False, True]


def test_a_quoted_line_break_stays_in_its_cell(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text('sample,note\nS1,"a\nb"\nS2,c\n')
    assert read_sample_sheet(tmp_path / "s.csv")["note"].tolist() == ["a\nb", "c"]


def test_spaces_separate_when_nothing_else_does(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("iid  pop\nS1   A\nS2 B\n")
    assert read_sample_sheet(tmp_path / "s.txt").to_numpy().tolist() == [["S1", "A"], ["S2", "B"]]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"sample\tpop\n",
        b"sample\tpop\nS1\n",
        b"pop\tpop\n1\t2\n",
        b"\xff\xfe\x00",
        b"a\x00b\n",
    ],
)
def test_what_is_no_table_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "s.tsv").write_bytes(content)
    with pytest.raises(SampleSheetError, match="is no table"):
        read_sample_sheet(tmp_path / "s.tsv")


def test_an_absent_sheet_is_told(tmp_path: Path) -> None:
    with pytest.raises(SampleSheetError, match=r"no file 's.tsv'"):
        read_sample_sheet(tmp_path / "s.tsv")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["sample", "pop", "super_pop", "gender"], ("sample", "pop", "super_pop", None, None)),
        (["IID", "Region", "LAT", "Long"], ("IID", None, "Region", "LAT", "Long")),
        (["#Sample ID", "Population"], ("#Sample ID", "Population", None, None, None)),
        (["id", "individual"], ("individual", None, None, None, None)),
        (
            ["Longitude", "latitude", "population", "superpopulation", "sample"],
            ("sample", "population", "superpopulation", "latitude", "Longitude"),
        ),
    ],
)
def test_columns_are_guessed(names: list[str], expected: tuple[str | None, ...]) -> None:
    guess = guess_columns(pd.DataFrame(columns=names))
    assert tuple(guess.model_dump().values()) == expected


def test_no_guess_names_what_there_is() -> None:
    with pytest.raises(SampleSheetError, match="it has colour, shape") as caught:
        guess_columns(pd.DataFrame(columns=["colour", "shape"]))
    assert "say which column" in caught.value.hint


def test_join_is_by_id_and_not_by_order(tiny: Panel) -> None:
    table = sheet(
        id=["S6", "S1", "Z"],
        pop=["late", "early", "none"],
        lat=["-1.5", "2", "3"],
        age=["7", "8", "9"],
        plate=["01", "02", "03"],
        note=["x", np.nan, "z"],
    )
    columns = SampleColumns(sample="id", population="pop", latitude="lat")
    panel, join = join_samples(tiny, table, columns)
    assert join.matched == ["S1", "S6"]
    assert join.missing == ["S2", "S3", "S4", "S5"]
    assert join.extra == ["Z"]
    labels = panel.labels("population")
    assert labels[[0, 1, 5]].tolist() == ["early", "(no label)", "late"]
    assert panel.samples["latitude"].iloc[5] == -1.5
    assert panel.samples["age"].iloc[[0, 5]].tolist() == [8, 7]
    assert panel.samples["plate"].iloc[0] == "02"
    assert panel.samples["note"].isna().iloc[0]
    np.testing.assert_array_equal(panel.counts, tiny.counts)
    # The sheet has no superpopulation and no longitude: what the panel knew stays.
    assert panel.labels("superpopulation").tolist() == tiny.labels("superpopulation").tolist()


def test_numbers_as_ids_and_labels_stay_text(tiny: Panel) -> None:
    ids = tiny.samples.assign(sample=["007", "8", "9", "10", "11", "12"])
    panel = tiny.with_samples(ids)
    joined, join = join_samples(
        panel,
        sheet(sample=["7", "007 "], population=["1", "2"]),
        SampleColumns(sample="sample", population="population"),
    )
    assert join.matched == ["007"]
    assert join.extra == ["7"]
    assert joined.labels("population")[0] == "2"


def test_a_column_called_like_ours_but_not_chosen_stands_beside(tiny: Panel) -> None:
    table = sheet(sample=["S1"], population=["wide"], village=["narrow"])
    panel, _ = join_samples(tiny, table, SampleColumns(sample="sample", population="village"))
    assert panel.labels("population")[0] == "narrow"
    assert panel.samples["population (sheet)"].iloc[0] == "wide"


def test_other_people_are_refused_with_ids_of_both_sides(tiny: Panel) -> None:
    with pytest.raises(SampleSheetError, match=r"S1, S2, S3; sheet: N1, N2") as caught:
        join_samples(tiny, sheet(sample=["N1", "N2"]), SampleColumns(sample="sample"))
    assert caught.value.hint


def test_duplicates_are_refused(tiny: Panel) -> None:
    with pytest.raises(SampleSheetError, match=r"1 sample IDs occur more than once .*'S1'"):
        join_samples(tiny, sheet(sample=["S1", "S1", "S2"]), SampleColumns(sample="sample"))


def test_a_column_that_is_not_there_is_refused(tiny: Panel) -> None:
    with pytest.raises(SampleSheetError, match="no column 'pop'"):
        join_samples(tiny, sheet(sample=["S1"]), SampleColumns(sample="sample", population="pop"))


def test_coordinates_must_be_degrees(tiny: Panel) -> None:
    columns = SampleColumns(sample="sample", latitude="lat")
    with pytest.raises(SampleSheetError, match="1 values of latitude are no numbers"):
        join_samples(tiny, sheet(sample=["S1"], lat=["12N"]), columns)
    with pytest.raises(PanelError, match="beyond 90 degrees"):
        join_samples(tiny, sheet(sample=["S1"], lat=["112"]), columns)
