"""The serial founder view: diversity against distance from an origin, and the best origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError
from vaeviz.escape import escape, plain
from vaeviz.ui import derived, guards, measured
from vaeviz.ui.cache import remembered
from vaeviz.ui.columns import group_choice
from vaeviz.ui.components.room import width_px
from vaeviz.ui.compression import compression_view
from vaeviz.ui.look import group_look, look
from vaeviz.ui.selecting import event_place
from vaeviz.ui.show import show_chart
from vaeviz.ui.tables import show_frame
from vaeviz.ui.widgets import choice

if TYPE_CHECKING:
    from vaeviz.analysis.serial_founder import SerialFounder

DEFAULT, BEST, TYPED, GROUP = "addis", "best", "typed", "group:"
LATITUDE, LONGITUDE, ORIGIN = "founder_latitude", "founder_longitude", "founder_origin"
MAP = "founder_map"
MEASURED_RULE = (
    "Distances are great circles on the WGS84 ellipsoid, along the way-points of Ramachandran et "
    "al. (2005, doi:10.1073/pnas.0507611102): Cairo out of Africa, Istanbul into Europe, Phnom "
    "Penh into Oceania, Anadyr and Prince Rupert into the Americas. Asia is in the middle, so an "
    "origin on another continent passes the same points. Inside a continent the way is straight."
)


@dataclass(frozen=True)
class Measure:
    """What is set against distance.

    Attributes
    ----------
    title, unit : str
    column : str
        Of the entropy table, or of the compression table.
    coded : bool
        From the compression table: a model is needed.
    falls : bool
        Less diversity means a lower value.
    """

    title: str
    unit: str
    column: str
    coded: bool = False
    falls: bool = True


MEASURES = {
    "entropy": Measure("mean entropy", "bits per site", "mean_entropy_bits"),
    "equal-size": Measure("mean entropy, equal sizes", "bits per site", "rarefied_entropy_bits"),
    "heterozygosity": Measure("expected heterozygosity", "", "expected_heterozygosity"),
    "bits": Measure("bits per allele, held out", "bits", "bits_per_allele", coded=True),
    "gain": Measure(
        "gain over frequencies, held out", "", "ratio_frequencies", coded=True, falls=False
    ),
    "factor": Measure("compression factor, held out", "", "paper_factor", coded=True, falls=False),
}


def founder(panel: Panel) -> None:
    """Diversity against distance along land, and from where the line would fit best."""
    from vaeviz.analysis.serial_founder import best_origin, founder_places, origin_grid

    by, key, include_admixed = _controls(panel)
    measure = MEASURES[key]
    try:
        places = founder_places(panel, derived.populations(panel, by))
        values = _values(panel, by, measure)
        grid = remembered(
            "founder_grid",
            (panel.digest,),
            lambda: origin_grid(places, values, include_admixed),
            (by, include_admixed, tuple(values.items())),
        )
        best = best_origin(grid, measure.falls)
        origin = _origin(places, best)
        found = _fit(panel, by, places, values, origin, include_admixed)
    except PanelError as error:
        st.info(escape(f"{error.message} {error.hint}", 600), icon=":material/info:")
        return
    width = width_px()
    _line(panel, found, measure, width)
    _map(panel, grid, found, best, measure, width)
    _left_out(found)


def _controls(panel: Panel) -> tuple[str, str, bool]:
    left, right = st.columns(2)
    with left:
        by = group_choice(panel, "founder_by", "population")
    with right:
        has_model = guards.find_model() is not None
        keys = [key for key, measure in MEASURES.items() if has_model or not measure.coded]
        key = choice("Measure", keys, "founder_measure", "entropy", _measure_title, bind=True)
    admixed = st.toggle(
        "Include recently admixed populations",
        key="founder_admixed",
        persist_state="session",
        help="ASW, ACB, MXL, MEX, PUR, CLM, PEL and the simulated ones like them. They are drawn "
        "hollow and do not count in the line unless this is on.",
    )
    return by, key, admixed


def _measure_title(key: str) -> str:
    title = MEASURES[key].title
    return title[0].upper() + title[1:]


def _values(panel: Panel, by: str, measure: Measure) -> pd.Series:
    if measure.coded:
        table = compression_view.held_out_groups(panel, by)
    else:
        table = measured.entropy_table(panel, by)
    return table.set_index("group")[measure.column]


def _origin(places: pd.DataFrame, best: pd.Series | None) -> tuple[float, float]:
    """The origin that the user chose: a name, a population, typed, or clicked on the map."""
    from vaeviz.analysis.serial_founder import ADDIS_ABABA

    st.session_state.setdefault(LATITUDE, ADDIS_ABABA[0])
    st.session_state.setdefault(LONGITUDE, ADDIS_ABABA[1])
    options = [DEFAULT, *([BEST] if best is not None else []), TYPED]
    options += [f"{GROUP}{group}" for group in places["group"]]
    left, right = st.columns(2)
    with left:
        chosen = choice(
            "Origin",
            options,
            ORIGIN,
            DEFAULT,
            _origin_name,
            help_text="Or click a cell of the map below.",
        )
    if chosen == TYPED:
        with right:
            return _typed()
    if chosen == BEST and best is not None:
        return float(best["latitude"]), float(best["longitude"])
    if chosen.startswith(GROUP):
        row = places[places["group"] == chosen.removeprefix(GROUP)].iloc[0]
        return float(row["latitude"]), float(row["longitude"])
    return ADDIS_ABABA


def _origin_name(option: str) -> str:
    names = {DEFAULT: "Addis Ababa", BEST: "Best cell of the map", TYPED: "Latitude and longitude"}
    return names.get(option) or plain(option.removeprefix(GROUP))


def _typed() -> tuple[float, float]:
    left, right = st.columns(2)
    latitude = left.number_input(
        "Latitude (° N)", -90.0, 90.0, key=LATITUDE, format="%.2f", persist_state="session"
    )
    longitude = right.number_input(
        "Longitude (° E)", -180.0, 180.0, key=LONGITUDE, format="%.2f", persist_state="session"
    )
    return float(latitude), float(longitude)


def _fit(
    panel: Panel,
    by: str,
    places: pd.DataFrame,
    values: pd.Series,
    origin: tuple[float, float],
    include_admixed: bool,
) -> SerialFounder:
    def compute() -> SerialFounder:
        from vaeviz.analysis.serial_founder import serial_founder

        return serial_founder(panel, places, values, origin, include_admixed)

    parameters = (by, origin, include_admixed, tuple(values.items()))
    return remembered("founder_fit", (panel.digest,), compute, parameters)


def _line(panel: Panel, found: SerialFounder, measure: Measure, width: int) -> None:
    from vaeviz.analysis.serial_founder import line_band
    from vaeviz.figures.serial_founder import founder_line

    chart = founder_line(
        found.table,
        found.line,
        line_band(found),
        measure.title,
        unit=measure.unit,
        width_px=width,
        **group_look(panel, _from(found.origin)),
    )
    show_chart(chart, "founder_line")
    for note in found.notes:
        st.caption(note)


def _from(origin: tuple[float, float]) -> str:
    from vaeviz.analysis.serial_founder import ADDIS_ABABA
    from vaeviz.figures.mapview import degrees

    name = "Addis Ababa, " if origin == ADDIS_ABABA else ""
    return f"origin {name}{degrees(origin[0], 'NS')} {degrees(origin[1], 'EW')}"


def _map(
    panel: Panel,
    grid: pd.DataFrame,
    found: SerialFounder,
    best: pd.Series | None,
    measure: Measure,
    width: int,
) -> None:
    from vaeviz.figures.serial_founder import origin_map

    used = found.table[found.table["used"]]
    chart = origin_map(
        grid,
        used,
        found.origin,
        best,
        falls=measure.falls,
        width_px=width,
        **look(panel, measure.title),
    )
    show_chart(chart, MAP, on_select=_take_cell)
    st.caption(
        "Click a cell to take it as origin. Grey: from there the measure does not "
        f"{'fall' if measure.falls else 'rise'} with distance. A high R² says where a line fits "
        "best; with populations this few and this dependent it does not prove an origin."
    )
    with st.expander("How distances and continents are told", icon=":material/route:"):
        from vaeviz.analysis.journeys import CONTINENT_RULE

        st.markdown(MEASURED_RULE)
        st.markdown(CONTINENT_RULE)


def _take_cell() -> None:
    """Callback of the map: the cell that was clicked becomes the typed origin."""
    place = event_place(st.session_state.get(MAP))
    if place is None:
        return
    st.session_state[LATITUDE], st.session_state[LONGITUDE] = place
    st.session_state[ORIGIN] = TYPED


def _left_out(found: SerialFounder) -> None:
    if found.left_out.empty:
        return
    with st.expander("The line without each superpopulation", icon=":material/remove_circle:"):
        st.caption("How much the line rests on the populations of one superpopulation.")
        show_frame(found.left_out, "founder_left_out")
