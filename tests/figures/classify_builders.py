"""Charts of classification from small made-up tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from vaeviz.figures import classify, query
from vaeviz.figures.chart import Chart
from vaeviz.figures.palette import Theme


def confusion_table(groups: Sequence[str]) -> pd.DataFrame:
    n = len(groups)
    counts = 9 * np.eye(n, dtype=int) + np.eye(n, k=1, dtype=int)
    return pd.DataFrame(counts, index=list(groups), columns=list(groups))


def label_table(groups: Sequence[str]) -> pd.DataFrame:
    n = np.arange(4, 4 + len(groups))
    accuracy = (n - 1) / n
    return pd.DataFrame(
        {
            "label": list(groups),
            "n": n,
            "right": n - 1,
            "accuracy": accuracy,
            "ci_low": accuracy - 0.1,
            "ci_high": accuracy + 0.05,
            "n_flagged": 1,
            "accepted_accuracy": 1.0,
        }
    )


def reliability_table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "low": [0.5, 0.9],
            "high": [0.6, 1.0],
            "n": [3, 30],
            "probability": [0.55, 0.97],
            "accuracy": [0.67, 0.95],
            "ci_low": [0.2, 0.8],
            "ci_high": [0.9, 0.99],
        }
    )


def points(groups: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Reference people and a query of one person a label, the first flagged."""
    rng = np.random.default_rng(4)
    names = np.repeat(np.array(list(groups), object), 5)
    xy = {f"latent_{k}_mean": rng.normal(size=len(names)) for k in (1, 2)}
    reference = pd.DataFrame({"label": names, **xy})
    asked = pd.DataFrame(
        {
            "sample": [f"Q{i}" for i in range(len(groups))],
            "predicted": list(groups),
            "probability": 0.9,
            "flag": ["far from all groups", *[""] * (len(groups) - 1)],
            **{f"latent_{k}_mean": rng.normal(size=len(groups)) for k in (1, 2)},
        }
    )
    return reference, asked


def classify_charts(theme: Theme, groups: Sequence[str], caption: str) -> dict[str, Chart]:
    """One chart of every builder, by its name."""
    chances = pd.Series(np.linspace(1, 2, len(groups)), index=list(groups))
    axes = ("latent_1_mean", "latent_2_mean")
    return {
        "confusion": classify.confusion(confusion_table(groups), theme=theme, caption=caption),
        "accuracy_by_label": classify.accuracy_by_label(
            label_table(groups), theme=theme, caption=caption
        ),
        "calibration": classify.calibration(reliability_table(), theme=theme, caption=caption),
        "query_map": query.query_map(*points(groups), *axes, theme=theme, caption=caption),
        "label_probabilities": query.label_probabilities(
            chances / chances.sum(), theme=theme, caption=caption
        ),
    }
