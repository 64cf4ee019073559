"""The table of latent sizes: factors by hand, held-out people, what is kept and found again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.panels import linked_panel, random_panel, site_table
from vaeviz.compression import latent_sizes as module
from vaeviz.compression.latent_plan import TITLES, LatentSizesConfig, base_config, build
from vaeviz.compression.latent_runs import SizeRun, read_run
from vaeviz.compression.latent_sizes import (
    LatentSizes,
    expected_seconds,
    finished_sizes,
    latent_size_table,
    tabulate,
    used_sites,
)
from vaeviz.data.panel import Panel
from vaeviz.errors import Cancelled, ConfigError, PanelError
from vaeviz.progress import Silent
from vaeviz.training.split import split_samples

SHORT = {"epochs": 2, "sizes": (2, 4), "families": ("vae",)}


def settings(**values: object) -> LatentSizesConfig:
    return LatentSizesConfig.make(**{**SHORT, **values})


def factors(found: LatentSizes, method: str, group: str = "all") -> list[float]:
    table = found.table
    return table.loc[(table["method"] == method) & (table["group"] == group), "factor"].tolist()


class Counted:
    """`trained_run` that counts, and can stop after some."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at_most: int = 1000) -> None:
        self.sizes: list[int] = []
        self.real, self.at_most = module.trained_run, at_most
        monkeypatch.setattr(module, "trained_run", self)

    def __call__(self, family: str, size: int, *rest: object) -> SizeRun:
        if len(self.sizes) >= self.at_most:
            raise Cancelled("stopped")
        self.sizes.append(size)
        return self.real(family, size, *rest)  # type: ignore[arg-type]


def test_factor_by_hand() -> None:
    panel = random_panel(n_samples=6, n_populations=3)
    run = SizeRun(
        family="vae",
        size=2,
        n_numbers=2,
        latent_bits=64.0,
        n_sites=200,
        people=(0, 1, 5),
        runs=(1.0, 4.0, 7.0),
    )
    table = tabulate([run], panel, by="population").set_index("group")
    assert list(table.index) == ["POP1", "POP3", "all"]
    assert table.loc["POP1", "factor"] == pytest.approx(200 / (32 * 2 + 16 * 2.5))
    assert table.loc["POP3", "factor"] == pytest.approx(200 / (32 * 2 + 16 * 7))
    assert table.loc["all", "factor"] == pytest.approx(200 / (32 * 2 + 16 * 4))
    assert table.loc["POP1", "n_samples"] == 2
    assert table.loc["all", "ci_low"] < table.loc["all", "factor"] < table.loc["all", "ci_high"]


def two_founders(n_samples: int = 60, n_sites: int = 400) -> Panel:
    """Haplotypes are copies of two that differ everywhere: one component says all."""
    which = np.random.default_rng(0).integers(0, 2, 2 * n_samples)
    founder = np.arange(n_sites) % 2
    samples = pd.DataFrame({"sample": [f"S{i}" for i in range(n_samples)]})
    counts = np.where(which[:, None] == 1, founder, 1 - founder).astype(np.int8)
    return Panel.create(counts, 1, samples, site_table(n_sites, 1))


def test_pca_that_says_all_leaves_one_run(tmp_path: Path) -> None:
    found = latent_size_table(two_founders(), settings(families=("pca",), sizes=(1,)), tmp_path)
    assert factors(found, "PCA") == [pytest.approx(400 / (32 + 16))]


def test_pca_without_the_mean_is_a_note_only(tmp_path: Path) -> None:
    found = latent_size_table(linked_panel(), settings(families=("pca",), sizes=(2, 8)), tmp_path)
    assert set(found.table["method"]) == {"PCA"}
    (note,) = [n for n in found.notes if "mean" in n]
    without = float(note.split("have x")[1].split()[0])
    assert without < factors(found, "PCA")[-1]


def test_scored_people_were_held_out(tmp_path: Path) -> None:
    panel = random_panel()
    chosen = settings(families=("vae", "pca"), sizes=(2,), seed=5)
    latent_size_table(panel, chosen, tmp_path)
    test = np.flatnonzero(split_samples(panel, 5) == "test")
    runs = [read_run(path) for path in tmp_path.glob("*.json")]
    assert len(runs) == 2
    for run in runs:
        assert run is not None
        assert run.people == tuple(test)
        assert run.n_train == int((split_samples(panel, 5) == "train").sum())


def test_larger_latents_leave_fewer_runs_and_low_diversity_compresses(tmp_path: Path) -> None:
    panel = linked_panel(n_samples=200)
    # The second population: all copies of one haplotype.
    counts = panel.counts.copy()
    counts[200:] = counts[200]
    same = Panel.create(counts, 1, panel.samples, panel.sites, panel.info)
    chosen = settings(families=("vae", "pca"), sizes=(2, 8), epochs=30)
    found = latent_size_table(same, chosen, tmp_path, by="population")
    low, high = sorted(set(found.table["group"]) - {"all"})[::-1]
    for method in ("VAE", "PCA"):
        runs = found.table[(found.table["method"] == method) & (found.table["group"] == high)]
        assert runs["mean_runs"].is_monotonic_decreasing
        for a, b in zip(factors(found, method, low), factors(found, method, high), strict=True):
            assert a > b


def test_finished_sizes_are_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = random_panel()
    counted = Counted(monkeypatch)
    first = latent_size_table(panel, settings(), tmp_path)
    assert counted.sizes == [2, 4]
    again = latent_size_table(panel, settings(sizes=(4, 2)), tmp_path)
    assert counted.sizes == [2, 4]
    pd.testing.assert_frame_equal(first.table, again.table)
    latent_size_table(panel, settings(seed=2, sizes=(2,)), tmp_path)
    latent_size_table(panel, settings(epochs=3, sizes=(2,)), tmp_path)
    latent_size_table(random_panel(seed=1), settings(sizes=(2,)), tmp_path)
    latent_size_table(panel, settings(maf=0.2, sizes=(2,)), tmp_path)
    assert counted.sizes == [2, 4, 2, 2, 2, 2]


def test_a_stopped_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = random_panel()
    stopping = Counted(monkeypatch, at_most=1)
    with pytest.raises(Cancelled):
        latent_size_table(panel, settings(), tmp_path)
    part = finished_sizes(panel, settings(), tmp_path)
    assert (part.n_finished, part.n_entries) == (1, 2)
    assert set(part.table["size"]) == {2}
    stopping.at_most = 1000
    whole = latent_size_table(panel, settings(), tmp_path)
    assert stopping.sizes == [2, 4]
    elsewhere = latent_size_table(panel, settings(), tmp_path / "b")
    columns = ["size", "group", "factor", "ci_low"]
    pd.testing.assert_frame_equal(whole.table[columns], elsewhere.table[columns])


class StopsAfter(Silent):
    """Cancels behind so many epochs."""

    def __init__(self, epochs: int) -> None:
        self.left = epochs

    def update(self, done: float, total: float, message: str, **metrics: float) -> None:
        self.left -= "on validation" in message

    def cancelled(self) -> bool:
        return self.left <= 0


def test_training_stopped_half_way_is_no_result(tmp_path: Path) -> None:
    panel = random_panel()
    chosen = settings(sizes=(2,), epochs=6)
    with pytest.raises(Cancelled):
        latent_size_table(panel, chosen, tmp_path, progress=StopsAfter(2))
    assert not list(tmp_path.glob("*.json"))
    assert not len(finished_sizes(panel, chosen, tmp_path).table)
    latent_size_table(panel, chosen, tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".json"]  # and no state is left


@pytest.mark.parametrize("text", ["", "{", '{"family": "vae", "size": 2, "other": 1}'])
def test_a_damaged_result_is_made_again(text: str, tmp_path: Path) -> None:
    panel = random_panel()
    first = latent_size_table(panel, settings(sizes=(2,)), tmp_path)
    (file,) = tmp_path.glob("*.json")
    file.write_text(text)
    again = latent_size_table(panel, settings(sizes=(2,)), tmp_path)
    assert factors(again, "VAE") == factors(first, "VAE")


def test_codes_cost_their_bits_and_windows_their_numbers(tmp_path: Path) -> None:
    panel = random_panel(n_sites=640)  # two chromosomes, four windows each
    chosen = settings(families=("windowed", "vq"), sizes=(1, 2, 16, 32), epochs=1)
    found = latent_size_table(panel, chosen, tmp_path)
    rows = found.table[found.table["group"] == "all"].set_index(["method", "size"])
    assert rows.loc[("Windowed VAE", 16), "latent_bits"] == 16 * 32
    assert rows.loc[("Windowed VAE", 16), "n_numbers"] == 16
    assert rows.loc[("Windowed VQ", 16), "latent_bits"] == 16 * 32
    assert rows.loc[("Windowed VQ", 16), "n_numbers"] == 64  # of 8 bits
    assert rows.loc[("Windowed VQ", 2), "n_numbers"] == 8
    assert set(rows["n_windows"]) == {8}
    left_out = " ".join(n for n in found.notes if n.startswith("Left out"))
    assert "|z| = 1, 2. Windowed VAE: 8 windows need at least 8 numbers" in left_out
    assert "|z| = 1. Windowed VQ: 8 windows need at least 64 bits" in left_out
    assert "|z| = 32. Windowed VQ: the latent alone costs as much as the raw bits" in left_out
    assert found.n_finished == found.n_entries == 8


def test_only_common_sites_are_used(tmp_path: Path) -> None:
    panel = random_panel()
    rows = panel.row_index(np.flatnonzero(split_samples(panel, 1) == "train"))
    frequency = panel.counts[rows].mean(0)
    common = int((np.minimum(frequency, 1 - frequency) >= 0.3).sum())
    chosen = settings(families=("pca",), sizes=(2,), maf=0.3)
    assert used_sites(panel, chosen).n_sites == common
    table = latent_size_table(panel, chosen, tmp_path).table
    assert set(table["n_sites"]) == {common}
    assert table["min_maf"].min() >= 0.3
    with pytest.raises(PanelError, match="of 200 sites have a training MAF"):
        used_sites(panel, settings(maf=0.499, seed=3))


def test_dosages_say_that_they_are_not_the_papers(tmp_path: Path) -> None:
    panel = random_panel(phased=False, missing=0.3)
    found = latent_size_table(panel, settings(families=("vae", "pca"), sizes=(2,)), tmp_path)
    assert set(found.table["ploidy"]) == {2}
    assert "not the paper's definition" in " ".join(found.notes)


def test_every_odd_panel(odd: Panel, tmp_path: Path) -> None:
    chosen = settings(families=("pca", "vae", "windowed"), sizes=(2, 16), epochs=1)
    found = latent_size_table(odd, chosen, tmp_path)
    assert found.n_finished == found.n_entries
    assert (found.table["group"] == "all").any()
    assert np.isfinite(found.table["factor"]).all()


def test_an_unknown_column_is_refused_before_training(tmp_path: Path) -> None:
    with pytest.raises(PanelError):
        latent_size_table(random_panel(), settings(), tmp_path, by="nonsense")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("bad", [{"sizes": ()}, {"sizes": (2, 2)}, {"sizes": (513,)}, {"maf": 0.6}])
def test_bad_settings_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        settings(**bad)


def test_expected_time_counts_what_is_missing(tmp_path: Path) -> None:
    panel = random_panel()
    both = expected_seconds(panel, settings(), tmp_path)
    latent_size_table(panel, settings(sizes=(2,)), tmp_path)
    assert 0 < expected_seconds(panel, settings(), tmp_path) < both
    assert expected_seconds(panel, settings(sizes=(2,)), tmp_path) == 0
    assert expected_seconds(panel, settings(sizes=(2,), families=("pca",)), tmp_path) > 0


def test_every_size_has_components_and_rank_enough() -> None:
    panel = random_panel()
    base = base_config(panel, LatentSizesConfig())
    for size in (2, 64, 512):
        config = build("vae", size, panel, base).config
        assert config is not None
        assert config.n_components >= min(size, 512)
        assert config.rank >= size
        assert config.rows == "haplotype"
        assert not config.uses_geometry()


def test_too_many_codes_are_left_out() -> None:
    panel = random_panel(n_samples=4, n_sites=20_000)
    base = base_config(panel, LatentSizesConfig())
    assert build("vq", 128, panel, base).config is not None
    assert build("vq", 256, panel, base).why == "1,024 codes take too long to train"


def test_the_table_is_in_the_order_of_the_titles() -> None:
    entries = LatentSizesConfig(sizes=(8, 2), families=("vq", "vae", "pca")).entries()
    assert entries == [(f, s) for f in TITLES if f != "windowed" for s in (2, 8)]
