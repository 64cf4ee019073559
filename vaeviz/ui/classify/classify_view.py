"""Classification as the page shows it: settings, headline, one picture at a time, calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from vaeviz.data.panel import Panel
from vaeviz.errors import PanelError
from vaeviz.escape import escape, plain
from vaeviz.training.split import TRAIN, VALIDATION
from vaeviz.ui import derived
from vaeviz.ui.cache import remembered
from vaeviz.ui.classify.classify_source import Query
from vaeviz.ui.look import GroupLook, group_look
from vaeviz.ui.show import show_chart, theme
from vaeviz.ui.tables import csv_button, show_frame
from vaeviz.ui.widgets import choice, segments

if TYPE_CHECKING:
    from vaeviz.analysis.calls import CallReport
    from vaeviz.analysis.classification import Calls
    from vaeviz.training.model import TrainedModel

METHOD_NAMES = {
    "auto": "automatic",
    "lda": "linear discriminants on components",
    "logistic": "logistic regression on components",
    "knn": "vote of 10 neighbours on the map",
    "code-length": "shortest code",
}
FLAGS_MEAN = {
    "between groups": "Between groups: the best label is not clear (probability under 70 %), or "
    "the person lies on the line between two groups. Recent mixture looks like this, and so does "
    "an ancestry between groups that the model has not met.",
    "far from all groups": "Far from all groups: farther from every group that the model has met, "
    "and from the lines between them, than nearly all their own people. An ancestry that the model "
    "has not met looks like this, and so do a few members of a varied group. The label is only the "
    "least unlike.",
    "few sites": "Few sites: under a quarter of the model's sites are known in this person.",
}
NO_LEVELS = (
    "This model can tell no labels apart: it needs at least two reported labels with two training "
    "people each. Train one on a panel with labels."
)
NOT_GLOBAL = (
    "This model reads windows of genotypes, and classifiers read the principal components of a "
    "map of the global shape. Train one of these."
)
SHOWN = ["sample", "predicted", "probability", "flag", "second", "second_probability", "reported"]


def controls(model: TrainedModel) -> tuple[str, str] | None:
    """Level and method; None, with the way out told, where the model offers none."""
    from vaeviz.analysis.classification import levels_of, methods_of

    levels = levels_of(model)
    if not levels:
        st.info(NO_LEVELS if model.config.shape == "global" else NOT_GLOBAL, icon=":material/info:")
        st.page_link("pages/train.py", label="Train", icon=":material/model_training:")
        return None
    left, right = st.columns(2)
    with left:
        level = choice("Infer", levels[::-1], "classify_level", "population", plain, bind=True)
    with right:
        methods = methods_of(model, level)
        name = "classify_method"
        method = choice("Method", methods, name, "auto", METHOD_NAMES.__getitem__, bind=True)
    return level, method


def calls(model: TrainedModel, query: Panel, level: str, method: str) -> Calls:
    """The calls, computed once for a model, a query and settings.

    Raises
    ------
    ModelError
        Under a tenth of the model's sites are in the query.
    """

    def compute() -> Calls:
        from vaeviz.analysis.classification import classify

        return classify(model, query, level, method)  # type: ignore[arg-type]

    digests = (model.digest, query.digest)
    return remembered("calls", digests, compute, (level, method))


def judged(found: Calls) -> CallReport | None:
    """Calls against reported labels; None, with the reason told, where nobody can be judged."""
    from vaeviz.analysis.calls import judge_calls

    try:
        return judge_calls(found)
    except PanelError as error:
        st.caption(f"Calls are not judged. {escape(error.message, 600)}")
        return None


def headline(found: Calls, report: CallReport | None, who: str) -> None:
    """How many were called, how many flagged, and how good calls are where that is known."""
    table = found.table
    flagged = int((table["flag"] != "").sum())
    method = METHOD_NAMES[found.method]
    st.markdown(f"{who} · inferred **{escape(found.level)}** by {method}")
    _learnt(found)
    figures = {"People": f"{len(table):,}", "Flagged": f"{flagged:,}"}
    if report is not None:
        figures |= {
            "As reported": _percent(report.accuracy),
            "Labels equally": _percent(report.balanced_accuracy),
            "Without flagged": _percent(report.accepted_accuracy),
            "Calibration error": f"{100 * report.calibration_error:.1f} pts",
        }
    grid = st.grid(6, min_column_width=130)
    for name, figure in figures.items():
        with grid.cell():
            st.metric(name, figure)
    if report is not None:
        interval = f"{_percent(report.ci_low)} to {_percent(report.ci_high)}"
        left_out = " ".join(escape(note, 200) for note in report.notes)
        st.caption(
            f"As reported: share of {report.n:,} people called by the label they report (95 % "
            f"interval {interval}); 'Labels equally' is the mean over labels. {left_out}"
        )


def _learnt(found: Calls) -> None:
    """Say how many of the people the model learnt from: its calls of them flatter it."""
    from vaeviz.analysis.calls import learnt_note, learnt_people

    note = learnt_note(found)
    if learnt_people(found) > len(found.table) / 2:
        st.warning(note, icon=":material/warning:")
    elif note:
        st.caption(note)


def pictures(
    found: Calls, report: CallReport | None, query: Query, model: TrainedModel, panel: Panel
) -> None:
    """One picture at a time; those that need reported labels only where there are some."""
    views: dict[str, Callable[[], None]] = {
        "Map": lambda: _map(found, query, model, panel),
        "Calls": lambda: _calls(found),
        "One person": lambda: _person(found, panel, query),
    }
    if report is not None:
        views |= {
            "Confusion": lambda: _confusion(report, panel, query),
            "By label": lambda: _by_label(report, panel, query),
            "Calibration": lambda: _calibration(report, panel, query),
        }
    views[segments("Show", list(views), "classify_view", hide_label=True)]()


def _calls(found: Calls) -> None:
    table = found.table
    text = st.text_input("Find a sample or label", key="classify_find", max_chars=100).strip()
    if text:
        words = table[["sample", "predicted", "reported"]].astype(str)
        hits = words.apply(lambda c: c.str.contains(text, case=False, regex=False)).any(axis=1)
        table = table[hits]
    sure, doubtful = table[table["flag"] == ""], table[table["flag"] != ""]
    st.markdown(f"**{len(sure):,} called**")
    show_frame(sure[[c for c in SHOWN if c != "flag"]], "classify_sure")
    st.markdown(f"**{len(doubtful):,} flagged** · the label is a best guess, not a call")
    if len(doubtful):
        show_frame(doubtful[[*SHOWN, "distance_ratio", "site_overlap"]], "classify_doubtful")
        for flag, meaning in FLAGS_MEAN.items():
            if (doubtful["flag"] == flag).any():
                st.caption(meaning)
    csv_button(found.table, "calls", "All calls (CSV)")


def _map(found: Calls, query: Query, model: TrainedModel, panel: Panel) -> None:
    from vaeviz.figures.compare import FULL_LEGEND, colour_key
    from vaeviz.figures.latent import axis_label
    from vaeviz.figures.query import query_map

    reference = derived.embedding(model, panel)
    axes = [c for c in reference if c.endswith("_mean")]
    x, y = axes[0], axes[min(1, len(axes) - 1)]
    if len(axes) > 2:
        left, right, _ = st.columns([1, 1, 2])
        with left:
            x = choice("x", axes, "classify_x", x, axis_label)
        with right:
            free = [axis for axis in axes if axis != x]
            y = choice("y", free, "classify_y", y if y in free else free[0], axis_label)
    learnt = reference["split"].isin([TRAIN, VALIDATION]).to_numpy()
    level = found.level if found.level in panel.samples else "population"
    points = reference.assign(label=panel.labels(level))
    places = derived.embedding(model, query.panel)[list(dict.fromkeys([x, y]))]
    people = pd.concat([found.table, places.reset_index(drop=True)], axis=1)
    shown = points[learnt] if learnt.any() else points
    show_chart(query_map(shown, people, x, y, **_look(panel, query)), "classify_map")
    if shown["label"].nunique() > FULL_LEGEND:
        st.html(colour_key(shown["label"], panel.samples, theme(), shapes=False))


def _person(found: Calls, panel: Panel, query: Query) -> None:
    from vaeviz.figures.query import label_probabilities

    ids = found.table["sample"].tolist()
    who = choice("Person", ids, "classify_person", shown=plain)
    row = found.table.iloc[ids.index(who)]
    flag = f" · :orange-badge[{row['flag']}]" if row["flag"] else ""
    st.markdown(
        f"Inferred **{escape(row['predicted'])}** ({_percent(row['probability'])}), then "
        f"{escape(row['second'])} ({_percent(row['second_probability'])}); reported "
        f"{escape(row['reported'])}{flag}"
    )
    if row["flag"]:
        st.caption(FLAGS_MEAN[row["flag"]])
    chances = found.probabilities.iloc[ids.index(who)]
    show_chart(label_probabilities(chances, **_look(panel, query)), "classify_person_bars")


def _confusion(report: CallReport, panel: Panel, query: Query) -> None:
    from vaeviz.figures.classify import confusion

    look = _look(panel, query)
    chart = confusion(report.confusion, theme=look["theme"], caption=look["caption"])
    show_chart(chart, "classify_confusion")


def _by_label(report: CallReport, panel: Panel, query: Query) -> None:
    from vaeviz.figures.classify import accuracy_by_label

    st.caption("Whiskers: 95 % Wilson intervals. Ticks: only people without a flag.")
    show_chart(accuracy_by_label(report.labels, **_look(panel, query)), "classify_labels")


def _calibration(report: CallReport, panel: Panel, query: Query) -> None:
    from vaeviz.figures.classify import calibration

    st.caption(
        "People in bins of the probability of their predicted label. On the dashed line a "
        "probability means what it says; under it calls are too sure. Probabilities were "
        "calibrated on validation people (one temperature), never on the people shown here."
    )
    look = _look(panel, query)
    chart = calibration(report.reliability, theme=look["theme"], caption=look["caption"])
    show_chart(chart, "classify_calibration")


def _look(panel: Panel, query: Query) -> GroupLook:
    """Colours of the open panel, caption of the query."""
    return {**group_look(query.panel), "samples": panel.samples}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if pd.notna(share) else "–"
