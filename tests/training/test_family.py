"""Every option of the model family does what it says, on simulated people."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.panels import linked_panel
from tests.trained import model_panel
from vaeviz.analysis.neighbours import knn_accuracy
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.errors import ModelError
from vaeviz.training.loop import train_model
from vaeviz.training.model import TrainedModel, load_model

SMALL: dict[str, object] = {
    "hidden": (16,),
    "n_components": 8,
    "rank": 8,
    "window_hidden": 12,
    "epochs": 30,
    "batch_size": 64,
    "learning_rate": 1e-2,
    "geometry": False,
}
SEQUENCE = {**SMALL, "rows": "haplotype", "shape": "windowed", "window_sites": 50, "n_latent": 4}


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@cache
def trained(panel: str = "model", **changes: object) -> TrainedModel:
    people = model_panel() if panel == "model" else linked_panel()
    base = SMALL if panel == "model" else SEQUENCE
    return train_model(people, TrainConfig.make(**{**base, **changes}))


def gain(model: TrainedModel) -> float:
    return float(model.metrics["test_gain_bits_per_allele"])


def means(model: TrainedModel, panel: Panel) -> np.ndarray:
    table = model.embed(panel)
    return table[[c for c in table if c.endswith("_mean")]].to_numpy()


@pytest.mark.parametrize("shape", ["global", "windowed", "hybrid"])
@pytest.mark.parametrize("bottleneck", ["gaussian", "bernoulli", "vq", "none"])
def test_every_shape_and_bottleneck_trains_and_survives_its_file(
    shape: str, bottleneck: str, tmp_path: Path
) -> None:
    model = trained(
        "linked", shape=shape, bottleneck=bottleneck, codebook_size=16, condition="population"
    )
    panel = linked_panel()
    model.save(tmp_path / "m.vaeviz")
    again = load_model(tmp_path / "m.vaeviz")
    assert again.digest == model.digest
    np.testing.assert_array_equal(again.encode(panel).mean, model.encode(panel).mean)
    assert again.code_lengths(panel).shape == (panel.n_samples, 2)
    history = model.history["validation_reconstruction_bits_per_allele"]
    assert history.min() < history.iloc[0]


@pytest.mark.parametrize("bottleneck", ["gaussian", "bernoulli"])
def test_windows_code_linked_sites_in_fewer_bits_than_frequencies(bottleneck: str) -> None:
    assert gain(trained("linked", bottleneck=bottleneck)) > 0.02


@cache
def shuffled_panel() -> Panel:
    """`linked_panel` whose windows of 50 sites are dealt anew inside each population."""
    panel, rng = linked_panel(), np.random.default_rng(5)
    counts = np.array(panel.counts)
    half = len(counts) // 2
    for start in range(0, panel.n_sites, 50):
        for rows in (np.arange(half), np.arange(half, len(counts))):
            counts[rows, start : start + 50] = counts[rng.permutation(rows), start : start + 50]
    return Panel.create(counts, 1, panel.samples, panel.sites, panel.info)


def test_where_windows_are_independent_a_latent_each_beats_one_for_all() -> None:
    each = train_model(shuffled_panel(), TrainConfig.make(**SEQUENCE))
    one = train_model(shuffled_panel(), TrainConfig.make(**{**SEQUENCE, "shape": "global"}))
    assert gain(each) > gain(one) + 0.01


def test_a_label_given_to_the_network_leaves_the_latent() -> None:
    """Judged on draws of the posterior: means tell groups apart however little they differ."""
    panel = model_panel()

    def of_draws(model: TrainedModel) -> float:
        found = model.encode(panel)
        noise = np.random.default_rng(0).normal(size=found.sd.shape)
        split, labels = model.split_of(panel), panel.labels("population")
        draws = found.mean + found.sd * noise
        return knn_accuracy(draws, labels, split == "train", split != "train").accuracy

    long = {"n_latent": 2, "epochs": 80, "patience": 80}
    assert of_draws(trained(**long)) > 0.9
    assert of_draws(trained(**long, condition="population")) < 0.6


def test_the_shortest_code_names_the_population() -> None:
    model = trained(n_latent=2, condition="population", epochs=80, patience=80)
    panel = model_panel()
    labels = np.array(model.config.condition_labels)
    held = model.split_of(panel) == "test"
    found = labels[model.code_lengths(panel).argmin(1)]
    assert (found == panel.labels("population"))[held].mean() > 0.8


def test_code_lengths_need_a_condition() -> None:
    with pytest.raises(ModelError, match="--condition"):
        trained(n_latent=2).code_lengths(model_panel())


def test_hiding_sites_in_training_teaches_to_fill_them() -> None:
    panel = linked_panel()
    rng = np.random.default_rng(3)
    hidden = rng.random(panel.counts.shape) < 0.3
    counts = np.where(hidden, -1, panel.counts)
    holes = Panel.create(counts, 1, panel.samples, panel.sites, panel.info)

    def error(model: TrainedModel) -> float:
        rows = np.repeat(model.split_of(panel) == "test", 2)
        p = model.probabilities(model.encode(holes).mean)
        missing = hidden[rows]
        return float(((p[rows] - panel.counts[rows]) ** 2)[missing].mean())

    assert error(trained("linked", denoise=0.3)) < error(trained("linked")) - 0.002


def test_mosaics_keep_a_small_panel_from_being_learned_by_heart() -> None:
    def overfit(model: TrainedModel) -> float:
        last = model.history.iloc[-1]
        return float(last["validation_bits_per_allele"] - last["train_bits_per_allele"])

    long = {"epochs": 60, "patience": 60, "window_hidden": 64}
    mosaics = trained("linked", augment="wright-fisher", generations=50.0, **long)
    assert overfit(mosaics) < overfit(trained("linked", **long)) - 0.01


def test_a_larger_beta_buys_a_cheaper_latent() -> None:
    def latent_bits(model: TrainedModel) -> float:
        return float(model.row_terms(linked_panel()).kl_nats.sum(1).mean())

    assert latent_bits(trained("linked", beta=4.0)) < 0.8 * latent_bits(trained("linked"))


def test_free_bits_keep_dimensions_in_use() -> None:
    def least_used(model: TrainedModel) -> float:
        return float(model.row_terms(linked_panel()).kl_nats.mean(0).min() / np.log(2))

    many = {"n_latent": 10, "beta": 2.0, "epochs": 60, "patience": 60}
    idle, used = (
        least_used(trained("linked", **many)),
        least_used(trained("linked", **many, free_bits=0.5)),
    )
    assert idle < 0.1 < 0.3 < used


def test_geometry_keeps_distances_in_order() -> None:
    panel = model_panel()

    def order(model: TrainedModel) -> float:
        scores = model.scores(panel)[:, :8]
        place = means(model, panel)
        held = model.split_of(panel) != "train"
        upper = np.triu_indices(int(held.sum()), 1)
        near = np.linalg.norm(scores[held][:, None] - scores[held][None], axis=-1)[upper] ** 2
        far = np.linalg.norm(place[held][:, None] - place[held][None], axis=-1)[upper]
        return float(np.corrcoef(near, far)[0, 1])

    assert order(trained(n_latent=2, geometry=True)) > order(trained(n_latent=2)) + 0.01


def test_geometry_weights_of_nothing_are_the_plain_autoencoder() -> None:
    off = trained(n_latent=2)
    zero = trained(n_latent=2, geometry=True, neighbour_weight=0.0, distance_weight=0.0)
    assert torch.equal(off.network.encoder.skip.weight, zero.network.encoder.skip.weight)


def test_scores_of_training_people_are_cross_fitted_and_of_others_plain(tmp_path: Path) -> None:
    model, panel = trained(n_latent=2), model_panel()
    train = model.split_of(panel) == "train"
    own = model.scores(panel)
    renamed = panel.samples.assign(sample=[f"x{k}" for k in range(panel.n_samples)])
    stranger = panel.with_samples(renamed)
    plain = model.scores(stranger)
    np.testing.assert_allclose(own[~train], plain[~train], atol=1e-4)
    assert (own[train] ** 2).sum(0)[-1] < 0.9 * (plain[train] ** 2).sum(0)[-1]
    model.save(tmp_path / "m.vaeviz")
    np.testing.assert_allclose(load_model(tmp_path / "m.vaeviz").scores(panel), own, atol=1e-5)


def test_jacobian_is_the_slope_of_the_probabilities(tmp_path: Path) -> None:
    trained(n_latent=2).save(tmp_path / "m.vaeviz")
    model = load_model(tmp_path / "m.vaeviz")  # nothing has warmed it up
    point, step = np.array([0.3, -0.2]), 1e-5
    slopes = model.jacobian(point)
    for k in range(2):
        ends = model.probabilities(point + step * np.array([-1, 1])[:, None] * np.eye(2)[k])
        np.testing.assert_allclose(slopes[k], (ends[1] - ends[0]) / (2 * step), atol=1e-7)
