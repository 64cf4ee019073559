"""The training loop: Lightning Fabric, early stopping on validation people, resumable."""

from __future__ import annotations

import contextlib
import hashlib
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from torch import Tensor

from vaeviz import __version__
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.errors import Cancelled, ModelError
from vaeviz.models.autoencoder import Autoencoder, Terms
from vaeviz.progress import Progress, Silent
from vaeviz.training.batches import Batches, Draws
from vaeviz.training.bits import observed_alleles
from vaeviz.training.estimate import shares_threads
from vaeviz.training.model import TrainedModel
from vaeviz.training.objective import Objective, kl_weight, optimizer
from vaeviz.training.prepare import Prepared, prepare
from vaeviz.training.reading import chunk_rows
from vaeviz.training.split import TRAIN, VALIDATION
from vaeviz.training.state import (
    RunState,
    copy_momenta,
    copy_weights,
    load_state,
    save_state,
    set_momenta,
    set_weights,
)

SAVE_EVERY_SECONDS = 5.0
SAVE_SHARE = 0.03
"""Most of the time of a run that goes into saving its state: that of large models is large."""
AVERAGE_DECAY = 0.98
WARMUP = 0.05
"""Share of the steps over which the learning rate rises; the average starts behind them."""
GRADIENT_CLIP = 5.0


def train_model(
    panel: Panel,
    config: TrainConfig,
    progress: Progress | None = None,
    state_dir: Path | None = None,
    genetic_map: NDArray[np.float64] | None = None,
) -> TrainedModel:
    """Train an autoencoder on a panel.

    Parameters
    ----------
    panel : Panel
    config : TrainConfig
        Same panel, settings, seed and machine: same weights.
    progress : Progress, optional
        Told after every epoch; its `cancelled` is asked before every batch. A cancelled run
        returns the best model so far.
    state_dir : Path, optional
        Folder in which the run keeps its state and from which it goes on when killed.
    genetic_map : float64, shape (n_sites,), optional
        Position of every site in morgans, for the mosaics of `config.augment`.

    Raises
    ------
    PanelError, ModelError
        The panel does not suffice, or the loss is no longer a number.
    Cancelled
        Cancelled before the first epoch ended.
    """
    progress = progress or Silent()
    with _threads(panel, config):
        prepared = prepare(panel, config, genetic_map)
        fingerprint = _fingerprint(panel, config, genetic_map)
        loop = _Loop(prepared, config, progress, state_dir, fingerprint)
        state = loop.run()
        return TrainedModel.from_run(prepared, config, state, loop.device_name)


@contextlib.contextmanager
def _threads(panel: Panel, config: TrainConfig) -> Iterator[None]:
    """One thread where the products of a step are too small to share: more only wait."""
    if shares_threads(panel.n_sites, config):
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)


def _fingerprint(panel: Panel, config: TrainConfig, genetic_map: NDArray[np.float64] | None) -> str:
    text = f"{__version__} {torch.__version__} {panel.digest} {config.to_json()}"
    digest = hashlib.blake2b(text.encode(), digest_size=16)
    if genetic_map is not None:
        digest.update(genetic_map.tobytes())
    return digest.hexdigest()


class _Loop:
    """One run: owns network, optimiser and state, and nothing outlives `run`."""

    def __init__(
        self,
        prepared: Prepared,
        config: TrainConfig,
        progress: Progress,
        state_dir: Path | None,
        fingerprint: str,
    ) -> None:
        self.prepared, self.config, self.progress = prepared, config, progress
        self.state_dir, self.fingerprint = state_dir, fingerprint
        self.fabric = _fabric(config)
        self.network = prepared.network
        self.objective = Objective(prepared.network, prepared.geometry, config)
        self.module, self.optimizer = self.fabric.setup(
            self.objective, optimizer(self.objective, config)
        )
        self.batches = Batches(prepared, config, self.fabric.device)
        self.total_steps = self.batches.n_batches * config.epochs
        self.nats_per_bit = {part: _nats_per_bit(prepared, part) for part in (TRAIN, VALIDATION)}
        self.saved_at = time.monotonic()
        self.save_every = SAVE_EVERY_SECONDS

    @property
    def device_name(self) -> str:
        """Kind of device the run used."""
        return self.fabric.device.type

    def run(self) -> RunState:
        """Train until the epochs, the patience or the user's patience are used up."""
        state = self._resume()
        started = time.monotonic() - (state.history[-1]["seconds"] if state.history else 0.0)
        while state.epoch < self.config.epochs:
            if state.epoch - state.best_epoch >= self.config.patience:
                break
            terms = self._epoch(state)
            if terms is None:
                return self._stopped(state)
            state.epoch += 1
            self._record(state, terms, time.monotonic() - started)
            if time.monotonic() - self.saved_at > self.save_every:
                self._save(state)
        self._save(state)
        return state

    def _resume(self) -> RunState:
        state = load_state(self.state_dir, self.fingerprint) if self.state_dir else None
        if state is None:
            return RunState(copy_weights(self.objective))
        set_weights(self.objective, state.weights)
        set_momenta(self.objective, self.optimizer.optimizer, state.momenta)
        device = self.fabric.device
        state.average = {name: value.to(device) for name, value in state.average.items()}
        return state

    def _save(self, state: RunState) -> None:
        if self.state_dir is None:
            return
        started = time.monotonic()
        state.weights = copy_weights(self.objective)
        state.momenta = copy_momenta(self.objective, self.optimizer.optimizer)
        save_state(self.state_dir, self.fingerprint, state)
        self.saved_at = time.monotonic()
        self.save_every = max(SAVE_EVERY_SECONDS, (self.saved_at - started) / SAVE_SHARE)

    def _stopped(self, state: RunState) -> RunState:
        if not state.best:
            raise Cancelled("Training was cancelled before its first epoch ended.", "Start again.")
        return state

    def _epoch(self, state: RunState) -> tuple[float, float] | None:
        """One pass over the training rows; mean nats a row (reconstruction, KL) or None.

        All that is random in it follows from (seed, epoch), so a resumed run repeats it.
        """
        seed = self.config.seed * 1_000_003 + state.epoch
        with torch.random.fork_rng():
            torch.manual_seed(seed)  # of dropout, which takes no generator
            return self._pass(state, torch.Generator().manual_seed(seed))

    def _pass(self, state: RunState, generator: torch.Generator) -> tuple[float, float] | None:
        draws = self.batches.draws(generator)
        nats = torch.zeros(2, dtype=torch.float64)
        self.module.train()
        for batch in range(self.batches.n_batches):
            if self.progress.cancelled():
                return None
            step = state.epoch * self.batches.n_batches + batch
            terms = self._step(draws, batch, step)
            nats += torch.stack([terms.reconstruction_nats.sum(), terms.kl_nats.sum()]).cpu()
            self._update_average(state, step)
        recon, kl = (nats / len(draws.order)).tolist()
        if not math.isfinite(recon + kl):
            raise ModelError(
                f"The loss is no longer a number (epoch {state.epoch + 1}).",
                "Lower the learning rate or beta.",
            )
        return recon, kl

    def _step(self, draws: Draws, batch: int, step: int) -> Terms:
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.learning_rate * _pace(step, self.total_steps)
        weight = kl_weight(self.config, (step + 1) / self.total_steps)
        loss, terms = self.module(self.batches.take(draws, batch, step), weight)
        self.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        self.fabric.clip_gradients(self.module, self.optimizer, max_norm=GRADIENT_CLIP)
        self.optimizer.step()
        return Terms(*(term.detach() for term in terms))

    def _update_average(self, state: RunState, step: int) -> None:
        if step < self.total_steps * WARMUP:
            return
        if not state.average:
            state.average = copy_weights(self.objective)
            return
        names = [name for name, _ in self.objective.named_parameters()]
        old = [state.average[name] for name in names]
        new = [p.detach() for _, p in self.objective.named_parameters()]
        torch._foreach_lerp_(old, new, 1.0 - AVERAGE_DECAY)

    def _record(self, state: RunState, train: tuple[float, float], seconds: float) -> None:
        """Score the validation rows, keep the best weights, report."""
        weights = state.average or None
        validation = self._validate(weights)
        per_train, per_validation = self.nats_per_bit[TRAIN], self.nats_per_bit[VALIDATION]
        row = {
            "epoch": float(state.epoch),
            "seconds": seconds,
            "train_bits_per_allele": sum(train) / per_train,
            "validation_bits_per_allele": sum(validation) / per_validation,
            "validation_reconstruction_bits_per_allele": validation[0] / per_validation,
            "validation_kl_bits_per_allele": validation[1] / per_validation,
            "learning_rate": self.optimizer.param_groups[0]["lr"],
            "kl_weight": kl_weight(self.config, state.epoch / self.config.epochs),
        }
        state.history.append(row)
        if row["validation_bits_per_allele"] < state.best_bits:
            state.best_bits, state.best_epoch = row["validation_bits_per_allele"], state.epoch
            source = weights or copy_weights(self.objective)
            state.best = {name: value.clone() for name, value in source.items()}
        ploidy = self.prepared.panel.ploidy
        unit = "genotype" if ploidy == 2 else "allele"
        message = f"{row['validation_bits_per_allele'] * ploidy:.4f} bits per {unit} on validation"
        self.progress.update(state.epoch, self.config.epochs, message, **row)

    def _validate(self, weights: dict[str, Tensor] | None) -> tuple[float, float]:
        current = copy_weights(self.objective) if weights else None
        if weights:
            set_weights(self.objective, weights)
        terms = evaluate(self.network, self.batches, self.prepared.rows[VALIDATION])
        if current:
            set_weights(self.objective, current)
        return terms


def _nats_per_bit(prepared: Prepared, part: str) -> float:
    """Nats a row that make one bit per observed allele in this part of the split."""
    panel = prepared.panel
    alleles = observed_alleles(panel.counts[prepared.rows[part]], panel.ploidy)
    return max(float(alleles.mean()), 1.0) * math.log(2)


def evaluate(network: Autoencoder, batches: Batches, rows: np.ndarray) -> tuple[float, float]:
    """Mean nats a row (reconstruction, latent) at full weight, with fixed noise."""
    network.eval()
    generator = torch.Generator().manual_seed(0)
    total = torch.zeros(2, dtype=torch.float64)
    with torch.inference_mode():
        for chunk in torch.from_numpy(rows).split(chunk_rows(network.config.n_sites)):
            noise = torch.randn(len(chunk), network.config.n_codes, generator=generator)
            features, counts, category = batches.whole(chunk)
            terms = network(features, counts, noise.to(counts.device), category)
            total += torch.stack([terms.reconstruction_nats.sum(), terms.kl_nats.sum()]).cpu()
    recon, kl = (total / len(rows)).tolist()
    return recon, kl


def _fabric(config: TrainConfig) -> Fabric:
    accelerator = {"auto": "auto", "cpu": "cpu", "cuda": "cuda", "mps": "mps"}[config.device]
    if config.device == "cuda" and not torch.cuda.is_available():
        raise ModelError("No NVIDIA GPU was found.", "Choose device auto or cpu.")
    on_gpu = config.device in ("auto", "cuda") and torch.cuda.is_available()
    return Fabric(
        accelerator=accelerator, devices=1, precision="bf16-mixed" if on_gpu else "32-true"
    )


def _pace(step: int, total: int) -> float:
    """Share of the learning rate: 5 % linear warm-up, then a cosine to 1 %."""
    warm = min(1.0, (step + 1) / max(1.0, WARMUP * total))
    return warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, step / total))))
