"""Mean entropy on the page: measures, frequency cuts, entropy by context, the command's numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.cli.run import run_here
from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import linked_panel, odd_panels, random_panel, site_table
from vaeviz.analysis.quantities import QUANTITIES
from vaeviz.data.panel import Panel
from vaeviz.ui.state import AppState

ODD = odd_panels()


def open_view(open_page: OpenPage, state: AppState) -> AppTest:
    app = open_page("entropy", state)
    app.session_state["entropy_view"] = "Mean entropy"
    app.run()
    check_sound(app)
    return app


def region() -> AppState:
    return AppState(panel_ref="human-region")


def bars(app: AppTest) -> pd.DataFrame:
    return app.dataframe[0].value.set_index("group")


@pytest.mark.parametrize("key", QUANTITIES)
def test_bars_are_sorted_by_the_measure(
    key: str, open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = open_view(open_page, AppState(panel_ref=keep(random_panel(n_populations=6))))
    app.selectbox(key="bars_measure").set_value(key).run()
    check_sound(app)
    column = QUANTITIES[key].column.replace("_", " ")
    assert bars(app)[column].is_monotonic_decreasing


def test_a_cut_changes_the_order_and_says_whose(open_page: OpenPage) -> None:
    app = open_view(open_page, region())
    assert list(bars(app).index) == ["AFR", "WAS", "SAS", "EUR", "EAS", "AMR", "OCE", "ADM"]
    assert "built to resemble" in messages(app)
    assert "Moved" not in messages(app)
    app.select_slider(key="bars_maf").set_value("5 %").run()
    check_sound(app)
    table = bars(app)
    assert list(table.index)[:4] == ["WAS", "EUR", "SAS", "AFR"]
    assert table.loc["OCE", "mean entropy bits"] == pytest.approx(0.453, abs=0.001)
    text = messages(app).replace("&#62;", ">").replace("&gt;", ">")
    assert "Moved: AFR, WAS, EUR." in text
    app.selectbox(key="bars_measure").set_value("observed-heterozygosity").run()
    order = [group for group in bars(app).index if group != "ADM"]
    text = messages(app).replace("&#62;", ">").replace("&gt;", ">")
    assert f"Here: {' > '.join(order)}." in text


def test_page_and_command_show_the_same_numbers(
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    home: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    ref = keep(linked_panel())
    app = open_view(open_page, AppState(panel_ref=ref))
    app.selectbox(key="bars_by").set_value("population").run()
    app.select_slider(key="bars_maf").set_value("10 %").run()
    files = home / "e.csv", home / "r.csv"
    options = ("--by", "population", "--maf", ".1", "-o", files[0], "--rates", files[1])
    assert run_here(capfd, "entropy", home / ref, *options).code == 0
    table, rates = (pd.read_csv(file) for file in files)
    shown = bars(app).reset_index()
    for name in table.columns.drop(["group", "admixed"]):
        drawn = shown[name.replace("_", " ")].to_numpy(float)
        np.testing.assert_allclose(drawn, table[name], rtol=6e-4, atol=6e-5, err_msg=name)
    curves = app.dataframe[2].value
    np.testing.assert_allclose(curves["upper bound bits"], rates["upper_bound_bits"], atol=6e-5)


def test_the_models_bits_stand_beside(open_page: OpenPage, home: Path) -> None:
    app = open_view(open_page, trained_state(home))
    assert "model bits" not in app.dataframe[2].value
    app.toggle(key="rate_model").set_value(True).run()
    check_sound(app)
    curves = app.dataframe[2].value
    assert curves["model bits"].notna().all()
    assert "held-out people" in messages(app)


def test_unphased_panels_tell_the_unit(open_page: OpenPage, keep: Callable[[Panel], str]) -> None:
    app = open_view(open_page, AppState(panel_ref=keep(random_panel(phased=False))))
    assert "bits per genotype" in messages(app)
    assert set(app.dataframe[2].value["unit"]) == {"bits per genotype"}


def test_groups_too_small_for_contexts_are_told(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    panel = random_panel(n_populations=1)
    labels = ["alone", "pair", "pair", *["rest"] * (panel.n_samples - 3)]
    named = panel.with_samples(panel.samples.assign(superpopulation=labels))
    app = open_view(open_page, AppState(panel_ref=keep(named)))
    assert "Too small and left out: alone, pair." in messages(app)
    few = AppState(panel_ref=keep(ODD["four_samples"]))
    assert "needs groups of 10 haplotypes" in messages(open_view(open_page, few))


@pytest.mark.parametrize("kind", ["fixed", "one_site", "no_positions", "unsorted"])
def test_odd_sites(kind: str, open_page: OpenPage, keep: Callable[[Panel], str]) -> None:
    base = random_panel(n_sites=60)
    panels = {
        "fixed": lambda: Panel.create(0 * base.counts, 1, base.samples, base.sites),
        "one_site": lambda: base.take_sites([3]),
        "no_positions": lambda: Panel.create(
            base.counts, 1, base.samples, site_table(60).assign(pos=0)
        ),
        "unsorted": lambda: base.take_sites(np.random.default_rng(0).permutation(60)),
    }
    app = open_view(open_page, AppState(panel_ref=keep(panels[kind]())))
    assert len(bars(app)) == 2
    if kind == "fixed":
        assert (bars(app)["mean entropy bits"] == 0).all()
        assert "nothing to cut" in messages(app)


@pytest.mark.parametrize("name", sorted(ODD))
def test_odd_panels_with_every_setting(
    name: str, open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = open_view(open_page, AppState(panel_ref=keep(ODD[name])))
    for key in ("equal-size", "genotype-miller-madow"):
        app.selectbox(key="bars_measure").set_value(key).run()
        check_sound(app)
    app.select_slider(key="bars_maf").set_value("10 %").run()
    check_sound(app)
    assert "<img" not in messages(app)
