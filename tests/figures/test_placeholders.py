"""No figure uses a colour that Streamlit takes for a placeholder of its own theme."""

from __future__ import annotations

import re

from tests.panels import random_panel
from vaeviz.analysis.bar_code import bin_entropy
from vaeviz.analysis.entropy import site_entropy
from vaeviz.figures.bar_code import bar_code

PLACEHOLDER = re.compile(r'"#0000[0-3]\d"')
"""Streamlit replaces #000001 to #000039 in every figure, whatever the chart's theme."""


def test_dark_end_of_the_bar_code_is_no_placeholder() -> None:
    panel = random_panel()
    chart = bar_code(bin_entropy(site_entropy(panel, "population"), panel.sites))
    scale = chart.figure.data[0].colorscale
    assert scale[0][1].lower() != "#000004"
    assert not PLACEHOLDER.search(chart.figure.to_json())
