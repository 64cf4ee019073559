"""What a status line says of how far the work is."""

from __future__ import annotations

import pytest

from vaeviz.ui.waiting import StatusSteps


class Line:
    """Stands for streamlit's status container."""

    label = ""

    def update(self, label: str) -> None:
        self.label = label


@pytest.mark.parametrize(
    ("done", "total", "told"),
    [
        (0, 4, "Drawing · step 1 of 4"),
        (0, 100, "Drawing"),
        (1_500, 5_000, "Drawing · 1,500 of 5,000"),
        (100, 100, "Drawing"),
    ],
)
def test_steps_are_numbered_and_people_counted(done: int, total: int, told: str) -> None:
    line = Line()
    StatusSteps(line).update(done, total, "Drawing")  # type: ignore[arg-type]
    assert line.label == told
