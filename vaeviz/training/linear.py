"""Linear classifiers of people on component scores, and probabilities that mean what they say."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
MIN_TEMPERATURE, MAX_TEMPERATURE = 0.05, 100.0
LDA_SHRINKAGE = (0.1, 0.3, 0.6)
LDA_COMPONENTS = (5, 10, 20, 50, 100)
LOGISTIC_C = (1.0, 3.0, 10.0, 30.0, 100.0)
DEFAULT_SHRINKAGE, DEFAULT_C = 0.3, 3.0
MIN_HELD = 10
"""Held-out people under which nothing is chosen: the defaults are taken."""


@dataclasses.dataclass(frozen=True)
class Linear:
    """A linear score a class; the largest wins.

    Attributes
    ----------
    coef : float64, shape (n_classes, n_components)
    intercept : float64, shape (n_classes,)
    """

    coef: Floats
    intercept: Floats

    def logits(self, scores: Floats) -> Floats:
        """Log-odds up to a constant a row: (n_samples, n_classes)."""
        return scores @ self.coef.T + self.intercept


@dataclasses.dataclass(frozen=True)
class Calibrated:
    """A classifier chosen on validation people, then fitted on them as well.

    Attributes
    ----------
    linear : Linear
        Fitted on training and validation people with the settings chosen.
    temperature : float
        Logits are divided by it.
    setting : str
        What was chosen, for people.
    nats : float
        Mean cost of the true label of a validation person; what the choice went by.
    """

    linear: Linear
    temperature: float
    setting: str
    nats: float


def softmax(logits: Floats) -> Floats:
    """Probabilities of rows of logits."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def label_nats(logits: Floats, codes: Codes, temperature: float = 1.0) -> float:
    """Mean -log probability of the true labels (`codes` index the columns); 0 of nobody."""
    if not len(codes):
        return 0.0
    probability = softmax(logits / temperature)[np.arange(len(codes)), codes]
    return float(-np.log(np.maximum(probability, 1e-12)).mean())


def fit_temperature(logits: Floats, codes: Codes) -> float:
    """Temperature that makes held-out labels least surprising (Guo et al. 2017, section 4.2).

    A standard normal prior on its logarithm keeps a few people who are all told right from
    making it extreme.
    """
    from scipy.optimize import minimize_scalar

    if not len(codes):
        return 1.0

    def cost(log_temperature: float) -> float:
        nats = label_nats(logits, codes, float(np.exp(log_temperature)))
        return nats * len(codes) + log_temperature**2 / 2

    bounds = (np.log(MIN_TEMPERATURE), np.log(MAX_TEMPERATURE))
    return float(np.exp(minimize_scalar(cost, bounds=bounds, method="bounded").x))


def code_logits(bits: Floats) -> Floats:
    """Log-likelihood of each label up to a constant a row: the shortest code wins."""
    return -(bits - bits.min(axis=1, keepdims=True)) * np.log(2)


def choose_lda(train: Floats, codes: Codes, held: Floats, truth: Codes) -> Calibrated:
    """LDA with equal priors; number of components and shrinkage are chosen on held-out people.

    Parameters
    ----------
    train, held : float64, shape (n, n_components)
        Scores of training and of validation people.
    codes, truth : int64
        Their classes, 0 to n_classes - 1; every class occurs in `codes`.
    """
    full = train.shape[1]
    options = [
        (k, shrinkage)
        for k in sorted({min(k, full) for k in (*LDA_COMPONENTS, full)})
        for shrinkage in LDA_SHRINKAGE
    ]
    choice = options if len(truth) >= MIN_HELD else [(full, DEFAULT_SHRINKAGE)]
    named = {f"{k} PCs, shrinkage {s:g}": partial(_lda, shrinkage=s, n_used=k) for k, s in choice}
    return _choose(named, train, codes, held, truth)


def choose_logistic(train: Floats, codes: Codes, held: Floats, truth: Codes) -> Calibrated:
    """Multinomial logistic regression, classes weighted equally; its C is chosen like LDA's."""
    choice = LOGISTIC_C if len(truth) >= MIN_HELD else (DEFAULT_C,)
    named = {f"{train.shape[1]} PCs, C {c:g}": partial(_logistic, strength=c) for c in choice}
    return _choose(named, train, codes, held, truth)


def _choose(
    fits: Mapping[str, Callable[[Floats, Codes], Linear]],
    train: Floats,
    codes: Codes,
    held: Floats,
    truth: Codes,
) -> Calibrated:
    """The setting under which validation people's labels surprise least, refitted with them."""
    tried = []
    for setting, fit in fits.items():
        logits = fit(train, codes).logits(held)
        temperature = fit_temperature(logits, truth)
        tried.append((label_nats(logits, truth, temperature), setting, temperature))
    nats, setting, temperature = min(tried)
    linear = fits[setting](np.concatenate([train, held]), np.concatenate([codes, truth]))
    return Calibrated(linear, temperature, setting, nats)


def _lda(train: Floats, codes: Codes, shrinkage: float, n_used: int) -> Linear:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    n_classes = int(codes.max()) + 1
    priors = np.full(n_classes, 1 / n_classes)
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage, priors=priors)
    fitted = model.fit(train[:, :n_used], codes)
    return _padded(fitted.coef_, fitted.intercept_, train.shape[1])


def _logistic(train: Floats, codes: Codes, strength: float) -> Linear:
    from sklearn.linear_model import LogisticRegression

    # One scale for all components: noise components stay small, as they should.
    scale = float(train[:, 0].std()) or 1.0
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=500)
    fitted = model.fit(train / scale, codes)
    return _padded(fitted.coef_ / scale, fitted.intercept_, train.shape[1])


def _padded(coef: Floats, intercept: Floats, width: int) -> Linear:
    """One row a class, also for two classes, and one column a component, unused ones zero."""
    if len(coef) == 1:
        coef, intercept = np.vstack([0 * coef, coef]), np.array([0.0, intercept[0]])
    full = np.zeros((len(coef), width))
    full[:, : coef.shape[1]] = coef
    return Linear(full, np.asarray(intercept, dtype=float))
