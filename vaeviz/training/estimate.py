"""What a training run will take, before it starts."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import NamedTuple

from vaeviz.config import TrainConfig
from vaeviz.training.components import MAX_FIT_ROWS, N_FOLDS

FLOPS_PER_CORE = 4e10
"""Of matrix products. This and the other constants were fitted to process times on one thread:
HapMap3 (957 people x 14,079 sites) 9 s, human-array 10 s, grid 3 s, canid 4 s, three epochs of
kg_regions in windows (5,008 haplotypes x 16,292 sites) 15 s; each is met within a factor of 2."""
ENTRY_S, SCORED_ENTRY_S = 1.1e-8, 5.5e-9
"""Of a row at a site beside matrix products: in a training step, and when only scored."""
STEP_S = 7e-4
"""Of a training step, whatever its size: small layers, optimiser, geometry terms."""
FLOPS_TO_SHARE = 3e8
"""Floating-point operations a step from which several threads are faster than one."""
START_S = 2.4
"""Python with torch, split, files."""
BYTES_BASE = 450e6
"""Python with torch loaded."""
GRAM_SPEED = 5.0
"""How much faster a Gram matrix is than the smaller products of a step."""
SCORING_DRAWS = 4


@dataclass(frozen=True)
class Estimate:
    """Rough cost of a run on this machine's processor: right within about a factor of 2."""

    seconds: float
    memory_mb: float


class _Work(NamedTuple):
    """Multiplications and additions for a row at a site: in training, and when only scored."""

    train: float
    score: float
    weights: float


def estimate(n_rows: int, n_sites: int, config: TrainConfig) -> Estimate:
    """Time and memory of training on `n_rows` rows of `n_sites` sites, without a GPU.

    All epochs are counted; a run may stop earlier. A step of the global shape touches one of
    `site_blocks` blocks of sites.
    """
    n_train = math.ceil(n_rows * config.train_fraction)
    n_validation = math.ceil(n_rows * config.validation_fraction)
    n_test = max(n_rows - n_train - n_validation, 0)
    work = _work(config)
    blocks = config.site_blocks if config.shape == "global" else 1
    steps = config.epochs * math.ceil(n_train / config.batch_size)
    trained = config.epochs * n_train * n_sites
    scored = (config.epochs * n_validation + SCORING_DRAWS * n_test) * n_sites
    flops = trained * (work.train / blocks + _inputs(config)) + scored * work.score
    flops += _components(n_train, n_sites, config)
    cores = max(1, (os.cpu_count() or 2) - 1) if shares_threads(n_sites, config) else 1
    entries = trained / blocks * ENTRY_S + scored * SCORED_ENTRY_S
    seconds = START_S + steps * STEP_S + (flops / FLOPS_PER_CORE + entries) / cores
    matrices = n_rows * n_sites * (1 + 4) + min(n_train, MAX_FIT_ROWS) ** 2 * 12
    batch = 5 * 4 * config.batch_size * n_sites
    weights = 6 * 4 * n_sites * (work.weights + config.n_components)
    return Estimate(seconds, (BYTES_BASE + matrices + batch + weights) / 1e6)


def shares_threads(n_sites: int, config: TrainConfig) -> bool:
    """Whether the products of a step are large enough for several threads."""
    is_global = config.shape == "global"
    width = config.rank if is_global else 2 * config.window_hidden
    n_blocks = config.site_blocks if is_global else 1
    return 6 * config.batch_size * n_sites / n_blocks * width > FLOPS_TO_SHARE


def _work(config: TrainConfig) -> _Work:
    """Of a shape: forward and backward in training, forward alone when scored."""
    if config.shape == "global":
        return _Work(6 * config.rank, 2 * config.rank, config.rank)
    # Sites -> hidden needs no gradient of its input; hidden -> sites does. An autoregressive
    # model also reads the sites of two windows, which need no gradient.
    hidden, context = config.window_hidden, 2 * config.window_sites * config.autoregressive
    return _Work(10 * hidden + 4 * context, 4 * hidden + 2 * context, 2 * hidden + context)


def _components(n_train: int, n_sites: int, config: TrainConfig) -> float:
    """Of the principal components: Gram matrix, and eigenvectors of every fold."""
    n = min(n_train, MAX_FIT_ROWS)
    folds = N_FOLDS + 1 if config.shape == "global" else 1
    return 2.0 * n**2 * n_sites / GRAM_SPEED + 24.0 * folds * n**2 * config.n_components


def _inputs(config: TrainConfig) -> float:
    """Of inputs that are made anew at every step, a row at a site of all blocks."""
    if config.augment == "none" and not config.denoise:
        return 0.0
    draws = 150.0 if config.augment != "none" else 0.0
    scores = 4.0 * config.n_components if config.shape == "global" else 0.0
    return draws + scores + 300.0 * bool(config.denoise)
