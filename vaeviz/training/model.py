"""A trained model as the rest of the program sees it: numpy in, numpy out, torch inside."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from vaeviz.config import ModelConfig, TrainConfig
from vaeviz.data.align import Alignment, align_sites, aligned_counts
from vaeviz.data.panel import LEVELS, SITE_COLUMNS, Panel, PanelInfo
from vaeviz.errors import ModelError
from vaeviz.models.autoencoder import Autoencoder
from vaeviz.models.shapes import ComponentEncoder
from vaeviz.training.bits import observed_alleles
from vaeviz.training.components import Components
from vaeviz.training.prepare import Prepared, categories, training_components
from vaeviz.training.projection import complete_scores
from vaeviz.training.reference import Reference, fit_reference
from vaeviz.training.split import NEW
from vaeviz.training.state import RunState, set_weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike

CHUNK_ROWS = 256
MIN_OVERLAP = 0.10
HALF_PRECISION = ("encoder.loadings", "decoder.weights.")
"""Start of the names of the sites x width matrices, stored in 16 bits: a projection or a logit
changes by less than one part in a thousand, and the file is half as large."""
NETWORK = "network."
"""What the trained weights of the network are called in a run, beside those of geometry terms."""


class Part(NamedTuple):
    """Some rows of a panel as the network reads them."""

    counts: torch.Tensor
    features: torch.Tensor
    category: torch.Tensor | None


@dataclass(frozen=True)
class Encoding:
    """Posterior of every row: mean and standard deviation, both (n_rows, n_codes)."""

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]


@dataclass(frozen=True)
class RowTerms:
    """Cost of every row.

    Attributes
    ----------
    reconstruction_nats : float64, shape (n_rows,)
        Mean over posterior draws of -log Binomial(counts | ploidy, p), observed sites only.
    kl_nats : float64, shape (n_rows, n_codes)
        Cost of the latent; see `vaeviz.models.autoencoder.Terms`.
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
    reference : Reference or None
        What classifiers need; None for shapes that read no components.
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
    reference: Reference | None = None
    _alignments: dict[str, Alignment] = field(default_factory=dict, repr=False)
    _cross_fitted: dict[str, torch.Tensor] = field(default_factory=dict, repr=False)

    @classmethod
    def from_run(
        cls, prepared: Prepared, config: TrainConfig, state: RunState, device: str
    ) -> Self:
        """Model of a finished run, scored on its own held-out people."""
        network = prepared.network.cpu()
        best = {name.removeprefix(NETWORK): value.cpu() for name, value in state.best.items()}
        set_weights(network, best)
        for name, tensor in network.state_dict(keep_vars=True).items():
            if name.startswith(HALF_PRECISION):
                tensor.data = tensor.data.half().float()
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
            name=f"{panel.info.name} {config.purpose} {config.n_latent}",
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
        if model._reads_components:
            model._remember_scores(panel, prepared.components)
            model.reference = model._fit_reference(panel)
        return model

    def _fit_reference(self, panel: Panel) -> Reference:
        """Classifiers fitted on the training people of this model's own panel."""
        latent = self.encode(panel).mean.reshape(panel.n_samples, -1, self.config.n_codes).mean(1)
        labels = {level: panel.labels(level) for level in LEVELS}
        lengths = None
        if self.config.condition in LEVELS:
            bits = self.code_lengths(panel)
            lengths = (str(self.config.condition), self.config.condition_labels, bits)
        seed = self.train_config.seed
        parts = self.split_of(panel)
        return fit_reference(self.scores(panel), latent, labels, parts, seed, lengths)

    @property
    def config(self) -> ModelConfig:
        """Shape of the network."""
        return self.network.config

    @property
    def is_map(self) -> bool:
        """Whether a row has one latent point that can be looked at."""
        return self.config.shape != "windowed"

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

    def _counts(self, panel: Panel) -> tuple[Panel, NDArray[np.int8]]:
        """The panel with the rows that the model reads, and their counts at the model's sites."""
        rows = panel.model_rows(self.config.rows)
        if rows.ploidy != self.config.ploidy:
            raise ModelError(
                f"The model reads rows of ploidy {self.config.ploidy}, the panel has "
                f"{rows.ploidy}.",
                "Train a model on this panel.",
            )
        return rows, aligned_counts(rows, self.align(panel))

    def _read(self, panel: Panel, network: Autoencoder) -> Iterator[Part]:
        """Rows of the panel, `CHUNK_ROWS` at a time, in the precision of `network`."""
        rows, counts = self._counts(panel)
        category = None
        if self.config.condition is not None and self.config.condition in panel.samples:
            labels = self.config.condition_labels
            category = torch.from_numpy(categories(rows, self.config.condition, labels))
        honest = self._features(panel, rows, counts)
        dtype = next(network.parameters()).dtype
        for start in range(0, len(counts), CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            chunk = torch.from_numpy(counts[part])
            if honest is None:
                features = network.features(chunk.to(dtype))
            else:
                features = honest[part].to(dtype)
            yield Part(chunk, features, None if category is None else category[part])

    def _features(self, panel: Panel, rows: Panel, counts: NDArray[np.int8]) -> torch.Tensor | None:
        """Component scores of all rows where plain projections will not do, else None."""
        present = self.align(panel).index >= 0
        if not self._reads_components or present.all():
            return self._honest_features(rows)
        chunks = torch.from_numpy(counts).split(CHUNK_ROWS)
        with torch.inference_mode():
            plain = torch.cat([self._double.features(chunk.double()) for chunk in chunks])
        scale = self._double.get_buffer("encoder.score_scale")
        loadings = self._double.get_buffer("encoder.loadings").numpy()
        scores = complete_scores((plain / scale).numpy(), loadings, present)
        return torch.from_numpy(scores) * scale

    @property
    def _reads_components(self) -> bool:
        return isinstance(self.network.encoder, ComponentEncoder)

    def _honest_features(self, rows: Panel) -> torch.Tensor | None:
        """Component scores of the training panel's rows, cross-fitted on training rows.

        Plain projections of training rows are inflated, and the network never saw them. Scores of
        training people are not in the model file (they would tell who was in it), so they are
        fitted again from the panel. None for any other panel, and without components.
        """
        own = rows.digest == self.metrics.get("panel_digest")
        if not own or not self._reads_components:
            return None
        if rows.digest not in self._cross_fitted:
            components = training_components(rows, self.train_config, self.split_of(rows))
            if components.n_components != self.config.n_components:
                return None
            self._remember_scores(rows, components)
        return self._cross_fitted[rows.digest]

    def _remember_scores(self, rows: Panel, components: Components) -> None:
        chunks = torch.from_numpy(np.array(rows.counts)).split(CHUNK_ROWS)
        with torch.no_grad():
            features = torch.cat([self._double.features(chunk.double()) for chunk in chunks])
        scale = self._double.get_buffer("encoder.score_scale")
        train = torch.from_numpy(components.train_rows)
        features[train] = torch.from_numpy(components.train_scores).double() * scale
        self._cross_fitted.clear()
        self._cross_fitted[rows.digest] = features

    def scores(self, panel: Panel) -> NDArray[np.float32]:
        """Principal-component scores of every person, shape (n_samples, n_components).

        For the panel the model was trained on, those of training people are cross-fitted, so
        that they are comparable with everybody else's plain projections. A haplotype model gives
        the mean of a person's two.

        Raises
        ------
        ModelError
            The model reads no components (windowed and hybrid shapes), or too few sites match.
        """
        if not self._reads_components:
            raise ModelError(
                f"A {self.config.shape} model reads genotypes, not principal components.",
                "Use a map model: train with --shape global.",
            )
        with torch.inference_mode():
            features = torch.cat([part.features for part in self._read(panel, self._double)])
        scores = (features / self._double.get_buffer("encoder.score_scale")).numpy()
        per_person = scores.reshape(panel.n_samples, -1, scores.shape[1]).mean(1)
        return per_person.astype(np.float32)

    def encode(self, panel: Panel) -> Encoding:
        """Posterior of every row of the panel (rows as the model reads them).

        In double precision, as `probabilities`: the same at any number of threads.
        """
        means, sds = [], []
        with torch.inference_mode():
            for part in self._read(panel, self._double):
                mean, sd = self._double.encode(part.features, part.category)
                means.append(mean.numpy())
                sds.append(sd.numpy())
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
        names = [f"latent_{k + 1}" for k in range(self.config.n_codes)]
        means = pd.DataFrame(mean, table.index, [f"{name}_mean" for name in names])
        sds = pd.DataFrame(sd, table.index, [f"{name}_sd" for name in names])
        pairs = [column for name in names for column in (f"{name}_mean", f"{name}_sd")]
        return pd.concat([table, means, sds], axis=1)[[*table.columns, *pairs]]

    def row_terms(self, panel: Panel, n_draws: int = 4, seed: int = 0) -> RowTerms:
        """Cost of every row: reconstruction averaged over posterior draws, and KL."""
        draws = torch.Generator().manual_seed(seed)
        costs = []
        with torch.inference_mode():
            for part in self._read(panel, self.network):
                noise = torch.randn(n_draws, len(part.counts), self.config.n_codes, generator=draws)
                costs.append(_cost(self.network, part, noise))
        recon, kl, alleles = (np.concatenate(x) for x in zip(*costs, strict=True))
        return RowTerms(recon, kl, alleles)

    def code_lengths(self, panel: Panel, n_draws: int = 4, seed: int = 0) -> NDArray[np.float64]:
        """Bits that each person costs under each label of the condition, (n_samples, n_labels).

        The label under which a person's code is shortest is the one the model finds likeliest
        (minimum description length). The two haplotypes of a person add up. Every label meets the
        same noise.

        Raises
        ------
        ModelError
            The model has no condition.
        """
        if self.config.condition is None:
            raise ModelError(
                "This model was trained without a condition, so a code has no label.",
                "Train with --condition population (or superpopulation).",
            )
        draws = torch.Generator().manual_seed(seed)
        bits = []
        with torch.inference_mode():
            for part in self._read(panel, self.network):
                shape = (n_draws, len(part.counts), self.config.n_codes)
                noise = torch.randn(shape, generator=draws)
                bits.append(self._bits_by_label(part, noise))
        rows = np.concatenate(bits)
        per_person: NDArray[np.float64] = rows.reshape(panel.n_samples, -1, rows.shape[1]).sum(1)
        return per_person

    def _bits_by_label(self, part: Part, noise: torch.Tensor) -> NDArray[np.float64]:
        columns = []
        for k in range(len(self.config.condition_labels)):
            category = torch.full((len(part.counts),), k + 1)
            recon, kl, _ = _cost(self.network, part._replace(category=category), noise)
            columns.append((recon + kl.sum(1)) / math.log(2))
        return np.stack(columns, 1)

    def probabilities(
        self, z: ArrayLike, condition: list[str] | None = None
    ) -> NDArray[np.float64]:
        """ALT probability at every site for latent points (n, n_codes) -> (n, n_sites).

        Computed in double precision, so that drawing genotypes from it gives the same result
        whatever the number of threads or rows.
        """
        latent = torch.as_tensor(np.asarray(z), dtype=torch.float64)
        with torch.inference_mode():
            logits = self._double.decode(latent, self._categories(condition))
            return torch.sigmoid(logits).numpy()

    def jacobian(self, z: ArrayLike, condition: str | None = None) -> NDArray[np.float64]:
        """Change of every site's ALT probability with each latent number at a point.

        Parameters
        ----------
        z : float, shape (n_codes,)
        condition : str, optional
            Label of a conditional model; none is 'no label'.

        Returns
        -------
        float64, shape (n_codes, n_sites)
            d p_ALT / d z.
        """
        point = torch.as_tensor(np.asarray(z), dtype=torch.float64)
        category = self._categories([condition or ""])
        network = self._double

        def frequency(latent: torch.Tensor) -> torch.Tensor:
            return torch.sigmoid(network.decode(latent[None], category))[0]

        slopes: torch.Tensor = torch.func.jacfwd(frequency)(point)
        return slopes.T.detach().numpy()

    @cached_property
    def _double(self) -> Autoencoder:
        # Tensors born in inference mode could not be differentiated by `jacobian`.
        with torch.inference_mode(False):
            network = Autoencoder(self.config).double().requires_grad_(False)
            weights = {k: v.double() for k, v in self.network.state_dict().items()}
            network.load_state_dict(weights)
        return network.eval()

    def save(self, path: Path) -> None:
        """Write the model file (see `vaeviz.training.checkpoint`)."""
        from vaeviz.training.checkpoint import save_model

        save_model(self, path)


def load_model(path: Path) -> TrainedModel:
    """Read a model file; see `vaeviz.training.checkpoint.read_model` for what is checked."""
    from vaeviz.training.checkpoint import read_model

    return read_model(path)


def _cost(
    network: Autoencoder, part: Part, noise: torch.Tensor
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Reconstruction nats averaged over draws of noise, cost of the latent, observed alleles."""
    recon = torch.zeros(len(part.counts), dtype=torch.float64)
    for draw in noise:
        terms = network(part.features, part.counts, draw, part.category)
        recon += terms.reconstruction_nats.double()
    alleles = observed_alleles(part.counts.numpy(), network.config.ploidy)
    return (recon / len(noise)).numpy(), terms.kl_nats.double().numpy(), alleles
