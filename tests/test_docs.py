"""The documents keep up with the program."""

from __future__ import annotations

from pathlib import Path

from vaeviz.cli.train_options import flag
from vaeviz.config import TrainConfig

ROOT = Path(__file__).resolve().parents[1]


def option_rows() -> dict[str, list[str]]:
    """Rows of README's table of training options, by setting."""
    section = (
        (ROOT / "README.md").read_text("utf-8").split("## Training options")[1].split("\n## ")[0]
    )
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    return {cells[0].strip().strip("`"): [cell.strip() for cell in cells[1:]] for cells in rows}


def test_every_training_setting_has_a_row_with_its_option_and_purpose() -> None:
    rows = option_rows()
    assert set(rows) == set(TrainConfig.model_fields)
    for setting, (option, default, purpose) in rows.items():
        assert option == f"`{flag(setting)}`"
        assert default
        assert len(purpose) > 10


def test_defaults_in_the_table_are_those_of_the_settings() -> None:
    maps, sequences = TrainConfig(), TrainConfig.preset("sequence")
    for setting, (_, shown, _) in option_rows().items():
        value = getattr(maps, setting)
        if isinstance(value, bool | None | tuple) or setting == "rows":
            continue
        first, _, second = shown.partition(";")
        if isinstance(value, str):
            assert first == value
        else:
            assert float(first) == value
        if second:
            other = getattr(sequences, setting)
            start = second.split()[0]
            assert start == other if isinstance(other, str) else float(start) == other
