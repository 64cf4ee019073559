"""A panel as a file of the format that the file's name asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vaeviz.data.plink import write_plink
from vaeviz.data.plink2 import write_plink2
from vaeviz.data.tabix import MAX_POSITION, write_tabix
from vaeviz.data.vcz import save_panel
from vaeviz.data.writers import write_csv, write_vcf
from vaeviz.errors import PanelError
from vaeviz.escape import plain

if TYPE_CHECKING:
    from vaeviz.data.panel import Panel


def write_indexed_vcf(panel: Panel, path: Path) -> None:
    """Write NAME.vcf.gz, and NAME.vcf.gz.tbi beside it.

    Chromosomes that are longer than a tabix index can say are rare; their VCF goes without.
    """
    write_vcf(panel, path)
    if panel.sites["pos"].max() < MAX_POSITION:
        write_tabix(path)


WRITERS: dict[str, Callable[[Panel, Path], object]] = {
    ".vcf.gz": write_indexed_vcf,
    ".bed": write_plink,
    ".pgen": write_plink2,
    ".vcz": save_panel,
    ".csv": write_csv,
}
"""By the end of a file's name. Companions (.tbi; .bim, .fam; .pvar, .psam) lie beside it."""


def write_genotypes(panel: Panel, path: Path) -> None:
    """Write a panel in the format that the end of the name says.

    Raises
    ------
    PanelError
        No format has such names, or the format cannot hold the panel.
    """
    write = next((w for end, w in WRITERS.items() if path.name.endswith(end)), None)
    if write is None:
        raise PanelError(
            f"No format is known by the name {plain(path.name, 80)!r}.",
            f"End it in {', '.join(WRITERS)}.",
        )
    write(panel, path)
