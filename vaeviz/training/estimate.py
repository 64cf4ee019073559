"""What a training run will take, before it starts."""

from __future__ import annotations

import os
from dataclasses import dataclass

from vaeviz.config import TrainConfig

FLOPS_PER_CORE = 1.2e10
"""Set so that the estimate meets the measured 50 s of HapMap3 on one core."""
BYTES_BASE = 450e6
"""Python with torch loaded."""


@dataclass(frozen=True)
class Estimate:
    """Rough cost of a run on this machine's processor; fitted to one panel, an order of size."""

    seconds: float
    memory_mb: float


def estimate(n_rows: int, n_sites: int, config: TrainConfig) -> Estimate:
    """Time and memory of training on `n_rows` rows of `n_sites` sites, without a GPU."""
    n_train = n_rows * config.train_fraction
    cores = max(1, (os.cpu_count() or 2) - 1)
    network = 6 * n_sites * config.rank + 90 * n_sites
    loop = config.epochs * n_rows * network
    components = 2 * n_train**2 * n_sites + 12 * n_train**2 * config.n_components * 10
    seconds = 3.0 + (loop + components) / (FLOPS_PER_CORE * cores)
    matrices = n_rows * n_sites * (1 + 4) + n_train**2 * 12
    batch = 5 * 4 * config.batch_size * n_sites
    weights = 6 * 4 * n_sites * (config.rank + config.n_components)
    return Estimate(seconds, (BYTES_BASE + matrices + batch + weights) / 1e6)
