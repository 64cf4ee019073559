"""The world map: a lasso makes the one Selection, people and links are layers of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import odd_panels, random_panel
from vaeviz.analysis.links import CAVEAT, link_matrix, pair_table
from vaeviz.data.panel import Panel
from vaeviz.ui import selecting, state
from vaeviz.ui.entropy import entropy_map, map_people, map_selecting, map_values
from vaeviz.ui.state import AppState

ODD = odd_panels()
Keep = Callable[[Panel], str]


def open_map(open_page: OpenPage, app_state: AppState, **settings: object) -> AppTest:
    app = open_page("entropy", app_state)
    app.session_state["entropy_view"] = "World map"
    for key, value in settings.items():
        app.session_state[key] = value
    app.run()
    check_sound(app)
    return app


def figure(app: AppTest, index: int = 0) -> dict:
    return json.loads(app.get("plotly_chart")[index].proto.spec)


def own_places(panel: Panel) -> Panel:
    """Everybody a bit away from the others."""
    spread = np.linspace(-3, 3, panel.n_samples)
    samples = panel.samples.assign(latitude=panel.samples["latitude"].fillna(0) + spread)
    return panel.with_samples(samples)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    monkeypatch.setenv("VAEVIZ_HOME", str(tmp_path))
    values: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", values)
    return values


def lasso(*points: str) -> dict[str, object]:
    return {"selection": {"points": [{"customdata": p} for p in points]}}


def test_a_lasso_around_populations_selects_their_people(session: dict[str, object]) -> None:
    panel = random_panel()
    labels = panel.labels("population")
    first, second = sorted(set(labels))[:2]
    session["map"] = lasso(first)
    map_selecting.on_groups(panel, "population", "map")()
    chosen = state.get().selection
    assert chosen is not None
    assert chosen.sample_ids == tuple(panel.sample_ids[labels == first])
    assert chosen.rule == "populations lassoed on the map (population)"
    session |= {"map": lasso(second), selecting.HOW_KEY: "add"}
    map_selecting.on_groups(panel, "population", "map")()
    both = state.get().selection
    assert both is not None
    assert set(both.sample_ids) == set(panel.sample_ids[np.isin(labels, [first, second])])
    session |= {selecting.HOW_KEY: "subtract"}
    map_selecting.on_groups(panel, "population", "map")()
    rest = state.get().selection
    assert rest is not None
    assert rest.sample_ids == chosen.sample_ids


def test_a_fresh_lasso_is_not_ringed_and_a_foreign_selection_is(
    session: dict[str, object],
) -> None:
    panel = random_panel()
    first, second = sorted(set(panel.labels("population")))[:2]
    session["map"] = lasso(first)
    map_selecting.on_groups(panel, "population", "map")()
    assert map_selecting.ringed_shares(panel, "population", "map") == {}
    selecting.apply([panel.sample_ids[panel.labels("population") == second][0]], "by hand")
    shares = map_selecting.ringed_shares(panel, "population", "map")
    assert list(shares) == [second]
    assert 0 < shares[second] < 1


def test_rings_understand_the_event_of_their_own_chart(session: dict[str, object]) -> None:
    panel = random_panel()
    group = panel.labels("population")[0]
    to_ids = partial(map_selecting.people_of, panel, "population")
    selecting.apply(to_ids(lasso(group)), "elsewhere")
    session["map"] = lasso(group)
    assert selecting.rings("map", to_ids) == ()
    session["map"] = None
    assert selecting.rings("map", to_ids) == state.get().selection.sample_ids


def test_the_selection_is_ringed_and_told(open_page: OpenPage, keep: Keep) -> None:
    panel = random_panel()
    group = sorted(set(panel.labels("population")))[0]
    ids = tuple(panel.sample_ids[panel.labels("population") == group])
    ref = keep(panel)
    from vaeviz.data.selection import Selection

    chosen = Selection(sample_ids=ids, panel_digest=panel.digest)
    app = open_map(open_page, AppState(panel_ref=ref, selection=chosen))
    assert "selected" in [t.get("name") for t in figure(app)["data"]]
    assert f"{len(ids)} people are selected: {group}" in messages(app)
    app.button(key="map_clear").click().run()
    check_sound(app)
    assert "Nobody is selected" in messages(app)


def test_people_at_their_own_places_are_shown_first(open_page: OpenPage, keep: Keep) -> None:
    plain, own = random_panel(), own_places(random_panel())
    assert not map_people.differ_within_groups(plain)
    assert map_people.differ_within_groups(own)
    app = open_map(open_page, AppState(panel_ref=keep(own)))
    found = {c for t in figure(app)["data"] for c in t.get("customdata", [])}
    assert found == set(own.sample_ids)


@pytest.mark.parametrize("value", [map_values.OWN_HETEROZYGOSITY, "altitude", "superpopulation"])
def test_people_are_coloured_by_columns_and_heterozygosity(
    value: str, open_page: OpenPage, keep: Keep
) -> None:
    panel = random_panel()
    samples = panel.samples.assign(altitude=np.arange(panel.n_samples, dtype=float))
    ref = keep(panel.with_samples(samples))
    settings = {"map_show": entropy_map.PEOPLE, "map_people_value": value}
    app = open_map(open_page, AppState(panel_ref=ref), **settings)
    assert value in app.dataframe[0].value.columns or value.replace("_", " ") in str(
        app.dataframe[0].value.columns
    )


def test_the_story_is_for_people_only(open_page: OpenPage, keep: Keep) -> None:
    panel = random_panel()
    app = open_map(open_page, AppState(panel_ref=keep(panel)), map_show=entropy_map.STORY)
    spec = figure(app)
    assert len(spec["frames"]) > 50
    assert "nothing moves by itself" in messages(app)
    birds = open_map(open_page, AppState(panel_ref=keep(panel.with_info(species="other"))))
    (show,) = [g for g in birds.get("button_group") if "Show" in str(g.proto.label)]
    assert entropy_map.STORY not in str(show.proto)


@pytest.mark.parametrize("kind", ["fst", "f2", "covariance", "latent"])
def test_links_are_drawn_and_told_apart_from_routes(
    kind: str, open_page: OpenPage, home: Path
) -> None:
    app = open_map(open_page, trained_state(home), map_links=kind)
    drawn = [t for t in figure(app)["data"] if t.get("legendgroup") == "links"]
    assert drawn
    assert CAVEAT in drawn[0]["name"]
    assert "similarity, not migration" in messages(app)
    heat = figure(app, 1)["data"][0]
    assert heat["type"] == "heatmap"


def test_the_table_of_links_is_that_of_the_library(open_page: OpenPage, keep: Keep) -> None:
    panel = random_panel(n_populations=4)
    app = open_map(open_page, AppState(panel_ref=keep(panel)), map_links="f2")
    expected = pair_table(link_matrix(panel, "population", "f2"), "f2", 2)
    shown = next(d.value for d in app.dataframe if "source" in d.value)
    np.testing.assert_allclose(shown["value"], expected["value"], rtol=2e-3, atol=1e-6)
    assert shown["source"].tolist() == expected["source"].tolist()


def test_swapped_coordinates_are_pointed_out(open_page: OpenPage, keep: Keep) -> None:
    panel = random_panel(n_populations=3)
    known = {"YRI": (7.4, 3.9), "LWK": (-1.3, 36.8), "TSI": (43.4, 11.0)}
    names = dict(zip(sorted(set(panel.labels("population"))), known, strict=True))
    codes = panel.samples["population"].map(names)
    samples = panel.samples.assign(
        population=codes,
        latitude=[known[c][1] for c in codes],
        longitude=[known[c][0] for c in codes],
    )
    app = open_map(open_page, AppState(panel_ref=keep(panel.with_samples(samples))))
    assert any("Populations" in w.value for w in app.warning)


@pytest.mark.parametrize("show", [entropy_map.GROUPS, entropy_map.PEOPLE, entropy_map.STORY])
@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels(odd_name: str, show: str, open_page: OpenPage, keep: Keep) -> None:
    app = open_map(
        open_page, AppState(panel_ref=keep(ODD[odd_name])), map_show=show, map_links="covariance"
    )
    if not ODD[odd_name].samples["latitude"].notna().any():
        assert "no coordinates" in messages(app)
