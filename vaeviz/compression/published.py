"""The compression factors that the paper printed, and what differs from those made here."""

from __future__ import annotations

from functools import cache

import pandas as pd

from vaeviz.data.assets import ASSETS

CITATION = "Geleta et al., Genome Research 36:348-360 (2026), Table 1"
N_SITES = 10_000
FAMILIES = {"PCA": "pca", "VAE": "vae"}


def published_table() -> pd.DataFrame:
    """The paper's Table 1 at learning rate 1e-4: one row a method, size and group.

    Returns
    -------
    DataFrame
        family ('pca' or 'vae'), size (|z|), group, factor, coded_bits and mean_runs: what the
        definition says of the coded bits and of the residual's runs behind the printed factor.
    """
    return _published().copy()


@cache
def _published() -> pd.DataFrame:
    wide = pd.read_csv(ASSETS / "paper_table1.csv")
    table = wide.melt(["method", "size"], var_name="group", value_name="factor")
    table.insert(0, "family", table.pop("method").map(FAMILIES))
    table["coded_bits"] = N_SITES / table["factor"]
    table["mean_runs"] = (table["coded_bits"] - 32 * table["size"]) / 16
    return table


def differences(n_sites: int, n_train: int, maf: float, simulated: bool, ploidy: int) -> list[str]:
    """What a reader has to know before putting the paper's numbers beside these.

    Parameters
    ----------
    n_sites, n_train, maf : numbers
        Of the table made here: sites, training people, least training frequency.
    simulated : bool
        Whether the panel is simulated.
    ploidy : 1 or 2
        Of the rows.
    """
    share, theirs = 32 * 64 / (n_sites * ploidy), 32 * 64 / N_SITES
    notes = [
        f"Printed: {CITATION}; test haplotypes, {N_SITES:,} SNPs of one chromosome, 2,965 people "
        "of single ancestry in seven groups (1000 Genomes, HGDP, SGDP).",
        f"Here: {n_sites:,} sites with a training MAF of {maf:.2%} or more, {n_train:,} training "
        f"people{', simulated' if simulated else ''}; groups are those of this panel, and only "
        "those with the same name meet.",
        f"The latent is a fixed price: 64 numbers are {theirs:.0%} of the paper's raw bits and "
        f"{share:.0%} of those here, which moves the best |z|.",
        "The factor depends on the sites: rare sites are nearly free, so the same model has a "
        "higher factor where more of them are kept.",
        "The paper's PCA rows look like a reconstruction without the mean; here it is added.",
    ]
    if ploidy == 2:
        notes.append("Dosages are not the paper's definition: never compare these with it.")
    return notes
