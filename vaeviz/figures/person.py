"""One person's genotypes along the genome, by what the model pays for them."""

from __future__ import annotations

import pandas as pd

from vaeviz.figures.along_genome import values_along_genome
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme
from vaeviz.figures.theme import label


def bits_along_genome(
    bits: pd.DataFrame, *, theme: Theme = "light", caption: str = "", name: str = "person_bits"
) -> Chart:
    """Bits per allele of every site of one person (`analysis.person.site_bits`)."""
    mean = (bits["bits_per_allele"] * bits["n_alleles"]).sum() / bits["n_alleles"].sum()
    return values_along_genome(
        bits,
        "bits_per_allele",
        _hover,
        title=f"What surprises the model: {mean:.4f} bits per allele on average",
        y_title="bits per allele",
        theme=theme,
        caption=caption,
        name=name,
        height=360,
    )


def _hover(rows: pd.DataFrame) -> list[str]:
    return [
        f"{label(i, 30)} · chr {label(c, 12)}:{pos:,}<br>{bits:.3f} bits per allele"
        for i, c, pos, bits in rows[["id", "chrom", "pos", "bits_per_allele"]].itertuples(
            index=False
        )
    ]
