"""Compression: bits of each population, latent sizes, all codecs, and compressed files."""

from __future__ import annotations

from vaeviz.ui import (
    codec_file_view,
    codecs_view,
    compression_view,
    explain,
    guards,
    latent_sizes_view,
    steps,
)
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
