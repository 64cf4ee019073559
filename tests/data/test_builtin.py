"""Built-in panels: what they hold, how small and quick they are, and that a seed gives them."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.panels import random_panel
from vaeviz.data.catalogue import (
    BUILT_IN,
    builtin_names,
    default_panel_name,
    demo_model_path,
    load_builtin,
    open_panel,
)
from vaeviz.data.packed import read_packed, write_packed
from vaeviz.data.simulation import RECIPES, simulate_panel
from vaeviz.errors import PanelError, ReadError

SIZES = {
    "human-array": (1_235, 10_000),
    "human-region": (1_235, 23_194),
    "canid": (530, 10_000),
    "grid": (360, 10_000),
}


@pytest.mark.parametrize("name", SIZES)
def test_builtin_has_its_documented_size_and_says_simulated(name):
    panel = load_builtin(name)
    assert (panel.n_samples, panel.n_sites) == SIZES[name]
    assert panel.phased
    assert panel.counts.min() == 0
    assert panel.info.simulated
    assert not panel.info.synthetic
    assert "simulated" in panel.info.name
    assert "simulated" in BUILT_IN[name].title
    assert panel.info.build == "simulated"
    assert panel.info.species == BUILT_IN[name].species
    assert all("doi:10." in c for c in panel.info.citations)
    assert panel.samples[["latitude", "longitude", "population"]].notna().all(axis=None)
    assert panel.samples["name"].str.endswith("(simulated)").all()


@pytest.mark.parametrize("name", SIZES)
def test_builtin_sites_keep_the_frequency_cut_and_order(name):
    panel = load_builtin(name)
    frequency = panel.counts.mean(axis=0)
    minor = np.minimum(frequency, 1 - frequency)
    assert minor.min() >= RECIPES[name].min_maf
    assert (panel.sites["ref"] != panel.sites["alt"]).all()
    within = panel.sites["chrom"].to_numpy()[1:] == panel.sites["chrom"].to_numpy()[:-1]
    assert (np.diff(panel.sites["pos"])[within] > 0).all()


def test_human_panels_have_populations_and_true_ancestry():
    samples = load_builtin("human-array").samples
    assert samples["population"].nunique() == 27
    true = [c for c in samples if c.startswith("true_")]
    admixed = samples["superpopulation"] == "ADM"
    assert samples.loc[~admixed, true].isna().all(axis=None)
    np.testing.assert_allclose(samples.loc[admixed, true].sum(axis=1), 1, atol=5e-4)
    means = samples[admixed].groupby("population")[true].mean()
    assert means.loc["sASW", "true_sYRI"] == pytest.approx(0.78, abs=0.005)
    assert means.loc["sMXL", "true_sMAY"] == pytest.approx(0.51, abs=0.005)
    assert means.loc["sMXL", "true_sYRI"] == pytest.approx(0.06, abs=0.005)


def test_all_built_files_are_under_five_megabytes():
    assert sum(b.file.stat().st_size for b in BUILT_IN.values()) < 5_000_000


def test_default_panel_opens_in_well_under_a_second():
    load_builtin(default_panel_name())
    start = time.perf_counter()
    load_builtin(default_panel_name())
    assert time.perf_counter() - start < 1.0


@pytest.mark.slow
@pytest.mark.parametrize("name", SIZES)
def test_seed_rebuilds_the_committed_panel(name):
    panel = simulate_panel(name)
    built = load_builtin(name)
    assert panel.digest == built.digest
    assert panel.info == built.info


def test_rewriting_a_panel_gives_the_same_bytes(tmp_path):
    panel = load_builtin("grid")
    for stem in ("one", "two"):
        write_packed(panel, tmp_path / f"{stem}.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_grid_is_rebuilt_from_its_seed_and_changes_with_it():
    built = load_builtin("grid")
    assert simulate_panel("grid").digest == built.digest
    assert simulate_panel("grid", seed=2).digest != built.digest


def test_packed_round_trip_loses_nothing(tmp_path):
    panel = random_panel(n_samples=13, n_sites=37)
    write_packed(panel, tmp_path / "p.npz")
    again = read_packed(tmp_path / "p.npz")
    assert again.digest == panel.digest
    assert again.info == panel.info


def test_packed_refuses_what_it_cannot_hold(tmp_path):
    for panel in (random_panel(phased=False), random_panel(missing=0.1)):
        with pytest.raises(PanelError):
            write_packed(panel, tmp_path / "p.npz")


def test_damaged_packed_file_is_a_read_error(tmp_path):
    path = tmp_path / "p.npz"
    write_packed(random_panel(), path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ReadError, match="p.npz"):
        read_packed(path)
    path.write_bytes(b"not a zip")
    with pytest.raises(ReadError, match="p.npz"):
        read_packed(path)


def test_open_panel_takes_names_and_refuses_others_with_choices():
    assert open_panel("grid").n_samples == 360
    assert builtin_names()[0] == default_panel_name()
    with pytest.raises(ReadError, match="neither") as caught:
        open_panel("no-such-panel")
    assert "human-array" in caught.value.hint
    with pytest.raises(PanelError):
        load_builtin("no-such-panel")
    with pytest.raises(PanelError):
        simulate_panel("no-such-panel")


def test_open_panel_reads_files():
    pytest.importorskip("vaeviz.data.readers")
    with pytest.raises(ReadError):
        open_panel(BUILT_IN["grid"].file)


def test_demo_model_path_is_none_for_unknown_names():
    assert demo_model_path("no-such-panel") is None
