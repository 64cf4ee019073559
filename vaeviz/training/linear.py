"""Linear classifiers of people on component scores, and probabilities that mean what they say."""

from __future__ import annotations

import dataclasses

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
    """A classifier chosen on validation people.

    Attributes
    ----------
    linear : Linear
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
    fitted = [
        _calibrated(_lda(train, codes, s, k), f"{k} PCs, shrinkage {s:g}", held, truth)
        for k, s in (options if len(truth) >= MIN_HELD else [(full, DEFAULT_SHRINKAGE)])
    ]
    return min(fitted, key=lambda c: c.nats)


def choose_logistic(train: Floats, codes: Codes, held: Floats, truth: Codes) -> Calibrated:
    """Multinomial logistic regression, classes weighted equally; its C is chosen like LDA's."""
    fitted = [
        _calibrated(_logistic(train, codes, c), f"{train.shape[1]} PCs, C {c:g}", held, truth)
        for c in (LOGISTIC_C if len(truth) >= MIN_HELD else (DEFAULT_C,))
    ]
    return min(fitted, key=lambda c: c.nats)


def _calibrated(linear: Linear, setting: str, held: Floats, truth: Codes) -> Calibrated:
    logits = linear.logits(held)
    temperature = fit_temperature(logits, truth)
    return Calibrated(linear, temperature, setting, label_nats(logits, truth, temperature))


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
