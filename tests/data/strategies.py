"""Random panels for property-based tests: any shape, phase, missingness and labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tests.panels import HOSTILE
from vaeviz.data.panel import Panel, PanelInfo
from vaeviz.escape import has_control

TEXT = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12), st.just("NA"), st.just("."))
IDS = st.text(min_size=1, max_size=12).filter(lambda x: bool(x.strip()) and not has_control(x))
SNPS = [(a, b) for a in "ACGT" for b in "ACGT" if a != b]


@st.composite
def panels(draw: st.DrawFn, ids: st.SearchStrategy[str] = IDS) -> Panel:
    """A sorted panel of up to 6 samples and 12 sites with awkward labels and extra columns."""
    n_samples, n_sites = draw(st.integers(1, 6)), draw(st.integers(1, 12))
    phased = draw(st.booleans())
    n_cells = n_samples * n_sites * (2 if phased else 1)
    cells = draw(st.lists(st.integers(-1, 1 if phased else 2), min_size=n_cells, max_size=n_cells))
    counts = np.array(cells, np.int8).reshape(-1, n_sites)
    names = draw(st.lists(ids, min_size=n_samples, max_size=n_samples, unique=True))
    labels = st.lists(st.none() | TEXT, min_size=n_samples, max_size=n_samples)
    numbers = st.lists(st.none() | st.floats(), min_size=n_samples, max_size=n_samples)
    samples = pd.DataFrame({"sample": names, "population": draw(labels)})
    samples["a/b"], samples[".."] = draw(labels), pd.Series(draw(numbers), dtype=float)
    samples["whole"], samples["flag"] = range(n_samples), [True] * n_samples
    alleles = draw(st.lists(st.sampled_from(SNPS), min_size=n_sites, max_size=n_sites))
    chrom = np.sort(draw(st.lists(st.integers(1, 22), min_size=n_sites, max_size=n_sites)))
    sites = pd.DataFrame(
        {
            "chrom": chrom.astype(str),
            "pos": np.arange(1, n_sites + 1),
            "id": [f"rs{i}" for i in range(n_sites)],
            "ref": [a for a, _ in alleles],
            "alt": [b for _, b in alleles],
        }
    )
    info = PanelInfo(name=draw(TEXT), simulated=draw(st.booleans()), synthetic=draw(st.booleans()))
    return Panel.create(counts, 1 if phased else 2, samples, sites, info)
