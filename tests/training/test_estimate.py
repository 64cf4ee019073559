"""The estimate before a run, against process times measured on one thread."""

from __future__ import annotations

import os

import pytest

from vaeviz.config import TrainConfig
from vaeviz.training.estimate import estimate

MAP, WINDOWED = TrainConfig(), TrainConfig.preset("sequence")
HAPMAP3, ARRAY, GRID, CANID = (957, 14_079), (1_235, 10_000), (360, 10_000), (530, 10_000)
KG_REGIONS = (5_008, 16_292)


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


@pytest.mark.parametrize(
    ("size", "config", "measured_s"),
    [
        (HAPMAP3, MAP, 9),
        (ARRAY, MAP, 10),
        (GRID, MAP, 3),
        (CANID, MAP, 4),
        # Measured on a busy machine, so nearer to the upper end of what it takes.
        (KG_REGIONS, WINDOWED.model_copy(update={"epochs": 3}), 16),
        (KG_REGIONS, WINDOWED.model_copy(update={"epochs": 12}), 47),
    ],
)
def test_within_a_factor_of_two_of_what_was_measured(
    size: tuple[int, int], config: TrainConfig, measured_s: float
) -> None:
    seconds = estimate(*size, config).seconds
    assert measured_s / 2 < seconds < 2 * measured_s


def test_a_step_touches_one_block_of_sites() -> None:
    whole = MAP.model_copy(update={"site_blocks": 1})
    assert estimate(*HAPMAP3, whole).seconds > 2 * estimate(*HAPMAP3, MAP).seconds
    windowed = WINDOWED.model_copy(update={"site_blocks": 1})
    assert estimate(*HAPMAP3, windowed) == estimate(*HAPMAP3, WINDOWED)


def test_small_steps_gain_nothing_from_more_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [estimate(*ARRAY, config).seconds for config in (MAP, WINDOWED)]
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    many = [estimate(*ARRAY, config).seconds for config in (MAP, WINDOWED)]
    assert many[0] == alone[0]
    assert many[1] < alone[1] / 4


@pytest.mark.parametrize(
    "more",
    [{"epochs": 300}, {"rank": 256}, {"denoise": 0.1}, {"augment": "wright-fisher"}],
)
def test_more_work_takes_longer(more: dict[str, object]) -> None:
    assert estimate(*ARRAY, TrainConfig.make(**more)).seconds > estimate(*ARRAY, MAP).seconds


def test_memory_of_a_windowed_run_is_near_its_measured_peak() -> None:
    assert 0.6e3 < estimate(*KG_REGIONS, WINDOWED).memory_mb < 2.4e3  # 1.2 GB was its peak
