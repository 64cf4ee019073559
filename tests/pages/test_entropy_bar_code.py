"""The view Along the genome on every odd panel, and its region box."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.panels import odd_panels, random_panel
from vaeviz.data.panel import Panel
from vaeviz.ui.entropy.bar_code_view import REGION
from vaeviz.ui.state import AppState

BASE = random_panel(n_sites=60)


def at_positions(pos: np.ndarray, chrom: np.ndarray | str = "1") -> Panel:
    sites = BASE.sites.assign(pos=pos, chrom=chrom)
    return Panel.create(BASE.counts, BASE.ploidy, BASE.samples, sites, BASE.info)


ODD = {
    **odd_panels(),
    "no_positions": at_positions(np.zeros(60, dtype=np.int64)),
    "one_position": at_positions(np.full(60, 7)),
    "unsorted": BASE.take_sites(np.random.default_rng(0).permutation(60)),
    "one_site": BASE.take_sites([3]),
    "many_chromosomes": at_positions(np.arange(60) + 1, np.arange(60).astype(str).astype(object)),
    "hostile_sites": Panel.create(
        BASE.counts,
        BASE.ploidy,
        BASE.samples,
        BASE.sites.assign(chrom="<img src=x onerror=alert(1)>", id="![x](http://x)", alt="=1+1"),
    ),
}


@pytest.fixture
def bar_code(open_page: OpenPage, keep: Callable[[Panel], str]) -> Callable[[Panel], AppTest]:
    def show(panel: Panel) -> AppTest:
        app = open_page("entropy", AppState(panel_ref=keep(panel)))
        app.session_state["entropy_view"] = "Along the genome"
        app.run()
        check_sound(app)
        return app

    return show


def told(app: AppTest) -> str:
    text = messages(app)
    for code in (39, 40, 41, 43, 44, 45, 46, 58):
        text = text.replace(f"&#{code};", chr(code))
    return text


@pytest.mark.parametrize("name", sorted(ODD))
def test_odd_panels_have_strips(name: str, bar_code: Callable[[Panel], AppTest]) -> None:
    app = bar_code(ODD[name])
    assert "<img" not in messages(app)
    table = app.dataframe[0].value
    assert len(table) == ODD[name].samples["superpopulation"].fillna("").nunique()
    if name in ("no_positions", "one_position"):
        assert "no positions that tell its sites apart" in messages(app)
        assert "sites 1 to 60" in messages(app)
    app.text_input(key=REGION).set_value("99:1-5").run()
    check_sound(app)
    if name != "many_chromosomes":
        assert len(app.error) == 1


def test_a_region_narrows_the_table(bar_code: Callable[[Panel], AppTest]) -> None:
    app = bar_code(random_panel())
    app.text_input(key=REGION).set_value("2:11,000-20,000").run()
    check_sound(app)
    assert "2:11,000 to 20,000 (10 sites)" in told(app)
    assert app.dataframe[0].value["n sites"].tolist() == [10, 10]
    app.text_input(key=REGION).set_value("nowhere").run()
    assert "is no region that is understood" in told(app)
    assert "2:11,000 to 20,000 (10 sites)" in told(app)
    app.text_input(key=REGION).set_value("").run()
    assert "(200 sites)" in told(app)
    assert not app.error


def test_cut_gaps_are_told(bar_code: Callable[[Panel], AppTest]) -> None:
    pos = np.append(np.arange(30) * 100, 50_000_000 + np.arange(30) * 100) + 1
    assert "Long gaps" in messages(bar_code(at_positions(pos)))
    assert "Long gaps" not in messages(bar_code(BASE))


def test_differences_are_offered_between_groups(bar_code: Callable[[Panel], AppTest]) -> None:
    app = bar_code(random_panel(n_populations=6))
    app.selectbox(key="barcode_minuend").set_value("every").run()
    check_sound(app)
    assert sorted(app.selectbox(key="barcode_subtrahend").options) == ["SUP1", "SUP2", "SUP3"]
    app.selectbox(key="barcode_minuend").set_value("group SUP2").run()
    check_sound(app)
    assert sorted(app.selectbox(key="barcode_subtrahend").options) == ["SUP1", "SUP3"]
    alone = bar_code(random_panel(n_populations=1))
    assert not [s for s in alone.selectbox if s.key == "barcode_minuend"]


def test_group_and_site_numbers(bar_code: Callable[[Panel], AppTest]) -> None:
    app = bar_code(random_panel())
    app.selectbox(key="barcode_by").set_value("population").run()
    app.session_state["barcode_along"] = "Number of the site"
    app.run()
    app.text_input(key=REGION).set_value("11-30").run()
    check_sound(app)
    assert app.dataframe[0].value["n sites"].tolist() == [20, 20, 20]
