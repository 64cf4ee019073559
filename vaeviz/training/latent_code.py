"""How a Gaussian latent becomes whole numbers that can be sent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaeviz.training.split import TRAIN

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel
    from vaeviz.training.model import TrainedModel

UNIT = 1024
"""Latent positions, and activations of the codec's decoder, are whole numbers of 1 / UNIT."""
MIN_BITS = 0.1
"""Latent numbers that cost less, on average over training rows, are not sent (chosen on validation
people of 1000 Genomes regions)."""
STEP_PER_SD = math.sqrt(12)
"""A step whose rounding has the spread of the posterior; that of an autoregressive model exactly.
Wider steps cost reconstruction, narrower ones latent."""
MAX_PEOPLE = 1000
"""Training people whose posterior sets the steps: more tell no more."""
NAMES = ("step", "mean", "sd")


@dataclass(frozen=True)
class LatentCode:
    """Steps, and where training rows lie, of every latent number; whole numbers of 1 / UNIT.

    Attributes
    ----------
    step : int32, shape (n_codes,)
        A latent is sent as the nearest multiple of it; 0 for those that are not sent.
    mean, sd : int32, shape (n_codes,)
        Of the training rows, posterior spread included: the prior where no chain tells a better.
    """

    step: NDArray[np.int32]
    mean: NDArray[np.int32]
    sd: NDArray[np.int32]

    @classmethod
    def fit(
        cls, mean: NDArray[np.float64], sd: NDArray[np.float64], bits: NDArray[np.float64]
    ) -> LatentCode:
        """From the posterior of training rows and what it costs, all (n_rows, n_codes)."""
        spread = np.sqrt(mean.var(0) + (sd**2).mean(0))
        step = np.where(bits.mean(0) < MIN_BITS, 0, _whole(STEP_PER_SD * sd.mean(0), 1))
        return cls(step.astype(np.int32), _whole(mean.mean(0)), _whole(spread, 1))

    def to_arrays(self) -> dict[str, NDArray[np.int32]]:
        """Arrays by name, for a model file."""
        return {name: getattr(self, name) for name in NAMES}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[np.int32]], n_codes: int) -> LatentCode:
        """From a model file.

        Raises
        ------
        ValueError
            The arrays are not those of a model with `n_codes` latent numbers.
        """
        if set(arrays) != set(NAMES) or any(
            a.shape != (n_codes,) or a.dtype != np.int32 for a in arrays.values()
        ):
            raise ValueError("latent code of another shape")
        if arrays["step"].min() < 0 or arrays["sd"].min() < 1:
            raise ValueError("latent code with a step or spread out of range")
        return cls(**arrays)


def fit_latent_code(model: TrainedModel, panel: Panel) -> LatentCode:
    """Steps of a model's latent from the training people of its own panel."""
    train = np.flatnonzero(model.split_of(panel) == TRAIN)[:MAX_PEOPLE]
    people = panel.take_samples(train)
    bits = model.row_terms(people, n_draws=1).kl_nats / math.log(2)
    encoding = model.encode(people)
    return LatentCode.fit(encoding.mean, encoding.sd, bits)


def _whole(values: NDArray[np.float64], low: int = -(2**24)) -> NDArray[np.int32]:
    return np.clip(np.rint(values * UNIT), low, 2**24).astype(np.int32)
