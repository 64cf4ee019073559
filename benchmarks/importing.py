"""Reading a phased VCF: this project against scikit-allel, each in a fresh process."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.measure import Cost, cost_of, data_file

FILE = "kg_regions.vcf.gz"
_ALLEL = """
import sys, allel
fields = ["samples", "CHROM", "POS", "ID", "REF", "ALT", "GT"]
print(allel.read_vcf(sys.argv[1], fields=fields)["calldata/GT"].shape)
"""
_OURS = """
import sys, pathlib
from vaeviz.data.readers import read_panel
print(read_panel(pathlib.Path(sys.argv[1])).panel.counts.shape)
"""


def importing() -> list[str]:
    """Markdown lines: reading with both, and the whole import command."""
    path = data_file(FILE)
    if path is None:
        return [f"Not measured: {FILE} is not here (set VAEVIZ_DATA)."]
    peer = cost_of(["-c", _ALLEL, str(path)])
    ours = cost_of(["-c", _OURS, str(path)])
    with tempfile.TemporaryDirectory() as folder:
        output = str(Path(folder) / "kg.vcz")
        whole = cost_of(["-m", "vaeviz", "import", str(path), "-o", output])
    return [
        f"`{FILE}`, {path.stat().st_size / 1e6:.0f} MB; needed: the import under 20 s and 2 GB.",
        "",
        "| | wall s | processor s | peak MB | wall, ratio to scikit-allel |",
        "|---|---:|---:|---:|---:|",
        _row("scikit-allel `read_vcf`", peer, peer),
        _row("vaeviz `read_panel`", ours, peer),
        _row("vaeviz `import` (read, check, write .vcz)", whole, peer),
    ]


def _row(name: str, cost: Cost, peer: Cost) -> str:
    return (
        f"| {name} | {cost.wall_s:.1f} | {cost.processor_s:.1f} | {cost.peak_mb:.0f} | "
        f"{cost.wall_s / peer.wall_s:.2f} |"
    )
