"""Encoders and decoders: global (through principal components), windowed, hybrid."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from vaeviz.config import ModelConfig
from vaeviz.models.chain import SiteContext
from vaeviz.models.likelihood import binomial_nats, linear_binomial_nats
from vaeviz.models.windows import WindowLayout, WindowLinear

MIN_LOG_VARIANCE, MAX_LOG_VARIANCE = -10.0, 4.0
INITIAL_LOG_VARIANCE = -5.0


def perceptron(n_in: int, hidden: tuple[int, ...], n_out: int) -> nn.Sequential:
    """Fully connected layers with SiLU between them."""
    layers: list[nn.Module] = []
    for width in hidden:
        layers += [nn.Linear(n_in, width), nn.SiLU()]
        n_in = width
    return nn.Sequential(*layers, nn.Linear(n_in, n_out))


class ComponentEncoder(nn.Module):
    """Scores on principal components -> location and log-variance of the latent.

    The loadings are buffers: fitted once on training rows, not trained. Scores are scaled by
    `score_scale`, which shrinks each component by how much of it new rows show. The location is a
    linear skip from the scores plus a perceptron that starts at zero. A conditional model sees
    how rows differ from the mean of their label (`label_center`; 0 without a label): components
    are mostly ancestry, and an encoder that starts with it keeps it for long.
    """

    site_center: Tensor
    site_scale: Tensor
    loadings: Tensor
    score_scale: Tensor
    label_center: Tensor

    def __init__(self, config: ModelConfig, n_labels: int) -> None:
        super().__init__()
        n_input = config.n_components + n_labels
        self.register_buffer("site_center", torch.zeros(config.n_sites))
        self.register_buffer("site_scale", torch.zeros(config.n_sites))
        self.register_buffer("loadings", torch.zeros(config.n_sites, config.n_components))
        self.register_buffer("score_scale", torch.ones(config.n_components))
        self.n_components = config.n_components
        self.location = perceptron(n_input, config.hidden, config.n_latent)
        self.skip = nn.Linear(config.n_components, config.n_latent, bias=False)
        self.log_variance = nn.Linear(n_input, config.n_latent)
        last = self.location[-1]
        assert isinstance(last, nn.Linear)
        for parameter in (last.weight, last.bias, self.log_variance.weight):
            nn.init.zeros_(parameter)
        nn.init.constant_(self.log_variance.bias, INITIAL_LOG_VARIANCE)
        nn.init.zeros_(self.skip.weight)
        for k in range(min(config.n_latent, config.n_components)):
            nn.init.constant_(self.skip.weight[k, k], 1.0)
        self.register_buffer("label_center", torch.zeros(n_labels, config.n_components))

    def features(self, counts: Tensor) -> Tensor:
        """Scaled scores of allele counts: (n_rows, n_sites) -> (n_rows, n_components)."""
        scores = standardise(counts, self.site_center, self.site_scale) @ self.loadings
        return scores * self.score_scale

    def forward(self, scores: Tensor, label: Tensor | None) -> tuple[Tensor, Tensor]:
        """Location and log-variance, (n_rows, n_latent) each."""
        if label is not None:
            scores = scores - label @ self.label_center
        labelled = _with_label(scores, label)
        return self.skip(scores) + self.location(labelled), self.log_variance(labelled)


class WindowEncoder(nn.Module):
    """Standardised counts -> `n_out` numbers of every window, one hidden layer between."""

    site_center: Tensor
    site_scale: Tensor

    def __init__(self, config: ModelConfig, n_labels: int, n_out: int) -> None:
        super().__init__()
        self.register_buffer("site_center", torch.zeros(config.n_sites))
        self.register_buffer("site_scale", torch.zeros(config.n_sites))
        self.layout = WindowLayout(config)
        n, shared = config.n_windows, config.shared_windows
        self.first = WindowLinear(n, config.window_width + n_labels, config.window_hidden, shared)
        self.second = WindowLinear(n, config.window_hidden, n_out, shared)

    def features(self, counts: Tensor) -> Tensor:
        """Standardised counts, (n_rows, n_sites); missing ones are 0."""
        return standardise(counts, self.site_center, self.site_scale)

    def windows(self, features: Tensor, label: Tensor | None) -> Tensor:
        """(n_rows, n_sites) -> (n_rows, n_windows, n_out)."""
        parts = self.layout.split(features)
        if label is not None:
            parts = torch.cat([parts, label.expand(len(parts), *label.shape)], 2)
        return self.second(functional.silu(self.first(parts))).transpose(0, 1)


class WindowedEncoder(WindowEncoder):
    """A latent of its own for every window."""

    def __init__(self, config: ModelConfig, n_labels: int) -> None:
        super().__init__(config, n_labels, 2 * config.n_latent)
        with torch.no_grad():
            self.second.bias[..., config.n_latent :] = INITIAL_LOG_VARIANCE / 2

    def forward(self, features: Tensor, label: Tensor | None) -> tuple[Tensor, Tensor]:
        """Location and log-variance, (n_rows, n_windows x n_latent) each, window by window."""
        location, log_variance = self.windows(features, label).chunk(2, 2)
        return location.flatten(1), log_variance.flatten(1)


class HybridEncoder(WindowEncoder):
    """Windows that merge into one latent."""

    def __init__(self, config: ModelConfig, n_labels: int) -> None:
        super().__init__(config, n_labels, config.window_features)
        n_merged = config.n_windows * config.window_features + n_labels
        self.merge = perceptron(n_merged, config.hidden, 2 * config.n_latent)
        last = self.merge[-1]
        assert isinstance(last, nn.Linear)
        with torch.no_grad():
            last.bias[config.n_latent :] = INITIAL_LOG_VARIANCE / 2

    def forward(self, features: Tensor, label: Tensor | None) -> tuple[Tensor, Tensor]:
        """Location and log-variance, (n_rows, n_latent) each."""
        merged = functional.silu(self.windows(features, label).flatten(1))
        location, log_variance = self.merge(_with_label(merged, label)).chunk(2, 1)
        return location, log_variance


class GlobalDecoder(nn.Module):
    """Latent -> perceptron -> a rank x sites matrix, kept in interleaved blocks of sites.

    Block k holds the sites k, k + n_blocks, ...; a training step may take one block, which is an
    unbiased and much cheaper estimate of the cost of all of them.
    """

    def __init__(self, config: ModelConfig, n_labels: int) -> None:
        super().__init__()
        self.ploidy, self.n_sites, self.n_blocks = config.ploidy, config.n_sites, config.site_blocks
        self.hidden = perceptron(config.n_latent + n_labels, config.hidden, config.rank)
        self.label_skip = nn.Linear(n_labels, config.rank, bias=False) if n_labels else None
        if self.label_skip is not None:
            nn.init.zeros_(self.label_skip.weight)
        self.dropout = nn.Dropout(config.dropout)
        sizes = [len(range(k, config.n_sites, self.n_blocks)) for k in range(self.n_blocks)]
        bound = 0.01 / config.rank**0.5
        self.weights = nn.ParameterList(
            nn.Parameter(torch.empty(size, config.rank).uniform_(-bound, bound)) for size in sizes
        )
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(size)) for size in sizes)

    def forward(self, latent: Tensor, label: Tensor | None) -> Tensor:
        """Logits of the ALT allele: (n_rows, n_latent) -> (n_rows, n_sites)."""
        weight, bias = self._whole(self.weights), self._whole(self.biases)
        return torch.addmm(bias, self._last_hidden(latent, label), weight.T)

    def _last_hidden(self, latent: Tensor, label: Tensor | None) -> Tensor:
        hidden = self.hidden(_with_label(latent, label))
        if self.label_skip is not None:
            hidden = hidden + self.label_skip(label)
        return self.dropout(hidden)

    def nats(
        self, latent: Tensor, label: Tensor | None, counts: Tensor, block: int | None
    ) -> Tensor:
        """Reconstruction cost a row; of one block's sites, scaled up to all, when given one."""
        if block is None:
            return binomial_nats(self(latent, label), counts, self.ploidy)
        hidden = self._last_hidden(latent, label)
        weight, bias = self.weights[block], self.biases[block]
        nats = linear_binomial_nats(hidden.float(), weight, bias, counts, self.ploidy)
        return nats * (self.n_sites / len(bias))

    def _whole(self, blocks: nn.ParameterList) -> Tensor:
        """All sites in order from the interleaved blocks."""
        if self.n_blocks == 1:
            return blocks[0]
        whole = blocks[0].new_empty((self.n_sites, *blocks[0].shape[1:]))
        for k, block in enumerate(blocks):
            whole[k :: self.n_blocks] = block
        return whole


class WindowDecoder(nn.Module):
    """Numbers of every window -> logits, one hidden layer between; a bias a site.

    Without counts, an autoregressive decoder expects the training mean at the sites before.
    """

    def __init__(self, config: ModelConfig, n_labels: int, n_in: int) -> None:
        super().__init__()
        self.ploidy = config.ploidy
        self.n_in = n_in
        self.layout = WindowLayout(config)
        n, shared = config.n_windows, config.shared_windows
        self.first = WindowLinear(n, n_in + n_labels, config.window_hidden, shared)
        self.dropout = nn.Dropout(config.dropout)
        self.second = WindowLinear(n, config.window_hidden, config.window_width, shared)
        self.bias = nn.Parameter(torch.zeros(config.n_sites))
        self.context = SiteContext(config) if config.autoregressive else None
        with torch.no_grad():
            self.second.weight.mul_(0.1)

    def sites(self, codes: Tensor, label: Tensor | None) -> Tensor:
        """(n_rows, n_windows x n_in) -> logits (n_rows, n_sites)."""
        parts = codes.reshape(len(codes), -1, self.n_in).transpose(0, 1)
        if label is not None:
            parts = torch.cat([parts, label.expand(len(parts), *label.shape)], 2)
        hidden = self.dropout(functional.silu(self.first(parts)))
        return self.layout.join(self.second(hidden)) + self.bias

    def forward(self, latent: Tensor, label: Tensor | None) -> Tensor:
        """Logits of the ALT allele, (n_rows, n_sites)."""
        return self.sites(latent, label)

    def nats(
        self, latent: Tensor, label: Tensor | None, counts: Tensor, block: int | None
    ) -> Tensor:
        """Reconstruction cost a row, of all sites."""
        logits = self(latent, label)
        if self.context is not None:
            logits = logits + self.context(counts)
        return binomial_nats(logits, counts, self.ploidy)


class HybridDecoder(WindowDecoder):
    """One latent that opens into the numbers of every window."""

    def __init__(self, config: ModelConfig, n_labels: int) -> None:
        super().__init__(config, n_labels, config.window_features)
        n_split = config.n_windows * config.window_features
        self.split = perceptron(config.n_latent + n_labels, config.hidden, n_split)

    def forward(self, latent: Tensor, label: Tensor | None) -> Tensor:
        """Logits of the ALT allele, (n_rows, n_sites)."""
        return self.sites(functional.silu(self.split(_with_label(latent, label))), label)


def standardise(counts: Tensor, center: Tensor, scale: Tensor) -> Tensor:
    """(count - center) * scale; missing counts (-1) sit at the mean, that is, are 0."""
    centred = (counts - center) * scale
    return centred.masked_fill(counts < 0, 0.0)


def _with_label(rows: Tensor, label: Tensor | None) -> Tensor:
    return rows if label is None else torch.cat([rows, label], 1)
