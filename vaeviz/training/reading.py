"""Rows of a panel as a trained network reads them: aligned, in chunks, with honest scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from vaeviz.data.align import aligned_counts
from vaeviz.data.panel import Panel
from vaeviz.errors import ModelError
from vaeviz.models.autoencoder import Autoencoder
from vaeviz.models.shapes import ComponentEncoder
from vaeviz.training.components import Components
from vaeviz.training.prepare import categories, training_components
from vaeviz.training.projection import COMPLETE_FROM, complete_rows

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel

CHUNK_ENTRIES = 1_000_000
"""Rows times sites unpacked at once: 8 MB a copy in double precision, of which there are a few."""
MIN_CHUNK, MAX_CHUNK = 16, 256


def chunk_rows(n_sites: int) -> int:
    """Rows of so many sites to unpack at once."""
    return min(max(CHUNK_ENTRIES // n_sites, MIN_CHUNK), MAX_CHUNK)


class Part(NamedTuple):
    """Some rows of a panel."""

    counts: torch.Tensor
    features: torch.Tensor
    category: torch.Tensor | None


class RowReader:
    """Reads panels for one model; keeps the component scores of the panel it was trained on."""

    def __init__(self, model: TrainedModel) -> None:
        self.model = model
        self._cross_fitted: dict[str, torch.Tensor] = {}

    @property
    def reads_components(self) -> bool:
        """Whether the network reads component scores, not genotypes."""
        return isinstance(self.model.network.encoder, ComponentEncoder)

    def parts(self, panel: Panel, network: Autoencoder) -> Iterator[Part]:
        """Rows of the panel, `chunk_rows` at a time, in the precision of `network`.

        Raises
        ------
        ModelError
            Rows of another ploidy, or too few of the model's sites.
        """
        rows, counts = self._counts(panel)
        category = self._category(rows)
        scores = self._scores(rows, counts)
        dtype = next(network.parameters()).dtype
        n_rows = chunk_rows(counts.shape[1])
        for start in range(0, len(counts), n_rows):
            part = slice(start, start + n_rows)
            chunk = torch.from_numpy(counts[part])
            features = network.features(chunk.to(dtype)) if scores is None else scores[part]
            known = None if category is None else category[part]
            yield Part(chunk, features.to(dtype), known)

    def scores(self, panel: Panel) -> NDArray[np.float64]:
        """Unscaled component scores of every row, (n_rows, n_components); see `TrainedModel`."""
        double = self.model.double
        with torch.inference_mode():
            features = torch.cat([part.features for part in self.parts(panel, double)])
        scores: NDArray[np.float64] = (features / self._scale).numpy()
        return scores

    def remember(self, rows: Panel, components: Components) -> None:
        """Keep the scores of the training panel's rows, cross-fitted on training rows."""
        features = self._plain(np.array(rows.counts))
        train = torch.from_numpy(components.train_rows)
        features[train] = torch.from_numpy(components.train_scores).double() * self._scale
        self._cross_fitted = {rows.digest: features}

    @property
    def _scale(self) -> torch.Tensor:
        return self.model.double.get_buffer("encoder.score_scale")

    def _counts(self, panel: Panel) -> tuple[Panel, NDArray[np.int8]]:
        """The panel with the rows that the model reads, and their counts at the model's sites."""
        config = self.model.config
        rows = panel.model_rows(config.rows)
        if rows.ploidy != config.ploidy:
            raise ModelError(
                f"The model reads rows of ploidy {config.ploidy}, the panel has {rows.ploidy}.",
                "Train a model on this panel.",
            )
        return rows, aligned_counts(rows, self.model.align(panel))

    def _category(self, rows: Panel) -> torch.Tensor | None:
        config = self.model.config
        if config.condition is None or config.condition not in rows.samples:
            return None
        return torch.from_numpy(categories(rows, config.condition, config.condition_labels))

    def _scores(self, rows: Panel, counts: NDArray[np.int8]) -> torch.Tensor | None:
        """Scaled scores of all rows where plain projections will not do, else None."""
        if not self.reads_components:
            return None
        honest = self._honest(rows)
        if honest is not None or not (counts < 0).mean(1).max(initial=0.0) > COMPLETE_FROM:
            return honest
        loadings = self.model.double.get_buffer("encoder.loadings").numpy()
        plain = (self._plain(counts) / self._scale).numpy()
        return torch.from_numpy(complete_rows(plain, loadings, counts >= 0)) * self._scale

    def _honest(self, rows: Panel) -> torch.Tensor | None:
        """Scores of the training panel's rows; None for any other panel.

        Plain projections of training rows are inflated, and the network never saw them. Scores of
        training people are not in the model file (they would tell who was in it), so they are
        fitted again from the panel.
        """
        model = self.model
        if rows.digest != model.metrics.get("panel_digest"):
            return None
        if rows.digest not in self._cross_fitted:
            components = training_components(rows, model.train_config, model.split_of(rows))
            if components.n_components != model.config.n_components:
                return None
            self.remember(rows, components)
        return self._cross_fitted[rows.digest]

    def _plain(self, counts: NDArray[np.int8]) -> torch.Tensor:
        """Scaled plain projections in double precision."""
        chunks = torch.from_numpy(counts).split(chunk_rows(counts.shape[1]))
        with torch.no_grad():
            return torch.cat([self.model.double.features(chunk.double()) for chunk in chunks])
