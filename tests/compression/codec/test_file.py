from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from pandas.testing import assert_frame_equal

from tests.compression.codec import fakes
from tests.compression.codec.strategies import panels
from tests.panels import random_panel
from tests.trained import model_panel, small_model
from vaeviz.compression.codec.choice import check_overlap
from vaeviz.compression.codec.file import CodecOptions, compress, decompress, inspect
from vaeviz.data.panel import MISSING, Panel
from vaeviz.errors import Cancelled, CodecError
from vaeviz.progress import Silent

Install = Callable[..., None]
AE = CodecOptions(method="ae")


def long_panel(**options: object) -> Panel:
    """Large enough for a method to win over xz."""
    return random_panel(**{"n_samples": 150, "n_sites": 300, "seed": 5, **options})  # type: ignore[arg-type]


def strangers(n_samples: int = 150, seed: int = 9) -> Panel:
    """A reference of other people at the same sites."""
    panel = long_panel(n_samples=n_samples, seed=seed)
    return panel.with_samples(panel.samples.assign(sample=[f"R{i}" for i in range(n_samples)]))


def assert_same(one: Panel, other: Panel) -> None:
    assert one.digest == other.digest
    assert one.info == other.info
    assert one.ploidy == other.ploidy
    np.testing.assert_array_equal(one.counts, other.counts)
    assert_frame_equal(one.samples, other.samples, check_exact=True)
    assert_frame_equal(one.sites, other.sites, check_exact=True)


@pytest.mark.usefixtures("fakes")
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(panels())
def test_any_panel_comes_back(panel: Panel) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.vaez"
        report = compress(small_model(), panel, path, AE)
        assert_same(decompress(path, small_model()), panel)
        assert report.file_bytes == path.stat().st_size
        assert report.n_alleles == panel.ploidy * (panel.counts >= 0).sum()


@pytest.mark.usefixtures("fakes")
@pytest.mark.parametrize("phased", [True, False])
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_a_method_that_wins_is_used(phased: bool, missing: float, tmp_path: Path) -> None:
    panel, path = long_panel(phased=phased, missing=missing), tmp_path / "x.vaez"
    report = compress(small_model(), panel, path)
    header = inspect(path)
    assert (report.method, report.reason) == ("ae", None)
    assert header == report.header
    assert header.model_digest == small_model().digest
    assert set(report.parts) == {"frame", "missing", "genotypes", "frequencies"}
    coded = sum(n for name, n in report.parts.items() if name != "frame")
    assert report.genotype_bytes == coded
    assert report.bits_per_allele == pytest.approx(8 * coded / report.n_alleles)
    assert bool(report.parts["missing"]) == bool(missing)
    assert report.model_bytes
    assert report.model_bytes > 1_000
    assert report.reference_bytes is None
    assert_same(decompress(path, small_model()), panel)
    assert [p.name for p in tmp_path.iterdir()] == ["x.vaez"]


@pytest.mark.usefixtures("fakes")
def test_the_same_panel_is_the_same_file(tmp_path: Path) -> None:
    options = CodecOptions(method="ae", embed_model=True)
    for name in "ab":
        compress(small_model(), long_panel(missing=0.05), tmp_path / name, options)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.usefixtures("fakes")
def test_an_embedded_model_is_all_it_takes(tmp_path: Path) -> None:
    panel, path = long_panel(), tmp_path / "x.vaez"
    report = compress(small_model(), panel, path, CodecOptions(method="ae", embed_model=True))
    assert report.method == "ae"
    assert report.parts["model"] == report.model_bytes
    assert_same(decompress(path), panel)
    assert_same(decompress(path, small_model("haplotype")), panel)
    report = compress(small_model(), panel, path, CodecOptions(embed_model=True))
    assert report.method == "xz"
    assert_same(decompress(path), panel)


@pytest.mark.usefixtures("fakes")
def test_a_wrong_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.vaez"
    compress(small_model(), long_panel(), path)
    with pytest.raises(CodecError, match=small_model().digest):
        decompress(path)
    with pytest.raises(CodecError, match="the model given is"):
        decompress(path, small_model("haplotype"))


@pytest.mark.usefixtures("fakes")
@pytest.mark.parametrize("method", ["copying", "mix", "auto"])
def test_a_reference_is_asked_for(method: str, tmp_path: Path) -> None:
    path, reference = tmp_path / "x.vaez", strangers()
    options = CodecOptions(method=method)
    report = compress(small_model(), long_panel(), path, options, reference)
    assert report.method == ("mix" if method == "auto" else method)
    assert report.header.reference_digest == reference.digest
    assert report.reference_bytes
    assert report.model_bytes is None
    assert_same(decompress(path, small_model(), reference), long_panel())
    with pytest.raises(CodecError, match="150 people"):
        decompress(path, small_model())
    with pytest.raises(CodecError, match="149 people"):
        decompress(path, small_model(), strangers().take_samples(range(149)))
    with pytest.raises(CodecError, match="needs a reference"):
        compress(small_model(), long_panel(), path, CodecOptions(method="copying"))


def test_auto_takes_the_next_where_one_cannot_or_does_not_win(
    install: Install, tmp_path: Path
) -> None:
    path, panel, reference = tmp_path / "x.vaez", long_panel(), strangers()
    for mix, copying, taken in (
        (fakes.LosingMethod, fakes.FrequencyMethod, "copying"),
        (fakes.UnableMethod, fakes.UnableMethod, "ae"),
        (fakes.FrequencyMethod, fakes.UnableMethod, "mix"),
    ):
        install(mix=mix, copying=copying)
        report = compress(small_model(), panel, path, reference=reference)
        assert report.method == taken


def test_a_method_asked_for_by_name_must_work(install: Install, tmp_path: Path) -> None:
    install(ae=fakes.UnableMethod)
    with pytest.raises(CodecError, match="cannot code"):
        compress(small_model(), long_panel(), tmp_path / "x.vaez", AE)
    assert list(tmp_path.iterdir()) == []
    report = compress(small_model(), long_panel(), tmp_path / "x.vaez")
    assert report.method == "xz"
    assert "cannot code" in str(report.reason)


@pytest.mark.parametrize(
    ("method", "reason"),
    [(fakes.ForgetfulMethod, "did not decode"), (fakes.WordyMethod, "bytes, xz")],
)
def test_the_fall_back_says_why(
    method: type, reason: str, install: Install, tmp_path: Path
) -> None:
    install(ae=method)
    path = tmp_path / "x.vaez"
    for panel in (long_panel(), long_panel(phased=False, missing=0.2)):
        report = compress(small_model(), panel, path, AE)
        assert report.method == inspect(path).method == "xz"
        assert reason in str(report.reason)
        assert report.header.model_digest is None
        assert_same(decompress(path), panel)


def test_a_failure_leaves_what_was_there(install: Install, tmp_path: Path) -> None:
    class Impatient(Silent):
        def cancelled(self) -> bool:
            return True

    path = tmp_path / "x.vaez"
    path.write_text("old")
    install()
    with pytest.raises(Cancelled):
        compress(small_model(), long_panel(), path, progress=Impatient())
    install(ae=fakes.UnableMethod)
    with pytest.raises(CodecError):
        compress(small_model(), long_panel(), path, AE)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.vaez"]


def test_a_method_cannot_take_the_parts_of_the_file(install: Install, tmp_path: Path) -> None:
    class Grabbing(fakes.FrequencyMethod):
        def for_encoding(self, panel: Panel) -> tuple[dict[str, bytes], fakes.Frequencies]:
            parts, predictor = super().for_encoding(panel)
            return {**parts, "frame": b""}, predictor

    install(ae=Grabbing)
    with pytest.raises(CodecError, match="not its own"):
        compress(small_model(), long_panel(), tmp_path / "x.vaez", AE)


def test_people_of_the_reference_are_refused() -> None:
    panel = model_panel()
    others = panel.take_samples(range(100, 210))
    check_overlap(panel.take_samples(range(100)), others)
    with pytest.raises(CodecError, match="1 of 101 people"):
        check_overlap(panel.take_samples(range(101)), others)


def test_renamed_people_of_the_reference_are_found() -> None:
    """Also when phase is switched, alleles are swapped, and sites are lost."""
    panel = random_panel(n_samples=210, n_sites=600)
    swapped = panel.counts.copy()
    swapped[0::2], swapped[1::2] = panel.counts[1::2], panel.counts[0::2]
    sites = panel.sites.copy()
    sites.loc[::3, ["ref", "alt"]] = panel.sites.loc[::3, ["alt", "ref"]].to_numpy()
    swapped[:, ::3] = 1 - swapped[:, ::3]
    names = panel.samples.assign(sample=[f"X{i}" for i in range(210)])
    target = Panel.create(swapped, 1, names, sites).take_sites(range(500))
    with pytest.raises(CodecError, match="101 of 110 people"):
        check_overlap(target.take_samples(range(100, 210)), panel.take_samples(range(201)))
    fresh = strangers(60, seed=77)
    check_overlap(fresh, panel)


def test_equal_people_at_few_heterozygous_sites_may_be_two() -> None:
    panel = model_panel().take_sites(range(40))
    names = panel.samples.assign(sample=[f"X{i}" for i in range(210)])
    check_overlap(panel.with_samples(names), panel)


@pytest.mark.usefixtures("fakes")
def test_overlap_can_be_allowed(tmp_path: Path) -> None:
    panel = long_panel()
    path = tmp_path / "x.vaez"
    with pytest.raises(CodecError, match="--allow-overlap|reference"):
        compress(small_model(), panel, path, reference=panel)
    report = compress(small_model(), panel, path, CodecOptions(allow_overlap=True), reference=panel)
    assert report.method == "mix"


@pytest.mark.usefixtures("fakes")
def test_a_panel_of_nothing_has_no_rate(tmp_path: Path) -> None:
    base = random_panel(n_samples=3, n_sites=9)
    panel = Panel.create(np.full_like(base.counts, MISSING), 1, base.samples, base.sites)
    report = compress(small_model(), panel, tmp_path / "x.vaez")
    assert report.n_alleles == 0
    assert np.isnan(report.bits_per_allele)
    assert_same(decompress(tmp_path / "x.vaez", small_model()), panel)
