"""Regions that are places on the map: around a person, or at a free point moved by sliders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from vaeviz.data.panel import Panel
from vaeviz.data.selection_rule import ByEllipsoid
from vaeviz.escape import plain
from vaeviz.ui import selecting, state
from vaeviz.ui.cache import remembered
from vaeviz.ui.tables import show_frame
from vaeviz.ui.widgets import choice

if TYPE_CHECKING:
    from vaeviz.synthesis.region import Region
    from vaeviz.training.model import TrainedModel

Positions = NDArray[np.float64]

MIDDLE = "middle of everybody"
MAX_SLIDERS = 12
TOP_SITES, TOP_GROUPS = 8, 5
RADIUS_STEP, MOST_RADIUS = 0.05, 3.0
ENOUGH_PEOPLE = 100
"""The first radius takes in so many, for whom no warning is needed."""


def positions(map_model: TrainedModel, panel: Panel) -> Positions:
    """Where the map puts people, shape (n_samples, n_latent)."""

    def compute() -> Positions:
        from vaeviz.synthesis.generators import latent_positions

        return latent_positions(map_model, panel)

    return remembered("latent_positions", (map_model.digest, panel.digest), compute)


def around_person(panel: Panel, map_model: TrainedModel) -> Region:
    """An ellipsoid around one person; its axes follow the spread of the map."""
    from vaeviz.synthesis.region import ellipsoid_region

    ids = [str(x) for x in panel.sample_ids]
    selection = state.get().selection
    inside = [x for x in selection.sample_ids if x in set(ids)] if selection is not None else []
    left, right = st.columns(2)
    with left:
        person = choice(
            "Person in the middle",
            ids,
            "simulate_person",
            inside[0] if inside else ids[0],
            plain,
            help_text="The first person of the selection, unless you choose another.",
        )
    places, digests = positions(map_model, panel), (map_model.digest, panel.digest)
    radius = right.slider(
        "Radius (standard deviations of the map)",
        RADIUS_STEP,
        MOST_RADIUS,
        _radius_for_many(places, ids.index(person)),
        RADIUS_STEP,
        key="simulate_radius",
        persist_state="session",
    )
    # The region's name goes into every file of the cohort: it names nobody.
    region = ellipsoid_region(
        places, places[ids.index(person)], radius, f"around a person, radius {radius:g} sd"
    )
    name = f"around {person}, radius {radius:g} sd"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{len(region.members):,} people lie within.", width="content")
        st.button(
            "Make them the selection",
            key="simulate_select",
            type="tertiary",
            icon=":material/lasso_select:",
            on_click=_select,
            args=(tuple(ids[k] for k in region.members), name, rule_of(region, radius, digests)),
        )
    return region


def _radius_for_many(places: Positions, person: int) -> float:
    """The least radius on the slider within which enough people lie."""
    scaled = (places - places[person]) / np.maximum(places.std(0), np.finfo(float).tiny)
    distances = np.sort(np.linalg.norm(scaled, axis=1))
    needed = distances[min(ENOUGH_PEOPLE, len(distances)) - 1]
    steps = np.ceil(needed / RADIUS_STEP)
    return float(np.clip(round(steps * RADIUS_STEP, 2), RADIUS_STEP, MOST_RADIUS))


def rule_of(region: Region, radius: float, digests: tuple[str, ...]) -> ByEllipsoid:
    """The rule of a selection of everybody in an ellipsoid.

    Parameters
    ----------
    region : Region
        From `synthesis.region.ellipsoid_region`.
    radius : float
        In standard deviations of each axis of the map.
    digests : tuple of str
        Of the map model and of the panel.
    """
    centre = tuple(float(x) for x in region.centre)
    axes = tuple(f"latent_{k + 1}_mean" for k in range(len(centre)))
    return ByEllipsoid(on="latent", axes=axes, centre=centre, radius=radius, digests=digests)


def _select(ids: tuple[str, ...], words: str, origin: ByEllipsoid) -> None:
    selecting.redraw_charts()
    selecting.apply(ids, words, origin=origin)


def free_point(panel: Panel, map_model: TrainedModel) -> Region:
    """A point of the map; who lives nearest and what the decoder expects there follow live."""
    from vaeviz.synthesis.region import NEAREST, point_region

    places = positions(map_model, panel)
    point = _sliders(panel, map_model, places)
    most = min(panel.n_samples, 1_000)
    least = min(10, most)
    k = st.slider(
        "Nearest people who stand for the point",
        least,
        max(most, least + 1),
        min(NEAREST, most),
        key=f"simulate_nearest_{most}",
        persist_state="session",
    )
    told = ", ".join(f"{x:.2f}" for x in point[:3]) + (", …" if len(point) > 3 else "")
    region = point_region(places, point, k, f"point ({told})")
    grid = st.grid(2, min_column_width=360)
    with grid.cell():
        st.markdown("**Nearest populations**")
        show_frame(nearest_groups(panel, places, point, region), "simulate_near_groups")
    with grid.cell():
        st.markdown("**Expected allele frequencies that differ most**")
        show_frame(expected_sites(map_model, panel, places, point), "simulate_point_sites")
    return region


def _sliders(panel: Panel, map_model: TrainedModel, places: Positions) -> Positions:
    """One slider an axis, from where the middle of a group lies."""
    groups = _middles(panel, places)
    start = choice("Start from", list(groups), "simulate_point_start", MIDDLE, plain)
    point = groups[start].copy()
    low, high = places.min(0), places.max(0)
    # A collapsed axis has nothing to slide along; the liveliest come first.
    lively = [int(k) for k in np.argsort(-places.std(0)) if high[k] - low[k] > 1e-6][:MAX_SLIDERS]
    grid = st.grid(3, min_column_width=180)
    for k in sorted(lively):
        with grid.cell():
            point[k] = st.slider(
                f"latent {k + 1}",
                float(low[k]),
                float(high[k]),
                float(np.clip(point[k], low[k], high[k])),
                key=f"simulate_axis_{map_model.digest[:8]}_{start}_{k}",
                persist_state="session",
            )
    return point


def _middles(panel: Panel, places: Positions) -> dict[str, Positions]:
    """Middle of everybody, of the selection, and of every group."""
    found = {MIDDLE: places.mean(0)}
    selection = state.get().selection
    if selection is not None:
        inside = np.isin(panel.sample_ids.astype(str), selection.sample_ids)
        if inside.any():
            found["middle of the selection"] = places[inside].mean(0)
    labels = panel.labels("population")
    return found | {
        f"middle of {label}": places[labels == label].mean(0) for label in sorted(set(labels))
    }


def nearest_groups(
    panel: Panel, places: Positions, point: Positions, region: Region
) -> pd.DataFrame:
    """Populations by the distance of their middle: group, distance_sd, share_of_nearest."""
    labels = panel.labels("population")
    spread = np.where(places.std(0) > 0, places.std(0), 1.0)
    members = pd.Series(labels[region.members]).value_counts(normalize=True)
    rows = [
        {
            "population": label,
            "distance_sd": float(
                np.linalg.norm((places[labels == label].mean(0) - point) / spread)
            ),
            "share_of_nearest": float(members.get(label, 0.0)),
        }
        for label in sorted(set(labels))
    ]
    return pd.DataFrame(rows).sort_values("distance_sd", ignore_index=True).head(TOP_GROUPS)


def expected_sites(
    map_model: TrainedModel, panel: Panel, places: Positions, point: Positions
) -> pd.DataFrame:
    """Sites whose expected ALT frequency at the point is farthest from the training people's."""
    labels = map_model.condition_of(panel)
    nearest = int(np.linalg.norm(places - point, axis=1).argmin())
    rows = map_model.config.rows == "haplotype"
    condition = None if labels is None else [labels[nearest * (2 if rows else 1)]]
    expected = map_model.probabilities(point[None], condition)[0]
    known = map_model.training_frequencies
    top = np.argsort(-np.abs(expected - known), kind="stable")[:TOP_SITES]
    sites = map_model.sites.iloc[top]
    return pd.DataFrame(
        {
            "site": [f"{c}:{p}" for c, p in zip(sites["chrom"], sites["pos"], strict=True)],
            "expected": expected[top],
            "training_people": known[top],
        }
    )
