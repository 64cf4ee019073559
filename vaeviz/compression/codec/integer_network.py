"""A trained decoder in whole numbers: the same logits on every machine.

Weights and activations are rounded to whole numbers and multiplied as doubles. Every partial sum
is a whole number under 2**53, so the result is exact in whatever order, on whatever machine, it
is added up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from vaeviz.compression.codec.logits import UNIT, silu
from vaeviz.errors import CodecError

if TYPE_CHECKING:
    from vaeviz.config import ModelConfig

WEIGHT_BITS = 14
MAX_VALUE = 1 << 24
LOGIT_BITS = 16
"""Logits are added up in units of 2**-LOGIT_BITS nat."""
SITES_A_BLOCK = 256
"""Sites of a global decoder that are computed at once."""

Floats = NDArray[np.float64]
Weights = dict[str, Floats]


class WholeLinear:
    """A linear layer: (..., n_rows, n_in) in 1 / UNIT -> (..., n_rows, n_out).

    Raises
    ------
    CodecError
        The weights are so large that sums would not be exact.
    """

    def __init__(self, weight: Floats, bias: Floats) -> None:
        self.weight = np.rint(weight * 2.0**WEIGHT_BITS)
        self.bias = np.rint(bias * (UNIT * 2.0**WEIGHT_BITS))
        reach = np.abs(self.weight).sum(-2).max(initial=0) * MAX_VALUE
        if not reach + np.abs(self.bias).max(initial=0) < 2.0**53:
            raise CodecError(
                "The model's weights are too large for a code that is the same on every machine.",
                "Train the model again, with a lower learning rate.",
            )

    def sums(self, values: Floats, part: int | slice = slice(None)) -> Floats:
        """Exact sums in 1 / (UNIT * 2**WEIGHT_BITS), of one set of weights or of all."""
        inside = np.clip(values, -MAX_VALUE, MAX_VALUE)
        return inside @ self.weight[part] + self.bias[part]

    def __call__(self, values: Floats, part: int | slice = slice(None)) -> Floats:
        """Whole numbers in 1 / UNIT, rounded down."""
        return np.floor(self.sums(values, part) * 2.0**-WEIGHT_BITS)


class WholeDecoder(Protocol):
    """Latent positions to logits, a block of sites at a time.

    Attributes
    ----------
    starts : int64, shape (n_blocks,)
        First site of the model of every block.
    """

    starts: NDArray[np.int64]

    def read(self, latent: Floats) -> None:
        """Take the latents of all rows, in 1 / UNIT, labels appended: (n_rows, n_codes)."""
        ...

    def logits(self, block: int) -> NDArray[np.int64]:
        """Logits in 2**-LOGIT_BITS: (n_rows, sites of the block)."""
        ...


def whole_decoder(config: ModelConfig, weights: Weights) -> WholeDecoder:
    """The decoder of a trained network in whole numbers."""
    if config.shape == "global":
        return _GlobalDecoder(config, weights)
    return _WindowDecoder(config, weights)


class _Perceptron:
    """Fully connected layers with SiLU between them, of a `torch.nn.Sequential`."""

    def __init__(self, weights: Weights, name: str) -> None:
        places = sorted(
            {int(key.split(".")[2]) for key in weights if key.startswith(f"decoder.{name}.")}
        )
        layers = [f"decoder.{name}.{place}" for place in places]
        self.layers = [WholeLinear(weights[f"{x}.weight"].T, weights[f"{x}.bias"]) for x in layers]

    def __call__(self, values: Floats) -> Floats:
        for layer in self.layers[:-1]:
            values = silu(layer(values))
        return self.layers[-1](values)


class _GlobalDecoder:
    def __init__(self, config: ModelConfig, weights: Weights) -> None:
        n_sites, n_blocks = config.n_sites, config.site_blocks
        self.starts = np.arange(0, n_sites, SITES_A_BLOCK)
        self.n_codes = config.n_codes
        self.hidden = _Perceptron(weights, "hidden")
        skip = weights.get("decoder.label_skip.weight")
        self.skip = None if skip is None else WholeLinear(skip.T, np.zeros(len(skip)))
        weight = np.empty((n_sites, config.rank))
        bias = np.empty(n_sites)
        for k in range(n_blocks):
            weight[k::n_blocks] = weights[f"decoder.weights.{k}"]
            bias[k::n_blocks] = weights[f"decoder.biases.{k}"]
        pieces = np.split(np.arange(n_sites), self.starts[1:])
        self.blocks = [WholeLinear(weight[sites].T, bias[sites]) for sites in pieces]

    def read(self, latent: Floats) -> None:
        self.last = self.hidden(latent)
        if self.skip is not None:
            self.last = self.last + self.skip(latent[:, self.n_codes :])

    def logits(self, block: int) -> NDArray[np.int64]:
        return _logits(self.blocks[block].sums(self.last))


class _WindowDecoder:
    """Of the windowed shape, and of the hybrid one behind its perceptron."""

    def __init__(self, config: ModelConfig, weights: Weights) -> None:
        self.starts = np.array(config.windows, np.int64)
        self.sizes = np.diff(np.append(self.starts, config.n_sites))
        self.split = _Perceptron(weights, "split") if config.shape == "hybrid" else None
        self.n_codes = config.n_codes
        self.n_in = config.window_features if config.shape == "hybrid" else config.n_latent
        self.shared = config.shared_windows
        self.first = _window_linear(weights, "decoder.first")
        self.second = _window_linear(weights, "decoder.second")
        self.bias = np.rint(weights["decoder.bias"] * 2.0**LOGIT_BITS).astype(np.int64)

    def read(self, latent: Floats) -> None:
        codes, self.labels = latent[:, : self.n_codes], latent[:, self.n_codes :]
        self.codes = codes if self.split is None else silu(self.split(latent))

    def logits(self, block: int) -> NDArray[np.int64]:
        codes = self.codes[:, block * self.n_in : (block + 1) * self.n_in]
        part = 0 if self.shared else block
        hidden = silu(self.first(np.concatenate([codes, self.labels], 1), part))
        size, start = self.sizes[block], self.starts[block]
        sums = self.second.sums(hidden, part)[:, :size]
        return _logits(sums) + self.bias[start : start + size]


class WholeChain:
    """Where a window's latent is expected, given the latent of the window before."""

    def __init__(self, config: ModelConfig, weights: Weights) -> None:
        self.first = _window_linear(weights, "bottleneck.chain.first")
        self.second = _window_linear(weights, "bottleneck.chain.second")
        self.begins = np.isin(config.windows, (0, *config.stretches))

    def __call__(self, window: int, before: Floats) -> tuple[Floats, Floats]:
        """Mean and log standard deviation, in 1 / UNIT, (n_rows, n_latent) each."""
        seen = np.zeros_like(before) if self.begins[window] else before
        expected = self.second(silu(self.first(seen, window)), window)
        mean, log_sd = np.split(expected, 2, axis=1)
        return mean, log_sd


def _window_linear(weights: Weights, name: str) -> WholeLinear:
    return WholeLinear(weights[f"{name}.weight"], weights[f"{name}.bias"])


def _logits(sums: Floats) -> NDArray[np.int64]:
    """Sums in 2**-24 to logits in 2**-LOGIT_BITS."""
    unit_bits = UNIT.bit_length() - 1 + WEIGHT_BITS
    scaled = np.floor(sums * 2.0 ** (LOGIT_BITS - unit_bits))
    return np.clip(scaled, -(2.0**28), 2.0**28).astype(np.int64)
