"""State of a training run on disk, so that a killed run goes on as if nothing had happened."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

Weights = dict[str, Tensor]
HistoryRow = dict[str, float]

_TENSORS, _FACTS = "state.safetensors", "state.json"


@dataclass
class RunState:
    """Where a run stands after `epoch` whole epochs.

    `average` is the moving average of the weights, `best` the weights that coded the
    validation rows in the fewest bits; `momenta` are the optimiser's.
    """

    weights: Weights
    epoch: int = 0
    best_bits: float = float("inf")
    best_epoch: int = 0
    average: Weights = field(default_factory=dict)
    best: Weights = field(default_factory=dict)
    momenta: Weights = field(default_factory=dict)
    history: list[HistoryRow] = field(default_factory=list)


def save_state(folder: Path, fingerprint: str, state: RunState) -> None:
    """Write the state; a reader sees the old state or the new one, never half of each."""
    folder.mkdir(parents=True, exist_ok=True)
    groups = ("weights", "average", "best", "momenta")
    tensors = {
        f"{group}/{name}": tensor.detach().cpu().contiguous().clone()
        for group in groups
        for name, tensor in getattr(state, group).items()
    }
    name = f"{state.epoch:06d}-{_TENSORS}"
    save_file(tensors, folder / name)
    facts = {
        "fingerprint": fingerprint,
        "tensors": name,
        "epoch": state.epoch,
        "best_bits": state.best_bits,
        "best_epoch": state.best_epoch,
        "history": state.history,
    }
    temporary = folder / f"{_FACTS}.tmp"
    temporary.write_text(json.dumps(facts))
    os.replace(temporary, folder / _FACTS)
    for old in folder.glob(f"*-{_TENSORS}"):
        if old.name != name:
            old.unlink()


def load_state(folder: Path, fingerprint: str) -> RunState | None:
    """The state of the same run (same data, settings and code), or None."""
    try:
        facts = json.loads((folder / _FACTS).read_text())
    except (OSError, ValueError):
        return None
    if facts.get("fingerprint") != fingerprint:
        return None
    groups: dict[str, Weights] = {"weights": {}, "average": {}, "best": {}, "momenta": {}}
    for key, tensor in load_file(folder / Path(facts["tensors"]).name).items():
        group, name = key.split("/", 1)
        groups[group][name] = tensor
    return RunState(
        epoch=facts["epoch"],
        best_bits=facts["best_bits"],
        best_epoch=facts["best_epoch"],
        history=facts["history"],
        **groups,
    )


def copy_weights(module: torch.nn.Module) -> Weights:
    """Copies of the trainable weights, by name."""
    return {name: p.detach().clone() for name, p in module.named_parameters()}


def set_weights(module: torch.nn.Module, weights: Weights) -> None:
    """Put weights from `copy_weights` into the module, on its own device."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(weights[name])


def copy_momenta(module: torch.nn.Module, optimizer: torch.optim.Optimizer) -> Weights:
    """The optimiser's state, one tensor a quantity and parameter name."""
    return {
        f"{quantity}/{name}": value.detach().clone()
        for name, parameter in module.named_parameters()
        for quantity, value in optimizer.state.get(parameter, {}).items()
    }


def set_momenta(
    module: torch.nn.Module, optimizer: torch.optim.Optimizer, momenta: Weights
) -> None:
    """Put back what `copy_momenta` took."""
    for name, parameter in module.named_parameters():
        for quantity in ("step", "exp_avg", "exp_avg_sq"):
            key = f"{quantity}/{name}"
            if key in momenta:
                value = momenta[key].to(parameter.device)
                optimizer.state[parameter][quantity] = value
