"""How good calls are: confusion, accuracy with intervals, calibration, the gain of abstaining."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.classification import Calls
from vaeviz.data.panel import UNLABELLED
from vaeviz.errors import PanelError
from vaeviz.training.split import NEW, TEST

N_BINS = 10


@dataclasses.dataclass(frozen=True)
class CallReport:
    """Calls against reported labels, people whom the model never learnt from.

    Attributes
    ----------
    n, n_accepted : int
        People judged; of them without a flag.
    accuracy, ci_low, ci_high : float
        Share called as reported, with its 95 % Wilson interval.
    balanced_accuracy : float
        Mean of the labels' accuracies: every label counts equally.
    accepted_accuracy : float
        Of unflagged people; NaN without any.
    calibration_error : float
        Expected calibration error: mean distance of a bin's probability from its accuracy,
        weighted by people (Guo et al. 2017, eq. 3).
    confusion : DataFrame, labels x labels
        People by reported (rows) and predicted label (columns).
    labels : DataFrame
        label, n, right, accuracy, ci_low, ci_high, n_flagged, accepted_accuracy.
    reliability : DataFrame
        low, high, n, probability, accuracy, ci_low, ci_high; bins without people are left out.
    notes : tuple of str
        Who was left out, and why.
    """

    n: int
    n_accepted: int
    accuracy: float
    ci_low: float
    ci_high: float
    balanced_accuracy: float
    accepted_accuracy: float
    calibration_error: float
    confusion: pd.DataFrame
    labels: pd.DataFrame
    reliability: pd.DataFrame
    notes: tuple[str, ...]


def judge_calls(calls: Calls) -> CallReport:
    """Compare calls with the labels that people of the query report.

    Only test people of the model, and people it never saw, are judged, and only those whose
    label is one that the model knows.

    Raises
    ------
    PanelError
        Nobody is left to judge.
    """
    table, notes = _judged(calls)
    right = (table["predicted"] == table["reported"]).to_numpy(bool)
    accepted = (table["flag"] == "").to_numpy(bool)
    low, high = wilson(int(right.sum()), len(right))
    labels = _by_label(table, right, accepted)
    bins = _reliability(table["probability"].to_numpy(float), right)
    error = float((bins["n"] * (bins["probability"] - bins["accuracy"]).abs()).sum() / len(right))
    names = [str(c) for c in calls.probabilities.columns]
    confusion = pd.crosstab(table["reported"], table["predicted"])
    return CallReport(
        n=len(right),
        n_accepted=int(accepted.sum()),
        accuracy=float(right.mean()),
        ci_low=low,
        ci_high=high,
        balanced_accuracy=float(labels["accuracy"].mean()),
        accepted_accuracy=_mean(right[accepted]),
        calibration_error=error,
        confusion=confusion.reindex(index=list(labels["label"]), columns=names, fill_value=0),
        labels=labels,
        reliability=bins,
        notes=notes,
    )


def learnt_people(calls: Calls) -> int:
    """How many of the people the model learnt from or was tuned on: it was told their labels."""
    return int((~calls.table["split"].isin([TEST, NEW])).sum())


def learnt_note(calls: Calls) -> str:
    """What that does to their calls; empty where there are no such people."""
    n = learnt_people(calls)
    if not n:
        return ""
    return (
        f"The model learnt from, or was tuned on, {n:,} of these {len(calls.table):,} people, and "
        "was told their labels: it calls them better than it would call new people. In a panel "
        "that is not the very one it was trained on they also lie too far out, so many are flagged."
    )


def wilson(right: int, n: int) -> tuple[float, float]:
    """95 % Wilson interval of a share."""
    from scipy.stats import binomtest

    interval = binomtest(right, n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def _judged(calls: Calls) -> tuple[pd.DataFrame, tuple[str, ...]]:
    table = calls.table
    learnt = ~table["split"].isin([TEST, NEW])
    unlabelled = ~learnt & (table["reported"] == UNLABELLED)
    known = table["reported"].isin(calls.probabilities.columns)
    unknown = ~learnt & ~unlabelled & ~known
    told = {
        "people the model learnt from or was tuned on": learnt,
        "people without a label": unlabelled,
        "people with a label that the model does not know": unknown,
    }
    notes = tuple(
        f"{int(who.sum()):,} {what} are not judged." for what, who in told.items() if who.any()
    )
    left = table[known & ~learnt].reset_index(drop=True)
    if left.empty:
        raise PanelError(
            f"None of the {len(table):,} people can be judged. {' '.join(notes)}",
            f"Judging needs held-out people who report a {calls.level} that the model knows.",
        )
    return left, notes


def _by_label(
    table: pd.DataFrame, right: NDArray[np.bool_], accepted: NDArray[np.bool_]
) -> pd.DataFrame:
    rows = []
    for name in sorted(set(table["reported"])):
        own = (table["reported"] == name).to_numpy(bool)
        low, high = wilson(int(right[own].sum()), int(own.sum()))
        rows.append(
            {
                "label": name,
                "n": int(own.sum()),
                "right": int(right[own].sum()),
                "accuracy": _mean(right[own]),
                "ci_low": low,
                "ci_high": high,
                "n_flagged": int((own & ~accepted).sum()),
                "accepted_accuracy": _mean(right[own & accepted]),
            }
        )
    return pd.DataFrame(rows)


def _reliability(probability: NDArray[np.float64], right: NDArray[np.bool_]) -> pd.DataFrame:
    place = np.minimum((probability * N_BINS).astype(int), N_BINS - 1)
    rows = []
    for b in np.unique(place):
        own = place == b
        low, high = wilson(int(right[own].sum()), int(own.sum()))
        rows.append(
            {
                "low": b / N_BINS,
                "high": (b + 1) / N_BINS,
                "n": int(own.sum()),
                "probability": float(probability[own].mean()),
                "accuracy": _mean(right[own]),
                "ci_low": low,
                "ci_high": high,
            }
        )
    return pd.DataFrame(rows)


def _mean(right: NDArray[np.bool_]) -> float:
    return float(right.mean()) if len(right) else float("nan")
