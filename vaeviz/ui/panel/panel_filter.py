"""Quality control: proposed filters, applied only on a button, and what each one removed."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from vaeviz.config import FilterConfig
from vaeviz.data.panel import Panel
from vaeviz.escape import plain
from vaeviz.ui import derived, jobs, state, workspace
from vaeviz.ui.explain import teaching
from vaeviz.ui.panel.panel_choose import import_limits

MAPS_ONLY = (
    "Thinning makes a panel **for maps only**: entropy, compression and generation want all "
    "sites. The panel that you have open is kept in the list of panels."
)


def filter_form(panel: Panel) -> None:
    """Proposed filters; nothing happens before Apply."""
    proposed = derived.proposed_filters(panel)
    st.markdown(
        "Proposed for this panel; nothing is filtered until you apply. The result is a new "
        "panel, and the open one is kept."
    )
    with st.form("filters"):
        grid = st.grid(2, min_column_width=340)
        with grid.cell():
            site = _site_filters(proposed)
        with grid.cell():
            sample = _sample_filters(proposed)
        thinned = {} if teaching() else _thinning(proposed)
        applied = st.form_submit_button("Apply", type="primary", key="apply_filters")
    if applied:
        start_filtering(panel, FilterConfig.make(**site, **sample, **thinned))
        st.rerun()


def start_filtering(panel: Panel, filters: FilterConfig) -> None:
    """Filter the open panel in a job; its result becomes the open panel.

    Raises
    ------
    JobError
        An import is under way, or the job cannot be started.
    """
    ref = str(state.get().panel_ref)
    source = workspace.as_file(ref, panel)
    output = workspace.new_path("panels", ".vcz")
    name = (
        panel.info.name if panel.info.name.endswith("filtered") else f"{panel.info.name} filtered"
    )
    jobs.begin(
        "import",
        ["import", str(source), *filter_arguments(filters), f"--name={name}", "-o", str(output)],
        f"Filters on {plain(panel.info.name, 40)}",
        import_limits(),
    )


def filter_arguments(filters: FilterConfig) -> list[str]:
    """Options of `vaeviz import` that ask for these filters."""
    options = {
        "--maf": filters.maf,
        "--max-missing": filters.max_site_missing,
        "--max-sample-missing": filters.max_sample_missing,
        "--hwe": filters.hwe_p,
        "--max-kinship": filters.max_kinship,
        "--prune-ld": filters.prune_ld_r2,
        "--max-sites": filters.max_sites,
    }
    arguments = ["--autosomes"] if filters.autosomes else []
    for option, value in options.items():
        if value is not None:
            arguments += [option, f"{value}"]
    return arguments


def waterfall(panel: Panel) -> pd.DataFrame:
    """Everything that was done to the panel, with sites and samples before and after."""
    steps = [step.model_dump() for step in panel.info.steps]
    columns = ["what", "sites_before", "sites_after", "samples_before", "samples_after"]
    return pd.DataFrame(steps, columns=columns)


def _site_filters(proposed: FilterConfig) -> dict[str, object]:
    st.markdown("**Sites**")
    return {
        "autosomes": st.checkbox("Autosomes only", proposed.autosomes, key="qc_autosomes"),
        "maf": _number("Minor allele frequency at least", "maf", proposed.maf, 0.01, 0.5, 0.01),
        "max_site_missing": _number(
            "Missing per site at most", "site", proposed.max_site_missing, 0.05, 1, 0.01
        ),
        "hwe_p": _number(
            "Hardy-Weinberg P at least",
            "hwe",
            proposed.hwe_p,
            1e-6,
            1,
            1e-6,
            "%.0e",
        ),
    }


def _sample_filters(proposed: FilterConfig) -> dict[str, object]:
    st.markdown("**Samples**")
    return {
        "max_sample_missing": _number(
            "Missing per sample at most",
            "sample",
            proposed.max_sample_missing,
            0.1,
            1,
            0.01,
        ),
        "max_kinship": _number(
            "Kinship of two samples at most", "kinship", proposed.max_kinship, 0.088, 0.5, 0.001
        ),
    }


def _thinning(proposed: FilterConfig) -> dict[str, object]:
    with st.expander("Thinning, for maps only", icon=":material/filter_alt:"):
        st.markdown(MAPS_ONLY)
        sites = _number(
            "Sites kept at most (drawn at random)", "cap", proposed.max_sites, 20_000, None, 1000
        )
        return {
            "prune_ld_r2": _number("LD r² at most", "ld", proposed.prune_ld_r2, 0.2, 1, 0.05),
            "max_sites": None if sites is None else int(sites),
        }


def _number(
    label: str,
    name: str,
    proposed: float | None,
    default: float,
    top: float | None,
    step: float,
    number_format: str | None = None,
) -> float | None:
    """A switch and a number side by side; None when switched off."""
    left, right = st.columns([5, 3], vertical_alignment="center")
    wanted = left.checkbox(label, proposed is not None, key=f"qc_{name}_on")
    whole = isinstance(step, int)
    value = right.number_input(
        label,
        min_value=1 if whole else 0.0,
        max_value=top if top is None or whole else float(top),
        value=(int if whole else float)(default if proposed is None else proposed),
        step=step,
        format=number_format or ("%d" if whole else "%.3f"),
        key=f"qc_{name}",
        label_visibility="collapsed",
    )
    return value if wanted else None
