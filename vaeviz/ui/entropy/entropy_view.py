"""What the entropy page says of its panel: what was filtered, and what that does to the order."""

from __future__ import annotations

import streamlit as st

from vaeviz.data.chromosomes import autosome_mask
from vaeviz.data.panel import Panel
from vaeviz.escape import escape
from vaeviz.ui import derived

RARE_FREQUENCY = 0.05
FEW_RARE = 0.1
"""Under this share of sites with a minor allele under 5 %, sites were chosen for being common:
whole sequences have most of their sites there."""

BY_CONSTRUCTION = (
    ":orange-badge[simulated] The order of the groups follows **by construction** from the "
    "demographic model, sizes and sites that were put in."
)
NO_EVIDENCE = " It was built to resemble the published order and is no evidence for it."


def provenance(panel: Panel) -> None:
    """The filters of the panel, and what disturbs the order of the groups."""
    steps = [escape(step.what, 80) for step in panel.info.steps]
    st.caption(
        f"Filters of this panel: {'; '.join(steps) if steps else 'none recorded'}.",
        help=escape(panel.info.description, 1000) or None,
    )
    if off := sites_off_autosomes(panel):
        st.caption(
            f"{off:,} of {panel.n_sites:,} sites are not on autosomes, where some people carry "
            "one copy. They count here like all others; the Panel page can filter them out."
        )
    warnings = order_warnings(panel)
    for warning in warnings:
        st.warning(warning, icon=":material/warning:")
    if panel.info.simulated:
        evidence = NO_EVIDENCE if panel.info.species == "human" and not warnings else ""
        st.caption(BY_CONSTRUCTION + evidence)


def order_warnings(panel: Panel) -> list[str]:
    """What was done to the choice of sites that moves entropies, in words."""
    done = " ".join(step.what for step in panel.info.steps)
    warnings = []
    if "LD pruning" in done or "at most" in done:
        warnings.append(
            "This panel was thinned for maps (LD pruning or a cap on sites). Entropy wants every "
            "site: open the panel from before on the Panel page."
        )
    if "MAF" in done or share_of_rare_sites(panel) < FEW_RARE:
        warnings.append(
            "Sites with rare alleles are missing here, cut by a frequency filter or never on the "
            "array. Common sites are mostly old, and were often chosen in some populations: the "
            "entropy of all groups comes close together and their order can change."
        )
    return warnings


def sites_off_autosomes(panel: Panel) -> int:
    """How many sites lie on sex chromosomes, in mitochondria or elsewhere off the autosomes."""
    return int((~autosome_mask(panel.sites["chrom"], panel.info.species)).sum())


def share_of_rare_sites(panel: Panel) -> float:
    """Share of the variable sites whose minor allele is rarer than 5 %."""
    spectrum = derived.spectrum(panel)
    total = spectrum["n_sites"].sum()
    rare = spectrum.loc[spectrum["minor_frequency"] < RARE_FREQUENCY, "n_sites"].sum()
    return float(rare / total) if total else 1.0
