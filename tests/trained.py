"""Small trained models shared by the tests of what is built on models; trained once a session."""

from __future__ import annotations

from functools import cache

import torch

from tests.panels import linked_panel, random_panel
from vaeviz.config import Rows, TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.training.loop import train_model
from vaeviz.training.model import TrainedModel


@cache
def model_panel() -> Panel:
    """210 phased people in three populations of 70, 300 sites."""
    return random_panel(n_samples=210, n_sites=300, n_populations=3, seed=3)


@cache
def small_model(rows: Rows = "person", condition: str | None = None) -> TrainedModel:
    """A model of `model_panel`: two latent dimensions, tells the populations apart."""
    config = TrainConfig(
        rows=rows,
        n_latent=2,
        n_components=10,
        rank=8,
        hidden=(16,),
        epochs=60,
        batch_size=64,
        learning_rate=1e-2,
        condition=condition,
    )
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so small a network only loses by more
    try:
        return train_model(model_panel(), config)
    finally:
        torch.set_num_threads(threads)


@cache
def linked_model(rows: Rows = "haplotype") -> TrainedModel:
    """A model of `linked_panel`, good enough to guess an allele from its neighbours."""
    config = TrainConfig(
        rows=rows,
        n_latent=8,
        n_components=20,
        rank=16,
        hidden=(32,),
        epochs=60,
        batch_size=32,
        learning_rate=1e-2,
        geometry=False,
    )
    return train_model(linked_panel(), config)
