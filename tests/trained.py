"""Small trained models shared by the tests of what is built on models; trained once a session."""

from __future__ import annotations

from functools import cache

from tests.panels import random_panel
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
    """A model of `model_panel` with two latent dimensions, trained until it tells populations apart."""
    config = TrainConfig(
        rows=rows,
        n_latent=2,
        n_components=10,
        rank=8,
        hidden=(16,),
        epochs=100,
        batch_size=32,
        learning_rate=5e-3,
        condition=condition,
    )
    return train_model(model_panel(), config)
