"""Training on HapMap3 with the default settings, by the project's own commands."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.measure import Cost, cost_of, data_file

FILE = "hapmap3.bed"
_METRICS = """
import sys, pathlib
from vaeviz.training.model import load_model
metrics = load_model(pathlib.Path(sys.argv[1])).metrics
names = ("", "_frequencies", "_pca")
print(*(2 * metrics["test_bits_per_allele" + name] for name in names))
"""


def training() -> list[str]:
    """Markdown lines: cost of import and training, and bits of held-out people."""
    path = data_file(FILE)
    if path is None:
        return [f"Not measured: {FILE} is not here (set VAEVIZ_DATA)."]
    with tempfile.TemporaryDirectory() as folder:
        panel, model = str(Path(folder) / "h.vcz"), str(Path(folder) / "h.vaeviz")
        filters = ["--maf", ".01", "--autosomes"]
        imported = cost_of(["-m", "vaeviz", "import", str(path), *filters, "-o", panel])
        settings = ["--latent", "2", "--seed", "1", "--device", "cpu"]
        trained = cost_of(["-m", "vaeviz", "train", panel, *settings, "-o", model])
        bits = [float(x) for x in cost_of(["-c", _METRICS, model]).output.split()]
    return [
        "957 people x 14,266 sites, 2 latent dimensions, processor only; needed: training under "
        "90 s of wall time on idle 2 cores.",
        "",
        "| | wall s | processor s | peak MB |",
        "|---|---:|---:|---:|",
        _row("`vaeviz import --maf .01 --autosomes`", imported),
        _row("`vaeviz train --latent 2 --seed 1`", trained),
        "",
        "Held-out test people, bits per genotype: "
        f"**{bits[0]:.4f}**; training frequencies {bits[1]:.4f}; PCA of the same size, its scores "
        f"not counted, {bits[2]:.4f}. Gain over frequencies {bits[1] - bits[0]:.4f} (needed: "
        ".040).",
    ]


def _row(name: str, cost: Cost) -> str:
    return f"| {name} | {cost.wall_s:.1f} | {cost.processor_s:.1f} | {cost.peak_mb:.0f} |"
