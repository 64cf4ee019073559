"""Compression: bits of each population, latent sizes and all codecs."""

from __future__ import annotations

from vaeviz.ui import codecs_view, compression_view, explain, guards, steps
from vaeviz.ui.errors import shown_errors

TABS = {
    "By population": compression_view.tab,
    "Codecs": codecs_view.tab,
}

explain.open_page("compression")
panel = guards.need_panel()
with shown_errors():
    TABS[steps.switch(steps.COMPRESSION, list(TABS))](panel)
