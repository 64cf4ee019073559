"""The benchmark of codecs: what it makes of known numbers, and a run on a tiny panel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.compression import __main__ as command
from benchmarks.compression import code, fit
from benchmarks.compression.asked import Asked, asked_rows, verdict
from benchmarks.compression.picture import bars
from benchmarks.compression.plan import DATA, METHODS, Data, Fit, FitRecord, Record, Task, fits
from benchmarks.compression.report import report
from benchmarks.compression.results import BITS, Results, table
from tests.panels import random_panel
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import save_panel
from vaeviz.figures.chart import image_export_available
from vaeviz.training.split import split_samples

TITLES = {"ae": "autoencoder", "copying": "copying model", "xz": "xz -9e"}


def record(method: str, seed: int, bits: float | None, data: str = "kg-all") -> Record:
    row = {} if bits is None else {BITS: bits, "encode_alleles_per_s": 2e6, "factor": 1 / bits}
    return Record(
        data=data,
        method=method,
        seed=seed,
        threads=2,
        n_people=10,
        n_alleles=1000,
        title=TITLES[method],
        row=row,
        note="" if row else "It cannot.",
        groups={"AFR": 2 * bits} if bits else {},
        peak_mb=100.0 * seed,
        load=1.5,
    )


def fitted(seed: int, data: str = "kg-all") -> FitRecord:
    return FitRecord(
        data=data, seed=seed, wall_s=60, n_train=80, n_sites=50, n_epochs=9, model_bits=0.1
    )


def results() -> Results:
    records = [
        *(record("ae", s, x) for s, x in ((2, 0.03), (1, 0.01))),
        *(record("copying", s, 0.008) for s in (1, 2)),
        *(record("xz", s, None) for s in (1, 2)),
    ]
    return Results(records, [fitted(1), fitted(2)])


def test_means_sd_and_order() -> None:
    found = results()
    assert found.values("kg-all", "ae", BITS) == [0.01, 0.03]
    assert found.text("kg-all", "ae", BITS, 3) == ".020 ± .014"
    assert found.text("kg-all", "ae", "encode_alleles_per_s", unit=1e6) == "2.00 ± .00"
    assert found.text("kg-all", "xz", BITS, 3) == "–"
    assert found.mean("kg-all", "ae", "AFR") == pytest.approx(0.04)
    assert found.mean("kg-all", "ae", "peak_mb") == 150
    assert found.methods("kg-all") == ["copying", "ae"]
    assert found.best("kg-all") == "copying"
    assert found.groups("kg-all") == ["AFR"]


def test_verdicts() -> None:
    ceiling = Asked("kg-all", "ae", BITS, "t", 0.024)
    assert verdict(ceiling, 0.024) == "reached"
    assert verdict(ceiling, 0.0251) == "**missed** by .00110"
    floor = Asked("kg-all", "ae", "x", "t", 5.0, 1, 1e6, more_is_better=True)
    assert verdict(floor, 5.0) == "reached"
    assert verdict(floor, 4.5) == "**missed** by .50"


def test_asked_rows_name_the_best_method() -> None:
    text = "\n".join(asked_rows(results()))
    assert "| kg-all | autoencoder: bits per allele | ≤ .024 | .0200 ± .0141 | reached |" in text
    assert "best: bits per allele (copying)" in text
    assert "million alleles/s, encode | ≥ 5 | 2.0 ± .0 | **missed** by 3.00 |" in text
    assert "kg-maf1" not in text


def test_report_tells_what_ran_what_did_not_and_what_is_absent() -> None:
    text = "\n".join(report(results(), ["kg-all", "human-region"]))
    assert "80 training people, 10 test people, 50 sites" in text
    assert "- xz -9e: It cannot." in text
    assert "Not measured: human-region is not here" in text
    assert "may use 2 thread(s)" in text
    assert "- **Models of kg-all**: rows haplotype, shape windowed" in text


def test_table_has_a_row_a_measurement() -> None:
    found = table(results())
    assert len(found) == 6
    assert found["bits_per_allele AFR"].notna().sum() == 4


def test_picture_draws_every_panel_and_method() -> None:
    chart = bars(results())
    assert list(chart.table["method"]) == ["copying", "ae"]
    assert [len(bar.x) for bar in chart.figure.data] == [2]


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Panel:
    """A panel that a plan names 'tiny', and one of its common sites; processes run in this one."""
    for name, least in (("tiny", None), ("tiny-common", 0.2)):
        data = Data(title=name, source="tiny", min_maf=least, grouped=least is None)
        monkeypatch.setitem(DATA, name, data)
    runs = {
        "fit": lambda task: fit.fit(task).model_dump_json(),
        "code": lambda task: code.measure(task).model_dump_json(),
    }
    monkeypatch.setattr(command, "_run", lambda module, task: runs[module](task))
    return random_panel(n_samples=100, n_sites=80)


def test_common_sites_are_those_of_training_people(tiny: Panel, tmp_path: Path) -> None:
    task = Fit(data="tiny-common", seed=3, folder=str(tmp_path))
    save_panel(tiny, task.imported)
    panel = fit.prepared(task)
    train = split_samples(tiny, 3, 0.8, 0.1) == "train"
    frequency = tiny.take_samples(train).counts.mean(0)
    expected = np.minimum(frequency, 1 - frequency) >= 0.2
    assert panel.sites.equals(tiny.sites[expected].reset_index(drop=True))
    assert 0 < panel.n_sites < tiny.n_sites
    assert fit.prepared(task).digest == panel.digest
    other = task.model_copy(update={"epochs": 1})
    assert other.panel != task.panel
    assert other.imported == task.imported


@pytest.mark.skipif(not image_export_available(), reason="no browser draws the picture")
def test_a_run_is_cached_and_goes_on(tiny: Panel, tmp_path: Path) -> None:
    models, codes = tmp_path / "models", tmp_path / "codes"
    codes.mkdir()
    planned = fits(["tiny", "tiny-common"], [1], str(models), epochs=1)
    save_panel(tiny, planned[0].imported)
    trained = [command._fit(x, 1, 2) for x in planned]
    assert trained[0].n_train == 80
    assert trained[0].n_sites == 80 > trained[1].n_sites
    todo = [Task(fit=x, method=m, folder=str(codes)) for x in planned for m in ("xz", "xz-panel")]
    first = [command._code(x, 1, 4) for x in todo]
    assert [command._code(x, 1, 4) for x in todo] == first
    assert [command._fit(x, 1, 2) for x in planned] == trained
    for made in first:
        assert made.row[BITS] == pytest.approx(8 * made.row["genotype_bytes"] / made.n_alleles)
        assert sorted(made.groups) == (["SUP1", "SUP2"] if made.data == "tiny" else [])
        assert made.peak_mb > 50
    command._write(Results(first, trained), ("tiny", "tiny-common"), codes)
    written = pd.read_csv(codes / "compression.csv")
    assert list(written["method"]) == ["xz", "xz-panel"] * 2
    assert "xz -9e given the panel" in (codes / "compression.md").read_text()


def test_all_methods_of_the_program_are_in_the_plan() -> None:
    assert set(TITLES) < set(METHODS)
