"""The report of a synthetic cohort as one page that needs no network."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING

from vaeviz.escape import plain
from vaeviz.figures.palette import BACKGROUND
from vaeviz.figures.theme import INKS
from vaeviz.reports.charts import cohort_charts

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.figures.chart import Chart
    from vaeviz.figures.palette import Theme
    from vaeviz.synthesis.generate import Cohort
    from vaeviz.synthesis.report import CohortReport

HEADINGS = {
    "frequencies": "Allele frequencies and diversity",
    "haplotypes": "LD and haplotypes",
    "structure": "Ancestry and structure",
    "likeness": "Can synthetic people be told from real ones?",
    "privacy": "Privacy",
}
MARKS = {"good": "✓ good", "fair": "~ fair", "poor": "✗ poor", "not judged": "– not judged"}
COLOURS: dict[str, tuple[str, str]] = {
    "good": ("#00664A", "#4CD6A8"),
    "fair": ("#8A5A00", "#F0C04A"),
    "poor": ("#A83200", "#FF9B73"),
    "not judged": ("#5A6572", "#A6B0BD"),
}
"""Of verdicts, on light and on dark ground; the mark says the same without colour."""

LEVEL_VERDICT = {"good": "good", "usable with care": "fair", "do not use": "poor"}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body{{margin:0 auto;max-width:1080px;padding:24px;background:{ground};color:{ink};
font:16px/1.5 "Source Sans 3","Helvetica Neue",Helvetica,Arial,sans-serif}}
h1{{font-size:26px;margin:0}}h2{{font-size:20px;margin:28px 0 6px}}
.told{{border-left:5px solid {level};padding:8px 16px;margin:18px 0}}
.told p:first-child{{font-size:19px;font-weight:600;color:{level}}}
.told p{{margin:6px 0}}.scroll{{overflow-x:auto}}
table{{border-collapse:collapse;width:100%}}
td,th{{text-align:left;vertical-align:top;padding:6px 10px;border-bottom:1px solid {grid}}}
td:first-child{{min-width:240px;width:55%}}
td.n,th.n{{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}}
small,.muted{{color:{muted}}}td.v{{font-weight:600;white-space:nowrap}}
figure{{margin:20px 0}}
</style></head><body>
{body}
</body></html>
"""


def cohort_html(cohort: Cohort, report: CohortReport, theme: Theme = "light") -> str:
    """Verdict, notes, every check with its reference and bounds, and the figures.

    Parameters
    ----------
    cohort : Cohort
    report : CohortReport
    theme : 'light' or 'dark'

    Returns
    -------
    str
        About 5 MB, most of it the library that draws the figures.
    """
    inks = INKS[theme]
    region = plain(cohort.region.name, 100)
    title = f"SYNTHETIC cohort: {cohort.panel.n_samples:,} people from {region}"
    charts = cohort_charts(cohort.panel, report, theme)
    body = [
        f"<h1>{html.escape(title)}</h1>",
        f"<p class=muted>{html.escape(cohort.panel.info.description)}</p>",
        _told(report),
        *(_section(rows, str(group), theme) for group, rows in _groups(report.metrics)),
        "<p class=muted>Reference: the same figure with as many real people in the cohort's place. "
        "Good: within the range, or as near the ideal as the reference.</p>",
        "<h2>Figures</h2>",
        *(_figure(chart, first=chart is charts[0]) for chart in charts),
        "<h2>Notes</h2>",
        "<ul>" + "".join(f"<li>{html.escape(x)}</li>" for x in report.warnings) + "</ul>",
        "<h2>How it was made</h2>",
        _facts(report),
    ]
    return _PAGE.format(
        title=html.escape(title),
        ground=BACKGROUND[theme],
        ink=inks.text,
        muted=inks.muted,
        grid=inks.grid,
        level=_colour(LEVEL_VERDICT[report.level], theme),
        body="\n".join(body),
    )


def _colour(verdict: str, theme: Theme) -> str:
    return COLOURS[verdict][theme == "dark"]


def _told(report: CohortReport) -> str:
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in report.verdict.splitlines())
    return f"<div class=told>{lines}</div>"


def _groups(metrics: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(group, metrics[metrics["group"] == group]) for group in HEADINGS]


def _section(rows: pd.DataFrame, group: str, theme: Theme) -> str:
    head = (
        "<tr><th>Check</th><th class=n>Cohort</th><th class=n>Real people</th>"
        "<th class=n>Good</th><th>Verdict</th></tr>"
    )
    body = "".join(_row(row, theme) for row in rows.to_dict("records"))
    return f"<h2>{HEADINGS[group]}</h2><div class=scroll><table>{head}{body}</table></div>"


def _row(row: dict[str, str | float], theme: Theme) -> str:
    verdict = str(row["verdict"])
    value, reference = _number(float(row["value"])), _number(float(row["reference"]))
    return (
        f"<tr><td>{html.escape(str(row['title']))} <small>({html.escape(str(row['unit']))})"
        f"<br>{html.escape(str(row['explanation']))}</small></td>"
        f"<td class=n>{value}</td><td class=n>{reference}</td>"
        f"<td class=n>{_range(float(row['low']), float(row['high']))}</td>"
        f'<td class=v style="color:{_colour(verdict, theme)}">{MARKS[verdict]}</td></tr>'
    )


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"


def _range(low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return "–"
    if low <= 0 and math.isfinite(high):
        return f"≤ {high:.3g}"
    return f"{low:.3g} to {high:.3g}" if math.isfinite(high) else f"≥ {low:.3g}"


def _figure(chart: Chart, first: bool) -> str:
    """A figure with its caption; the library is in the first one's."""
    plot = chart.figure.to_html(
        full_html=False,
        include_plotlyjs=first,
        include_mathjax=False,
        auto_play=False,
        config=chart.config,
        div_id=chart.name,
    )
    alt = html.escape(chart.alt)
    return (
        f'<figure role="group" aria-label="{alt}">{plot}'
        f"<figcaption>{alt}<br><small>{html.escape(chart.caption)}</small></figcaption></figure>"
    )


def _facts(report: CohortReport) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(key.replace('_', ' '))}</td><td>{html.escape(str(value))}</td></tr>"
        for key, value in report.facts.items()
    )
    return f"<div class=scroll><table>{rows}</table></div>"
