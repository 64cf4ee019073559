"""Latent points and genotypes of synthetic people, each person from a random stream of its own."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaeviz.synthesis.region import Region

if TYPE_CHECKING:
    from vaeviz.config import SimulateConfig
    from vaeviz.training.model import TrainedModel

Floats = NDArray[np.float64]


def person_generator(seed: int, person: int) -> np.random.Generator:
    """Counter-based random numbers of one synthetic person.

    Keyed by (seed, person), so neither chunks nor the number of people change who is drawn.
    """
    key = np.array([seed, person], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


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
        n, source ('posterior' or 'gaussian'; a path ignores it), temperature.
    """

    def __init__(self, posteriors: Posteriors, region: Region, config: SimulateConfig) -> None:
        self.posteriors, self.region, self.config = posteriors, region, config
        if region.end_index is not None:
            self._ends = (
                _end(posteriors, region.sample_index),
                _end(posteriors, region.end_index),
            )
        elif config.source == "gaussian":
            self._gaussian = fit_gaussian(posteriors, region.sample_index)

    def draw(self, person: int, rng: np.random.Generator) -> tuple[Floats, int]:
        """Latent of one person, shape (rows_per_sample, n_latent), and the member it follows.

        The member gives the label that a conditional model decodes with.
        """
        noise_shape = self.posteriors.mean.shape[1:]
        if self.region.end_index is not None:
            return self._on_path(person, rng)
        member = int(rng.choice(self.region.sample_index))
        noise = self.config.temperature * rng.standard_normal(noise_shape)
        if self.config.source == "posterior":
            return self.posteriors.mean[member] + self.posteriors.sd[member] * noise, member
        centre, root = self._gaussian
        return centre + (root @ noise.ravel()).reshape(noise_shape), member

    def _on_path(self, person: int, rng: np.random.Generator) -> tuple[Floats, int]:
        t = person / (self.config.n - 1) if self.config.n > 1 else 0.5
        (start, start_variance), (end, end_variance) = self._ends
        nearest = self.region.sample_index if t < 0.5 else self.region.end_index
        assert nearest is not None
        member = int(rng.choice(nearest))
        sd = np.sqrt((1 - t) * start_variance + t * end_variance)
        noise = rng.standard_normal(self.posteriors.mean.shape[1:])
        return (1 - t) * start + t * end + self.config.temperature * sd * noise, member


def _end(posteriors: Posteriors, index: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Mean position and mean posterior variance of an end of a path, both (n_latent,)."""
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
