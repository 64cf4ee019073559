"""Small sequence models shared by the tests of generators; trained once a session."""

from __future__ import annotations

from functools import cache

import torch

from tests.panels import linked_panel
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.training.loop import train_model
from vaeviz.training.model import TrainedModel


@cache
def sequence_panel() -> Panel:
    """150 phased people in two populations, 120 linked sites."""
    return linked_panel()


@cache
def sequence_model(autoregressive: bool = False, condition: str | None = None) -> TrainedModel:
    """Four windows of 30 sites with four latent dimensions each."""
    config = TrainConfig.preset(
        "sequence",
        autoregressive=autoregressive,
        condition=condition,
        window_sites=30,
        n_latent=4,
        window_hidden=24,
        epochs=40,
        batch_size=32,
        learning_rate=1e-2,
    )
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return train_model(sequence_panel(), config)
    finally:
        torch.set_num_threads(threads)


@cache
def sequence_map() -> TrainedModel:
    """A map of the same panel."""
    config = TrainConfig(n_components=5, rank=4, hidden=(8,), epochs=40, batch_size=32)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return train_model(sequence_panel(), config)
    finally:
        torch.set_num_threads(threads)
