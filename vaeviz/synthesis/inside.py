"""Whether synthetic genotypes encode into the region that they were drawn from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RADIUS = 0.99
"""Share of the region's own members within the radius."""


def share_inside(encoded: NDArray[np.float64], members: NDArray[np.float64]) -> float:
    """Share of synthetic people that encode within the region's 99 % Mahalanobis radius.

    Parameters
    ----------
    encoded : float64 array, shape (n_synthetic, n_latent)
        Where the drawn genotypes encode (mean over a person's haplotypes).
    members : float64 array, shape (n_members, n_latent)
        Where the region's people encode; of a path, those of both ends.

    Returns
    -------
    float, 0 to 1; of the members themselves 0.99 lie inside

    Notes
    -----
    The covariance is Ledoit and Wolf's (2004), which also exists where there are more latent
    dimensions than members; the radius is the empirical 99 % quantile of the members.
    """
    from sklearn.covariance import LedoitWolf

    fitted = LedoitWolf().fit(members)
    radius = np.quantile(fitted.mahalanobis(members), RADIUS)
    return float((fitted.mahalanobis(encoded) <= radius).mean())
