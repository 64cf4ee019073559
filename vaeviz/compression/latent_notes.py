"""What a reader of the table of latent sizes has to know beside its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vaeviz.compression.latent_plan import CODE_BITS, STEPS, TITLES, LatentSizesConfig
from vaeviz.compression.paper import LATENT_BITS, RUN_BITS, paper_factor
from vaeviz.compression.published import N_SITES

if TYPE_CHECKING:
    from vaeviz.compression.latent_runs import SizeRun
    from vaeviz.data.panel import Panel


def notes_for(runs: Sequence[SizeRun], panel: Panel, settings: LatentSizesConfig) -> list[str]:
    """Sentences on the definition, the sites, who was scored, training, and what is left out."""
    made = [run for run in runs if not run.left_out]
    if not made:
        return _left_out(runs)
    first = made[0]
    return [
        *_definition(first),
        f"Scored: {len(first.people):,} held-out test people; {first.n_train:,} trained the "
        f"models and the PCA, by one split (seed {settings.seed}).",
        f"{first.n_sites:,} of {panel.n_sites:,} sites: training MAF of {first.min_maf:.2%} or "
        "more. Another choice of sites gives another factor.",
        *_training(made, settings),
        *_families(made),
        *_without_mean(made),
        *_left_out(runs),
    ]


def _definition(run: SizeRun) -> list[str]:
    raw = run.n_sites * run.ploidy
    notes = [
        f"Factor = raw bits / ({LATENT_BITS} x |z| + {RUN_BITS} x runs of the residual), raw = "
        f"{raw:,} bits a row; no file is made and the model is not counted. Missing genotypes "
        "are no residual.",
        f"A latent number costs {LATENT_BITS / raw:.2%} of the raw bits here, and "
        f"{LATENT_BITS / N_SITES:.2%} of the paper's {N_SITES:,}: with fewer sites, smaller "
        "latents are best.",
    ]
    if run.ploidy == 2:
        notes.append(
            "Unphased dosages are not the paper's definition: raw is 2 bits a genotype, and runs "
            "are counted over residuals from -2 to 2. Never compare them with the paper."
        )
    return notes


def _training(made: Sequence[SizeRun], settings: LatentSizesConfig) -> list[str]:
    trained = [run for run in made if run.epochs]
    if not trained:
        return []
    ran = [run.epochs for run in trained]
    chosen = (
        "as asked for" if settings.epochs else f"chosen so that there are about {STEPS:,} steps"
    )
    spread = f"{min(ran)} to {max(ran)}" if min(ran) < max(ran) else f"{ran[0]}"
    return [
        f"Models ran for {spread} epochs; the limit is the same for every size "
        f"({chosen}) and the best epoch by validation people was kept. Longer training may raise "
        "the factors."
    ]


def _families(made: Sequence[SizeRun]) -> list[str]:
    notes = []
    windowed = next((run for run in made if run.family in ("windowed", "vq")), None)
    if windowed is not None:
        notes.append(
            f"Windowed models have {windowed.n_windows} windows with a latent of their own; the "
            "size told is what was asked for, the numbers sent may be fewer."
        )
    if any(run.family == "vq" for run in made):
        notes.append(
            f"VQ sends codes of {CODE_BITS} bits in place of {LATENT_BITS}-bit numbers: at the "
            "same size it sends as many bits."
        )
    return notes


def _without_mean(made: Sequence[SizeRun]) -> list[str]:
    bare = [run for run in made if run.runs_without_mean is not None]
    if not bare:
        return []
    run = bare[-1]
    kept = paper_factor(run.n_sites, run.ploidy, run.latent_bits, float(np.mean(run.runs)))
    lost = paper_factor(
        run.n_sites, run.ploidy, run.latent_bits, float(run.runs_without_mean or 0.0)
    )
    return [
        f"PCA keeps the mean. Were it not added back, PCA with {run.size} components would have "
        f"x{lost:.2f} in place of x{kept:.2f}."
    ]


def _left_out(runs: Sequence[SizeRun]) -> list[str]:
    why: dict[str, list[int]] = {}
    for run in runs:
        if run.left_out:
            why.setdefault(f"{TITLES[run.family]}: {run.left_out}", []).append(run.size)
    return [
        f"Left out: |z| = {', '.join(map(str, sizes))}. {reason}." for reason, sizes in why.items()
    ]
