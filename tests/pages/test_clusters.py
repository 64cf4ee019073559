"""Regions on the map of people, and the folded section on clusters and outliers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import odd_panels, random_panel
from tests.trained import model_panel
from vaeviz.data.panel import Panel
from vaeviz.ui.latent.clusters_view import BY_LABEL, COMPONENTS, GAUSSIAN, MIXTURE, OUTLIERS
from vaeviz.ui.state import AppState

ODD = odd_panels()


def names(app: AppTest) -> list[str]:
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    return [str(trace.get("name")) for trace in spec["data"]]


def unfold(app: AppTest, view: str) -> None:
    app.session_state["latent_clusters"] = True
    app.session_state["clusters_show"] = view
    app.run()
    check_sound(app)


def test_nothing_is_drawn_or_computed_unasked(open_page: OpenPage, home: Path) -> None:
    app = open_page("latent", trained_state(home))
    assert not [n for n in names(app) if "region" in n or "mixture" in n]
    assert "clusters_by" not in app.session_state


def test_regions_of_the_labels_in_colour(open_page: OpenPage, home: Path) -> None:
    app = open_page("latent", trained_state(home))
    app.selectbox(key="colour_by").set_value("population").run()
    app.selectbox(key="latent_regions").set_value(BY_LABEL).run()
    check_sound(app)
    found = [n for n in names(app) if "region" in n]
    assert len(found) == 3
    app.selectbox(key="latent_regions").set_value(MIXTURE).run()
    check_sound(app)
    assert [n for n in names(app) if n.startswith("mixture (")]


def test_clusters_of_populations_are_judged(open_page: OpenPage, home: Path) -> None:
    app = open_page("latent", trained_state(home))
    unfold(app, GAUSSIAN)
    table = next(d.value for d in app.dataframe if "verdict" in d.value)
    assert table["group"].tolist() == ["POP1", "POP2", "POP3"]
    assert (table["n people"] == 70).all()


def test_mixture_is_compared_with_the_labels(open_page: OpenPage, home: Path) -> None:
    app = open_page("latent", trained_state(home))
    unfold(app, COMPONENTS)
    assert "adjusted Rand index" in messages(app)
    assert len(app.get("plotly_chart")) == 2


def test_outliers_are_listed_searched_and_selected(
    open_page: OpenPage, home: Path, keep: Callable[[Panel], str]
) -> None:
    panel = model_panel()
    samples = panel.samples.copy()
    samples.loc[[0, 200], "population"] = samples.loc[[200, 0], "population"].to_numpy()
    state = trained_state(home, panel=panel.with_samples(samples))
    app = open_page("latent", state)
    unfold(app, OUTLIERS)
    table = next(d.value for d in app.dataframe if "nearest other" in d.value)
    assert table["outlier"].all()
    swapped = table.set_index("sample").loc[["ID0000", "ID0200"]]
    assert swapped["nearest other"].tolist() == ["POP1", "POP3"]
    app.text_input(key="outliers_search").set_value("id0200").run()
    table = next(d.value for d in app.dataframe if "nearest other" in d.value)
    assert table["sample"].tolist() == ["ID0200"]
    app.button(key="outliers_select").click().run()
    selection = app.session_state["vaeviz_state"].selection
    assert {"ID0000", "ID0200"} <= set(selection.sample_ids)
    assert "outliers" in selection.rule


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels_in_every_view(
    odd_name: str,
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
) -> None:
    panel = ODD[odd_name]
    app = open_page("latent", AppState(panel_ref=keep(panel), model_ref=keep_model(panel)))
    for regions in (BY_LABEL, MIXTURE):
        for view in ("2-D", "3-D"):
            app.session_state["latent_regions"] = regions
            app.session_state["latent_view"] = view
            app.run()
            check_sound(app)
    for view in (GAUSSIAN, COMPONENTS, OUTLIERS):
        unfold(app, view)


def test_principal_components_have_clusters_too(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = open_page("latent", AppState(panel_ref=keep(random_panel())))
    for view in (GAUSSIAN, COMPONENTS, OUTLIERS):
        unfold(app, view)
