"""The layer of computed links: what is measured, how many are drawn, all pairs as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.ui import derived, guards
from vaeviz.ui.cache import remembered
from vaeviz.ui.look import look
from vaeviz.ui.show import show_chart
from vaeviz.ui.widgets import choice

if TYPE_CHECKING:
    from vaeviz.analysis.links import LinkKind
    from vaeviz.figures.chart import Chart
    from vaeviz.figures.links import LinkLayer

NONE = "none"
NOT_MIGRATION = (
    "Computed links are **similarity, not migration**: groups are alike by common descent, by "
    "mixture or by chance, and the figure cannot tell which."
)
MOST_NEAREST, DEFAULT_NEAREST = 6, 2


def link_layer(panel: Panel, by: str) -> LinkLayer | None:
    """Let the user choose a layer of links; None when there is none to draw."""
    from vaeviz.analysis.links import MEASURES, drawn_links, pair_table
    from vaeviz.figures.links import LinkLayer

    kinds: list[LinkKind] = ["fst", "f2", "covariance"]
    kinds += ["latent"] if guards.find_model() is not None else []
    titles: dict[str, str] = {NONE: "None"}
    titles.update((k, MEASURES[k].title) for k in kinds)
    if len(set(panel.labels(by))) < 2:
        st.caption("No computed links: they need two groups.")
        return None
    left, middle, right = st.columns(3)
    with left:
        picked = choice("Computed links", [NONE, *kinds], "map_links", NONE, titles.__getitem__)
    kind: LinkKind | None = next((k for k in kinds if k == picked), None)
    if kind is None:
        return None
    with middle:
        n_nearest = st.slider(
            "Nearest groups of each",
            1,
            MOST_NEAREST,
            DEFAULT_NEAREST,
            key="map_link_nearest",
            persist_state="session",
        )
    pairs = pair_table(matrix_of(panel, by, kind), kind, n_nearest)
    near = drawn_links(pairs, kind)
    with right:
        limit = _limit(near, kind)
    return LinkLayer(drawn_links(pairs, kind, limit), kind)


def show_links(panel: Panel, by: str, layer: LinkLayer) -> None:
    """What links are not, how they were measured, and all pairs, folded away."""
    from vaeviz.analysis.links import MEASURES

    st.caption(f"{NOT_MIGRATION} {MEASURES[layer.kind].explanation}")
    label = f"All pairs: {MEASURES[layer.kind].title}"
    with st.expander(label, icon=":material/grid_on:"):
        show_chart(_heatmap(panel, by, layer.kind), "map_links_pairs")


def matrix_of(panel: Panel, by: str, kind: LinkKind) -> pd.DataFrame:
    """`analysis.links.link_matrix`, remembered."""
    from vaeviz.analysis.links import link_matrix

    if kind != "latent":
        return remembered(
            "links", (panel.digest,), lambda: link_matrix(panel, by, kind), (by, kind)
        )
    model = guards.need_model()
    places = derived.embedding(model, panel)
    digests = (model.digest, panel.digest)
    return remembered("links", digests, lambda: link_matrix(panel, by, kind, places), (by, kind))


def _limit(near: pd.DataFrame, kind: LinkKind) -> float | None:
    """How alike two groups must be for their link to be drawn; None draws all."""
    from vaeviz.analysis.links import MEASURES

    values = near["value"].to_numpy(float)
    if not len(values) or values.max() <= values.min():
        return None
    large = MEASURES[kind].near_is_large
    # In per cent of the links' own range, so that one slider serves all measures.
    percent = st.slider(
        "Draw the most alike (% of the range)",
        0,
        100,
        100,
        key=f"map_link_share_{kind}",
        help="100 draws every link to a nearest group; less leaves the weakest out.",
        persist_state="session",
    )
    if percent == 100:
        return None
    low, high = float(values.min()), float(values.max())
    share = percent / 100
    limit = high - share * (high - low) if large else low + share * (high - low)
    st.caption(f"{'From' if large else 'Up to'} {limit:.4g}")
    return limit


def _heatmap(panel: Panel, by: str, kind: LinkKind) -> Chart:
    from vaeviz.analysis.links import pair_table
    from vaeviz.figures.links import link_heatmap

    matrix = matrix_of(panel, by, kind)
    places = derived.populations(panel, by)
    order = places.sort_values(["superpopulation", "group"], kind="stable")["group"].tolist()
    pairs = pair_table(matrix, kind, DEFAULT_NEAREST)
    return link_heatmap(matrix, kind, pairs, [g for g in order if g in matrix.index], **look(panel))
