"""Whether synthetic genotypes encode into the region that they were drawn from."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from vaeviz.errors import RegionError
from vaeviz.synthesis.region import Region

RADIUS = 0.99
"""Share of the region's own members within the radius."""

Floats = NDArray[np.float64]
Inside = NDArray[np.bool_]


class RegionCheck:
    """Decides who lies inside a region of a map.

    Populations, selections and mixtures: the Mahalanobis radius that holds 99 % of the members.
    Paths: the same radius, of the members around the middle of their end, about each person's
    place on the line. Ellipsoids and points: the ellipsoid.

    Parameters
    ----------
    region : Region
    positions : float64 array, shape (n_samples, n_latent)
        Where the map puts the panel's people (mean over a person's haplotypes).

    Raises
    ------
    RegionError
        An ellipsoid of another number of dimensions than the map has.

    Notes
    -----
    The covariance is Ledoit and Wolf's (2004), which also exists where there are more latent
    dimensions than members; the radius is the empirical quantile.
    """

    def __init__(self, region: Region, positions: Floats) -> None:
        from sklearn.covariance import LedoitWolf

        self.region, self._positions = region, positions
        if region.half_axes:
            if len(region.half_axes) != positions.shape[1]:
                raise RegionError(
                    f"The region has {len(region.half_axes)} dimensions; the map has "
                    f"{positions.shape[1]}.",
                    "Check it with the map that it was made in (--map).",
                )
            return
        members = positions[region.members]
        if region.kind == "path":
            ends = [positions[part.members] for part in region.parts]
            self._middles = np.stack([end.mean(0) for end in ends])
            members = np.concatenate([end - end.mean(0) for end in ends])
        self._fitted = LedoitWolf().fit(members)
        self._radius = float(np.quantile(self._fitted.mahalanobis(members), RADIUS))

    def resting(self) -> Region:
        """The region with those of its people who lie within its bounds, where it has bounds.

        A file can name many people and bounds that hold a few of them: whoever is drawn and
        lies inside is like those few.
        """
        if not self.region.half_axes:
            return self.region
        members = self.region.members
        within = self.inside(self._positions[members], np.zeros(len(members)))
        return dataclasses.replace(self.region, members=members[within])

    def inside(self, encoded: Floats, places: Floats) -> Inside:
        """Whether each encoded person, (n, n_latent), lies inside: bool, shape (n,).

        `places` are the people's places on a path, 0 to 1, shape (n,); other kinds ignore them.
        """
        if self.region.half_axes:
            centre, half_axes = np.array(self.region.centre), np.array(self.region.half_axes)
            within: Inside = (((encoded - centre) / half_axes) ** 2).sum(1) <= 1
            return within
        if self.region.kind == "path":
            start, end = self._middles
            encoded = encoded - (start + places[:, None] * (end - start))
        found: Inside = self._fitted.mahalanobis(encoded) <= self._radius
        return found
