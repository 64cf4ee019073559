"""Order of sites along the genome, whatever their order in a file."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def genome_order(sites: pd.DataFrame) -> NDArray[np.int64]:
    """Index that sorts sites by position within their chromosome.

    Chromosomes stay in the order in which they occur first; sites of one position (or of none:
    all 0) stay as they are.
    """
    codes, _ = pd.factorize(sites["chrom"])
    return np.lexsort((sites["pos"].to_numpy(), codes)).astype(np.int64)
