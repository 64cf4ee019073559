"""The benchmark of synthetic cohorts: what it makes of known numbers, and a run on a tiny panel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.synthetic import __main__ as command
from benchmarks.synthetic import plan, work
from benchmarks.synthetic.plan import ALL, DATA, METHODS, Data, Figure, Record, Task, tasks
from benchmarks.synthetic.table import ASKED, OF_ALL, figures, markdown
from tests.panels import linked_panel
from vaeviz.config import Generator, TrainConfig
from vaeviz.data.vcz import save_panel
from vaeviz.synthesis.checks import DEFINITIONS

IDEAL = {d.key: d.ideal for d in DEFINITIONS}


def record(generator: Generator, seed: int, **values: float) -> Record:
    found = [
        Figure(group=ALL if key in OF_ALL else "EUR", key=key, value=value, reference=ideal or 0.02)
        for key, ideal in IDEAL.items()
        for value in (values.get(key, ideal),)
    ]
    own = Figure(group="EUR", key="tstr", value=None, reference=0.5)
    return Record(
        data="kg",
        seed=seed,
        generator=generator,
        n_sites=2_440,
        n_train={"EUR": 351},
        drawing_s=2.5,
        figures=[*found, own],
    )


def test_bounds_are_judged_split_by_split() -> None:
    records = [record("neighbour-walk", 21, ld=0.09), record("neighbour-walk", 22, ld=0.12)]
    table = figures(records).set_index(["key", "seed"])
    assert table.loc[("ld", 21), "met"]
    assert not table.loc[("ld", 22), "met"]
    assert ("tstr", 21) in table.index  # the one without a value is left out
    text = "\n".join(markdown(records))
    assert "| LD by distance | ≤ .10 | .105 (.020) † |  | 1 of 2 |" in text
    assert "≤ 1.25 REF" in text
    assert ".95 to 1.05" in text


def test_every_generator_has_a_row_beside_real_people() -> None:
    records = [record(generator, 21, ld=0.1 * i) for i, generator in enumerate(METHODS)]
    lines = markdown(records)
    for name in ("REF", "**neighbour-walk**", *list(METHODS)[1:]):
        assert sum(line.startswith(f"| {name} |") for line in lines) == 1, name
    assert "Training people of the groups (seed 21): EUR 351." in "\n".join(lines)
    assert set(ASKED) <= set(IDEAL)


def test_plan_runs_the_default_first_and_skips_what_is_not_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VAEVIZ_DATA", str(tmp_path))
    planned = tasks(DATA, (1, 2), METHODS, (tmp_path, tmp_path))
    assert {task.data for task in planned} == {"human-region"}
    assert [task.generator for task in planned[:2]] == ["neighbour-walk"] * 2
    assert len({task.record for task in planned}) == len(planned) == 2 * len(METHODS)
    # The mosaic and the walk draw with one model.
    assert len({task.model for task in planned}) == 2 * len(set(METHODS.values()))


def test_a_run_on_a_tiny_panel_goes_on_from_its_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    panel = linked_panel()
    level = plan.BY if panel.has_labels(plan.BY) else "population"
    monkeypatch.setattr(work, "BY", level)
    save_panel(panel, tmp_path / "tiny.vcz")
    monkeypatch.setitem(
        DATA, "human-region", Data(title="tiny", source="human-region", min_train=20)
    )
    monkeypatch.setattr(work, "open_panel", lambda _: panel)
    monkeypatch.setattr(Task, "training", _tiny_training)
    arguments = ["--quick", "--generators", "neighbour-walk", "--cache", str(tmp_path / "cache")]
    assert command.main(arguments) == 0
    first = capsys.readouterr()
    assert "1 of 1: human-region, neighbour-walk" in first.err
    written = next((tmp_path / "cache").rglob("synthetic.csv"))
    table = pd.read_csv(written)
    assert {"aa_truth", "auc", "nn_ratio"} <= set(table["key"])
    assert np.isfinite(table["value"]).all()
    assert command.main(arguments) == 0
    again = capsys.readouterr()
    assert again.err == ""
    assert again.out == first.out


def _tiny_training(task: Task) -> TrainConfig:
    return TrainConfig.preset(
        "sequence",
        epochs=1,
        window_sites=64,
        hidden=(8,),
        seed=task.seed,
        device="cpu",
        train_fraction=0.7,
        validation_fraction=0.1,
    )
