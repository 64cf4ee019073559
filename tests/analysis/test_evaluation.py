"""The evaluation of a model's map: honest use of the split, reasons in place of crashes, seeds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.panels import odd_panels, random_panel
from tests.trained import model_panel, small_model
from vaeviz.analysis.embedding import pca_table
from vaeviz.analysis.evaluation import Compared, evaluate
from vaeviz.analysis.evaluation_report import QUICK_METHODS, Evaluation, SeedRun
from vaeviz.analysis.judging import judge, make_truth
from vaeviz.analysis.method_maps import MapInput
from vaeviz.analysis.metric_definitions import METRICS
from vaeviz.analysis.neighbours import knn_accuracy
from vaeviz.analysis.repeats import spread, with_seeds
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import save_panel
from vaeviz.errors import Cancelled
from vaeviz.training.loop import train_model

ODD = odd_panels()
SHORT = TrainConfig(epochs=3, hidden=(8,), n_components=6, rank=4, seed=5)


@pytest.fixture(scope="module")
def compared() -> Compared:
    return evaluate(small_model(), model_panel(), QUICK_METHODS)


def test_every_method_has_every_figure_or_a_reason(compared: Compared) -> None:
    report = compared.report
    assert [m.name for m in report.methods] == ["vae", "pca", "pca20"]
    assert [m.n_dimensions for m in report.methods] == [2, 2, 10]
    for method in report.methods:
        assert list(method.metrics) == list(METRICS)
        for found in method.metrics.values():
            assert (found.value is None) == bool(found.why)
    assert report.n_train + report.n_held_out < report.n_samples == 210
    assert Evaluation.from_json(report.to_json()) == report


def test_figures_are_those_of_the_parts(compared: Compared) -> None:
    model, panel = small_model(), model_panel()
    split = model.split_of(panel)
    found = knn_accuracy(
        compared.coordinates[["vae_1", "vae_2"]],
        panel.labels("population"),
        split == "train",
        split == "test",
    )
    told = compared.report.methods[0].metrics["knn_population"]
    assert (told.value, told.ci_low, told.n) == (found.accuracy, found.ci_low, found.n)
    assert told.value > 0.9
    bits = compared.report.methods[0].metrics["bits_per_allele"].value
    assert bits == model.metrics["test_bits_per_allele"]
    assert list(compared.coordinates["sample"]) == list(panel.sample_ids)
    assert list(compared.coordinates["split"]) == list(split)


def with_other_genotypes(panel: Panel, sample: int) -> Panel:
    """The panel with all genotypes of one person turned round."""
    counts = np.array(panel.counts)
    rows = panel.row_index([sample])
    counts[rows] = panel.ploidy - counts[rows]
    return Panel.create(counts, panel.ploidy, panel.samples, panel.sites, panel.info)


def test_a_test_person_moves_nobody_else() -> None:
    panel = random_panel(n_samples=90, n_sites=150)
    first = train_model(panel, SHORT)
    person = int(np.flatnonzero(first.split_of(panel) == "test")[0])
    changed = with_other_genotypes(panel, person)
    second = train_model(changed, SHORT)
    tables = [
        evaluate(m, p, QUICK_METHODS).coordinates for m, p in ((first, panel), (second, changed))
    ]
    same = np.arange(90) != person
    assert list(tables[0]["split"]) == list(tables[1]["split"])
    numbers = [t.select_dtypes("number").to_numpy() for t in tables]
    assert np.allclose(numbers[0][same], numbers[1][same], atol=1e-5)
    assert not np.allclose(numbers[0][person], numbers[1][person], atol=1e-2)


def test_five_components_keep_six_populations_and_one_does_not() -> None:
    panel = random_panel(n_samples=120, n_sites=1000, n_populations=6, seed=2)
    split = np.resize(np.array(["train", "test"], object), 120)
    scores = pca_table(panel, 5, train=np.asarray(split == "train", bool))
    truth = make_truth(MapInput(small_model(), panel, split, scores, 1))
    points = scores.drop(columns="sample").to_numpy()
    five, one = judge(points, truth), judge(points[:, :1], truth)
    assert five["rho"].n == 6
    assert five["rho"].value > 0.8
    assert five["knn_population"].value > 0.9 > one["knn_population"].value
    assert five["rho_all"].value > 0.8
    assert five["neighbours_kept"].value == 1 > one["neighbours_kept"].value


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels_give_reasons(odd_name: str) -> None:
    panel = ODD[odd_name]
    model = train_model(panel if panel.n_samples >= 20 else random_panel(), SHORT)
    report = evaluate(model, panel, QUICK_METHODS).report
    assert report.placed
    figures = {name: m for name, m in report.methods[0].metrics.items() if m.value is None}
    if odd_name == "no_labels":
        assert "no labels" in figures["knn_population"].why
        assert "no labels" in figures["rho"].why
    if odd_name == "one_population":
        assert "same label" in figures["silhouette"].why
    if odd_name == "no_coordinates":
        assert "0 places" in figures["r2_places"].why
    if odd_name == "missing_30":
        assert not {"knn_population", "rho", "trustworthiness"} & set(figures)


def test_a_cohort_of_strangers_is_judged_without_votes() -> None:
    panel = model_panel()
    strangers = panel.with_samples(
        panel.samples.assign(sample=[f"N{i}" for i in range(panel.n_samples)])
    )
    report = evaluate(small_model(), strangers, ("vae", "umap")).report
    vae, umap = report.methods
    assert (report.held_out, report.n_train, report.n_held_out) == ("new", 0, 210)
    assert "0 labelled training" in vae.metrics["knn_population"].why
    assert vae.metrics["rho_all"].value is not None
    assert "there are 0" in umap.why
    assert [m.name for m in report.placed] == ["vae"]


def test_seeds_are_repeated_each_with_its_own_split() -> None:
    panel = random_panel(n_samples=90, n_sites=150)
    model = train_model(panel, SHORT)
    once = evaluate(model, panel, ("vae", "pca"))
    found = with_seeds(once, panel, SHORT, 2, ("vae", "pca")).report
    assert [run.seed for run in found.seeds] == [5, 6]
    first = {name: m.value for name, m in once.report.methods[0].metrics.items()}
    assert found.seeds[0].methods["vae"] == pytest.approx(first)
    assert found.seeds[1].methods["vae"] != found.seeds[0].methods["vae"]
    two = [run.methods["vae"]["rho"] for run in found.seeds]
    told = found.spread["vae"]["rho"]
    assert (told.mean, told.sd, told.n) == (np.mean(two), np.std(two, ddof=1), 2)


def test_spread_skips_what_is_missing() -> None:
    runs = [
        SeedRun(seed=i, methods={"vae": {"rho": value}}) for i, value in enumerate([0.5, None, 0.7])
    ]
    told = spread(runs)["vae"]["rho"]
    assert (told.mean, told.n) == (pytest.approx(0.6), 2)
    assert told.sd == pytest.approx(np.sqrt(0.02))
    alone = spread(runs[:1])["vae"]["rho"]
    assert (alone.mean, alone.sd) == (0.5, None)


class Stopped:
    """A user who stops at the first chance."""

    def update(self, done: float, total: float, message: str, **metrics: float) -> None:
        assert 0 <= done <= total

    def cancelled(self) -> bool:
        return True


def test_cancel() -> None:
    with pytest.raises(Cancelled):
        evaluate(small_model(), model_panel(), QUICK_METHODS, progress=Stopped())


def test_best_is_marked_in_the_right_direction(compared: Compared) -> None:
    report = compared.report
    values = {m.name: m.metrics["davies_bouldin"].value for m in report.methods}
    assert report.best("davies_bouldin") == (min(values, key=values.__getitem__),)
    values = {m.name: m.metrics["trustworthiness"].value for m in report.methods}
    assert report.best("trustworthiness") == (max(values, key=values.__getitem__),)
    alone = report.model_copy(update={"methods": report.methods[:1]})
    assert alone.best("trustworthiness") == ()


def test_quick_methods_start_no_numba_threads(tmp_path: Path) -> None:
    """They run in the server, where numba's parallel loops must not run from several threads."""
    small_model().save(tmp_path / "m.vaeviz")
    save_panel(model_panel(), tmp_path / "p.vcz")
    code = (
        "import sys; from pathlib import Path; folder = Path(sys.argv[1])\n"
        "from vaeviz.analysis.evaluation import evaluate\n"
        "from vaeviz.analysis.evaluation_report import QUICK_METHODS\n"
        "from vaeviz.data.vcz import load_panel; from vaeviz.training.model import load_model\n"
        "model, panel = load_model(folder / 'm.vaeviz'), load_panel(folder / 'p.vcz')\n"
        "print(len(evaluate(model, panel, QUICK_METHODS).report.placed))\n"
        "print(sorted({'umap', 'openTSNE'} & set(sys.modules)))\n"
        "import numba\n"
        "try: print(numba.threading_layer())\n"
        "except ValueError: print('none')"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3", "[]", "none"]
