"""The benchmark of latent maps: what it makes of known numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.common import number
from benchmarks.latent import __main__ as command
from benchmarks.latent.asked import Asked, verdict
from benchmarks.latent.picture import map_grid, turned
from benchmarks.latent.plan import (
    DRAWN,
    FRESH_SEEDS,
    HAPMAP,
    METHODS,
    REFERENCE,
    Cost,
    Record,
    Task,
    tasks,
)
from benchmarks.latent.report import report
from benchmarks.latent.results import Results
from benchmarks.measure import own_peak_mb
from tests.panels import random_panel

N_PEOPLE = 60


def record(method: str, seed: int, panel: str = "grid", **figures: float | None) -> Record:
    rng = np.random.default_rng(seed)
    points = [(float(x), float(y)) for x, y in rng.normal(size=(N_PEOPLE, 2))]
    cost = Cost(cpu_s=2.0 * seed, peak_mb=500.0, whole_cpu_s=10.0, whole_peak_mb=600.0, load=1.0)
    return Record(
        panel=panel,
        method=method,
        seed=seed,
        n_train=40,
        held_out=[1, 5, 9],
        cost=cost,
        figures=figures,
        points=points if method in DRAWN else [],
    )


def test_mean_and_sd_are_over_seeds_that_have_the_figure() -> None:
    found = Results([record("umap", s, rho=x) for s, x in ((1, 0.2), (2, 0.4), (3, None))])
    assert found.mean("grid", "umap", "rho") == pytest.approx(0.3)
    assert found.text("grid", "umap", "rho") == ".300 ± .141"
    assert found.text("grid", "umap", "cpu_s", 1) == "4.0 ± 2.0"
    assert found.mean("grid", "umap", "absent") is None
    assert found.text("canid", "umap", "rho") == "–"


def test_cost_of_geometry_pairs_the_seeds() -> None:
    gains = {(REFERENCE, 1): 0.09, ("plain-2", 1): 0.10, (REFERENCE, 2): 0.20, ("plain-2", 2): 0.2}
    found = Results([record(m, s, gain=x) for (m, s), x in gains.items()])
    assert found.values("grid", REFERENCE, "geometry_cost") == pytest.approx([0.1, 0.0])


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.912, 3, ".912"),
        (-0.03, 2, "-.03"),
        (12.34, 1, "12.3"),
        (10.0, 0, "10"),
        (1.0, 3, "1.000"),
    ],
)
def test_figures_are_written_without_a_leading_zero(value: float, digits: int, text: str) -> None:
    assert number(value, digits) == text


def test_verdicts_tell_misses() -> None:
    floor = Asked("grid", REFERENCE, "rho", "rho", 0.9, 0.95)
    assert verdict(floor, 0.89) == "**missed** by .0100"
    assert verdict(floor, 0.9) == "reached"
    assert verdict(floor, 0.96) == "reached, the goal too"
    ceiling = Asked("grid", REFERENCE, "cpu_s", "s", 6, None, "cost", True)
    assert verdict(ceiling, 6.5) == "**missed** by .50"
    assert verdict(ceiling, 5) == "reached"
    goal = Asked("grid", REFERENCE, "rho", "rho", None, 0.85)
    assert verdict(goal, 0.8) == "not reached"


def test_the_report_holds_a_row_a_method_and_says_what_was_not_measured() -> None:
    records = [
        record(m, s, knn_population=0.5 + s / 10, r2_places=0.93) for m in METHODS for s in (1, 2)
    ]
    fresh = record(REFERENCE, FRESH_SEEDS[0], knn_population=0.25, r2_places=0.9)
    lines = report([*records, fresh], [HAPMAP, "grid"])
    row = next(line for line in lines if line.startswith("| **VAE map 2-D**"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1] == ".650 ± .071"
    assert cells[-2:] == ["3.0 ± 1.4", "500 ± 0"]
    assert "| grid | .250 | – | – | .900 | – |" in lines
    assert f"Not measured: {HAPMAP} is not here (set VAEVIZ_DATA)." in lines
    assert any("R2 with places" in x and "reached" in x and ".930" in x for x in lines)
    assert not any(x.startswith("## Classification") for x in lines)


def test_the_reference_comes_before_what_is_judged_with_it() -> None:
    planned = tasks((HAPMAP, "grid"), (1, 2, FRESH_SEEDS[0]), "folder", None)
    assert [t.method for t in planned if t.panel == "grid" and t.seed == 2][0] == REFERENCE
    assert not any(t.method.startswith("conditional") for t in planned if t.panel == "grid")
    assert [t.method for t in planned if t.seed in FRESH_SEEDS] == [REFERENCE] * 2
    config = planned[0].config()
    assert (config.train_fraction, config.validation_fraction, config.seed) == (0.7, 0.1, 1)


def test_what_was_measured_is_not_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Task(panel="grid", method="umap", seed=1, folder=str(tmp_path))
    known = record("umap", 1, rho=0.5)
    task.file(".json").write_text(known.model_dump_json())
    monkeypatch.setattr(command, "cost_of", lambda _: pytest.fail("measured again"))
    assert command._record(task, 1, 1) == known


def test_maps_are_turned_and_never_stretched() -> None:
    rng = np.random.default_rng(1)
    upright = rng.normal(size=(20, 2))
    mirrored = 3 * upright @ np.array([[0.6, 0.8], [0.8, -0.6]])
    assert turned(mirrored, upright) == pytest.approx(3 * upright)


def test_the_picture_holds_everybody_on_every_map() -> None:
    panel = random_panel(n_samples=N_PEOPLE)
    chart = map_grid(Results([record(m, 1) for m in DRAWN]), {"grid": panel})
    assert len(chart.table) == N_PEOPLE * len(DRAWN)
    assert sum(len(trace.x) for trace in chart.figure.data) == N_PEOPLE * len(DRAWN)
    shown = [trace.name for trace in chart.figure.data if trace.showlegend]
    assert sorted(shown) == sorted(set(shown))


def test_memory_is_of_this_process() -> None:
    before = own_peak_mb()
    np.ones(int(before * 1e6 / 8))  # as much as ever, on top of what is there
    assert own_peak_mb() > before + 10
