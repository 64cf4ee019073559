"""Drawing from the one latent of a map: around members ('global') or from a Gaussian."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaeviz.synthesis.draw import (
    Candidate,
    Drawn,
    Floats,
    person_generator,
    place_on_path,
    shares_of,
)
from vaeviz.synthesis.region import Region

if TYPE_CHECKING:
    from vaeviz.config import SimulateConfig
    from vaeviz.training.model import TrainedModel


@dataclasses.dataclass(frozen=True)
class Posteriors:
    """Latent posteriors of all people of a panel.

    Attributes
    ----------
    mean, sd : float64 arrays, shape (n_samples, rows_per_sample, n_latent)
    """

    mean: Floats
    sd: Floats

    @classmethod
    def of_rows(
        cls, mean: NDArray[np.floating], sd: NDArray[np.floating], n_samples: int
    ) -> Posteriors:
        """From the encoder's rows, haplotypes of a person side by side."""
        shape = (n_samples, len(mean) // n_samples, mean.shape[1])
        return cls(
            np.asarray(mean, np.float64).reshape(shape), np.asarray(sd, np.float64).reshape(shape)
        )


class LatentSource:
    """Draws the latent rows of a person of a region.

    Parameters
    ----------
    posteriors : Posteriors
    region : Region
    config : SimulateConfig
        generator ('gaussian', or anything else for posteriors of members), n, temperature.
    """

    def __init__(self, posteriors: Posteriors, region: Region, config: SimulateConfig) -> None:
        self.posteriors, self.region, self.config = posteriors, region, config
        self._ends = [_end(posteriors, part.members) for part in region.groups]
        self._gaussians: list[tuple[Floats, Floats]] = []
        if config.generator == "gaussian":
            self._gaussians = [fit_gaussian(posteriors, part.members) for part in region.groups]

    def draw(self, person: int, rng: np.random.Generator) -> tuple[Floats, int]:
        """Latent of one person, shape (rows_per_sample, n_latent), and the member it follows.

        The member gives the label that a conditional model decodes with.
        """
        if self.region.kind == "path":
            return self._on_path(person, rng)
        shares = shares_of(self.region, person, self.config.n)
        points = [self._of_part(k, rng) for k in range(len(shares))]
        latent = sum(share * z for share, (z, _) in zip(shares, points, strict=True))
        return np.asarray(latent), points[int(np.argmax(shares))][1]

    def _of_part(self, k: int, rng: np.random.Generator) -> tuple[Floats, int]:
        shape = self.posteriors.mean.shape[1:]
        member = int(rng.choice(self.region.groups[k].members))
        noise = self.config.temperature * rng.standard_normal(shape)
        if self._gaussians:
            centre, root = self._gaussians[k]
            return centre + (root @ noise.ravel()).reshape(shape), member
        if self.region.kind == "point":
            return np.array(self.region.centre) + np.sqrt(self._ends[k][1]) * noise, member
        return self.posteriors.mean[member] + self.posteriors.sd[member] * noise, member

    def _on_path(self, person: int, rng: np.random.Generator) -> tuple[Floats, int]:
        t = place_on_path(person, self.config.n)
        (start, start_variance), (end, end_variance) = self._ends
        member = int(rng.choice(self.region.parts[0 if t < 0.5 else 1].members))
        sd = np.sqrt((1 - t) * start_variance + t * end_variance)
        noise = rng.standard_normal(self.posteriors.mean.shape[1:])
        return (1 - t) * start + t * end + self.config.temperature * sd * noise, member


def _end(posteriors: Posteriors, index: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Mean position and mean posterior variance of some people, both (n_latent,)."""
    return posteriors.mean[index].mean((0, 1)), (posteriors.sd[index] ** 2).mean((0, 1))


def fit_gaussian(posteriors: Posteriors, index: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Gaussian of the aggregated posterior of some people.

    A person's haplotypes are fitted together, in both orders, so that mates keep their
    correlation.

    Returns
    -------
    centre : float64 array, shape (rows_per_sample, n_latent)
    root : float64 array, shape (rows_per_sample x n_latent, same)
        Cholesky factor of covariance of means + mean posterior variance.
    """
    mean, variance = posteriors.mean[index], posteriors.sd[index] ** 2
    both = np.concatenate([mean, mean[:, ::-1]]) if mean.shape[1] == 2 else mean
    flat = both.reshape(len(both), -1)
    spread = np.tile(variance.mean((0, 1)), mean.shape[1])
    covariance = np.atleast_2d(np.cov(flat, rowvar=False)) + np.diag(spread)
    return flat.mean(0).reshape(mean.shape[1:]), np.linalg.cholesky(covariance)


class MapDrawer:
    """Decodes latent points of a map and draws every site by itself.

    Parameters
    ----------
    model : TrainedModel
    source : LatentSource
    labels : list of str or None
        Label of every row of the panel, for a conditional model.
    """

    def __init__(self, model: TrainedModel, source: LatentSource, labels: list[str] | None) -> None:
        self.model, self.source, self.labels = model, source, labels
        self.ploidy = model.config.ploidy

    def draw(self, candidates: list[Candidate]) -> Drawn:
        """Genotypes and latents of the candidates."""
        seed = self.source.config.seed
        generators = [person_generator(seed, *candidate) for candidate in candidates]
        points = [
            self.source.draw(candidate.person, rng)
            for candidate, rng in zip(candidates, generators, strict=True)
        ]
        latents = np.stack([latent for latent, _ in points])
        condition = None
        if self.labels is not None:
            n_rows = latents.shape[1]
            condition = [self.labels[n_rows * m] for _, m in points for _ in range(n_rows)]
        counts = draw_genotypes(self.model, latents, condition, generators)
        return Drawn(counts, np.array([member for _, member in points]), latents)


def draw_genotypes(
    model: TrainedModel,
    latents: Floats,
    condition: list[str] | None,
    generators: list[np.random.Generator],
) -> NDArray[np.int8]:
    """Genotypes of a few people given their latents.

    Parameters
    ----------
    model : TrainedModel
    latents : float64 array, shape (n_people, rows_per_sample, n_latent)
    condition : list of str or None
        One label a latent row.
    generators : list of Generator, one a person

    Returns
    -------
    int8 array, shape (n_people x rows_per_sample, n_sites)
        Haplotypes: one Bernoulli draw a site. People: Binomial(2, p), two draws added.
    """
    n_people, n_rows, n_latent = latents.shape
    probability = model.probabilities(latents.reshape(-1, n_latent), condition)
    by_person = probability.reshape(n_people, n_rows, -1)
    people = []
    for chance, rng in zip(by_person, generators, strict=True):
        alleles = rng.random((2, chance.shape[1])) < chance
        people.append(alleles if n_rows == 2 else alleles.sum(0, keepdims=True))
    return np.concatenate(people).astype(np.int8)
