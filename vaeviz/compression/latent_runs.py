"""One entry of the table of latent sizes: a model made, scored on held-out people, and kept."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from vaeviz.compression.aligned import align_panel, row_blocks
from vaeviz.compression.latent_plan import Family
from vaeviz.compression.paper import LATENT_BITS, count_runs, latent_bits, residuals
from vaeviz.compression.people import model_runs
from vaeviz.config import Settings
from vaeviz.errors import Cancelled, ConfigError
from vaeviz.training.split import TEST, TRAIN

if TYPE_CHECKING:
    from vaeviz.config import TrainConfig
    from vaeviz.data.panel import Panel
    from vaeviz.progress import Progress
    from vaeviz.training.components import Components

Count = Annotated[int, Field(ge=0)]


class SizeRun(Settings):
    """What one model of one size does to the people held out.

    Attributes
    ----------
    family, size
        The entry; |z| asked for.
    left_out : str
        Why there is no model of this size; everything below is empty then.
    n_numbers, n_windows : int
        Latent numbers (codes of a codebook) that are sent, and windows they belong to (0: none).
    latent_bits : float
        Bits of a row's latent as sent.
    n_sites, ploidy, n_train : int
    min_maf : float
        Of the rarest site among the training people.
    people : tuple of int
        Samples of the panel that were scored.
    runs : tuple of float
        Mean runs of the residual of each one's rows.
    runs_without_mean : float
        Of PCA whose mean was not added back; NaN for others.
    test_bits_per_allele : float
        Held-out cost under the model; NaN for PCA.
    epochs, best_epoch : int
    seconds : float
    """

    family: Family
    size: Count
    left_out: Annotated[str, Field(max_length=300)] = ""
    n_numbers: Count = 0
    n_windows: Count = 0
    latent_bits: float = 0.0
    n_sites: Count = 0
    ploidy: Count = 1
    n_train: Count = 0
    min_maf: float = 0.0
    people: tuple[Count, ...] = ()
    runs: tuple[float, ...] = ()
    runs_without_mean: float | None = None
    test_bits_per_allele: float | None = None
    epochs: Count = 0
    best_epoch: Count = 0
    seconds: float = 0.0


def read_run(path: Path) -> SizeRun | None:
    """A kept result; None where there is none, or one that cannot be used."""
    try:
        return SizeRun.from_json(path.read_bytes())
    except (OSError, ConfigError):
        return None


def write_run(run: SizeRun, path: Path) -> None:
    """Keep a result; the file appears whole or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        temporary.write_text(run.to_json(), encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def trained_run(
    family: Family,
    size: int,
    panel: Panel,
    config: TrainConfig,
    state_dir: Path,
    progress: Progress,
) -> SizeRun:
    """Train a model and score the people it was never shown.

    Raises
    ------
    Cancelled
        The listener asked to stop; the state stays, so that training goes on from there.
    ModelError, PanelError
        The panel does not suffice.
    """
    from vaeviz.training.loop import train_model

    model = train_model(panel, config, progress, state_dir)
    if not model.metrics["finished"]:
        raise Cancelled("The table of latent sizes was cancelled.", "Start it again to go on.")
    data = align_panel(model, panel)
    index = data.samples_in(TEST)
    runs = model_runs(model, panel.take_samples(index), data, index)
    shape = model.config
    codes = shape.n_codes // shape.n_latent * shape.codebook_heads
    return SizeRun(
        family=family,
        size=size,
        n_numbers=codes if shape.bottleneck == "vq" else shape.n_codes,
        n_windows=shape.n_windows,
        latent_bits=latent_bits(shape),
        n_sites=data.n_sites,
        ploidy=data.ploidy,
        n_train=len(data.samples_in(TRAIN)),
        min_maf=_rarest(data.counts[data.rows_of(data.samples_in(TRAIN))], data.ploidy),
        people=tuple(index.tolist()),
        runs=tuple(runs.tolist()),
        test_bits_per_allele=float(model.metrics["test_bits_per_allele"]),
        epochs=int(model.metrics["epochs"]),
        best_epoch=int(model.metrics["best_epoch"]),
        seconds=float(model.history["seconds"].max()),
    )


def pca_runs(
    sizes: list[int], panel: Panel, parts: NDArray[np.object_], seed: int
) -> dict[int, SizeRun]:
    """PCA of several sizes, from one fit on the training people; the mean is kept.

    Parameters
    ----------
    sizes : list of int
    panel : Panel
        Rows are haplotypes where it is phased.
    parts : object array, shape (n_samples,)
        The split that the models have.
    seed : int

    Raises
    ------
    ModelError
        Fewer than three training rows, or no site varies among them.
    """
    from vaeviz.training.components import fit_components

    started = time.perf_counter()
    rows = panel.row_index(np.flatnonzero(parts == TRAIN))
    counts = panel.counts[rows]
    one_fold = np.zeros(len(rows), np.int64)  # cross-fitted scores are not used here
    components = fit_components(
        counts, panel.ploidy, np.arange(len(rows)), max(sizes), seed, one_fold
    )
    index = np.flatnonzero(parts == TEST)
    held_out = panel.counts[panel.row_index(index)]
    found = {}
    for size in sizes:
        if size > components.n_components:
            why = f"the training people have {components.n_components} components"
            found[size] = SizeRun(family="pca", size=size, left_out=why)
            continue
        runs, without_mean = _runs_of_components(components, held_out, panel.ploidy, size)
        found[size] = SizeRun(
            family="pca",
            size=size,
            n_numbers=size,
            latent_bits=float(LATENT_BITS * size),
            n_sites=panel.n_sites,
            ploidy=panel.ploidy,
            n_train=int((parts == TRAIN).sum()),
            min_maf=_rarest(counts, panel.ploidy),
            people=tuple(index.tolist()),
            runs=tuple(runs.reshape(len(index), -1).mean(1).tolist()),
            runs_without_mean=float(without_mean.mean()),
            seconds=time.perf_counter() - started,
        )
    return found


def _runs_of_components(
    components: Components, counts: NDArray[np.int8], ploidy: int, size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Runs of every row, with the mean added back and, for the record, without."""
    kept = np.empty(len(counts), np.int64)
    without = np.empty(len(counts), np.int64)
    for block in row_blocks(len(counts)):
        scores = components.scores(counts[block])[:, :size]
        rebuilt = components.frequencies(scores, ploidy).astype(np.float64)
        kept[block] = count_runs(residuals(counts[block], rebuilt, ploidy))
        bare = rebuilt - components.center / ploidy
        without[block] = count_runs(residuals(counts[block], bare, ploidy))
    return kept, without


def _rarest(counts: NDArray[np.int8], ploidy: int) -> float:
    return float(minor_frequency(counts, ploidy).min())


def minor_frequency(counts: NDArray[np.int8], ploidy: int) -> NDArray[np.float64]:
    """Minor-allele frequency a site among rows, shape (n_sites,); 0 where nobody is called."""
    called = (counts >= 0).sum(0) * ploidy
    alt = np.where(counts >= 0, counts, 0).sum(0, dtype=np.int64) / np.maximum(called, 1)
    return np.where(called > 0, np.minimum(alt, 1 - alt), 0.0)
