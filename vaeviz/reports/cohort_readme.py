"""The README that goes with a synthetic cohort."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from vaeviz import __version__
from vaeviz.escape import plain
from vaeviz.reports.cohort_files import CONTENTS, CohortFormat
from vaeviz.synthesis.cohort import NOT_ANONYMOUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vaeviz.reports.contents import BundledCohort
    from vaeviz.synthesis.generate import Cohort

LIMITS = (
    "Common variants only: rare alleles, relatedness, phenotypes and haplotypes across "
    "chromosomes are not reproduced."
)

_KNOBS = ("hop", "neighbours", "temperature", "generations", "generations_since")


def redraw_command(cohort: Cohort, dropped: int = 0, near: int = 0) -> str:
    """The command line that draws the cohort again; MODEL, PANEL, MAP, REGION.json are files.

    `dropped` and `near` are the near copies that were taken out, and that are in the cohort.
    """
    config, region = cohort.config, cohort.region
    if region.kind == "population":
        where = ["--population", plain(region.name, 200)]
    else:
        where = ["--region", "REGION.json"]
    options = [*where, "--generator", cohort.generator, "-n", str(config.n)]
    options += ["--seed", str(config.seed)]
    default = type(config)()
    for name in _KNOBS:
        value = getattr(config, name)
        if value != getattr(default, name):
            options += [f"--{name.replace('_', '-')}", f"{value:g}"]
    options += ["--allow-small"] if config.allow_small else []
    options += [] if config.reject else ["--no-reject"]
    if dropped or near:
        options += ["--near-copies", "keep" if near else "drop"]
    return f"python -m vaeviz simulate MODEL PANEL --map MAP {shlex.join(options)} -o cohort.vcf.gz"


def readme(
    bundled: BundledCohort, formats: Sequence[CohortFormat], dropped: int, model_digest: str
) -> str:
    """What the people are, what the files are, how good they are, how to draw them again."""
    cohort, report = bundled.cohort, bundled.report
    facts = cohort.facts
    parts = [
        "SYNTHETIC DATA: THESE PEOPLE DO NOT EXIST",
        f"{cohort.panel.n_samples:,} people at {cohort.panel.n_sites:,} sites, drawn by VAEviz "
        f"{__version__} from the region {plain(cohort.region.name, 200)!r} "
        f"({cohort.region.kind}).",
        NOT_ANONYMOUS,
        LIMITS,
        f"GENERATOR: {facts.title}\n{facts.keeps}\n{facts.leaks}",
    ]
    if report is not None:
        parts.append(f"REPORT (report.html, report.json)\n{report.verdict}")
        parts.append(copies_line(bundled, dropped))
    notes = "\n".join(f"- {note}" for note in cohort.warnings)
    files = _files(formats, cohort.local_ancestry is not None)
    return "\n\n".join([*parts, f"NOTES\n{notes}", files, _again(bundled, dropped, model_digest)])


def copies_line(bundled: BundledCohort, dropped: int) -> str:
    """What became of the near copies."""
    near = bundled.report.near_copies if bundled.report is not None else 0
    if dropped:
        told = f"{dropped} near copies of real people were dropped before the report was made."
    else:
        told = "No near copies of real people were dropped."
    if near:
        told += f" {near} are in the files; whoever exported them was told and agreed."
    return told


def _files(formats: Sequence[CohortFormat], tracts: bool) -> str:
    lines = [f"- {CONTENTS[kind]}" for kind in formats]
    lines += [
        "- .samples.tsv: one row a person: region, parents, generator, seed, model digest",
        "- latent.csv: positions on the map",
        *(["- tracts.csv: true ancestry along every haplotype"] if tracts else []),
        "- manifest.json: settings, versions, digests, and a checksum of every file",
    ]
    return "\n".join(["FILES", *lines])


def _again(bundled: BundledCohort, dropped: int, model_digest: str) -> str:
    cohort, near = bundled.cohort, bundled.report.near_copies if bundled.report else 0
    return (
        f"DRAW THEM AGAIN\n{redraw_command(cohort, dropped, near)}\n"
        f"Model digest {model_digest}; panel of the cohort {cohort.panel.digest}. Same seed, model "
        "file, package versions and machine: same people. Elsewhere the last digits of a "
        "computation differ and so may people: compare the digest with the manifest's.\n"
    )
