"""The paper's Table 1 for a panel: compression factor against the size of the latent, by group."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vaeviz.compression.bootstrap import ratio_interval, resample_weights
from vaeviz.compression.latent_notes import notes_for
from vaeviz.compression.latent_plan import (
    TITLES,
    Family,
    LatentSizesConfig,
    base_config,
    build,
    pca_like,
)
from vaeviz.compression.latent_runs import (
    SizeRun,
    minor_frequency,
    pca_runs,
    read_run,
    trained_run,
    write_run,
)
from vaeviz.compression.paper import RUN_BITS
from vaeviz.compression.table import ALL
from vaeviz.errors import Cancelled, PanelError
from vaeviz.progress import Part, Progress, Silent

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel

STATE = "state_"
"""Start of the names of folders with half-trained models."""


@dataclasses.dataclass(frozen=True)
class LatentSizes:
    """Factors of all finished entries.

    Attributes
    ----------
    table : DataFrame, one row a method, size and group; group 'all' after the others
        method, family, size (|z| asked for), n_numbers (sent), n_windows, latent_bits, group,
        n_samples, factor with ci_low and ci_high, mean_runs, n_sites, min_maf, ploidy, n_train,
        test_bits_per_allele, epochs, best_epoch, seconds.
    notes : list of str
        What a reader has to know beside the numbers.
    n_entries : int
        Entries asked for; those of `table` may be fewer while work goes on.
    n_finished : int
        Entries with a result, or with a reason why there is none.
    """

    table: pd.DataFrame
    notes: list[str]
    n_entries: int
    n_finished: int


def latent_size_table(
    panel: Panel,
    settings: LatentSizesConfig,
    folder: Path,
    by: str = "superpopulation",
    n_bootstrap: int = 200,
    progress: Progress | None = None,
) -> LatentSizes:
    """Make what is missing in `folder`, and the table of all of it.

    Every finished entry is a file; a half-trained model keeps its state. Called again, it goes on
    where it was stopped, and what is there already is not made again: it is found by the panel's
    digest, the settings and the seed.

    Parameters
    ----------
    panel : Panel
        Phased: rows are haplotypes, as in the paper; else people, which is not its definition.
    settings : LatentSizesConfig
    folder : Path
        Made when absent.
    by, n_bootstrap
        As in `tabulate`.
    progress : Progress, optional

    Raises
    ------
    Cancelled
        The listener asked to stop; what is finished stays.
    ModelError, PanelError
        The panel does not suffice.
    """
    panel.labels(by)  # refused before hours of training rather than after
    progress = progress or Silent()
    folder.mkdir(parents=True, exist_ok=True)
    missing = _missing(panel, settings, folder)
    if missing:
        _make(missing, panel, settings, folder, progress)
    progress.update(1, 1, "All sizes are there")
    return finished_sizes(panel, settings, folder, by, n_bootstrap)


def finished_sizes(
    panel: Panel,
    settings: LatentSizesConfig,
    folder: Path,
    by: str = "superpopulation",
    n_bootstrap: int = 200,
) -> LatentSizes:
    """The table of the entries that are there already; nothing is trained."""
    files = [_file(folder, panel, settings, *entry) for entry in settings.entries()]
    runs = [run for run in map(read_run, files) if run is not None]
    table = tabulate(runs, panel, by, n_bootstrap, settings.seed)
    return LatentSizes(table, notes_for(runs, panel, settings), len(files), len(runs))


def tabulate(
    runs: Iterable[SizeRun],
    panel: Panel,
    by: str = "superpopulation",
    n_bootstrap: int = 200,
    seed: int = 1,
) -> pd.DataFrame:
    """Factor of every entry and group; see `LatentSizes.table`.

    Parameters
    ----------
    runs : iterable of SizeRun
    panel : Panel
        That they were made of.
    by : str
        Sample column of the groups; without a label there, only 'all'.
    n_bootstrap, seed : int
        Resamples of people behind the 95 % intervals.
    """
    labels = panel.labels(by)
    labelled = panel.has_labels(by)
    rows = []
    for run in runs:
        if run.left_out:
            continue
        scored, of_each = labels[list(run.people)], np.asarray(run.runs)
        for group in sorted(set(scored)) if labelled else []:
            rows.append(_row(run, group, of_each[scored == group], n_bootstrap, seed))
        rows.append(_row(run, ALL, of_each, n_bootstrap, seed))
    return pd.DataFrame(rows, columns=COLUMNS)


COLUMNS = [
    "method",
    "family",
    "size",
    "n_numbers",
    "n_windows",
    "latent_bits",
    "group",
    "n_samples",
    "factor",
    "ci_low",
    "ci_high",
    "mean_runs",
    "n_sites",
    "min_maf",
    "ploidy",
    "n_train",
    "test_bits_per_allele",
    "epochs",
    "best_epoch",
    "seconds",
]


def _row(
    run: SizeRun, group: str, runs: np.ndarray, n_bootstrap: int, seed: int
) -> dict[str, float | int | str | None]:
    raw = np.full(len(runs), float(run.n_sites * run.ploidy))
    coded = run.latent_bits + RUN_BITS * runs
    low, high = ratio_interval(raw, coded, resample_weights(len(runs), n_bootstrap, seed))
    return {
        **{name: getattr(run, name) for name in COLUMNS if name in SizeRun.model_fields},
        "method": TITLES[run.family],
        "group": group,
        "n_samples": len(runs),
        "factor": raw.sum() / coded.sum(),
        "ci_low": low,
        "ci_high": high,
        "mean_runs": runs.mean(),
    }


def used_sites(panel: Panel, settings: LatentSizesConfig) -> Panel:
    """The panel's sites that are common enough among the training people.

    Raises
    ------
    PanelError
        No site is.
    ModelError
        Too few samples for a split.
    """
    if not settings.maf:
        return panel
    from vaeviz.training.split import TRAIN, split_samples

    rows = panel.row_index(np.flatnonzero(split_samples(panel, settings.seed) == TRAIN))
    keep = np.flatnonzero(minor_frequency(panel.counts[rows], panel.ploidy) >= settings.maf)
    if len(keep) < 2:
        raise PanelError(
            f"{len(keep)} of {panel.n_sites:,} sites have a training MAF of {settings.maf:g} or "
            "more; two are needed.",
            "Lower the least frequency.",
        )
    return panel.take_sites(keep)


def _missing(panel: Panel, settings: LatentSizesConfig, folder: Path) -> list[tuple[Family, int]]:
    """Entries without a usable file."""
    files = {entry: _file(folder, panel, settings, *entry) for entry in settings.entries()}
    return [entry for entry, file in files.items() if read_run(file) is None]


def _make(
    missing: Sequence[tuple[Family, int]],
    panel: Panel,
    settings: LatentSizesConfig,
    folder: Path,
    progress: Progress,
) -> None:
    progress.update(0, len(missing), "Choosing sites")
    used = used_sites(panel, settings)
    base = base_config(used, settings)
    used = used.model_rows(base.rows)
    sizes = [size for family, size in missing if family == "pca"]
    if sizes:
        from vaeviz.training.split import split_samples

        progress.update(0, len(missing), "Principal components")
        parts = split_samples(used, settings.seed, base.train_fraction, base.validation_fraction)
        for size, run in pca_runs(sizes, used, parts, settings.seed).items():
            write_run(run, _file(folder, panel, settings, "pca", size))
    for k, (family, size) in enumerate(e for e in missing if e[0] != "pca"):
        if progress.cancelled():
            raise Cancelled("The table of latent sizes was cancelled.", "Start it again to go on.")
        built = build(family, size, used, base)
        file = _file(folder, panel, settings, family, size)
        if built.config is None:
            write_run(SizeRun(family=family, size=size, left_out=built.why), file)
            continue
        part = Part(progress, len(sizes) + k, 1, len(missing), f"{TITLES[family]} {size}: ")
        state = folder / f"{STATE}{file.stem}"
        write_run(trained_run(family, size, used, built.config, state, part), file)
        shutil.rmtree(state, ignore_errors=True)


def _file(
    folder: Path, panel: Panel, settings: LatentSizesConfig, family: Family, size: int
) -> Path:
    return folder / f"{family}_{size}_{settings.key(panel.digest, family, size)}.json"


def expected_seconds(panel: Panel, settings: LatentSizesConfig, folder: Path) -> float:
    """About how long the entries that are not there yet take on this machine's processor.

    Raises
    ------
    PanelError, ModelError
        As `used_sites`.
    """
    from vaeviz.training.estimate import estimate

    used = used_sites(panel, settings)
    base = base_config(used, settings)
    missing = _missing(panel, settings, folder)
    configs = [
        build(family, size, used, base).config for family, size in missing if family != "pca"
    ]
    sizes = [size for family, size in missing if family == "pca"]
    if sizes:
        configs.append(pca_like(max(sizes), base))
    n_rows = used.n_samples * (2 if base.rows == "haplotype" else 1)
    return sum(estimate(n_rows, used.n_sites, config).seconds for config in configs if config)
