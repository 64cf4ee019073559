from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.panels import random_panel
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.errors import Cancelled, CheckpointError, ModelError
from vaeviz.training.loop import train_model
from vaeviz.training.model import TrainedModel, load_model
from vaeviz.training.state import load_state

QUICK = {"epochs": 6, "batch_size": 16, "n_components": 8, "rank": 8, "hidden": (16,)}


class Stop:
    """Cancels after some batches, or raises as a killed process would end."""

    def __init__(self, after: int, error: type[BaseException] | None = None) -> None:
        self.after, self.error, self.asked, self.rows = after, error, 0, []

    def update(self, done: float, total: float, message: str, **metrics: float) -> None:
        self.rows.append(metrics)

    def cancelled(self) -> bool:
        self.asked += 1
        if self.asked > self.after and self.error:
            raise self.error
        return self.asked > self.after


def quick(panel: Panel, **changes: object) -> TrainedModel:
    return train_model(panel, TrainConfig.make(**{**QUICK, **changes}))


@pytest.fixture(scope="module")
def panel() -> Panel:
    return random_panel(n_samples=120, n_sites=300, missing=0.05)


@pytest.fixture(scope="module")
def model(panel: Panel) -> TrainedModel:
    return quick(panel, epochs=40, n_latent=2)


def weights(model: TrainedModel) -> dict[str, torch.Tensor]:
    return model.network.state_dict()


def same(a: TrainedModel, b: TrainedModel) -> bool:
    return all(torch.equal(x, weights(b)[name]) for name, x in weights(a).items())


def test_it_beats_training_frequencies_on_held_out_people(model: TrainedModel) -> None:
    assert model.metrics["test_gain_low"] > 0
    gain = model.metrics["test_bits_per_allele_frequencies"] - model.metrics["test_bits_per_allele"]
    assert model.metrics["test_gain_bits_per_allele"] == pytest.approx(gain)


def test_noise_panel_gains_nothing() -> None:
    """The check above can fail: without structure there is nothing to gain."""
    flat = random_panel(n_samples=120, n_sites=300, n_populations=1, phased=False)
    assert quick(flat, epochs=40).metrics["test_gain_low"] <= 0


def test_metrics_match_the_facade(model: TrainedModel, panel: Panel) -> None:
    test = panel.take_samples(model.split_of(panel) == "test")
    terms = model.row_terms(test)
    bits = (terms.bits_per_allele() * terms.n_alleles).sum() / terms.n_alleles.sum()
    assert bits == pytest.approx(model.metrics["test_bits_per_allele"], rel=1e-6)


def test_latent_separates_populations(model: TrainedModel, panel: Panel) -> None:
    table = model.embed(panel)
    assert list(table.columns[:4]) == ["sample", "population", "superpopulation", "split"]
    means = table.groupby("superpopulation")["latent_1_mean"].mean()
    assert abs(means.iloc[0] - means.iloc[1]) > 3 * table["latent_1_sd"].mean()


def test_same_seed_same_weights_other_seed_other_weights(panel: Panel) -> None:
    assert same(quick(panel), quick(panel))
    assert not same(quick(panel), quick(panel, seed=2))


def test_a_killed_run_resumes_to_the_same_weights(panel: Panel, tmp_path: Path) -> None:
    config = TrainConfig.make(**QUICK)
    whole = train_model(panel, config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vaeviz.training.loop.SAVE_EVERY_SECONDS", 0.0)
        patch.setattr("vaeviz.training.loop.SAVE_SHARE", 1e9)
        with pytest.raises(KeyboardInterrupt):
            train_model(panel, config, Stop(20, KeyboardInterrupt), tmp_path)
    progress = Stop(10**9)
    resumed = train_model(panel, config, progress, tmp_path)
    assert 0 < len(progress.rows) < config.epochs
    assert progress.rows[0]["epoch"] > 1
    assert same(whole, resumed)
    assert list(resumed.history["epoch"]) == list(whole.history["epoch"])


def test_state_of_other_settings_is_not_resumed(panel: Panel, tmp_path: Path) -> None:
    train_model(panel, TrainConfig.make(**QUICK), state_dir=tmp_path)
    assert load_state(tmp_path, "another fingerprint") is None
    progress = Stop(10**9)
    train_model(panel, TrainConfig.make(**QUICK, seed=5), progress, tmp_path)
    assert len(progress.rows) == QUICK["epochs"]


def test_cancel_keeps_the_best_model(panel: Panel) -> None:
    stopped = train_model(panel, TrainConfig.make(**QUICK), Stop(15))
    assert 1 <= stopped.metrics["epochs"] < QUICK["epochs"]
    assert stopped.metrics["finished"] is False
    with pytest.raises(Cancelled):
        train_model(panel, TrainConfig.make(**QUICK), Stop(2))


def test_early_stopping_keeps_the_best_epoch(panel: Panel) -> None:
    model = quick(panel, epochs=200, patience=5, learning_rate=0.02)
    history = model.history
    best = int(history["validation_bits_per_allele"].idxmin()) + 1
    assert model.metrics["best_epoch"] == best
    assert len(history) == best + 5 < 200


def test_the_test_people_do_not_touch_the_model(panel: Panel) -> None:
    """Other genotypes for the test people: the same weights to the last bit."""
    parts = quick(panel).split_of(panel)
    rows = panel.row_index(np.flatnonzero(parts == "test"))
    counts = np.array(panel.counts)
    counts[rows] = 1 - np.abs(counts[rows])
    other = Panel.create(counts, 1, panel.samples, panel.sites, panel.info)
    assert same(quick(panel), quick(other))


def test_haplotype_rows(panel: Panel) -> None:
    model = quick(panel, rows="haplotype")
    assert len(model.encode(panel).mean) == 2 * panel.n_samples
    person, haplotype = model.embed(panel), model.embed(panel, haplotypes=True)
    assert len(person) == panel.n_samples
    pair = haplotype["latent_1_mean"].to_numpy().reshape(-1, 2)
    np.testing.assert_allclose(person["latent_1_mean"], pair.mean(1))
    with pytest.raises(Exception, match="unphased"):
        model.encode(panel.as_dosages())


def test_conditional_model_takes_missing_and_unseen_labels(panel: Panel) -> None:
    model = quick(panel, condition="superpopulation")
    assert model.config.condition_labels == ("SUP1", "SUP2")
    samples = panel.samples.assign(superpopulation="never seen")
    unseen, absent = panel.with_samples(samples), panel.with_samples(panel.samples[["sample"]])
    np.testing.assert_array_equal(model.encode(unseen).mean, model.encode(absent).mean)
    z = np.zeros((2, 2))
    a, b = model.probabilities(z, ["SUP1", "SUP2"])
    assert np.abs(a - b).max() > 1e-3


def test_probabilities_do_not_depend_on_the_batch(model: TrainedModel) -> None:
    z = np.random.default_rng(0).normal(size=(50, 2))
    whole = model.probabilities(z)
    single = np.concatenate([model.probabilities(row[None]) for row in z])
    np.testing.assert_allclose(whole, single, rtol=0, atol=1e-12)
    assert whole.min() >= 0
    assert whole.max() <= 1


def test_another_panel_is_refused(model: TrainedModel, panel: Panel) -> None:
    sites = panel.sites.assign(chrom="7", id="other")
    with pytest.raises(ModelError, match="sites"):
        model.encode(Panel.create(panel.counts, 1, panel.samples, sites))


@settings(max_examples=5, deadline=None)
@given(st.integers(1, 5), st.sampled_from(["person", "haplotype"]), st.booleans())
def test_file_round_trip(latent: int, rows: str, conditional: bool) -> None:
    import tempfile

    panel = random_panel(n_samples=40, n_sites=60)
    condition = "population" if conditional else None
    model = quick(panel, n_latent=latent, rows=rows, epochs=2, condition=condition)
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "a.vaeviz", Path(folder) / "b.vaeviz"
        model.save(first)
        loaded = load_model(first)
        loaded.save(second)
        assert first.read_bytes() == second.read_bytes()
    assert loaded.digest == model.digest
    assert (loaded.split_of(panel) == model.split_of(panel)).all()
    np.testing.assert_array_equal(loaded.encode(panel).mean, model.encode(panel).mean)
    assert loaded.metrics == model.metrics


def test_the_file_does_not_name_anybody(model: TrainedModel, panel: Panel, tmp_path: Path) -> None:
    model.save(tmp_path / "m.vaeviz")
    with zipfile.ZipFile(tmp_path / "m.vaeviz") as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert not any(str(i).encode() in everything for i in panel.sample_ids)


def rewrite(source: Path, target: Path, **changes: bytes) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name.replace(".", "_"), old.read(name)))
    return target


def test_damaged_and_hostile_files_are_refused(model: TrainedModel, tmp_path: Path) -> None:
    good, bad = tmp_path / "m.vaeviz", tmp_path / "bad.vaeviz"
    model.save(good)
    data = good.read_bytes()
    for garbage in (b"", b"%PDF-1.4", data[: len(data) // 2]):
        bad.write_bytes(garbage)
        with pytest.raises(CheckpointError):
            load_model(bad)
    with zipfile.ZipFile(good) as archive:
        config = json.loads(archive.read("config.json"))
        weights_file = archive.read("weights.safetensors")
    huge = json.loads(json.dumps(config))
    huge["model"]["n_sites"] = 10**9
    wrong = json.loads(json.dumps(config))
    wrong["model"]["n_latent"] = 7
    newer = {**config, "format": 99}
    for settings_ in (huge, wrong, newer):
        rewrite(good, bad, config_json=json.dumps(settings_).encode())
        with pytest.raises(CheckpointError):
            load_model(bad)
    for member in (weights_file[:-8], weights_file + b"\0" * 300_000, b"\x80\x04pickle"):
        rewrite(good, bad, weights_safetensors=member)
        with pytest.raises(CheckpointError):
            load_model(bad)
    rewrite(good, bad, sites_parquet=b"PAR1 no")
    with pytest.raises(CheckpointError):
        load_model(bad)


def test_duplicate_members_are_refused(model: TrainedModel, tmp_path: Path) -> None:
    path = tmp_path / "m.vaeviz"
    model.save(path)
    buffer = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("config.json", b"{}")
    path.write_bytes(buffer.getvalue())
    with pytest.raises(CheckpointError):
        load_model(path)
