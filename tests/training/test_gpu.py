"""What only a GPU can show; run by `make gpu`."""

from __future__ import annotations

import pytest
import torch

from tests.panels import random_panel
from vaeviz.config import TrainConfig
from vaeviz.training.loop import train_model

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU"),
]


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"geometry": False, "condition": "population", "denoise": 0.1},
        {"shape": "windowed", "window_sites": 50, "augment": "wright-fisher"},
        {"shape": "hybrid", "window_sites": 50, "bottleneck": "vq", "codebook_size": 16},
    ],
)
def test_training_uses_the_gpu_and_learns_as_well(shape: dict[str, object]) -> None:
    panel = random_panel(n_samples=200, n_sites=500, missing=0.05)
    settings = {"epochs": 40, "n_components": 8, "rank": 8, "hidden": (16,), **shape}
    on_gpu = train_model(panel, TrainConfig.make(device="auto", **settings))
    on_cpu = train_model(panel, TrainConfig.make(device="cpu", **settings))
    assert on_gpu.metrics["device"] == "cuda"
    bits = [float(m.metrics["test_bits_per_allele"]) for m in (on_gpu, on_cpu)]
    assert bits[0] == pytest.approx(bits[1], rel=0.01)
