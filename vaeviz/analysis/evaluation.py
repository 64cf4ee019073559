"""Evaluation of maps of people: VAE, PCA, UMAP and t-SNE by the same held-out people."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
from numpy.typing import NDArray

from vaeviz.analysis.evaluation_report import (
    METHODS,
    TITLES,
    Evaluation,
    Measured,
    Method,
    MethodReport,
)
from vaeviz.analysis.judging import Truth, finite, judge, make_truth
from vaeviz.analysis.method_maps import MapInput, MethodMap, honest_scores, make_map
from vaeviz.analysis.metric_definitions import METRICS
from vaeviz.data.panel import LEVELS, Panel
from vaeviz.errors import Cancelled, PanelError
from vaeviz.progress import Progress, Silent

if TYPE_CHECKING:
    from vaeviz.training.model import TrainedModel


@dataclasses.dataclass(frozen=True, eq=False)
class Compared:
    """The report, and where every method puts everybody (one row a person)."""

    report: Evaluation
    coordinates: pd.DataFrame


def evaluate(
    model: TrainedModel,
    panel: Panel,
    methods: Sequence[Method] = METHODS,
    seed: int = 1,
    progress: Progress | None = None,
) -> Compared:
    """Compare the model's map of a panel with other methods' maps.

    Every method is fitted on the model's training people and reads the same cross-fitted
    principal components; figures are of the model's test people (of people new to the model
    where the panel holds no test people).

    Parameters
    ----------
    model, panel
    methods
        UMAP and t-SNE only in a job process.
    seed : int
        Of UMAP and t-SNE.
    progress : Progress, optional
        Asked between methods whether to stop.

    Raises
    ------
    ModelError
        The panel holds under a tenth of the model's sites.
    Cancelled
    """
    progress = progress or Silent()
    total = len(methods) + 2
    progress.update(0, total, "Principal components")
    given = map_input(model, panel, seed)
    stop_if_asked(progress)
    progress.update(1, total, "Fst of all pairs of populations")
    truth = make_truth(given)
    reports: list[MethodReport] = []
    columns = _identifiers(given)
    for done, name in enumerate(methods, start=2):
        stop_if_asked(progress)
        progress.update(done, total, f"{TITLES[name]}: placing and judging everybody")
        report, made = _report(name, given, truth)
        reports.append(report)
        columns |= {} if made is None else made.columns()
    progress.update(total, total, f"{len(reports)} methods")
    return Compared(_evaluation(given, truth, reports), pd.DataFrame(columns))


def map_input(model: TrainedModel, panel: Panel, seed: int = 1) -> MapInput:
    """Scores and training people that all methods share."""
    return MapInput(model, panel, model.split_of(panel), honest_scores(model, panel), seed)


def _report(name: Method, given: MapInput, truth: Truth) -> tuple[MethodReport, MethodMap | None]:
    try:
        made = make_map(name, given)
    except PanelError as error:
        return MethodReport(name=name, title=TITLES[name], why=str(error)), None
    found = {**judge(made.points, truth), "bits_per_allele": _bits(name, given.model)}
    report = MethodReport(
        name=name,
        title=made.title,
        n_dimensions=made.points.shape[1],
        settings=made.settings,
        seconds=made.seconds,
        metrics={key: found[key] for key in METRICS},
    )
    return report, made


def _bits(name: Method, model: TrainedModel) -> Measured:
    key = {"vae": "test_bits_per_allele", "pca": "test_bits_per_allele_pca"}.get(name)
    if key is None:
        return Measured(why="Not measured: bits are of the model, and of PCA of its size.")
    value = model.metrics.get(key)
    if not isinstance(value, float):
        return Measured(why="The model's file does not hold this figure.")
    n = model.metrics.get("n_test")
    return Measured(value=finite(value), n=n if isinstance(n, int) else None)


def _evaluation(given: MapInput, truth: Truth, reports: list[MethodReport]) -> Evaluation:
    model, panel = given.model, given.panel
    frequencies = model.metrics.get("test_bits_per_allele_frequencies")
    return Evaluation(
        panel_name=panel.info.name,
        panel_digest=panel.digest,
        model_name=model.name,
        model_digest=model.digest,
        simulated=panel.info.simulated or panel.info.synthetic,
        n_samples=panel.n_samples,
        n_train=int(truth.train.sum()),
        n_held_out=int(truth.held_out.sum()),
        held_out=given.held_out_part,
        level=truth.level,
        seed=given.seed,
        frequencies_bits_per_allele=frequencies if isinstance(frequencies, float) else None,
        notes=tuple(_notes(given, truth)),
        methods=tuple(reports),
    )


def _notes(given: MapInput, truth: Truth) -> list[str]:
    notes = []
    if not truth.train.any():
        notes.append("The panel holds no training people of the model: nothing can vote.")
    if given.held_out_part == "new":
        notes.append("The panel holds no test people of the model: figures are of new people.")
    if truth.level is not None:
        sizes = pd.Series(truth.labels[truth.level][truth.held_out]).value_counts()
        if (sizes == 1).any():
            notes.append(
                f"{int((sizes == 1).sum())} labels have one held-out person: they count in rho "
                "and in no figure of clusters."
            )
    if given.model.train_config.condition is not None:
        notes.append("The model is conditional: the label was taken out of its latent space.")
    return notes


def _identifiers(given: MapInput) -> dict[str, NDArray]:
    levels = {level: given.panel.samples[level].to_numpy(object) for level in LEVELS}
    return {"sample": given.panel.sample_ids, **levels, "split": given.split}


def stop_if_asked(progress: Progress) -> None:
    """End the work with `Cancelled` when the user asked for it."""
    if progress.cancelled():
        raise Cancelled("The evaluation was stopped.")
