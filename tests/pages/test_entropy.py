"""The entropy page: provenance, warnings about the choice of sites, routes for people only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import random_panel
from vaeviz.config import FilterConfig
from vaeviz.data.assets import migration_routes
from vaeviz.data.panel import Panel
from vaeviz.data.qc import apply_filters
from vaeviz.ui.entropy import entropy_view, map_values
from vaeviz.ui.state import AppState

VIEWS = (
    "Along the genome",
    "Mean entropy",
    "World map",
    "Diversity",
    "Serial founder",
    "Against compression",
    "Populations",
)


def odd_groups_and_sites() -> dict[str, Panel]:
    """Panels whose groups or sites are odd; the tests of each view have the other odd ones."""
    base = random_panel(n_sites=120)
    order = np.random.default_rng(1).permutation(base.n_sites)
    chromosomes = base.sites.assign(chrom=[str(1 + i % 22) for i in range(base.n_sites)])
    return {
        "groups_of_one": base.with_samples(base.samples.assign(population=base.sample_ids)),
        "no_positions": with_sites(base, base.sites.assign(pos=0)),
        "unsorted": base.take_sites(order),
        "many_chromosomes": with_sites(base, chromosomes),
    }


def with_sites(panel: Panel, sites: pd.DataFrame) -> Panel:
    return Panel.create(panel.counts, panel.ploidy, panel.samples, sites, panel.info)


ODD = odd_groups_and_sites()


def show(app: AppTest, view: str) -> str:
    app.session_state["entropy_view"] = view
    app.run()
    check_sound(app)
    return messages(app).replace("&#45;", "-").replace("&#46;", ".")


def people() -> Panel:
    """A panel of people whose superpopulations have routes between them."""
    panel = random_panel(n_populations=4)
    names = {"SUP1": "AFR", "SUP2": "WAS"}
    samples = panel.samples.assign(superpopulation=panel.samples["superpopulation"].map(names))
    return panel.with_samples(samples)


def test_filters_are_printed_and_a_frequency_cut_warns(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    filtered = apply_filters(random_panel(), FilterConfig(maf=0.2)).panel
    text = messages(open_page("entropy", AppState(panel_ref=keep(filtered))))
    assert "MAF" in text
    assert "Sites with rare alleles are missing" in text


def test_thinned_panels_are_told_to_be_for_maps(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    thinned = apply_filters(random_panel(), FilterConfig(max_sites=50)).panel
    assert "thinned for maps" in messages(open_page("entropy", AppState(panel_ref=keep(thinned))))


def test_sites_off_the_autosomes_are_counted(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    panel = random_panel()
    names = np.array(["1"] * (panel.n_sites - 3) + ["X", "X", "MT"], dtype=object)
    sites = panel.sites.assign(chrom=names, pos=np.arange(panel.n_sites) + 1)
    info = panel.info.model_copy(update={"species": "human"})
    mixed = Panel.create(panel.counts, panel.ploidy, panel.samples, sites, info)
    text = messages(open_page("entropy", AppState(panel_ref=keep(mixed))))
    assert f"3 of {panel.n_sites:,} sites are not on autosomes" in text
    assert entropy_view.sites_off_autosomes(mixed.take_sites(np.arange(panel.n_sites - 3))) == 0


def test_share_of_rare_sites_tells_arrays_from_sequences(home: Path) -> None:
    array = random_panel()
    assert entropy_view.share_of_rare_sites(array) < entropy_view.FEW_RARE
    counts = np.zeros_like(array.counts)
    counts[0] = 1
    sequence = Panel.create(counts, array.ploidy, array.samples, array.sites)
    assert entropy_view.share_of_rare_sites(sequence) == 1
    assert entropy_view.order_warnings(sequence) == []


def test_bars_list_the_arcs_that_are_not_drawn(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = open_page("entropy", AppState(panel_ref=keep(people())))
    text = show(app, "Mean entropy")
    assert "Routes are curated from the literature and are not fitted to your data." in text
    n_arcs = sum(len(route.sources) for route in migration_routes())
    assert any(f"{n_arcs - 1} arcs are not drawn" in e.label for e in app.expander)
    assert "It runs within one group" in app.table[0].value.to_string()


def test_map_has_routes_with_citations_on_request(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = open_page("entropy", AppState(panel_ref=keep(people())))
    show(app, "World map")
    n_first = sum(route.kind == "first-peopling" for route in migration_routes())
    assert len(app.table[0].value) == n_first
    assert app.table[0].value["citations"].str.contains("doi").all()
    app.session_state["map_routes"] = []
    app.run()
    check_sound(app)
    assert not app.table


def test_other_species_get_no_routes(open_page: OpenPage, keep: Callable[[Panel], str]) -> None:
    app = open_page("entropy", AppState(panel_ref=keep(people().with_info(species="canid"))))
    assert "No arcs" in show(app, "Mean entropy")
    assert not app.table
    assert "No routes" in show(app, "World map")
    assert not app.table


def test_simulated_order_is_by_construction(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    simulated = messages(open_page("entropy", AppState(panel_ref=keep(people()))))
    assert "by construction" in simulated
    real = people().with_info(simulated=False)
    assert "by construction" not in messages(open_page("entropy", AppState(panel_ref=keep(real))))


@pytest.mark.parametrize(
    "value", [map_values.HETEROZYGOSITY, map_values.BITS, map_values.NO_VALUE, "altitude"]
)
def test_map_is_coloured_by_any_value(value: str, open_page: OpenPage, home: Path) -> None:
    from tests.trained import model_panel

    panel = model_panel()
    samples = panel.samples.assign(altitude=np.arange(panel.n_samples, dtype=float))
    app = open_page("entropy", trained_state(home, panel=panel.with_samples(samples)))
    show(app, "World map")
    app.selectbox(key="map_value").set_value(value).run()
    check_sound(app)
    drawn = app.dataframe[0].value
    assert len(drawn) == 3
    if value == "altitude":
        assert sorted(drawn["altitude"]) == [34.5, 104.5, 174.5]


def test_against_compression_needs_a_model(open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    app = open_page("entropy", state.model_copy(update={"model_ref": None}))
    assert "needs a model" in show(app, "Against compression")
    app = open_page("entropy", state)
    show(app, "Against compression")
    assert len(app.dataframe[0].value) == 2


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_groups_and_sites_in_every_view(
    odd_name: str,
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
) -> None:
    panel = ODD[odd_name]
    app = open_page("entropy", AppState(panel_ref=keep(panel), model_ref=keep_model(panel)))
    for view in VIEWS:
        assert "<img" not in show(app, view)
    if odd_name == "no_positions":
        assert "sites stand in their order" in show(app, VIEWS[0])
