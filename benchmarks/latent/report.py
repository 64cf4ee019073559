"""latent.md from the records: tables, definitions, the machine."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from benchmarks.common import number
from benchmarks.latent.asked import POPVAE_CPU_S, POPVAE_MB, asked_rows
from benchmarks.latent.fit import WARM_PEOPLE, WARM_SITES
from benchmarks.latent.judge import CALLED, CALLS
from benchmarks.latent.plan import (
    FRESH_SEEDS,
    HAPMAP,
    METHODS,
    PLACES,
    REFERENCE,
    SEEDS,
    Record,
    Task,
)
from benchmarks.latent.results import Results
from benchmarks.measure import machine
from vaeviz.analysis import method_maps
from vaeviz.analysis.metric_definitions import METRICS

COLUMNS: dict[str, tuple[str, int]] = {
    "knn_population": ("5-NN population", 3),
    "knn_superpopulation": ("5-NN superpopulation", 3),
    "rho": ("rho", 3),
    "r2_places": ("R2 with places", 3),
    "lda_population": ("LDA population", 3),
    "gain": ("gain, bits per genotype", 4),
    "gain_pca": ("same, PCA of its size", 4),
    "cpu_s": ("CPU s", 1),
    "peak_mb": ("peak MB", 0),
}
SETTINGS = (
    *("hidden", "n_components", "rank", "site_blocks", "neighbour_weight", "distance_weight"),
    *("learning_rate", "weight_decay", "batch_size", "epochs", "patience"),
)
"""Settings of training that are told."""


def report(records: Sequence[Record], wanted: Sequence[str]) -> list[str]:
    """Markdown lines.

    Parameters
    ----------
    records
    wanted
        Panels asked for; those without a record get a line that says so.
    """
    results, fresh = (Results(records).part(x) for x in (SEEDS, FRESH_SEEDS))
    lines = ["# Latent maps", "", *_head(results)]
    for panel in wanted:
        lines += ["", f"## {panel}", "", *_panel(results, panel)]
    if HAPMAP in results.panels:
        lines += ["", "## Classification of HapMap3", "", *_calls(results)]
        lines += ["", "## Beside popVAE", "", *_popvae(results)]
    lines += ["", "## Asked and reached", "", "Means over seeds.", "", *asked_rows(results)]
    if fresh.records:
        lines += ["", "## Seeds that nobody had seen", "", *_fresh(fresh)]
    return [*lines, "", "## What the figures mean", "", *_definitions()]


def _head(results: Results) -> list[str]:
    seeds = ", ".join(str(s) for s in results.seeds)
    loads = [r.cost.load for r in results.records]
    return [
        f"By `make bench-latent` on {machine()}; one process at a time, one thread.",
        "Other work ran beside it and makes processor seconds longer: load average "
        f"{min(loads):.1f} to {max(loads):.1f}, median {statistics.median(loads):.1f}.",
        "",
        f"Mean ± sd over seeds {seeds}, each with a split of its own (70 % to train, 10 % to "
        "validate, 20 % to test); figures are of test people. Settings are the defaults, the same "
        "for all panels.",
        "",
        "Neighbours and distances are in the loss of the VAE maps: they are trained for what the "
        "5-NN and rho columns measure (without labels, on training people). The plain VAE is not.",
    ]


def _panel(results: Results, panel: str) -> list[str]:
    if panel not in results.panels:
        return [f"Not measured: {panel} is not here (set VAEVIZ_DATA)."]
    one = results.of(panel, REFERENCE)[0]
    columns = {k: x for k, x in COLUMNS.items() if k != "r2_places" or panel == PLACES}
    lines = [
        f"{one.n_train} training people, {len(one.held_out)} test people (seed {one.seed}).",
        "",
        f"| | {' | '.join(title for title, _ in columns.values())} |",
        "|---|" + "---:|" * len(columns),
    ]
    for method, settings in METHODS.items():
        if "condition" not in settings.training and results.of(panel, method):
            cells = [results.text(panel, method, k, digits) for k, (_, digits) in columns.items()]
            lines.append(f"| {settings.title} | {' | '.join(cells)} |")
    seconds = results.text(panel, REFERENCE, "whole_cpu_s", 1)
    memory = results.text(panel, REFERENCE, "whole_peak_mb", 0)
    told = f"The 2-D map with the held-out figures and classifiers of its file: {seconds} CPU s"
    return [*lines, "", f"{told}, {memory} MB."]


def _calls(results: Results) -> list[str]:
    rows = {f"`{name}`": [(REFERENCE, f"call_{name}_{x}") for x in CALLED] for name in CALLS}
    rows["`code-length`, conditional models"] = [
        (f"conditional-{x}", f"call_code-length_{x}") for x in CALLED
    ]
    lines = [
        "Balanced accuracy (mean of the labels' accuracies) of `vaeviz classify --method`; the "
        "first four by the file of the 2-D map.",
        "",
        f"| | {' | '.join(CALLED)} |",
        "|---|---:|---:|",
    ]
    for title, cells in rows.items():
        found = [results.text(HAPMAP, method, figure) for method, figure in cells]
        lines.append(f"| {title} | {' | '.join(found)} |")
    return [*lines, "", *_conditional_gain(results)]


def _conditional_gain(results: Results) -> list[str]:
    gains = {x: results.text(HAPMAP, f"conditional-{x}", "gain", 4) for x in CALLED}
    told = "; ".join(f"of the {level} {text}" for level, text in gains.items())
    return [f"Told the label, two latent dimensions gain (bits per genotype): {told}."]


def _popvae(results: Results) -> list[str]:
    seconds = results.mean(HAPMAP, REFERENCE, "whole_cpu_s") or float("nan")
    memory = results.mean(HAPMAP, REFERENCE, "whole_peak_mb") or float("nan")
    return [
        f"popVAE on HapMap3, measured beforehand on another split: {POPVAE_CPU_S:.0f} CPU s, "
        f"{POPVAE_MB / 1000:.2f} GB. The 2-D map, all included: {seconds:.1f} CPU s "
        f"({number(seconds / POPVAE_CPU_S, 3)} of it), {memory / 1000:.2f} GB "
        f"({number(memory / POPVAE_MB, 2)}).",
    ]


def _fresh(results: Results) -> list[str]:
    """The reference on splits that had no part in choosing settings."""
    shown = ("knn_population", "knn_superpopulation", "rho", "r2_places", "gain")
    lines = [
        "Settings were chosen on validation people, but test people of the seeds above were in "
        "view meanwhile (CHANGELOG.md). These seeds were run once, at the end: the 2-D map, seeds "
        f"{', '.join(str(s) for s in results.seeds)}.",
        "",
        f"| | {' | '.join(COLUMNS[name][0] for name in shown)} |",
        "|---|" + "---:|" * len(shown),
    ]
    for panel in results.panels:
        found = [
            results.text(panel, REFERENCE, name, COLUMNS[name][1])
            if name != "r2_places" or panel == PLACES
            else "–"
            for name in shown
        ]
        lines.append(f"| {panel} | {' | '.join(found)} |")
    return lines


def _definitions() -> list[str]:
    names = ("knn_population", "rho", "r2_places", "lda_population")
    lines = [f"- **{METRICS[name].title}**: {METRICS[name].definition}" for name in names]
    return [
        *lines,
        "- **gain**: bits per genotype of test people under their training frequencies, minus "
        "those under the model (reconstruction and KL). PCA of its size gets its scores for free.",
        "- **CPU s**: processor time of the fit: split, components, geometry targets, epochs and "
        "their validation; components and layout of everybody for the others. Not counted: "
        f"imports and compilation (the method first runs on every {WARM_PEOPLE}th person and every "
        f"{WARM_SITES}th site), and the "
        "held-out figures and classifiers that a model file also gets (with them: under each "
        "table).",
        "- **peak MB**: largest resident set of the process until the fit is done, 10^6 bytes: "
        "Python, libraries, panel, fit.",
        f"- **components**: {method_maps.N_COMPONENTS}, Patterson scaling, of training people. "
        "Cross-fitted: scores of a training person from the others, so that they look like those "
        "of new people; raw: in-sample. New people are projected.",
        f"- **UMAP**: {method_maps.UMAP_NEIGHBOURS} neighbours, min_dist "
        f"{method_maps.UMAP_MIN_DIST}; **t-SNE**: perplexity {method_maps.TSNE_PERPLEXITY:g}; both "
        "start from the first two components, are fitted on training people, and place the others "
        "by their transform.",
        f"- **Settings of the VAE maps**: {_settings()}.",
    ]


def _settings() -> str:
    config = Task(panel=HAPMAP, method=REFERENCE, seed=1, folder="").config()
    values = {name: getattr(config, name) for name in SETTINGS}
    values["dropout"] = config.decoder_dropout()
    return ", ".join(f"{name} {value}" for name, value in values.items())
