"""A trained model as the rest of the program sees it: numpy in, numpy out, torch inside."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from vaeviz.config import ModelConfig, TrainConfig
from vaeviz.data.align import Alignment, align_sites, aligned_counts
from vaeviz.data.panel import SITE_COLUMNS, Panel, PanelInfo
from vaeviz.errors import ModelError
from vaeviz.models.autoencoder import Autoencoder, binomial_nats, gaussian_kl
from vaeviz.training.bits import observed_alleles
from vaeviz.training.prepare import Prepared, categories
from vaeviz.training.split import NEW
from vaeviz.training.state import RunState, set_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

CHUNK_ROWS = 256
MIN_OVERLAP = 0.10
HALF_PRECISION = ("loadings", "sites.weight")
"""The two sites x width matrices, stored in 16 bits: a projection or a logit changes by less
than one part in a thousand, and the file is half as large."""


@dataclass(frozen=True)
class Encoding:
    """Posterior of every row: mean and standard deviation, both (n_rows, n_latent)."""

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]


@dataclass(frozen=True)
class RowTerms:
    """Cost of every row.

    Attributes
    ----------
    reconstruction_nats : float64, shape (n_rows,)
        Mean over posterior draws of -log Binomial(counts | ploidy, p), observed sites only.
    kl_nats : float64, shape (n_rows, n_latent)
    n_alleles : int64, shape (n_rows,)
        Alleles that are not missing, at sites which the model knows.
    """

    reconstruction_nats: NDArray[np.float64]
    kl_nats: NDArray[np.float64]
    n_alleles: NDArray[np.int64]

    def bits_per_allele(self) -> NDArray[np.float64]:
        """(reconstruction + KL) / ln 2 / alleles, a row each; NaN without an observed allele."""
        bits = (self.reconstruction_nats + self.kl_nats.sum(1)) / math.log(2)
        return np.where(self.n_alleles > 0, bits / np.maximum(self.n_alleles, 1), np.nan)


@dataclass
class TrainedModel:
    """An autoencoder with the sites it reads, who trained it, and how well it does.

    Attributes
    ----------
    network : Autoencoder
    train_config : TrainConfig
    sites : DataFrame, n_sites rows
    training_frequencies : float64, shape (n_sites,)
        (count + 1/2) / (n + 1) of ALT on the training people.
    parts : dict
        Salted hash of a sample ID -> 'train', 'validation' or 'test'.
    salt : str
    history : DataFrame, one row an epoch
    metrics : dict
        Held-out figures and facts of the run.
    info : PanelInfo
        Of the training panel.
    name : str
    """

    network: Autoencoder
    train_config: TrainConfig
    sites: pd.DataFrame
    training_frequencies: NDArray[np.float64]
    parts: dict[str, str]
    salt: str
    history: pd.DataFrame
    info: PanelInfo
    metrics: dict[str, float | int | str | bool] = field(default_factory=dict)
    name: str = "model"
    _alignments: dict[str, Alignment] = field(default_factory=dict, repr=False)

    @classmethod
    def from_run(
        cls, prepared: Prepared, config: TrainConfig, state: RunState, device: str
    ) -> Self:
        """Model of a finished run, scored on its own held-out people."""
        network = prepared.network.cpu()
        set_weights(network, {name: value.cpu() for name, value in state.best.items()})
        for name in HALF_PRECISION:
            matrix = network.get_buffer(name) if name == "loadings" else network.get_parameter(name)
            matrix.data = matrix.data.half().float()
        panel = prepared.panel
        salt = hashlib.blake2b(f"{panel.digest}{config.to_json()}".encode(), digest_size=16)
        model = cls(
            network=network.eval(),
            train_config=config,
            sites=panel.sites[list(SITE_COLUMNS)],
            training_frequencies=prepared.frequencies,
            parts={},
            salt=salt.hexdigest(),
            history=pd.DataFrame(state.history),
            info=panel.info,
            name=f"{panel.info.name} latent {config.n_latent}",
        )
        model.parts = dict(zip(model._hashes(panel.sample_ids), prepared.parts, strict=True))
        from vaeviz.training.scores import held_out_metrics

        model.metrics = {
            "device": device,
            "epochs": state.epoch,
            "best_epoch": state.best_epoch,
            "finished": state.epoch >= config.epochs
            or state.epoch - state.best_epoch >= config.patience,
            "panel_digest": panel.digest,
            **held_out_metrics(model, prepared),
        }
        return model

    @property
    def config(self) -> ModelConfig:
        """Shape of the network."""
        return self.network.config

    @cached_property
    def digest(self) -> str:
        """Content hash of shape, sites and weights."""
        digest = hashlib.blake2b(self.config.to_json().encode(), digest_size=16)
        for name, tensor in sorted(self.network.state_dict().items()):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(tensor.numpy()).data)
        for name in SITE_COLUMNS:
            digest.update("\x1f".join(self.sites[name].map(str)).encode())
        return digest.hexdigest()

    def _hashes(self, sample_ids: ArrayLike) -> list[str]:
        key = self.salt.encode()
        return [
            hashlib.blake2b(str(i).encode(), key=key, digest_size=12).hexdigest()
            for i in np.asarray(sample_ids, dtype=object)
        ]

    def split_of(self, panel: Panel) -> NDArray[np.object_]:
        """Part of each sample in this model's training: train, validation, test or new."""
        return np.array([self.parts.get(h, NEW) for h in self._hashes(panel.sample_ids)], object)

    def align(self, panel: Panel) -> Alignment:
        """Match the panel's sites to the model's.

        Raises
        ------
        ModelError
            Under a tenth of the model's sites are in the panel.
        """
        key = panel.sites_digest
        if key not in self._alignments:
            self._alignments.clear()
            self._alignments[key] = align_sites(panel, self.sites)
        alignment = self._alignments[key]
        if alignment.report.overlap < MIN_OVERLAP:
            raise ModelError(
                f"The panel holds {alignment.report.overlap:.1%} of the model's "
                f"{self.config.n_sites:,} sites; at least {MIN_OVERLAP:.0%} are needed.",
                "Use the panel that the model was trained on, or train a model on this one.",
            )
        return alignment

    def condition_of(self, panel: Panel) -> list[str] | None:
        """The label of every row that a conditional model takes; None without a condition.

        A panel without the column gives no labels: every row then is in the category
        'no label'.
        """
        if self.config.condition is None:
            return None
        if self.config.condition not in panel.samples:
            return [""] * (panel.n_samples * (2 if self.config.rows == "haplotype" else 1))
        labels = panel.labels(self.config.condition)
        return list(np.repeat(labels, 2 if self.config.rows == "haplotype" else 1))

    def _categories(self, labels: list[str] | None) -> torch.Tensor | None:
        if labels is None or self.config.condition is None:
            return None
        place = {label: k + 1 for k, label in enumerate(self.config.condition_labels)}
        return torch.tensor([place.get(label, 0) for label in labels], dtype=torch.long)

    def _rows(self, panel: Panel) -> tuple[NDArray[np.int8], torch.Tensor | None]:
        """Aligned counts of the rows the model reads, and their categories."""
        rows = panel.model_rows(self.config.rows)
        if rows.ploidy != self.config.ploidy:
            raise ModelError(
                f"The model reads rows of ploidy {self.config.ploidy}, the panel has "
                f"{rows.ploidy}.",
                "Train a model on this panel.",
            )
        counts = aligned_counts(rows, self.align(panel))
        if self.config.condition is None or self.config.condition not in panel.samples:
            return counts, None
        labels = self.config.condition_labels
        return counts, torch.from_numpy(categories(rows, self.config.condition, labels))

    def encode(self, panel: Panel) -> Encoding:
        """Posterior of every row of the panel (rows as the model reads them).

        In double precision, as `probabilities`: the same at any number of threads.
        """
        counts, category = self._rows(panel)
        means, sds = [], []
        with torch.inference_mode():
            for part in _chunks(len(counts)):
                rows = torch.from_numpy(counts[part]).double()
                scores = self._double.project(rows)
                mean, log_variance = self._double.encode(scores, _take(category, part))
                means.append(mean.numpy())
                sds.append(torch.exp(0.5 * log_variance).numpy())
        return Encoding(np.concatenate(means), np.concatenate(sds))

    def embed(self, panel: Panel, haplotypes: bool = False) -> pd.DataFrame:
        """Latent table: sample, population, superpopulation, split, and each latent's mean and sd.

        One row a person; a haplotype model gives the mean of a person's two haplotypes and its
        standard deviation, or one row a haplotype (column `haplotype` = 1, 2) when asked.
        """
        encoding = self.encode(panel)
        table = panel.samples[["sample", "population", "superpopulation"]].copy()
        table["split"] = self.split_of(panel)
        mean, sd = encoding.mean, encoding.sd
        if self.config.rows == "haplotype":
            if haplotypes:
                table = table.loc[table.index.repeat(2)].reset_index(drop=True)
                table.insert(1, "haplotype", np.tile([1, 2], panel.n_samples))
            else:
                mean = (mean[0::2] + mean[1::2]) / 2
                sd = np.sqrt(sd[0::2] ** 2 + sd[1::2] ** 2) / 2
        elif haplotypes:
            raise ModelError(
                "This model reads persons, so it has no latent position for a haplotype.",
                "Train with --rows haplotype, or leave --haplotypes out.",
            )
        for k in range(self.config.n_latent):
            table[f"latent_{k + 1}_mean"] = mean[:, k]
            table[f"latent_{k + 1}_sd"] = sd[:, k]
        return table

    def row_terms(self, panel: Panel, n_draws: int = 4, seed: int = 0) -> RowTerms:
        """Cost of every row: reconstruction averaged over posterior draws, and KL."""
        counts, category = self._rows(panel)
        return self._terms(counts, category, n_draws, seed)

    def _terms(
        self, counts: NDArray[np.int8], category: torch.Tensor | None, n_draws: int, seed: int
    ) -> RowTerms:
        generator = torch.Generator().manual_seed(seed)
        recon, kl = [], []
        with torch.inference_mode():
            for part in _chunks(len(counts)):
                labels = _take(category, part)
                rows = torch.from_numpy(counts[part])
                mean, log_variance = self.network.encode(self.network.project(rows.float()), labels)
                nats = torch.zeros(len(rows), dtype=torch.float64)
                for _ in range(n_draws):
                    noise = torch.randn(mean.shape, generator=generator)
                    latent = mean + torch.exp(0.5 * log_variance) * noise
                    logits = self.network.decode(latent, labels)
                    nats += binomial_nats(logits, rows, self.config.ploidy)
                recon.append((nats / n_draws).numpy())
                kl.append(gaussian_kl(mean, log_variance).double().numpy())
        alleles = observed_alleles(counts, self.config.ploidy)
        return RowTerms(np.concatenate(recon), np.concatenate(kl), alleles)

    def probabilities(
        self, z: ArrayLike, condition: list[str] | None = None
    ) -> NDArray[np.float64]:
        """ALT probability at every site for latent points (n, n_latent) -> (n, n_sites).

        Computed in double precision, so that drawing genotypes from it gives the same result
        whatever the number of threads or rows.
        """
        latent = torch.as_tensor(np.asarray(z), dtype=torch.float64)
        with torch.inference_mode():
            logits = self._double.decode(latent, self._categories(condition))
            return torch.sigmoid(logits).numpy()

    @cached_property
    def _double(self) -> Autoencoder:
        network = Autoencoder(self.config).double()
        network.load_state_dict({k: v.double() for k, v in self.network.state_dict().items()})
        return network.eval()

    def save(self, path: Path) -> None:
        """Write the model file (see `vaeviz.training.checkpoint`)."""
        from vaeviz.training.checkpoint import save_model

        save_model(self, path)


def load_model(path: Path) -> TrainedModel:
    """Read a model file; see `vaeviz.training.checkpoint.read_model` for what is checked."""
    from vaeviz.training.checkpoint import read_model

    return read_model(path)


def _chunks(n: int) -> list[slice]:
    return [slice(start, start + CHUNK_ROWS) for start in range(0, n, CHUNK_ROWS)]


def _take(category: torch.Tensor | None, part: slice) -> torch.Tensor | None:
    return None if category is None else category[part]
