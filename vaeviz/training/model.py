"""A trained model as the rest of the program sees it: numpy in, numpy out, torch inside."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from vaeviz.config import ModelConfig, TrainConfig
from vaeviz.data.align import Alignment, align_sites
from vaeviz.data.panel import LEVELS, SITE_COLUMNS, Panel, PanelInfo
from vaeviz.errors import ModelError
from vaeviz.models.autoencoder import Autoencoder
from vaeviz.training.costs import RowTerms, join_terms, label_bits, part_terms
from vaeviz.training.fit_reference import fit_reference
from vaeviz.training.latent_code import LatentCode, fit_latent_code
from vaeviz.training.prepare import Prepared
from vaeviz.training.reading import Part, RowReader
from vaeviz.training.reference import Reference
from vaeviz.training.split import NEW
from vaeviz.training.state import RunState, set_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MIN_OVERLAP = 0.10
HALF_PRECISION = (
    "encoder.loadings",
    "decoder.weights.",
    "decoder.context.within",
    "decoder.context.before",
)
"""Start of the names of the sites x width matrices, stored in 16 bits: a projection or a logit
changes by less than one part in a thousand, and the file is half as large."""
NETWORK = "network."
"""What the trained weights of the network are called in a run, beside those of geometry terms."""


@dataclass(frozen=True)
class Encoding:
    """Posterior of every row: mean and standard deviation, both (n_rows, n_codes)."""

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]


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
    latent_code : LatentCode or None
        What the codec needs; None for bottlenecks other than Gaussian.
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
    latent_code: LatentCode | None = None
    _alignments: dict[str, Alignment] = field(default_factory=dict, repr=False)

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
        if model.reader.reads_components:
            model.reader.remember(panel, prepared.components)
            model.reference = model._fit_reference(panel)
        if model.config.bottleneck == "gaussian":
            model.latent_code = fit_latent_code(model, panel)
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
    def reader(self) -> RowReader:
        """Reads panels for this model."""
        return RowReader(self)

    @cached_property
    def digest(self) -> str:
        """Content hash of shape, weights, sites, and steps of the latent."""
        digest = hashlib.blake2b(self.config.to_json().encode(), digest_size=16)
        for name, tensor in sorted(self.network.state_dict().items()):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(tensor.numpy()).data)
        for name in SITE_COLUMNS:
            digest.update("\x1f".join(self.sites[name].map(str)).encode())
        if self.latent_code is not None:
            for whole in self.latent_code.to_arrays().values():
                digest.update(np.ascontiguousarray(whole).data)
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

    def categories(self, panel: Panel) -> NDArray[np.int64] | None:
        """What a conditional model is told of every row: 1 + place of its label, 0 for none."""
        found = self._categories(self.condition_of(panel))
        return None if found is None else found.numpy()

    def weights(self) -> dict[str, NDArray[np.float64]]:
        """Weights of the network by name, in double precision."""
        return {name: value.numpy() for name, value in self.double.state_dict().items()}

    def _categories(self, labels: list[str] | None) -> torch.Tensor | None:
        if labels is None or self.config.condition is None:
            return None
        place = {label: k + 1 for k, label in enumerate(self.config.condition_labels)}
        return torch.tensor([place.get(label, 0) for label in labels], dtype=torch.long)

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
        if not self.reader.reads_components:
            raise ModelError(
                f"A {self.config.shape} model reads genotypes, not principal components.",
                "Use a map model: train with --shape global.",
            )
        scores = self.reader.scores(panel)
        per_person = scores.reshape(panel.n_samples, -1, scores.shape[1]).mean(1)
        return per_person.astype(np.float32)

    def encode(self, panel: Panel) -> Encoding:
        """Posterior of every row of the panel (rows as the model reads them).

        In double precision, as `probabilities`: the same at any number of threads.
        """
        means, sds = [], []
        with torch.inference_mode():
            for part in self.reader.parts(panel, self.double):
                mean, sd = self.double.encode(part.features, part.category)
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
        with torch.inference_mode():
            return join_terms(
                [
                    part_terms(self.network, part, self._noise(part, n_draws, draws))
                    for part in self.reader.parts(panel, self.network)
                ]
            )

    def _noise(self, part: Part, n_draws: int, generator: torch.Generator) -> torch.Tensor:
        shape = (n_draws, len(part.counts), self.config.n_codes)
        return torch.randn(shape, generator=generator)

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
        with torch.inference_mode():
            bits = [
                label_bits(self.network, part, self._noise(part, n_draws, draws))
                for part in self.reader.parts(panel, self.network)
            ]
        rows = np.concatenate(bits)
        per_person: NDArray[np.float64] = rows.reshape(panel.n_samples, -1, rows.shape[1]).sum(1)
        return per_person

    def probabilities(
        self, z: ArrayLike, condition: list[str] | None = None
    ) -> NDArray[np.float64]:
        """ALT probability at every site for latent points (n, n_codes) -> (n, n_sites).

        Computed in double precision, so that drawing genotypes from it gives the same result
        whatever the number of threads or rows.
        """
        latent = torch.as_tensor(np.asarray(z), dtype=torch.float64)
        with torch.inference_mode():
            logits = self.double.decode(latent, self._categories(condition))
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
        network = self.double

        def frequency(latent: torch.Tensor) -> torch.Tensor:
            return torch.sigmoid(network.decode(latent[None], category))[0]

        slopes: torch.Tensor = torch.func.jacfwd(frequency)(point)
        return slopes.T.detach().numpy()

    @cached_property
    def double(self) -> Autoencoder:
        """The network in double precision, for what must not depend on threads or chunks."""
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
