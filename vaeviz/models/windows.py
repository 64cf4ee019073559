"""Layers over windows of sites: every window has weights of its own, or all share one set."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from vaeviz.config import ModelConfig


class WindowLinear(nn.Module):
    """A linear layer a window: (n_windows, n_rows, n_in) -> (n_windows, n_rows, n_out)."""

    def __init__(self, n_windows: int, n_in: int, n_out: int, shared: bool) -> None:
        super().__init__()
        n_sets = 1 if shared else n_windows
        self.n_windows = n_windows
        bound = 1 / math.sqrt(n_in)
        self.weight = nn.Parameter(torch.empty(n_sets, n_in, n_out).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(n_sets, 1, n_out))

    def forward(self, values: Tensor) -> Tensor:
        """Apply each window's weights."""
        if len(self.weight) == 1:
            return values @ self.weight[0] + self.bias[0]
        return torch.baddbmm(self.bias, values, self.weight)


class WindowLayout(nn.Module):
    """Between rows of sites and windows of equal width, the last places of short ones empty."""

    site_of: Tensor
    place_of: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width, n_sites = config.window_width, config.n_sites
        starts = np.array(config.windows)
        ends = np.append(starts[1:], n_sites)
        site = starts[:, None] + np.arange(width)
        inside = site < ends[:, None]
        # Empty places read a column of zeros that is appended behind the last site.
        site_of = torch.from_numpy(np.where(inside, site, n_sites))
        place_of = torch.from_numpy(np.flatnonzero(inside))
        self.register_buffer("site_of", site_of, persistent=False)
        self.register_buffer("place_of", place_of, persistent=False)

    def split(self, values: Tensor) -> Tensor:
        """(n_rows, n_sites) -> (n_windows, n_rows, width)."""
        padded = nn.functional.pad(values, (0, 1))
        return padded[:, self.site_of].transpose(0, 1)

    def join(self, windows: Tensor) -> Tensor:
        """(n_windows, n_rows, width) -> (n_rows, n_sites)."""
        flat = windows.transpose(0, 1).flatten(1)
        return flat.index_select(1, self.place_of)
