"""Sites that tell a selection from the rest, along the genome."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from vaeviz.figures.along_genome import values_along_genome
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme
from vaeviz.figures.theme import label

Measure = Literal["fst", "difference"]
TITLES: dict[Measure, str] = {
    "fst": "Fst (Hudson)",
    "difference": "difference of ALT frequency",
}


def difference_along_genome(
    table: pd.DataFrame,
    measure: Measure,
    n_marked: int = 20,
    *,
    theme: Theme = "light",
    caption: str = "",
    name: str = "selection_difference",
) -> Chart:
    """Fst or absolute frequency difference of every site between a selection and the rest.

    Parameters
    ----------
    table
        From `analysis.difference.difference_table`; sites without the measure are left out.
    measure
        'fst', whose values below 0 are drawn as 0, or 'difference'.
    n_marked
        The so many largest are ringed.
    """
    known = table[table[measure].notna()]
    if measure == "fst":
        known = known.assign(fst=known["fst"].clip(lower=0))
    return values_along_genome(
        known,
        measure,
        _hover,
        title="Sites that tell the selection from the rest",
        y_title=TITLES[measure],
        n_marked=n_marked,
        theme=theme,
        caption=caption,
        name=name,
        height=400,
    )


def _hover(rows: pd.DataFrame) -> list[str]:
    columns = ["id", "chrom", "pos", "frequency", "frequency_rest", "fst"]
    return [
        f"{label(i, 30)} · chr {label(c, 12)}:{pos:,}<br>p {p:.3f}, rest {q:.3f}<br>Fst {fst:.3f}"
        for i, c, pos, p, q, fst in rows[columns].itertuples(index=False)
    ]
