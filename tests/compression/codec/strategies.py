"""Random panels, odd ones among them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tests.panels import site_table
from vaeviz.data.panel import MISSING, Panel, PanelInfo

SHARES = (0.0, 0.02, 0.3, 1.0)
FREQUENCIES = (0.0, 0.01, 0.5, 1.0)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    """1 to 12 people, 1 to 40 sites, phased or not, monomorphic, with holes, with odd tables."""
    n_samples, n_sites = draw(st.integers(1, 12)), draw(st.integers(1, 40))
    ploidy = draw(st.sampled_from([1, 2]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    shape = (n_samples * (3 - ploidy), n_sites)
    frequency = rng.choice(FREQUENCIES, n_sites)
    counts = rng.binomial(ploidy, frequency, shape)
    counts[rng.random(shape) < draw(st.sampled_from(SHARES))] = MISSING
    samples = pd.DataFrame({"sample": [f"P{i}" for i in range(n_samples)]})
    if draw(st.booleans()):
        samples["population"] = draw(st.lists(TEXTS, min_size=n_samples, max_size=n_samples))
        samples["latitude"] = rng.uniform(-90, 90, n_samples)
        samples["note"] = [np.nan if rng.random() < 0.5 else "x" for _ in range(n_samples)]
        samples["age"] = rng.integers(-(2**40), 2**40, n_samples)
        samples["case"] = rng.random(n_samples) < 0.5
    info = PanelInfo(name=draw(TEXTS), simulated=True)
    return Panel.create(counts, ploidy, samples, site_table(n_sites, 1), info)
