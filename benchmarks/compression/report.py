"""compression.md from the records: tables, definitions, the machine."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from benchmarks.compression.asked import asked_rows
from benchmarks.compression.code import WARM_PEOPLE
from benchmarks.compression.plan import DATA, SEEDS, SPLIT, Fit, FitRecord
from benchmarks.compression.results import BITS, Results
from benchmarks.measure import machine
from vaeviz.config import TrainConfig

MEGA, KILO = 1e6, 1e3
COLUMNS: dict[str, tuple[str, int | None, float]] = {
    BITS: ("bits per allele", 4, 1),
    "factor": ("times fewer than 1 bit", 1, 1),
    "bits_per_allele_counted": ("bits, model and panel counted", 3, 1),
    "model_bytes": ("model, kB", 0, KILO),
    "panel_bytes": ("panel, kB", 0, KILO),
    "encode_alleles_per_s": ("encode, million alleles/s", None, MEGA),
    "decode_alleles_per_s": ("decode, million alleles/s", None, MEGA),
    "peak_mb": ("peak MB", 0, 1),
}
SETTINGS = ("window_sites", "n_latent", "batch_size", "epochs", "patience")
"""Settings of training that are told although they may be the defaults."""
NOT_TOLD = ("seed", "device")


def report(results: Results, wanted: Sequence[str]) -> list[str]:
    """Markdown lines.

    Parameters
    ----------
    results
    wanted
        Panels asked for; those without a record get a line that says so.
    """
    lines = ["# Codecs", "", *_head(results)]
    for data in wanted:
        lines += ["", f"## {DATA[data].title}", "", *_panel(results, data)]
    lines += ["", "## Asked and reached", "", "Means over seeds.", "", *asked_rows(results)]
    return [*lines, "", "## What the figures mean", "", *_definitions(results)]


def _head(results: Results) -> list[str]:
    loads = [r.load for r in results.records]
    threads = ", ".join(str(n) for n in sorted({r.threads for r in results.records}))
    percent = [f"{100 * share:.0f}" for share in SPLIT.values()]
    rest = 100 - sum(int(share) for share in percent)
    return [
        f"By `make bench-compression` on {machine()}; one process at a time. This program's "
        f"methods may use {threads} thread(s); the others use one.",
        "Other work ran beside it and makes it slower: load average "
        f"{min(loads):.1f} to {max(loads):.1f}, median {statistics.median(loads):.1f}.",
        "",
        "Mean ± sd over seeds, each with a split of its own by person "
        f"({'/'.join(percent)}/{rest}) and a model trained on its training people. The test "
        "people are coded; the panel that some methods read is the training people; validation "
        "people tune. Every file is decoded and compared.",
    ]


def _panel(results: Results, data: str) -> list[str]:
    if data not in results.data:
        return [f"Not measured: {DATA[data].source} is not here (set VAEVIZ_DATA)."]
    first = next(r for r in results.records if r.data == data)
    sites = [f.n_sites for f in results.fits_of(data)]
    width = f"{min(sites):,}" if len(set(sites)) == 1 else f"{min(sites):,} to {max(sites):,}"
    lines = [
        f"{results.fits_of(data)[0].n_train:,} training people, {first.n_people:,} test people, "
        f"{width} sites; {_seeds(results.fits_of(data))}. {_training(results, data)}",
        "",
        *_methods(results, data),
    ]
    if results.groups(data):
        people = "Bits per allele of the people of every superpopulation"
        head = f"{people}, in a file of their own, seed {SEEDS[0]}:"
        lines += ["", head, "", *_groups(results, data)]
    notes = {f"{r.title}: {r.note}" for r in results.records if r.data == data and r.note}
    return [*lines, *(["", *(f"- {note}" for note in sorted(notes))] if notes else [])]


def _seeds(fits: list[FitRecord]) -> str:
    numbers = sorted({fit.seed for fit in fits})
    return f"seed{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


def _training(results: Results, data: str) -> str:
    fits = results.fits_of(data)
    seconds = statistics.fmean(f.wall_s for f in fits)
    bits = statistics.fmean(f.model_bits for f in fits)
    return (
        f"Training a model took {seconds:.0f} s; by its own loss (reconstruction and KL) test "
        f"people cost {bits:.4f} bits per allele."
    )


def _methods(results: Results, data: str) -> list[str]:
    heads = (title for title, _, _ in COLUMNS.values())
    lines = [f"| | {' | '.join(heads)} |", "|---|" + "---:|" * len(COLUMNS)]
    for method in results.methods(data):
        cells = [
            results.text(data, method, name, digits, unit)
            for name, (_, digits, unit) in COLUMNS.items()
        ]
        lines.append(f"| {results.of(data, method)[0].title} | {' | '.join(cells)} |")
    return lines


def _groups(results: Results, data: str) -> list[str]:
    groups = results.groups(data)
    lines = [f"| | {' | '.join(groups)} |", "|---|" + "---:|" * len(groups)]
    for method in results.methods(data):
        cells = [results.text(data, method, group, 4) for group in groups]
        lines.append(f"| {results.of(data, method)[0].title} | {' | '.join(cells)} |")
    return lines


def _definitions(results: Results) -> list[str]:
    return [
        "- **bits per allele**: bytes of the genotypes of all test people in one file, and of what "
        "a method sends for them (latents, fitted numbers), times 8, over called alleles. Sites "
        "and names are not counted under any method.",
        "- **model and panel counted**: with the model's file, and with the training people "
        "bit-packed under xz -9e, where a decoder needs them.",
        "- **xz, zstd, brotli, blosc2**: of bit-packed haplotypes (dosages: two bits), by row or "
        "by site, whichever is smaller; speed of that one. **.pgen** is PLINK 2's, phased.",
        "- **given the panel**: the compressor has read the training people before (xz: what their "
        "bytes would add to a stream of the training people; zstd: --patch-from). That decoder "
        "starts by compressing the panel (xz) or by reading it (zstd), which counts as its time.",
        "- **speed**: wall time; fitting a copying model to its panel (seconds) and the decoding "
        "that verifies a file are not counted. The decoding reads the file and checks it. Before "
        "the clock starts, "
        f"this program's methods code {WARM_PEOPLE} people, so that compilation is not counted.",
        "- **peak MB**: largest resident set of the process, 10^6 bytes: Python, libraries, "
        "model, panel, encoding and decoding.",
        *(f"- **Models of {data}**: {_settings(data)}." for data in results.data),
    ]


def _settings(data: str) -> str:
    config = Fit(data=data, seed=1, folder="").config()
    usual = TrainConfig()
    told = [
        name
        for name in TrainConfig.model_fields
        if name in SETTINGS or getattr(config, name) != getattr(usual, name)
    ]
    return ", ".join(f"{k} {getattr(config, k)}" for k in told if k not in NOT_TOLD)
