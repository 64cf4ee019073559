"""A methods paragraph with the numbers of an analysis, ready for a paper."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from vaeviz import __version__
from vaeviz.compression.paper import n_pca
from vaeviz.escape import MAX_SHOWN, escape, plain
from vaeviz.reports.model_words import (
    LATENTS,
    SCHEDULES,
    cost_words,
    counted,
    loss_words,
    rows_word,
    shape_words,
    size_words,
)

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.compression.table import CompressionResult
    from vaeviz.data.panel import Panel
    from vaeviz.reports.contents import BundledCohort
    from vaeviz.synthesis.cohort import Cohort
    from vaeviz.training.model import TrainedModel

PAPER = (
    "Geleta M, Mas Montserrat D, Giro-i-Nieto X, Ioannidis AG. Autoencoders for genomic variation "
    "analysis. Genome Research 36(2):348-360 (2026). doi:10.1101/gr.280086.124"
)
_ALWAYS = (
    PAPER,
    "Kingma DP, Welling M. Auto-encoding variational Bayes. ICLR (2014). arXiv:1312.6114",
    "Patterson N, Price AL, Reich D. Population structure and eigenanalysis. PLoS Genetics "
    "2(12):e190 (2006). doi:10.1371/journal.pgen.0020190",
)
_CITATION_LIMIT = 500
_INERT = re.compile(r"(?:[\w ,;:()/%.'-]|& )*")


def methods_text(
    panel: Panel,
    models: list[TrainedModel],
    compression: CompressionResult | None = None,
    cohorts: tuple[BundledCohort, ...] = (),
) -> str:
    """Markdown that tells what was done, with its numbers and citations.

    Parameters
    ----------
    panel : Panel
    models : list of TrainedModel
    compression : CompressionResult, optional
    cohorts : sequence of BundledCohort

    Returns
    -------
    str
        Markdown; text of users is escaped and inert.
    """
    parts = ["# Methods", _panel(panel)]
    parts += [_model(model) for model in models]
    if compression is not None:
        parts.append(_compression(compression))
    parts += [_cohort(bundled) for bundled in cohorts]
    citations = dict.fromkeys((*_ALWAYS, *panel.info.citations))
    parts.append("## References")
    parts.append("\n".join(f"- {readable(c, _CITATION_LIMIT)}" for c in citations))
    return "\n\n".join(parts) + "\n"


def readable(text: str, limit: int = MAX_SHOWN) -> str:
    """Text as it is where no Markdown, HTML or link can come of it, else escaped.

    METHODS.md is also read and pasted as plain text, where escapes would be in the way.
    """
    clean = plain(text, limit)
    linked = "://" in clean or "www." in clean.lower()
    return clean if _INERT.fullmatch(clean) and not linked else escape(clean, limit)


def _panel(panel: Panel) -> str:
    kind = "phased" if panel.phased else "unphased"
    sentences = [
        f"We analysed {kind} genotypes of {panel.n_samples:,} individuals at {panel.n_sites:,} "
        f"biallelic SNPs (panel {readable(panel.info.name)}, digest {panel.digest[:16]})."
    ]
    if panel.info.simulated:
        sentences.append("**The panel is simulated; it holds no real people.**")
    if panel.info.synthetic:
        sentences.append("**The panel is synthetic: it was drawn from a model.**")
    for step in panel.info.steps:
        sentences.append(
            f"Step: {readable(step.what, 200)} ({step.sites_before:,} to {step.sites_after:,} "
            f"sites, {step.samples_before:,} to {step.samples_after:,} individuals)."
        )
    return " ".join(sentences)


def _model(model: TrainedModel) -> str:
    sentences = [_what_it_is(model), *loss_words(model.train_config), _how_it_was_trained(model)]
    return " ".join([*sentences, _held_out(model)])


def _what_it_is(model: TrainedModel) -> str:
    shape = model.config
    kind = "An autoencoder" if shape.bottleneck in ("none", "vq") else "A variational autoencoder"
    adjective = LATENTS[shape.bottleneck]
    size = size_words(shape).replace("latent dimension", f"{adjective} latent dimension")
    given = ""
    if shape.condition:
        given = f", conditioned on {readable(shape.condition)} (which the latent then leaves out),"
    return (
        f"{kind} with {size}{given} was trained on {rows_word(shape)} with VAEviz {__version__} "
        f"(model digest {model.digest[:16]}): {shape_words(shape)}. The likelihood is binomial, "
        "and missing genotypes are masked."
    )


def _how_it_was_trained(model: TrainedModel) -> str:
    train, metrics = model.train_config, model.metrics
    origin = "simulated" if model.info.simulated else "not simulated"
    return (
        f"Settings: beta {train.beta:g} ({SCHEDULES[train.kl_schedule]}), learning rate "
        f"{train.learning_rate:g}, batches of {train.batch_size}, seed {train.seed}, best of "
        f"{_number(metrics, 'epochs')} epochs on the validation part. The individuals (panel "
        f"{origin}) were split into {_number(metrics, 'n_train')} for training, "
        f"{_number(metrics, 'n_validation')} for early stopping and "
        f"{_number(metrics, 'n_test')} held out, stratified by population."
    )


def _held_out(model: TrainedModel) -> str:
    shape, metrics = model.config, model.metrics
    return (
        "On the held-out part the genotypes cost "
        f"{_number(metrics, 'test_bits_per_allele')} bits per allele (reconstruction + cost of "
        f"the latent, that is {cost_words(shape)}; size of the model not counted), against "
        f"{_number(metrics, 'test_bits_per_allele_frequencies')} with training allele frequencies "
        f"and {_number(metrics, 'test_bits_per_allele_pca')} with "
        f"{counted(n_pca(shape), 'principal component')}, whose scores are not counted."
    )


def _number(metrics: dict[str, float | int | str | bool], name: str) -> str:
    value = metrics.get(name)
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) else "an unknown number of"


def _compression(result: CompressionResult) -> str:
    groups = result.groups
    total, rest = groups.iloc[-1], groups.iloc[:-1]
    sentences = [f"Compression. {_cost('Together, individuals', total)}"]
    if len(rest) > 1:
        best, worst = rest.iloc[0], rest.iloc[-1]
        sentences.append(_cost(f"Best described was {readable(best['group'])}:", best))
        sentences.append(_cost(f"Worst was {readable(worst['group'])}:", worst))
    return " ".join([*sentences, *result.notes])


def _cost(who: str, row: pd.Series) -> str:
    return (
        f"{who} cost {row['bits_per_allele']:.4f} bits per allele (95 % bootstrap interval "
        f"{row['ci_low']:.4f} to {row['ci_high']:.4f}, n = {row['n_samples']}), "
        f"a factor of {row['ratio_frequencies']:.3f} against training allele frequencies "
        f"({row['ratio_frequencies_low']:.3f} to {row['ratio_frequencies_high']:.3f})."
    )


def _inside(cohort: Cohort) -> str:
    if math.isnan(cohort.share_inside):
        return "Whether they encode into the region again was not checked."
    return (
        f"{cohort.n_tried:,} candidates were drawn; of those kept, {cohort.share_inside:.0%} "
        "encode into the region again."
    )


def _cohort(bundled: BundledCohort) -> str:
    cohort, config = bundled.cohort, bundled.cohort.config
    text = (
        f"Synthetic cohort. {config.n:,} **synthetic** individuals were drawn around "
        f"{len(cohort.region.members):,} members of the region {readable(cohort.region.name)} "
        f"({cohort.region.kind}; generator {config.generator}, temperature "
        f"{config.temperature:g}, seed {config.seed}). {_inside(cohort)}"
    )
    report = bundled.report
    warnings = cohort.warnings if report is None else report.warnings
    verdict = [] if report is None else [report.verdict]
    return " ".join([text, *(readable(line, 1000) for line in (*verdict, *warnings))])
