"""What decoded alleles add to the logits of later sites, in whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from vaeviz.compression.codec.integer_network import LOGIT_BITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vaeviz.compression.codec.integer_network import Weights
    from vaeviz.config import ModelConfig

MEAN_BITS = 14
MAX_WEIGHT = 16.0
"""In nats: more says no more than never, and sums stay within 32 bits."""


class SiteContext:
    """The site context of an autoregressive decoder, see `vaeviz.models.chain.SiteContext`.

    A site's most frequent count adds nothing when it is met, so that only the rare rows which
    differ from it cost time: what it would add is in the constant of the later sites.
    """

    def __init__(self, config: ModelConfig, weights: Weights) -> None:
        self.starts = np.append(config.windows, config.n_sites)
        self.begins = np.isin(config.windows, (0, *config.stretches))
        scale = 2.0**LOGIT_BITS / config.ploidy
        mean = weights["decoder.context.site_mean"]
        self.usual = np.clip(np.rint(mean), 0, config.ploidy).astype(np.int8)
        self.offset = np.rint((self.usual - mean) * 2.0**MEAN_BITS).astype(np.int64)
        width = np.arange(config.window_width)
        earlier = width[:, None] < width
        self.within = _whole(weights["decoder.context.within"] * earlier, scale)
        self.before = _whole(weights["decoder.context.before"], scale)

    def size(self, window: int) -> int:
        """Sites of a window."""
        return int(self.starts[window + 1] - self.starts[window])

    def constant(self, window: int) -> NDArray[np.int64]:
        """Logits, in 2**-LOGIT_BITS, that a window's sites get where all counts are usual."""
        size = self.size(window)
        total = self._constant(self.within[window], window, size)
        if not self.begins[window]:
            total = total + self._constant(self.before[window], window - 1, size)
        return total >> MEAN_BITS

    def _constant(self, weight: NDArray[np.int32], window: int, size: int) -> NDArray[np.int64]:
        start, n = self.starts[window], self.size(window)
        constant: NDArray[np.int64] = self.offset[start : start + n] @ weight[:n, :size].astype(
            np.int64
        )
        return constant

    def next_window(self, window: int) -> int | None:
        """The window that goes on where this one ends, if any."""
        after = window + 1
        return None if after == len(self.begins) or self.begins[after] else after


@njit(cache=True)
def add_context(
    logits: NDArray[np.int32],
    weight: NDArray[np.int32],
    rows: NDArray[np.int64],
    by: NDArray[np.int32],
) -> None:  # pragma: no cover - compiled
    """Add, in place, `weight` of every site times `by` of some rows: logits (n_sites, n_rows)."""
    for site in range(len(logits)):
        for k in range(len(rows)):
            logits[site, rows[k]] += by[k] * weight[site]


def _whole(values: NDArray[np.float64], scale: float) -> NDArray[np.int32]:
    return np.rint(np.clip(values, -MAX_WEIGHT, MAX_WEIGHT) * scale).astype(np.int32)
