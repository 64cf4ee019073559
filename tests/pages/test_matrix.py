"""Every page draws whatever is open: nothing, a panel, a panel and a model, odd panels."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import ROOT, OpenPage, check_sound, messages
from tests.panels import HOSTILE, odd_panels, random_panel
from vaeviz.data.panel import Panel
from vaeviz.escape import plain
from vaeviz.ui.explain import PAGES
from vaeviz.ui.state import AppState

ODD = odd_panels()
HERE = [page for page in PAGES if (ROOT / "pages" / f"{page}.py").exists()]
VIEWS = {
    "panel": (
        "panel_preview",
        ["Populations", "Frequencies", "Missingness", "PCA", "Map", "Samples", "History"],
    ),
    "train": ("train_step", ["Train a model", "Load a model"]),
    "latent": ("latent_view", ["3-D"]),
    "compression": ("compression_tab", ["Latent size", "Codecs", "File"]),
}


@pytest.mark.parametrize("page", HERE)
def test_without_a_panel_the_page_leads_to_one(page: str, open_page: OpenPage) -> None:
    app = open_page(page, AppState())
    check_sound(app)
    assert app.title[0].value == PAGES[page].title
    if page != "panel":
        assert "No panel is open yet." in messages(app)


@pytest.mark.parametrize("page", HERE)
def test_with_a_panel_only(page: str, open_page: OpenPage, keep: Callable[[Panel], str]) -> None:
    app = open_page(page, AppState(panel_ref=keep(random_panel())))
    check_sound(app)
    _all_views(app, page)


@pytest.mark.parametrize("page", HERE)
@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels_with_a_model(
    page: str,
    odd_name: str,
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
) -> None:
    panel = ODD[odd_name]
    app = open_page(page, AppState(panel_ref=keep(panel), model_ref=keep_model(panel)))
    check_sound(app)
    _all_views(app, page)


def test_hostile_labels_are_inert(open_page: OpenPage, keep: Callable[[Panel], str]) -> None:
    ref = keep(ODD["hostile_labels"])
    for page in HERE:
        app = open_page(page, AppState(panel_ref=ref))
        text = messages(app)
        assert "![x](http://x)" not in text
        assert "<img" not in text
        for chart in app.get("plotly_chart"):
            assert "<img" not in chart.proto.spec
        for table in app.dataframe:
            assert (
                not table.value.astype(str)
                .isin([HOSTILE[3], HOSTILE[4], HOSTILE[5]])
                .to_numpy()
                .any()
            )
    assert plain(HOSTILE[5]).endswith("…")


def _all_views(app: AppTest, page: str) -> None:
    key, views = VIEWS.get(page, ("", []))
    for view in views:
        app.session_state[key] = view
        app.run()
        check_sound(app)
