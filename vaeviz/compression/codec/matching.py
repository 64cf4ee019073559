"""Which site of a model each site of a panel is, written into the file.

The decoder does not look for it again: a later version may match differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vaeviz.compression.codec.logits import LOGIT_SCALE, MAX_LOGIT
from vaeviz.compression.codec.packing import damaged, squeeze, unsqueeze

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vaeviz.data.align import Alignment
    from vaeviz.data.panel import Panel

SITE, FLIP, LOGIT = np.dtype("<i4"), np.dtype("u1"), np.dtype("<i2")
BYTES_A_SITE = SITE.itemsize + FLIP.itemsize + LOGIT.itemsize


@dataclass(frozen=True)
class Matching:
    """What the sites of a panel are to a model.

    Attributes
    ----------
    site : int64, shape (n_sites,)
        Site of the model; -1 where it has none.
    flip : bool, shape (n_sites,)
        Whether the panel counts the model's REF allele.
    logit : int64, shape (n_sites,)
        Log-odds of ALT, in 1 / LOGIT_SCALE, in the panel itself, at sites without a model.
    """

    site: NDArray[np.int64]
    flip: NDArray[np.bool_]
    logit: NDArray[np.int64]

    @classmethod
    def of(cls, panel: Panel, alignment: Alignment) -> Matching:
        """Matching of a panel whose alignment to the model is known."""
        site = np.full(panel.n_sites, -1, np.int64)
        flip = np.zeros(panel.n_sites, bool)
        found = np.flatnonzero(alignment.index >= 0)
        site[alignment.index[found]] = found
        flip[alignment.index[found]] = alignment.flip[found]
        return cls(site, flip, np.where(site < 0, _log_odds(panel), 0))

    def to_bytes(self) -> bytes:
        """A few bytes when the panel has just the model's sites."""
        # A step of one from site to site is what repeats.
        steps = np.diff(self.site, prepend=-1)
        columns = (steps.astype(SITE), self.flip.astype(FLIP), self.logit.astype(LOGIT))
        return squeeze(b"".join(column.tobytes() for column in columns))

    @classmethod
    def from_bytes(cls, data: bytes, n_sites: int, n_model: int) -> Matching:
        """Inverse of `to_bytes` for a panel of `n_sites` and a model of `n_model` sites.

        Raises
        ------
        CodecError
            Damaged.
        """
        raw = unsqueeze(data, n_sites * BYTES_A_SITE)
        if len(raw) != n_sites * BYTES_A_SITE:
            raise damaged("the matching of its sites has another length")
        borders = np.cumsum([SITE.itemsize, FLIP.itemsize]) * n_sites
        steps = np.frombuffer(raw[: borders[0]], SITE)
        flip = np.frombuffer(raw[borders[0] : borders[1]], FLIP)
        logit = np.frombuffer(raw[borders[1] :], LOGIT)
        site = np.cumsum(steps, dtype=np.int64) - 1
        if site.min() < -1 or site.max() >= n_model:
            raise damaged("its sites are not the model's")
        return cls(site, flip.astype(bool), logit.astype(np.int64))


def _log_odds(panel: Panel) -> NDArray[np.int64]:
    """Of ALT at every site, one half added to either count (Krichevsky and Trofimov 1981)."""
    called = panel.counts >= 0
    alt = np.where(called, panel.counts, 0).sum(0, dtype=np.int64)
    ref = called.sum(0, dtype=np.int64) * panel.ploidy - alt
    exact = np.log((alt + 0.5) / (ref + 0.5)) * LOGIT_SCALE
    return np.clip(np.rint(exact), -MAX_LOGIT, MAX_LOGIT).astype(np.int64)
