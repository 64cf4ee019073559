"""What the latent of every window of a windowed model costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel


def window_costs(model: TrainedModel, kl_nats: ArrayLike) -> pd.DataFrame:
    """Mean cost of the latent of every window, summed over the window's dimensions.

    Parameters
    ----------
    model : TrainedModel
        Of the windowed shape.
    kl_nats : float, shape (n_rows, n_codes)
        `RowTerms.kl_nats`: window by window.

    Returns
    -------
    DataFrame, one row a window
        window (from 1), chrom, start_bp, end_bp (positions of its first and last site), n_sites,
        mean_kl_nats.
    """
    config, sites = model.config, model.sites
    first = np.asarray(config.windows)
    last = np.append(first[1:], config.n_sites) - 1
    mean = np.asarray(kl_nats, float).mean(0).reshape(config.n_windows, config.n_latent)
    positions = sites["pos"].to_numpy()
    ends = np.sort(np.stack([positions[first], positions[last]]), 0)
    return pd.DataFrame(
        {
            "window": np.arange(1, len(first) + 1),
            "chrom": sites["chrom"].to_numpy()[first],
            "start_bp": ends[0],
            "end_bp": ends[1],
            "n_sites": last - first + 1,
            "mean_kl_nats": mean.sum(1),
        }
    )
