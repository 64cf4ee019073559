"""Texts of the guided tour."""

from __future__ import annotations

from pathlib import Path

import pytest

from vaeviz.data.tour import read_step, tour_steps


def test_there_are_eight_whole_steps_in_order() -> None:
    steps = tour_steps()
    assert [step.key for step in steps] == [
        *("matrix", "pca", "training", "clusters"),
        *("entropy", "compression", "people", "labels"),
    ]
    for step in steps:
        assert step.title
        assert not step.title.startswith("#")
        assert step.question.rstrip().endswith("?") or "?" in step.question
        assert min(len(step.text), len(step.task), len(step.thought)) > 40


@pytest.mark.parametrize(
    "text", ["# T\n\ntext\n\n## Do\n\na\n", "T\n## Do\n## Ask\n## Think\n", ""]
)
def test_a_step_without_its_parts_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "1_a.md"
    file.write_text(text)
    with pytest.raises(ValueError, match="headings Do, Ask, Think"):
        read_step(file)
