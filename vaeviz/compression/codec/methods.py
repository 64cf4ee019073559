"""What every method of the codec offers: whole-number probabilities, site by site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from vaeviz.data.panel import Panel

Parts = dict[str, bytes]
"""Named pieces of a compressed file that a method writes beside the coded genotypes."""


@dataclass(frozen=True)
class Frame:
    """All of a panel but its genotypes: what a decoder knows before the first bit.

    Attributes
    ----------
    samples, sites : DataFrame
        As in `Panel`.
    ploidy : 1 or 2
        As in `Panel`.
    """

    samples: pd.DataFrame
    sites: pd.DataFrame
    ploidy: int

    @classmethod
    def of(cls, panel: Panel) -> Frame:
        """Frame of a panel."""
        return cls(panel.samples, panel.sites, panel.ploidy)

    @property
    def n_rows(self) -> int:
        """Rows of the panel: haplotypes when phased, else people."""
        return len(self.samples) * (2 if self.ploidy == 1 else 1)

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.sites)


class Predictor(Protocol):
    """Probabilities of all rows at one site after another, in the order of the sites.

    Encoder and decoder ask the same predictor the same questions, so both get the same numbers:
    nothing in it may depend on floating point beyond whole numbers below 2**53.
    """

    def predict(self) -> NDArray[np.int32]:
        """ALT probability of every row at the next site, 0 < p < ONE, shape (n_rows,)."""
        ...

    def update(self, counts: NDArray[np.int8]) -> None:
        """Tell the counts of that site, shape (n_rows,), -1 missing, and go to the next."""
        ...


class Method(Protocol):
    """A way to predict genotypes; one object codes one panel at a time.

    Attributes
    ----------
    name : str
        'ae', 'copying' or 'mix'.
    """

    name: str

    def for_encoding(self, panel: Panel) -> tuple[Parts, Predictor]:
        """What a decoder needs beside the genotypes, and the predictor of this panel."""
        ...

    def for_decoding(self, parts: Parts, frame: Frame) -> Predictor:
        """The same predictor from those parts.

        Raises
        ------
        CodecError
            The parts do not fit the frame.
        """
        ...
