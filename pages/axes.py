"""What the axes mean: sites, allele frequencies and populations along each latent axis."""

from __future__ import annotations

from vaeviz.ui import explain, guards
from vaeviz.ui.axes import axes_view
from vaeviz.ui.errors import shown_errors

explain.open_page("axes")
guards.need_panel()
guards.need_model()
with shown_errors():
    axes_view.explore()
