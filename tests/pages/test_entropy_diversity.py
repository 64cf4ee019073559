"""The view *Diversity*: what is open, what is grey and why, the mark, runs of homozygosity."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.analysis.test_diversity import rare_panel
from tests.analysis.test_roh import inbred_panel
from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.jobs_here import begin_here
from tests.panels import HOSTILE, odd_panels, random_panel
from vaeviz.analysis.diversity import STATISTICS, diversity_table
from vaeviz.data.panel import Panel
from vaeviz.ui import jobs, steps
from vaeviz.ui.entropy import diversity_view
from vaeviz.ui.state import AppState

ODD = odd_panels()
SEQUENCE_ONLY = [s.title for s in STATISTICS if s.sequence_only]
Keep = Callable[[Panel], str]


def show(app: AppTest, part: str = diversity_view.STATISTICS) -> str:
    app.session_state["entropy_view"] = "Diversity"
    app.session_state["diversity_part"] = part
    app.run()
    check_sound(app)
    return messages(app)


@pytest.fixture
def jobs_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "begin", begin_here)


def test_without_the_mark_sequence_statistics_are_grey_with_the_reason(
    open_page: OpenPage, keep: Keep
) -> None:
    panel = rare_panel().with_info(unfiltered_sequence=False)
    app = open_page("entropy", AppState(panel_ref=keep(panel)))
    assert "not marked as unfiltered sequence" in show(app)
    grey = app.button_group(key="diversity_closed")
    assert grey.proto.disabled
    assert grey.options == SEQUENCE_ONLY
    offered = app.selectbox(key="diversity_statistic").options
    assert not set(offered).intersection(SEQUENCE_ONLY)
    assert not any("tajima" in c for f in app.dataframe for c in f.value.columns)


@pytest.mark.parametrize("statistic", [s.name for s in STATISTICS])
def test_a_marked_panel_has_the_numbers_of_the_core(
    statistic: str, open_page: OpenPage, keep: Keep
) -> None:
    panel = rare_panel()
    app = open_page("entropy", AppState(panel_ref=keep(panel)))
    app.session_state["diversity_by"] = "population"
    app.session_state["diversity_statistic"] = statistic
    assert "not marked" not in show(app)
    shown = app.dataframe[0].value.set_index("group")
    expected = diversity_table(panel, "population").set_index("group")
    words = statistic.replace("_", " ")
    np.testing.assert_allclose(
        shown.loc[expected.index, words], expected[statistic], rtol=1e-3, atol=1e-4
    )


def test_a_mark_on_an_array_is_doubted(open_page: OpenPage, keep: Keep) -> None:
    array = random_panel().with_info(unfiltered_sequence=True)
    assert "check the mark" in show(open_page("entropy", AppState(panel_ref=keep(array))))
    sequence = open_page("entropy", AppState(panel_ref=keep(rare_panel())))
    assert "check the mark" not in show(sequence)


def test_the_switch_marks_the_stored_panel_and_opens_the_statistics(
    open_page: OpenPage, keep: Keep
) -> None:
    ref = keep(rare_panel().with_info(unfiltered_sequence=False))
    app = open_page("panel", AppState(panel_ref=ref))
    app.session_state[steps.PANEL] = steps.LOOK
    app.session_state["panel_preview"] = "History"
    app.run()
    assert app.toggle(key="panel_unfiltered").value is False
    app.toggle(key="panel_unfiltered").set_value(True).run()
    check_sound(app)
    assert app.toggle(key="panel_unfiltered").value is True
    history = app.dataframe[0].value
    assert history["what"].tolist() == ["marked as unfiltered sequence"]
    app.switch_page("pages/entropy.py").run()
    assert "not marked" not in show(app)
    assert "Tajima's D" in app.selectbox(key="diversity_statistic").options


def test_built_in_panels_cannot_be_marked(open_page: OpenPage) -> None:
    app = open_page("panel", AppState(panel_ref="grid"))
    app.session_state[steps.PANEL] = steps.LOOK
    app.session_state["panel_preview"] = "History"
    app.run()
    assert app.toggle(key="panel_unfiltered").disabled
    assert "cut by allele frequency" in messages(app)


def test_short_chromosomes_have_a_grey_button_and_the_reason(
    open_page: OpenPage, keep: Keep
) -> None:
    app = open_page("entropy", AppState(panel_ref=keep(random_panel())))
    assert "10 Mb" in show(app, diversity_view.RUNS)
    assert app.button(key="roh_none").disabled


@pytest.mark.usefixtures("jobs_in_this_process")
def test_runs_are_found_by_a_job_and_shown(open_page: OpenPage, keep: Keep) -> None:
    panel = inbred_panel()
    samples = panel.samples.replace({"population": {"A": HOSTILE[2]}})
    app = open_page("entropy", AppState(panel_ref=keep(panel.with_samples(samples))))
    app.session_state["diversity_by"] = "population"
    show(app, diversity_view.RUNS)
    assert "24 people" in app.button(key="roh_run").label
    app.button(key="roh_run").click().run()
    check_sound(app)
    people = app.dataframe[0].value.set_index("sample")
    assert len(people) == 24
    assert people["n runs"].idxmax() == "P0"
    assert people.loc["P0", "group"] == HOSTILE[2]
    groups = app.dataframe[1].value
    assert groups["mean f roh"].max() > 0
    assert "at most 25 of a group" not in messages(app)
    assert not any(button.key == "roh_run" for button in app.button)


@pytest.mark.usefixtures("jobs_in_this_process")
def test_runs_are_found_again_without_the_kept_words(
    open_page: OpenPage, keep: Keep, home: Path
) -> None:
    state = AppState(panel_ref=keep(inbred_panel()))
    app = open_page("entropy", state)
    app.session_state["diversity_by"] = "population"
    show(app, diversity_view.RUNS)
    app.button(key="roh_run").click().run()
    (kept,) = (home / "diversity").glob("*.json")
    for text in ("", "[]", "{}"):
        kept.write_text(text)
        show(app, diversity_view.RUNS)
        assert any(button.key == "roh_run" for button in app.button)
    kept.unlink()
    show(app, diversity_view.RUNS)
    assert len(app.dataframe[0].value) == 24


@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels(odd_name: str, mark: bool, open_page: OpenPage, keep: Keep) -> None:
    panel = ODD[odd_name].with_info(unfiltered_sequence=mark)
    app = open_page("entropy", AppState(panel_ref=keep(panel)))
    for statistic in [s.name for s in STATISTICS if mark or not s.sequence_only]:
        app.session_state["diversity_statistic"] = statistic
        assert "<img" not in show(app)
    if odd_name == "one_population" and mark:
        app.session_state["diversity_statistic"] = "private_alleles"
        assert "there is no other group" in show(app)
    show(app, diversity_view.RUNS)
