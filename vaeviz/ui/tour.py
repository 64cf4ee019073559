"""Guided tour: a card over the pages with one thing to do and one question a step."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import streamlit as st

from vaeviz.data.catalogue import BUILT_IN
from vaeviz.data.tour import TourStep, tour_steps
from vaeviz.ui import navigation, state, steps
from vaeviz.ui.explain import PAGES, TEACHING, TOURED, teaching

STEP = "vaeviz_tour_step"
"""Key of the number of the step, from 0."""
ADDRESS = "tour"
"""Part of the address that holds the number of the step, from 1: a reload finds it again."""

_VIEW, _BESIDE, _COLOUR = "latent_view", "latent_beside", "colour_by"


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a step happens.

    Attributes
    ----------
    page : str
        Stem of the page's file.
    panel : str
        Name of the built-in panel.
    lead_to : (str, str) or None
        Switch of the page, as in `vaeviz.ui.steps`, and the step to show.
    settings : mapping
        Values of widgets by key.
    """

    page: str
    panel: str
    lead_to: tuple[str, str] | None = None
    settings: Mapping[str, object] = dataclasses.field(default_factory=dict)


PLACES: dict[str, Place] = {
    "matrix": Place("panel", "human-array", (steps.PANEL, steps.LOOK)),
    "pca": Place(
        "latent",
        "human-array",
        settings={_VIEW: "2-D", _BESIDE: True, _COLOUR: "superpopulation"},
    ),
    "training": Place(
        "train", "grid", (steps.TRAIN, steps.FIT), {steps.TRAIN_PURPOSE: steps.NAMES["map"]}
    ),
    "clusters": Place(
        "latent", "human-array", settings={_VIEW: "2-D", _BESIDE: False, _COLOUR: "population"}
    ),
    "entropy": Place("entropy", "human-region", settings={"entropy_view": "World map"}),
    "compression": Place("compression", "human-array", (steps.COMPRESSION, "By population")),
    "people": Place("simulate", "human-array"),
    "labels": Place("classify", "human-array"),
}


def resume() -> None:
    """In a new session, go on at the step that the address names."""
    asked = st.query_params.get(ADDRESS, "")
    if STEP not in st.session_state and asked in _numbers():
        st.session_state.update({STEP: int(asked) - 1, TEACHING: True})


def card(page: str) -> None:
    """In teaching mode, the current step above the page; nothing otherwise.

    Parameters
    ----------
    page : str
        Stem of the file of the page that is shown.
    """
    if not teaching():
        st.query_params.pop(ADDRESS, None)
        return
    all_steps = tour_steps()
    number = st.session_state.setdefault(STEP, 0)
    step = all_steps[number]
    st.query_params[ADDRESS] = str(number + 1)
    st.session_state[TOURED] = page if _is_there(PLACES[step.key], page) else None
    heading = f"Guided tour · step {number + 1} of {len(all_steps)} · {step.title}"
    with st.expander(heading, expanded=True, icon=":material/explore:"):
        grid = st.grid(2, min_column_width=320)
        with grid.cell():
            st.markdown(step.text)
        with grid.cell():
            _task(step, page)
            st.markdown(f"**Question.** {step.question}")
            with st.popover("A thought on it", icon=":material/lightbulb:"):
                st.markdown(step.thought)
        if step.key == "matrix" and _is_there(PLACES[step.key], page):
            _matrix(PLACES[step.key].panel)
        _buttons(number, len(all_steps))


def go_to(key: str) -> None:
    """Open the panel of a step and set the view of its page."""
    place = PLACES[key]
    if state.get().panel_ref != place.panel:
        state.set_panel(place.panel)
    if place.lead_to is not None:
        steps.lead_to(*place.lead_to)
    st.session_state.update(place.settings)


def _task(step: TourStep, page: str) -> None:
    place = PLACES[step.key]
    st.markdown(f"**Do.** {step.task}")
    there = _is_there(place, page)
    pressed = st.button(
        "Set this view again" if there else f"Take me to {PAGES[place.page].title}",
        key="tour_go",
        type="secondary" if there else "primary",
        icon=":material/refresh:" if there else ":material/arrow_forward:",
        on_click=go_to,
        args=(step.key,),
    )
    if state.get().panel_ref != place.panel:
        st.caption(f"It opens the panel *{BUILT_IN[place.panel].title}* in place of yours.")
    if pressed and not there:
        navigation.go_to(f"pages/{place.page}.py")


def _is_there(place: Place, page: str) -> bool:
    return page == place.page and state.get().panel_ref == place.panel


def _numbers() -> list[str]:
    return [str(number) for number in range(1, len(PLACES) + 1)]


def _buttons(number: int, n_steps: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        _turn("Back", number - 1, number > 0, ":material/chevron_left:")
        _turn("Next step", number + 1, number + 1 < n_steps, ":material/chevron_right:")
        st.space("stretch")
        _handout()


def _turn(words: str, number: int, possible: bool, icon: str) -> None:
    key = f"tour_{'back' if words == 'Back' else 'next'}"
    st.button(words, key=key, disabled=not possible, icon=icon, on_click=_show, args=(number,))


def _show(number: int) -> None:
    st.session_state[STEP] = number


def _handout() -> None:
    from vaeviz.reports.handout import handout

    st.download_button(
        "Handout",
        data=handout,
        file_name="vaeviz_tour.html",
        mime="text/html",
        key="tour_handout",
        icon=":material/print:",
        help="All eight steps on paper: figures, tasks, lines to write on, thoughts at the end. "
        "Open it in a browser and print it. It takes about half a minute to draw.",
        on_click="ignore",
    )


def _matrix(ref: str) -> None:
    from vaeviz.figures.matrix import snp_matrix
    from vaeviz.ui import cache
    from vaeviz.ui.look import look
    from vaeviz.ui.show import show_chart

    panel = cache.panel(ref)
    show_chart(snp_matrix(panel, **look(panel)), "tour_matrix")
