"""Entropy and migrations: diversity along the genome, in order, and on the map."""

from __future__ import annotations

from collections.abc import Callable

from vaeviz.data.panel import Panel
from vaeviz.ui import explain, guards
from vaeviz.ui.entropy import (
    against_view,
    bar_code_view,
    diversity_view,
    entropy_map,
    entropy_view,
    founder_view,
    mean_entropy_view,
    populations_view,
)
from vaeviz.ui.errors import shown_errors
from vaeviz.ui.widgets import segments

VIEWS: dict[str, Callable[[Panel], None]] = {
    "Along the genome": bar_code_view.bar_code,
    "Mean entropy": mean_entropy_view.mean_entropy,
    "World map": entropy_map.map_view,
    "Diversity": diversity_view.diversity,
    "Serial founder": founder_view.founder,
    "Against compression": against_view.against_compression,
    "Populations": populations_view.populations,
}

explain.open_page("entropy")
panel = guards.need_panel()
with shown_errors():
    entropy_view.provenance(panel)
view = segments("View", list(VIEWS), "entropy_view", hide_label=True)
with shown_errors():
    VIEWS[view](panel)
