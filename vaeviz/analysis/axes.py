"""What the latent axes of a model mean: how much each tells, which sites it moves, who lies where.

The axes of an autoencoder are not identified: another seed may turn, mirror or bend them (Locatello
et al. 2019, ICML). Everything here describes one model.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.counts import group_counts
from vaeviz.data.align import aligned_counts
from vaeviz.data.panel import SITE_COLUMNS, Panel

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

    from vaeviz.training.model import TrainedModel

Floats = NDArray[np.float64]

ACTIVE_VARIANCE = 0.01
"""An axis is active when its posterior means vary by more than this (Burda, Grosse and
Salakhutdinov 2016, ICLR, section 5.2: active units); otherwise it has collapsed onto the prior."""

NEAR = 0.99
"""Share of the people who have a neighbour within the distance that counts as near."""

LOW, HIGH = 0.05, 0.95
OBSERVED = "ALT frequency "
"""What the columns of observed frequencies begin with, before the group's label."""


def axis_table(mean: Floats, sd: Floats, kl_nats: Floats) -> pd.DataFrame:
    """What every latent axis carries.

    Parameters
    ----------
    mean, sd
        Posterior of every row, shape (n_rows, n_latent).
    kl_nats
        KL divergence from the prior, nats, shape (n_rows, n_latent).

    Returns
    -------
    DataFrame
        axis (from 1), variance_of_means, mean_posterior_variance, kl_nats and kl_bits (mean of a
        row), kl_share_percent (NaN where there is no KL at all), active (`ACTIVE_VARIANCE`).
    """
    kl = kl_nats.mean(axis=0)
    total = float(kl.sum())
    variance = mean.var(axis=0)
    return pd.DataFrame(
        {
            "axis": np.arange(1, mean.shape[1] + 1),
            "variance_of_means": variance,
            "mean_posterior_variance": (sd**2).mean(axis=0),
            "kl_nats": kl,
            "kl_bits": kl / math.log(2),
            "kl_share_percent": 100 * kl / total if total > 0 else np.nan,
            "active": active_axes(mean),
        }
    )


def active_axes(mean: Floats) -> NDArray[np.bool_]:
    """Which axes are in use (`ACTIVE_VARIANCE`), from posterior means (n_rows, n_latent)."""
    active: NDArray[np.bool_] = mean.var(axis=0) > ACTIVE_VARIANCE
    return active


def site_effects(
    model: TrainedModel, z: Floats, axis: int, sd: float, condition: str | None = None
) -> pd.DataFrame:
    """How much each site's ALT frequency changes along an axis, at a latent point.

    Parameters
    ----------
    model : TrainedModel
    z
        Latent point, shape (n_latent,).
    axis
        Index of the axis, from 0.
    sd
        Standard deviation of the posterior means along the axis.
    condition
        Label for a conditional model.

    Returns
    -------
    DataFrame
        chrom, pos, id, ref, alt of the model's sites; frequency (expected of ALT at the point),
        slope (d p / d z), change_over_sd (p half an sd up the axis less p half an sd down it:
        the slope's mean over that stretch times the sd. The slope at the point itself times the
        sd would pass 1 where an sd spans several clusters).
    """
    step = np.zeros_like(z)
    step[axis] = sd / 2
    labels = None if condition is None else [condition] * 3
    low, here, high = model.probabilities(np.stack([z - step, z, z + step]), labels)
    effects = model.sites[list(SITE_COLUMNS)].reset_index(drop=True)
    effects["frequency"] = here
    effects["slope"] = model.jacobian(z, condition)[axis]
    effects["change_over_sd"] = high - low
    return effects


def observed_frequencies(model: TrainedModel, panel: Panel, by: str) -> pd.DataFrame:
    """ALT frequency of every group at the model's sites, ALT as the model has it.

    Returns
    -------
    DataFrame
        One row a site of the model, one column a group in the order of their first samples; NaN
        where the panel lacks the site or nobody of the group is called.
    """
    counts = aligned_counts(panel, model.align(panel))
    aligned = Panel.create(counts, panel.ploidy, panel.samples, model.sites, panel.info)
    found = group_counts(aligned, by)
    frequency = np.where(found.called > 0, found.alt / np.maximum(found.called, 1), np.nan)
    return pd.DataFrame(frequency.T, columns=list(found.groups))


def top_sites(effects: pd.DataFrame, frequencies: pd.DataFrame, n: int = 20) -> pd.DataFrame:
    """The sites that change most along an axis, with each group's observed frequency.

    Parameters
    ----------
    effects
        From `site_effects`.
    frequencies
        From `observed_frequencies`: the same sites in the same order.

    Returns
    -------
    DataFrame
        The columns of `effects` and one a group, 'ALT frequency GROUP'; the largest absolute
        change first. The index is the site's place in the model.
    """
    size = effects["change_over_sd"].abs().to_numpy()
    order = np.argsort(-size, kind="stable")[:n]
    observed = frequencies.iloc[order].add_prefix(OBSERVED)
    return pd.concat([effects.iloc[order], observed], axis=1)


def axis_positions(mean: Floats, labels: NDArray[np.object_], axis: int, sd: float) -> pd.DataFrame:
    """Where the groups lie along an axis.

    Parameters
    ----------
    mean
        Posterior means, shape (n_rows, n_latent).
    labels
        One label a row.
    axis
        Index of the axis, from 0.
    sd
        Standard deviation of all the means along it: the unit of `mean_in_sd`.

    Returns
    -------
    DataFrame
        order (from 1), group, n_rows, mean, sd, low and high (5 % and 95 % of the group's
        people), mean_in_sd (from the mean of everybody); the smallest mean first.
    """
    grouped = pd.Series(mean[:, axis]).groupby(labels.astype(str))
    table = pd.DataFrame(
        {
            "n_rows": grouped.size(),
            "mean": grouped.mean(),
            "sd": grouped.std(),
            "low": grouped.quantile(LOW),
            "high": grouped.quantile(HIGH),
        }
    )
    table["mean_in_sd"] = (table["mean"] - mean[:, axis].mean()) / sd if sd > 0 else np.nan
    table = table.rename_axis("group").reset_index().sort_values("mean", ignore_index=True)
    table.insert(0, "order", np.arange(1, len(table) + 1))
    return table


@dataclasses.dataclass(frozen=True, eq=False)
class Surroundings:
    """The people of a map, to tell whether a latent point lies among them.

    Attributes
    ----------
    tree : cKDTree
        Of their means, in units of each axis' sd.
    scale : float64 array, shape (n_latent,)
    limit : float
        Distance within which 99 % of the people have a neighbour.
    """

    tree: cKDTree
    scale: Floats
    limit: float

    @classmethod
    def of(cls, mean: Floats) -> Surroundings:
        """From posterior means, shape (n_rows, n_latent)."""
        from scipy.spatial import cKDTree

        spread = mean.std(axis=0)
        scale = np.where(spread > 0, spread, 1.0)
        tree = cKDTree(mean / scale)
        nearest = tree.query(mean / scale, k=min(2, len(mean)))[0].reshape(len(mean), -1)
        return cls(tree, scale, float(np.quantile(nearest[:, -1], NEAR)))

    def distance(self, z: Floats) -> float:
        """To the nearest person, in sds of the axes."""
        return float(self.tree.query(z / self.scale)[0])

    def outside(self, z: Floats) -> bool:
        """Whether the point is farther from everybody than people are from each other."""
        return self.distance(z) > self.limit


def nearest_group(z: Floats, mean: Floats, labels: NDArray[np.object_]) -> tuple[str, float]:
    """The group whose mean is nearest to a latent point, and the distance to it."""
    centres = pd.DataFrame(mean).groupby(labels.astype(str)).mean()
    distance = np.linalg.norm(centres.to_numpy() - z, axis=1)
    return str(centres.index[distance.argmin()]), float(distance.min())


def expected_heterozygosity(frequency: Floats) -> float:
    """Mean over sites of 2 p (1 - p)."""
    return float((2 * frequency * (1 - frequency)).mean())
