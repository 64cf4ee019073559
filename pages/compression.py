"""Compression: bits of each population, latent sizes, all codecs, and compressed files."""

from __future__ import annotations

from vaeviz.ui import explain, guards, steps
from vaeviz.ui.compression import codec_file_view, codecs_view, compression_view, latent_sizes_view
from vaeviz.ui.errors import shown_errors

TABS = {
    "By population": compression_view.tab,
    "Latent size": latent_sizes_view.tab,
    "Codecs": codecs_view.tab,
    "File": codec_file_view.tab,
}

explain.open_page("compression")
panel = guards.need_panel()
with shown_errors():
    TABS[steps.switch(steps.COMPRESSION, list(TABS))](panel)
