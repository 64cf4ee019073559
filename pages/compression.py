"""Compression: bits of each population, latent sizes, methods of the codec, and its files."""

from __future__ import annotations

from vaeviz.ui import compression_view, explain, guards
from vaeviz.ui.errors import shown_errors

explain.open_page("compression")
panel = guards.need_panel()
with shown_errors():
    compression_view.tab(panel)
