"""A methods paragraph with the numbers of an analysis, ready for a paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vaeviz import __version__
from vaeviz.escape import MAX_SHOWN, escape, plain

if TYPE_CHECKING:
    import pandas as pd

    from vaeviz.compression.table import CompressionResult
    from vaeviz.data.panel import Panel
    from vaeviz.reports.contents import BundledCohort
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
    shape, train, metrics = model.config, model.train_config, model.metrics
    rows = "haplotypes" if shape.rows == "haplotype" else "individuals"
    given = f", conditioned on {readable(shape.condition)}" if shape.condition else ""
    hidden = " and ".join(str(width) for width in shape.hidden) or "no"
    origin = "simulated" if model.info.simulated else "not simulated"
    return (
        f"A variational autoencoder with {shape.n_latent} Gaussian latent dimensions{given} was "
        f"trained on {rows} with VAEviz {__version__} (model digest {model.digest[:16]}): an "
        f"encoder on {shape.n_components} principal components of the training part, hidden "
        f"layers of {hidden} units, a decoder of rank {shape.rank}, and a binomial likelihood in "
        f"which missing genotypes are masked. Settings: beta {train.beta:g}, learning rate "
        f"{train.learning_rate:g}, batches of {train.batch_size}, seed {train.seed}, best of "
        f"{_number(metrics, 'epochs')} epochs on the validation part. The individuals (panel "
        f"{origin}) were split into {_number(metrics, 'n_train')} for training, "
        f"{_number(metrics, 'n_validation')} for early stopping and "
        f"{_number(metrics, 'n_test')} held out, stratified by population. On the held-out part "
        f"the genotypes cost {_number(metrics, 'test_bits_per_allele')} bits per allele "
        "(reconstruction + KL divergence; size of the model not counted), against "
        f"{_number(metrics, 'test_bits_per_allele_frequencies')} with training allele frequencies "
        f"and {_number(metrics, 'test_bits_per_allele_pca')} with {shape.n_latent} principal "
        "components, whose scores are not counted."
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


def _cohort(bundled: BundledCohort) -> str:
    cohort, config = bundled.cohort, bundled.cohort.config
    text = (
        f"Synthetic cohort. {config.n:,} **synthetic** individuals were drawn around "
        f"{len(cohort.region.members):,} members of the region {readable(cohort.region.name)} "
        f"({cohort.region.kind}; source {config.source}, temperature {config.temperature:g}, seed "
        f"{config.seed}). {cohort.share_inside:.0%} of them encode into the region again."
    )
    report = bundled.report
    warnings = cohort.warnings if report is None else report.warnings
    verdict = [] if report is None else [report.verdict]
    return " ".join([text, *(readable(line, 1000) for line in (*verdict, *warnings))])
