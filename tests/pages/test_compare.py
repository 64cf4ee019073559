"""The compare page: cheap methods at once, the others by a job that is found again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import odd_panels, random_panel
from tests.trained import model_panel, small_model
from vaeviz.analysis.evaluation import evaluate
from vaeviz.analysis.evaluation_report import METHODS, QUICK_METHODS, Spread
from vaeviz.analysis.metric_definitions import METRICS
from vaeviz.data.panel import Panel
from vaeviz.data.selection import Selection
from vaeviz.ui import jobs
from vaeviz.ui.compare import compare_job, compare_view
from vaeviz.ui.state import AppState

ODD = odd_panels()
GROUPS = list(dict.fromkeys(metric.group for metric in METRICS.values()))


def titles(app: AppTest) -> list[str]:
    return [chart.proto.spec for chart in app.get("plotly_chart")]


def keep_evaluation(home: Path, with_seeds: bool = False) -> None:
    """What a job leaves, made from the quick methods under the names of all."""
    model, panel = small_model(), model_panel()
    found = evaluate(model, panel, QUICK_METHODS)
    vae = found.report.methods[0]
    extra = [vae.model_copy(update={"name": m, "title": f"{m} 2-D"}) for m in ("umap", "tsne")]
    report = found.report.model_copy(update={"methods": (*found.report.methods, *extra)})
    places = found.coordinates
    for name in ("umap", "tsne"):
        places = places.assign(**{f"{name}_{i}": places[f"vae_{i}"] for i in (1, 2)})
    if with_seeds:
        spread = {m: {n: Spread(mean=0.5, sd=0.25, n=3) for n in METRICS} for m in METHODS}
        report = report.model_copy(update={"spread": spread, "seeds": ()})
    folder = home / compare_job.FOLDER
    folder.mkdir()
    stem = f"{model.digest[:16]}_{panel.digest[:16]}"
    stem += compare_job.SEEDS if with_seeds else compare_job.FULL
    (folder / f"{stem}.json").write_text(report.to_json())
    places.to_parquet(folder / f"{stem}.parquet")


def test_before_the_job_it_shows_vae_and_pca_and_offers_the_rest(
    open_page: OpenPage, home: Path
) -> None:
    app = open_page("compare", trained_state(home))
    check_sound(app)
    specs = "".join(titles(app))
    assert "VAE latent 2-D" in specs
    assert "PCA 2-D" in specs
    assert "UMAP" not in specs
    assert "Add UMAP and t-SNE (about " in app.button(key="compare_run").label
    assert "Repeat with 3 seeds (about " in app.button(key="compare_run_seeds").label


def test_it_says_what_was_in_whose_loss(open_page: OpenPage, home: Path) -> None:
    told = messages(open_page("compare", trained_state(home)))
    geometry = small_model().train_config.uses_geometry()
    assert ("part of the loss" in told) == geometry
    assert "cross-fitted" in told


def test_figures_equal_the_core_in_every_group(open_page: OpenPage, home: Path) -> None:
    app = open_page("compare", trained_state(home))
    report = evaluate(small_model(), model_panel(), QUICK_METHODS).report
    for group in GROUPS:
        app.session_state["compare_group"] = group
        app.run()
        check_sound(app)
        table = next(d.value for d in app.dataframe if "method" in d.value and len(d.value) == 3)
        for name, metric in METRICS.items():
            if metric.group == group:
                cell = table.loc[0, metric.title].removesuffix(" ★")
                assert cell == report.text_of(report.methods[0], name)
    assert "which is no test" in messages(app)


def test_a_finished_job_is_found_again(open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    keep_evaluation(home)
    app = open_page("compare", state)
    check_sound(app)
    assert "umap 2-D" in "".join(titles(app))
    keys = [button.key for button in app.button]
    assert "compare_run" not in keys
    assert "compare_run_seeds" in keys


def test_repeated_seeds_are_shown_as_mean_and_sd(open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    keep_evaluation(home, with_seeds=True)
    app = open_page("compare", state)
    check_sound(app)
    cells = "".join(d.value.to_string() for d in app.dataframe)
    assert "0.500 ± 0.250" in cells


def test_a_damaged_report_is_made_anew(open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    keep_evaluation(home)
    for file in (home / compare_job.FOLDER).glob("*.json"):
        file.write_text('{"old": 1}')
    app = open_page("compare", state)
    check_sound(app)
    assert "compare_run" in [button.key for button in app.button]
    assert not list((home / compare_job.FOLDER).glob("*.json"))


@pytest.mark.parametrize(("key", "repeats"), [("compare_run", False), ("compare_run_seeds", True)])
def test_buttons_start_the_command(
    key: str, repeats: bool, open_page: OpenPage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(jobs, "begin", lambda kind, arguments, label: asked.append(arguments))
    app = open_page("compare", trained_state(home))
    app.button(key=key).click().run()
    check_sound(app)
    (arguments,) = asked
    assert arguments[0] == "evaluate"
    assert arguments[1].endswith("t.vaeviz")
    assert arguments[2].endswith("t.vcz")
    assert ("--repeat" in arguments) == repeats
    assert arguments[arguments.index("-o") + 1].endswith(".json")


def test_the_selection_is_ringed_in_every_map(open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    ids = tuple(str(x) for x in model_panel().sample_ids[:7])
    chosen = Selection(name="Mine", sample_ids=ids, panel_digest=model_panel().digest)
    app = open_page("compare", state.model_copy(update={"selection": chosen}))
    check_sound(app)
    ringed = [spec for spec in titles(app) if "selected (7)" in spec]
    assert len(ringed) == 2
    assert "7 people, ringed in all maps" in messages(app)


@pytest.mark.parametrize("colour_by", ["population", "part of training", "one colour"])
def test_colours(colour_by: str, open_page: OpenPage, home: Path) -> None:
    app = open_page("compare", trained_state(home))
    app.selectbox(key="compare_colour").set_value(colour_by).run()
    check_sound(app)
    wanted = {"population": "POP1", "part of training": "validation", "one colour": "people"}
    assert f'"name":"{wanted[colour_by]}"' in titles(app)[0]


def test_a_large_panel_waits_for_the_button(
    open_page: OpenPage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare_view, "AT_ONCE_GENOTYPES", 0)
    app = open_page("compare", trained_state(home))
    assert not titles(app)
    app.button(key="compare_go").click().run()
    check_sound(app)
    assert len(titles(app)) == 3


def test_many_people_get_three_maps_at_most(
    open_page: OpenPage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaeviz.figures.latent.SVG_POINTS", 100)
    state = trained_state(home)
    keep_evaluation(home)
    app = open_page("compare", state)
    check_sound(app)
    assert sum("scattergl" in spec for spec in titles(app)) == compare_view.MAX_WEBGL


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels_in_every_group(
    odd_name: str,
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
) -> None:
    panel = ODD[odd_name]
    app = open_page("compare", AppState(panel_ref=keep(panel), model_ref=keep_model(panel)))
    for group in GROUPS:
        app.session_state["compare_group"] = group
        app.run()
        check_sound(app)
        assert "<img" not in messages(app)


def test_without_a_model(open_page: OpenPage, keep: Callable[[Panel], str]) -> None:
    text = messages(open_page("compare", AppState(panel_ref=keep(random_panel()))))
    assert "This page needs a model of the panel." in text
