"""Places being edited on the Populations view: a table of groups that is not yet a panel."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from vaeviz.data.panel import UNLABELLED, Panel
from vaeviz.errors import PanelError
from vaeviz.escape import escape
from vaeviz.ui import adopt, cache, state, workspace

COLUMNS = ["latitude", "longitude"]
TYPED, SWAPPED, OWN = "typed", "latitude and longitude swapped", "the panel"
_DRAFT = "vaeviz_places"
_ROUND = "vaeviz_places_round"
_MADE = "vaeviz_places_made"
EDITED = ", places edited"
"""At the end of the name of a panel that was made here."""


def draft(panel: Panel, by: str, groups: pd.DataFrame) -> pd.DataFrame:
    """The places as edited so far, or those of the panel.

    Parameters
    ----------
    panel : Panel
    by : str
        Column that the groups are of.
    groups : DataFrame
        group, n_samples, latitude, longitude of the panel.

    Returns
    -------
    DataFrame
        group, n_samples, latitude, longitude, source.
    """
    kept = st.session_state.get(_DRAFT)
    if kept is None or kept[0] != (panel.digest, by):
        placed = groups[COLUMNS].notna().all(axis=1)
        source = placed.map({True: OWN, False: ""})
        table = groups[["group", "n_samples", *COLUMNS]].assign(source=source)
        kept = ((panel.digest, by), table.reset_index(drop=True))
        st.session_state[_DRAFT] = kept
    table = kept[1]
    assert isinstance(table, pd.DataFrame)
    return table.copy()


def change(table: pd.DataFrame) -> None:
    """Take an edited table and let the editor start afresh from it."""
    key, _ = st.session_state[_DRAFT]
    st.session_state[_DRAFT] = (key, table)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def forget() -> None:
    """Back to the places of the panel."""
    st.session_state.pop(_DRAFT, None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def round_key(base: str) -> str:
    """Key of a widget; a new one after every `change`, so that it forgets its own edits."""
    return f"{base}_{st.session_state.get(_ROUND, 0)}"


def marked(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The edited table, with 'typed' as the source of places that were changed by hand."""
    old, new = before[COLUMNS].astype(float), after[COLUMNS].astype(float)
    same = np.isclose(new, old, rtol=0, atol=1e-6, equal_nan=True).all(axis=1)
    return after.assign(source=before["source"].where(same, TYPED))


def matched(table: pd.DataFrame, overwrite: bool) -> tuple[pd.DataFrame, int]:
    """Places from the bundled table by label, and for how many groups there were some.

    Groups that have a place keep it unless `overwrite`.
    """
    from vaeviz.analysis.places import known_places

    known = known_places(table["group"])
    found = known["latitude"].notna()
    if not overwrite:
        found &= table[COLUMNS].isna().any(axis=1)
    filled = table.copy()
    for column in (*COLUMNS, "source"):
        filled.loc[found, column] = known.loc[found, column].to_numpy()
    return filled, int(found.sum())


def swapped(table: pd.DataFrame) -> pd.DataFrame:
    """Latitude and longitude exchanged.

    Raises
    ------
    PanelError
        A longitude would become a latitude beyond 90 degrees.
    """
    turned = (table["longitude"] + 180) % 360 - 180
    n_beyond = int((turned.abs() > 90).sum())
    if n_beyond:
        raise PanelError(
            f"Longitudes beyond 90 degrees are no latitudes ({n_beyond} found).",
            "Change the places one by one.",
        )
    return table.assign(latitude=turned, longitude=table["latitude"], source=SWAPPED)


def with_places(panel: Panel, by: str, table: pd.DataFrame) -> Panel:
    """The panel with every sample of a changed group at the group's new place.

    Groups whose place was not changed keep their samples' own coordinates.

    Parameters
    ----------
    panel : Panel
    by : str
        Column that the groups are of.
    table : DataFrame
        group, latitude, longitude (degrees; NaN takes the place away).

    Raises
    ------
    PanelError
        A latitude without a longitude, a place off the globe, or nothing was changed.
    """
    half = table[COLUMNS].isna().sum(axis=1) == 1
    if half.any():
        raise PanelError(
            f"{int(half.sum())} populations have a latitude or a longitude alone.",
            "Give both, or none.",
        )
    groups = _changed(panel, by, table)
    if groups.empty:
        raise PanelError("No place was changed.", "Edit the table first.")
    n_samples = int(np.isin(panel.labels(by), groups.index).sum())
    step = f"places of {_number(len(groups), 'group')} edited ({_number(n_samples, 'sample')})"
    moved = panel.with_samples(placed_samples(panel, by, table)).with_step(step, panel)
    name = panel.info.name.removesuffix(EDITED) + EDITED
    return moved.with_info(name=name)


def _number(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def placed_samples(panel: Panel, by: str, table: pd.DataFrame) -> pd.DataFrame:
    """Sample table of the panel with the places of changed groups put in."""
    places = _changed(panel, by, table)
    labels = pd.Series(panel.labels(by))
    samples = panel.samples.copy()
    moved = labels.isin(places.index).to_numpy()
    for column in COLUMNS:
        samples.loc[moved, column] = labels[moved].map(places[column]).to_numpy(float)
    return samples


def _changed(panel: Panel, by: str, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the table (index: group) whose place is not that of the panel."""
    from vaeviz.analysis.populations import population_summary

    before = population_summary(panel, by).set_index("group")[COLUMNS]
    after = table.set_index("group")[COLUMNS].astype(float)
    same = np.isclose(after, before.loc[after.index], rtol=0, atol=1e-6, equal_nan=True)
    return after[~same.all(axis=1)]


def keep(panel: Panel) -> None:
    """Store an edited panel in the workspace and open it; models stay in use.

    The sites and genotypes are those of the panel before, so every model still fits.
    """
    from vaeviz.data.vcz import save_panel

    path = workspace.new_path("panels", ".vcz")
    save_panel(panel, path)
    card = adopt.keep_panel(path)
    st.session_state[_MADE] = [*_made(), (card.ref, str(state.get().panel_ref))]
    _open(card.ref)
    state.notice(f"The places are in a new panel, **{escape(card.name)}**, which is open now.")


def can_undo() -> bool:
    """Whether the open panel was made here in this session."""
    return bool(_made()) and _made()[-1][0] == state.get().panel_ref


def undo() -> None:
    """Open the panel from before the last edit again; the edited one stays in the list."""
    *earlier, (_, before) = _made()
    st.session_state[_MADE] = earlier
    _open(before)


def _made() -> list[tuple[str, str]]:
    """Panels made here and the ones they were made from, oldest first."""
    return list(st.session_state.get(_MADE, []))


def _open(ref: str) -> None:
    """Open a panel of the same samples and sites: models and selection stay."""
    digest = cache.panel(ref).digest
    selection = state.get().selection
    if selection is not None:
        selection = selection.model_copy(update={"panel_digest": digest})
    state.update(panel_ref=ref, selection=selection)
    state.mark_frame_stale()
    forget()


def named(groups: pd.DataFrame) -> pd.DataFrame:
    """Groups without the people who have no label."""
    return groups[groups["group"].astype(str) != UNLABELLED].reset_index(drop=True)
