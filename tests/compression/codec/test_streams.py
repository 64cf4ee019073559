from __future__ import annotations

import hashlib
import io
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.panels import random_panel
from tests.trained import model_panel, small_model
from vaeviz.compression.codec import stream_files
from vaeviz.compression.codec.streams import export_streams, read_streams
from vaeviz.config import Rows
from vaeviz.data.align import aligned_counts
from vaeviz.data.panel import MISSING, Panel
from vaeviz.errors import CodecError
from vaeviz.training.model import TrainedModel

README = Path(__file__).resolve().parents[3] / "README.md"


def with_holes(panel: Panel) -> Panel:
    counts = panel.counts.copy()
    counts[np.random.default_rng(0).random(counts.shape) < 0.03] = MISSING
    return Panel.create(counts, panel.ploidy, panel.samples, panel.sites, panel.info)


def wanted(model: TrainedModel, panel: Panel) -> np.ndarray:
    return aligned_counts(panel.model_rows(model.config.rows), model.align(panel))


@pytest.mark.parametrize("rows", ["person", "haplotype"])
@pytest.mark.parametrize("codec", ["zstd", "blosc2", "none"])
@pytest.mark.parametrize("name", ["s.zip", "folder"])
def test_genotypes_come_back(
    rows: Rows, codec: stream_files.StreamCodec, name: str, tmp_path: Path
) -> None:
    model, panel = small_model(rows), with_holes(model_panel())
    info = export_streams(model, panel, tmp_path / name, codec)
    back = read_streams(tmp_path / name, model)
    assert back.info == info
    np.testing.assert_array_equal(back.counts, wanted(model, panel))
    assert back.latents.shape == (info.n_rows, model.config.n_codes)
    assert set(np.unique(back.residual)) <= {-128, -2, -1, 0, 1, 2}
    assert (back.residual == 0).mean() > 0.5
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_conditional_models_store_their_labels(tmp_path: Path) -> None:
    model, panel = small_model("haplotype", "superpopulation"), model_panel()
    info = export_streams(model, panel, tmp_path / "s.zip")
    assert info.condition == tuple(np.repeat(panel.labels("superpopulation"), 2))
    np.testing.assert_array_equal(
        read_streams(tmp_path / "s.zip", model).counts, wanted(model, panel)
    )


def test_no_probability_is_near_a_threshold(tmp_path: Path) -> None:
    for rows in ("person", "haplotype"):
        model = small_model(rows)  # type: ignore[arg-type]
        info = export_streams(model, model_panel(), tmp_path / f"{rows}.zip")
        latents = read_streams(tmp_path / f"{rows}.zip", model).latents
        p = model.probabilities(latents)
        nearest = min(np.abs(p - t).min() for t in info.thresholds)
        assert nearest == pytest.approx(info.margin, rel=1e-3)
        assert info.margin > 1e-8
        for threshold, middle in zip(
            info.thresholds, {1: [0.5], 2: [0.25, 0.75]}[len(info.thresholds)], strict=True
        ):
            assert abs(threshold - middle) <= 1e-3


def test_sites_of_only_one_side(tmp_path: Path) -> None:
    """Sites that the panel lacks are missing, sites that the model lacks are counted."""
    model, panel = small_model(), model_panel().take_sites(range(100))
    sites = panel.sites.copy()
    sites.loc[:9, ["id", "pos"]] = [["new", 900_000 + i] for i in range(10)]
    panel = Panel.create(panel.counts, 1, panel.samples, sites)
    info = export_streams(model, panel, tmp_path / "s.zip")
    assert info.n_sites_left_out == 10
    counts = read_streams(tmp_path / "s.zip", model).counts
    np.testing.assert_array_equal((counts >= 0).all(0), np.isin(np.arange(300), np.arange(10, 100)))


def test_the_same_streams_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        export_streams(small_model(), model_panel(), tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_another_model_and_an_existing_folder_are_refused(tmp_path: Path) -> None:
    export_streams(small_model(), model_panel(), tmp_path / "s")
    with pytest.raises(CodecError, match=small_model().digest):
        read_streams(tmp_path / "s", small_model("haplotype"))
    with pytest.raises(CodecError, match="exists"):
        export_streams(small_model(), model_panel(), tmp_path / "s")
    with pytest.raises(CodecError, match="holds no stream"):
        read_streams(tmp_path / "absent", small_model())


def npy(array: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


@pytest.mark.parametrize("codec", ["zstd", "blosc2", "none"])
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no npy",
        npy(np.zeros((3, 3), np.int8)),
        npy(np.zeros((210, 300), np.int16)),
        npy(np.array([[{}] * 300] * 210, object)),
        npy(np.zeros((210, 300), np.int8))[:-1],
        npy(np.zeros((210, 300), np.int8, order="F")),
        npy(np.zeros((210, 300), np.int8)),
        npy(np.zeros((21_000, 300), np.int8)),
    ],
)
def test_other_arrays_are_refused(
    raw: bytes, codec: stream_files.StreamCodec, tmp_path: Path
) -> None:
    folder = tmp_path / "s"
    export_streams(small_model(), model_panel(), folder, codec)
    packed = raw
    if codec == "zstd":
        packed = stream_files.squeeze(raw)
    elif codec == "blosc2":
        import blosc2

        packed = blosc2.compress2(raw, typesize=1) if raw else b""
    path = folder / ("residual" + stream_files.ENDINGS[codec])
    path.write_bytes(packed)
    with pytest.raises(CodecError):
        read_streams(folder, small_model())


@pytest.mark.parametrize("codec", ["zstd", "blosc2"])
def test_damaged_packing_is_refused(codec: stream_files.StreamCodec, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    export_streams(small_model(), model_panel(), folder, codec)
    path = folder / ("residual" + stream_files.ENDINGS[codec])
    good = path.read_bytes()
    for bad in (good[:-10], good[:8], good[:4] + b"\xff" * 8 + good[12:], b"\0" * 64):
        path.write_bytes(bad)
        with pytest.raises(CodecError):
            read_streams(folder, small_model())


def test_the_reader_of_the_readme_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, panel = small_model("haplotype"), with_holes(model_panel())
    export_streams(model, panel, tmp_path / "s.zip")
    model.save(tmp_path / "m.vaeviz")
    code = README.read_text("utf-8").split("```python")[1].split("```")[0]
    assert len(code.strip().splitlines()) <= 10
    monkeypatch.setattr(
        sys, "argv", ["reader", str(tmp_path / "s.zip"), str(tmp_path / "m.vaeviz")]
    )
    names: dict[str, np.ndarray] = {}
    exec(code, names)
    np.testing.assert_array_equal(names["x"], wanted(model, panel))
    digest = hashlib.blake2b(names["x"].tobytes(), digest_size=16).hexdigest()
    assert digest == read_streams(tmp_path / "s.zip", model).info.counts_digest


def test_a_panel_of_strangers_costs_more_residual(tmp_path: Path) -> None:
    model = small_model("haplotype")
    own = export_streams(model, model_panel(), tmp_path / "a.zip")
    strangers = random_panel(n_samples=210, n_sites=300, seed=99)
    other = export_streams(model, strangers, tmp_path / "b.zip")
    assert own.n_rows == other.n_rows
    wrong = [
        np.count_nonzero(read_streams(tmp_path / name, model).residual)
        for name in ("a.zip", "b.zip")
    ]
    assert wrong[0] < wrong[1]
