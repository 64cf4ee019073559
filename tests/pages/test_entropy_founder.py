"""The views Serial founder, Against compression and Populations of the entropy page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import odd_panels, random_panel
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import load_panel
from vaeviz.ui.state import AppState

ODD = odd_panels()
VIEWS = ("Serial founder", "Against compression", "Populations")
CODES = ("YRI", "LWK", "GBR", "FIN", "PJL", "STU")


def show(app: AppTest, view: str) -> str:
    app.session_state["entropy_view"] = view
    app.run()
    check_sound(app)
    return messages(app).replace("&#45;", "-").replace("&#46;", ".")


def named_panel(placed: bool = False) -> Panel:
    """Six populations with known codes; without places unless `placed`."""
    panel = random_panel(n_populations=6)
    labels = panel.samples["population"].map(
        dict(zip([f"POP{i}" for i in range(1, 7)], CODES, strict=True))
    )
    samples = panel.samples.assign(population=labels)
    if not placed:
        samples = samples.assign(latitude=np.nan, longitude=np.nan)
    return panel.with_samples(samples)


def opened(app: AppTest, home: Path) -> Panel:
    """The panel that the session has open now."""
    state = AppState.from_json((home / "session.json").read_bytes())
    return load_panel(home / str(state.panel_ref))


def press(app: AppTest, label: str) -> None:
    next(b for b in app.button if b.label == label).click().run()
    check_sound(app)


def test_founder_has_a_line_a_map_and_the_words(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = open_page("entropy", AppState(panel_ref=keep(named_panel(placed=True))))
    text = show(app, "Serial founder")
    assert "populations are not independent" in text
    assert "by construction" in text
    assert "obligatory" not in text
    assert "Ramachandran" in text
    table = app.dataframe[0].value
    assert len(table) == 6
    assert (np.diff(table["distance km"]) >= 0).all()


def test_origin_is_a_population_or_typed(open_page: OpenPage, keep: Callable[[Panel], str]) -> None:
    app = open_page("entropy", AppState(panel_ref=keep(named_panel(placed=True))))
    show(app, "Serial founder")
    from_addis = app.dataframe[0].value["distance km"]
    app.selectbox(key="founder_origin").set_value("group:GBR").run()
    check_sound(app)
    nearest = app.dataframe[0].value.iloc[0]
    assert (nearest["group"], nearest["distance km"]) == ("GBR", 0)
    app.selectbox(key="founder_origin").set_value("typed").run()
    assert app.dataframe[0].value["distance km"].tolist() == from_addis.tolist()
    app.number_input(key="founder_latitude").set_value(-33.0).run()
    check_sound(app)
    assert app.dataframe[0].value["distance km"].tolist() != from_addis.tolist()


def test_founder_measures_of_a_model(open_page: OpenPage, home: Path) -> None:
    app = open_page("entropy", trained_state(home))
    show(app, "Serial founder")
    for measure in ("equal-size", "heterozygosity", "bits", "gain", "factor"):
        app.selectbox(key="founder_measure").set_value(measure).run()
        check_sound(app)
        assert len(app.dataframe) >= 2 or app.info


def test_founder_of_other_species_tells_why_not(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    canid = named_panel(placed=True).with_info(species="canid")
    app = open_page("entropy", AppState(panel_ref=keep(canid)))
    assert "another species" in show(app, "Serial founder")


def test_founder_without_places_leads_to_populations(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = open_page("entropy", AppState(panel_ref=keep(named_panel())))
    text = show(app, "Serial founder")
    assert "0 of 6 populations have a place" in text
    assert "under Populations" in text


def test_compression_correlates_with_entropy(open_page: OpenPage, home: Path) -> None:
    app = open_page("entropy", trained_state(home))
    show(app, "Against compression")
    app.selectbox(key="against_by").set_value("population").run()
    check_sound(app)
    assert app.metric[0].label == "Groups"
    assert app.metric[0].value == "3"
    for measure in ("ratio_frequencies", "paper_factor"):
        app.selectbox(key="against_measure").set_value(measure).run()
        check_sound(app)
        assert measure.replace("_", " ") in app.dataframe[0].value.columns


def test_matching_and_apply_make_a_panel_with_places_and_undo_goes_back(
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
    home: Path,
) -> None:
    panel = named_panel()
    state = AppState(panel_ref=keep(panel), model_ref=keep_model(panel))
    app = open_page("entropy", state)
    assert "6 of 6 groups have no place" in show(app, "Populations")
    press(app, "Match against the bundled table")
    assert opened(app, home).digest == panel.digest
    press(app, "Apply")
    made = opened(app, home)
    assert made.samples["latitude"].notna().all()
    yri = made.samples[made.samples["population"] == "YRI"]
    assert set(yri["latitude"]) == {7.4}
    assert made.info.steps[-1].what == "places of 6 groups edited (60 samples)"
    assert made.sites_digest == panel.sites_digest
    kept = AppState.from_json((home / "session.json").read_bytes())
    assert kept.model_ref == state.model_ref
    assert "populations are not independent" in show(app, "Serial founder")
    show(app, "Populations")
    press(app, "Undo: the panel before")
    assert opened(app, home).digest == panel.digest


def test_swapping_is_warned_of_and_mended(
    open_page: OpenPage, keep: Callable[[Panel], str], home: Path
) -> None:
    panel = named_panel(placed=True)
    known = {"YRI": (7.4, 3.9), "LWK": (0.6, 34.8), "GBR": (54.0, -2.0)}
    known |= {"FIN": (62.0, 26.0), "PJL": (31.5, 74.3), "STU": (7.9, 80.7)}
    labels = panel.samples["population"]
    wrong = panel.samples.assign(
        latitude=labels.map({k: v[1] for k, v in known.items()}),
        longitude=labels.map({k: v[0] for k, v in known.items()}),
    )
    app = open_page("entropy", AppState(panel_ref=keep(panel.with_samples(wrong))))
    assert "look swapped" in show(app, "Populations")
    press(app, "Swap latitude and longitude")
    assert "look swapped" not in messages(app)
    press(app, "Apply")
    fin = opened(app, home).samples.query("population == 'FIN'")
    assert fin["latitude"].unique() == [62.0]
    assert fin["longitude"].unique() == [26.0]


def test_apply_without_a_change_says_so(open_page: OpenPage, keep: Callable[[Panel], str]) -> None:
    app = open_page("entropy", AppState(panel_ref=keep(named_panel(placed=True))))
    show(app, "Populations")
    press(app, "Apply")
    assert "No place was changed" in messages(app)


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels_in_every_view(
    odd_name: str,
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
) -> None:
    panel = ODD[odd_name]
    app = open_page("entropy", AppState(panel_ref=keep(panel), model_ref=keep_model(panel)))
    for view in VIEWS:
        text = show(app, view)
        assert "<img" not in text
    if odd_name == "no_labels":
        assert "no sample has a label" in text
