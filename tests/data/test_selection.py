from __future__ import annotations

from pathlib import Path

import pytest

from tests.panels import HOSTILE
from vaeviz.data.panel import Panel
from vaeviz.data.selection import MAX_NAME, Selection, combine, parse_selection, read_selection
from vaeviz.data.selection_rule import MAX_CHARACTERS, ByIds
from vaeviz.errors import ConfigError, RegionError


def selection(*ids: str, name: str = "a") -> Selection:
    return Selection(name=name, sample_ids=ids, rule=name)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("replace", ("3", "4")),
        ("add", ("1", "2", "3", "4")),
        ("subtract", ("1", "2")),
        ("intersect", ("3",)),
    ],
)
def test_selections_combine_as_sets(how: str, expected: tuple[str, ...]) -> None:
    result = combine(selection("1", "2", "3"), selection("3", "4", name="b"), how)
    assert result.sample_ids == expected
    assert result.name == ("b" if how == "replace" else "a")


def test_index_is_in_the_panels_order(tiny: Panel) -> None:
    assert selection("S5", "S1", "S1").index(tiny).tolist() == [0, 4]
    assert selection().index(tiny).tolist() == []


def test_unknown_ids_are_counted(tiny: Panel) -> None:
    with pytest.raises(RegionError, match=r"2 of the 3 selected IDs .*'X1'"):
        selection("S1", "X1", "X2").index(tiny)


def test_json_round_trip(tmp_path: Path) -> None:
    saved = Selection(
        name=HOSTILE[1], colour="#aabbcc", sample_ids=HOSTILE, rule="lasso", panel_digest="d"
    )
    (tmp_path / "s.json").write_text(saved.to_json())
    assert read_selection(tmp_path / "s.json") == saved


def test_text_files_hold_one_id_a_line(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("\ufeffS1\r\n\n S 2 \r\n#3\nS1\n", encoding="utf-8")
    loaded = read_selection(tmp_path / "ids.txt")
    assert loaded.sample_ids == ("S1", "S 2", "#3")
    assert loaded.name == "ids"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"\xff\xfe", "no list of sample IDs"),
        (b'{"sample_ids": 3}', "no saved selection"),
        (b'{"sample_ids": [', "no saved selection"),
    ],
)
def test_bad_files_are_refused(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(content)
    with pytest.raises(RegionError, match=message):
        read_selection(tmp_path / "x.txt")


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RegionError, match="There is no file"):
        read_selection(tmp_path / "x.txt")


def test_a_colour_is_a_colour() -> None:
    with pytest.raises(ConfigError, match="colour"):
        Selection.make(colour="url(http://x)")


def test_whoever_is_named_twice_is_one_person() -> None:
    assert Selection(sample_ids=("B", "A", "B")).sample_ids == ("B", "A")
    saved = '{"sample_ids": ["A", "A"], "sample_ids": ["B", "B"]}'
    assert Selection.from_json(saved).sample_ids == ("B",)


def test_a_long_file_name_is_cut() -> None:
    assert len(parse_selection(b"S1\n", f"{'x' * 30_000}.txt").name) == MAX_NAME


def test_a_selection_joined_with_itself_does_not_grow_without_end() -> None:
    made = selection("1").model_copy(update={"origin": ByIds(source="x" * 1000)})
    for _ in range(40):
        made = combine(made, made, "add")
    assert len(made.to_json()) < MAX_CHARACTERS
