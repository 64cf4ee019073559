"""What came before: sites that tell about later sites, windows that tell about the next."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vaeviz.config import ModelConfig
from vaeviz.models.windows import WindowLayout, WindowLinear


def linked(config: ModelConfig) -> Tensor:
    """1 for windows that go on where the one before ends, 0 for the first of a stretch."""
    starts = np.isin(config.windows, (0, *config.stretches))
    return torch.from_numpy(1.0 - starts).float()


def shifted(windows: Tensor, link: Tensor) -> Tensor:
    """Each window gets what the window before holds; zeros at the start of a stretch."""
    before = functional.pad(windows[:-1], (0, 0, 0, 0, 1, 0))
    return before * link.to(windows.dtype)[:, None, None]


class SiteContext(nn.Module):
    """What the alleles before a site add to its logit.

    Linear in how the counts of the earlier sites of its window, and of all sites of the window
    before, differ from their training mean (a fully visible belief network in windows: Frey 1998).
    Missing counts add nothing.
    """

    site_mean: Tensor
    earlier: Tensor
    link: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        n, width = config.n_windows, config.window_width
        self.ploidy = config.ploidy
        self.layout = WindowLayout(config)
        self.within = nn.Parameter(torch.zeros(n, width, width))
        self.before = nn.Parameter(torch.zeros(n, width, width))
        self.register_buffer("site_mean", torch.zeros(config.n_sites))
        self.register_buffer("earlier", torch.ones(width, width).triu(1), persistent=False)
        self.register_buffer("link", linked(config), persistent=False)

    def forward(self, counts: Tensor) -> Tensor:
        """Logits to add: counts (n_rows, n_sites), -1 missing -> (n_rows, n_sites)."""
        dtype = self.within.dtype
        offset = (counts.to(dtype) - self.site_mean) / self.ploidy
        parts = self.layout.split(offset.masked_fill(counts < 0, 0.0))
        logits = torch.bmm(parts, self.within * self.earlier)
        logits = logits + torch.bmm(shifted(parts, self.link), self.before)
        return self.layout.join(logits)


class LatentChain(nn.Module):
    """Prior of every window's latent given the latent of the window before."""

    link: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        n, hidden = config.n_windows, config.window_hidden
        self.n_latent = config.n_latent
        self.first = WindowLinear(n, config.n_latent, hidden, shared=False)
        self.second = WindowLinear(n, hidden, 2 * config.n_latent, shared=False)
        self.register_buffer("link", linked(config), persistent=False)
        with torch.no_grad():
            self.second.weight.mul_(0.1)
            self.second.bias.zero_()

    def forward(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance, (n_rows, n_codes) each, of a latent of that shape."""
        windows = latent.reshape(len(latent), -1, self.n_latent).transpose(0, 1)
        hidden = functional.silu(self.first(shifted(windows, self.link)))
        mean, log_sd = self.second(hidden).transpose(0, 1).chunk(2, 2)
        return mean.flatten(1), 2.0 * log_sd.flatten(1)
