from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from tests.data.strategies import panels
from tests.panels import HOSTILE, random_panel, tiny_panel
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import load_panel, save_panel
from vaeviz.data.vcz_read import read_vcz
from vaeviz.errors import PanelError, ReadError


def assert_same(first: Panel, second: Panel) -> None:
    assert first.digest == second.digest
    assert first.info == second.info
    assert first.ploidy == second.ploidy
    np.testing.assert_array_equal(first.counts, second.counts)
    pd.testing.assert_frame_equal(first.samples, second.samples)
    pd.testing.assert_frame_equal(first.sites, second.sites)


@given(panels())
@settings(max_examples=12)
def test_any_panel_survives_a_round_trip(panel: Panel) -> None:
    with tempfile.TemporaryDirectory() as folder:
        save_panel(panel, Path(folder) / "x.vcz")
        assert_same(load_panel(Path(folder) / "x.vcz"), panel)


def test_odd_panels_survive_a_round_trip(odd: Panel, tmp_path: Path) -> None:
    save_panel(odd, tmp_path / "x.vcz")
    assert_same(load_panel(tmp_path / "x.vcz"), odd)


def test_user_columns_of_every_kind_survive(tiny: Panel, tmp_path: Path) -> None:
    samples = tiny.samples.assign(
        whole=[1, 2, 3, 4, 5, 6],
        share=[0.1, np.nan, -0.0, np.inf, 1e-300, 3],
        flag=[True, False] * 3,
        text=["NA", None, ".", "", "nan", "\x00"],
        mixed=[1, "a", None, 2.5, True, pd.NA],
        nullable=pd.array([1, None, 3, 4, 5, 6], dtype="Int64"),
        day=pd.Timestamp("2020-01-01"),
        category=pd.Categorical(["a", "b", None, "a", "a", "a"]),
        empty=None,
    )
    samples["../../x"] = HOSTILE[:6]
    samples[""] = "no name"
    panel = tiny.with_samples(samples)
    save_panel(panel, tmp_path / "x.vcz")
    loaded = load_panel(tmp_path / "x.vcz")
    assert_same(loaded, panel)
    assert loaded.samples["whole"].dtype == np.int64
    assert loaded.samples["flag"].dtype == bool
    assert loaded.samples["text"].isna().tolist() == [False, True, False, False, False, False]
    assert {p.name for p in tmp_path.iterdir()} == {"x.vcz"}


def test_layout_follows_the_specification(phased: Panel, tmp_path: Path) -> None:
    import zarr

    save_panel(phased, tmp_path / "x.vcz")
    group = zarr.open_group(str(tmp_path / "x.vcz"), mode="r", zarr_format=2)
    assert group.attrs["vcf_zarr_version"] == "0.4"
    assert group["call_genotype"].shape == (200, 60, 2)
    assert group["call_genotype"].dtype == np.int8
    assert group["call_genotype_phased"][:].all()
    dimensions = {
        "call_genotype": ["variants", "samples", "ploidy"],
        "call_genotype_phased": ["variants", "samples"],
        "variant_allele": ["variants", "alleles"],
        "variant_filter": ["variants", "filters"],
        "variant_position": ["variants"],
        "contig_id": ["contigs"],
        "filter_id": ["filters"],
        "sample_id": ["samples"],
        "sample_population": ["samples"],
    }
    assert {k: group[k].attrs["_ARRAY_DIMENSIONS"] for k in dimensions} == dimensions
    np.testing.assert_array_equal(group["call_genotype"][:], phased.genotypes())


def test_columns_have_the_chunks_of_the_calls(tmp_path: Path) -> None:
    import zarr

    save_panel(random_panel(n_samples=1_001, n_sites=10_001, phased=False), tmp_path / "x.vcz")
    group = zarr.open_group(str(tmp_path / "x.vcz"), mode="r", zarr_format=2)
    assert group["call_genotype"].chunks == (10_000, 1_000, 2)
    assert group["variant_position"].chunks == (10_000,)
    assert group["sample_population"].chunks == (1_000,)


def test_unphased_calls_are_stored_as_unphased_genotypes(tiny: Panel, tmp_path: Path) -> None:
    import zarr

    save_panel(tiny, tmp_path / "x.vcz")
    group = zarr.open_group(str(tmp_path / "x.vcz"), mode="r", zarr_format=2)
    assert not group["call_genotype_phased"][:].any()
    assert group["call_genotype"][7, 5].tolist() == [-1, -1]
    assert group["call_genotype"][3, 0].tolist() == [1, 1]


def test_an_independent_reader_opens_a_store(unphased: Panel, tmp_path: Path) -> None:
    pytest.importorskip("vcztools")
    import zarr
    from vcztools.retrieval import VczReader
    from vcztools.vcf_writer import write_vcf

    save_panel(unphased, tmp_path / "x.vcz")
    group = zarr.open_group(str(tmp_path / "x.vcz"), mode="r", zarr_format=2)
    write_vcf(VczReader(group), tmp_path / "x.vcf")
    lines = [x for x in (tmp_path / "x.vcf").read_text().splitlines() if x[:2] != "##"]
    assert lines[0].split("\t")[9:] == list(unphased.sample_ids)
    calls = np.array([line.split("\t")[9:] for line in lines[1:]])
    text = {-1: "./.", 0: "0/0", 1: "0/1", 2: "1/1"}
    np.testing.assert_array_equal(calls, np.vectorize(text.get)(unphased.counts.T))


def test_another_tools_store_is_read_by_its_genotypes(phased: Panel, tmp_path: Path) -> None:
    save_panel(phased, tmp_path / "x.vcz")
    _edit_json(tmp_path / "x.vcz" / ".zattrs", lambda x: x.pop("vaeviz"))
    loaded = load_panel(tmp_path / "x.vcz")
    assert loaded.phased
    np.testing.assert_array_equal(loaded.counts, phased.counts)
    assert list(loaded.sample_ids) == list(phased.sample_ids)


def test_another_tools_other_variants_are_dropped_and_counted(tmp_path: Path) -> None:
    store = _foreign_store(tmp_path, [[0, 1], [1, -1], [0, 0], [1, 1]])
    parsed = read_vcz(store)
    assert parsed.n_records == 4
    assert parsed.dropped == {"more than one ALT allele": 1, "not a single-nucleotide variant": 1}
    assert parsed.panel.counts.tolist() == [[1, 2]]
    assert not parsed.panel.phased


def test_another_tools_haploid_calls_are_refused(tmp_path: Path) -> None:
    store = _foreign_store(tmp_path, [[0, 1], [1, -1], [0, 0], [1, -2]])
    with pytest.raises(ReadError, match=r"1 SNP records hold haploid calls, the first at 1:4"):
        load_panel(store)


def test_saving_again_replaces_the_store(tiny: Panel, phased: Panel, tmp_path: Path) -> None:
    save_panel(phased, tmp_path / "x.vcz")
    save_panel(tiny, tmp_path / "x.vcz")
    assert_same(load_panel(tmp_path / "x.vcz"), tiny)
    assert [p.name for p in tmp_path.iterdir()] == ["x.vcz"]


def test_a_failed_save_leaves_the_old_store(
    tiny: Panel, phased: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_panel(tiny, tmp_path / "x.vcz")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vaeviz.data.vcz._write_genotypes", full)
    with pytest.raises(PanelError, match="No space left"):
        save_panel(phased, tmp_path / "x.vcz")
    assert_same(load_panel(tmp_path / "x.vcz"), tiny)
    assert [p.name for p in tmp_path.iterdir()] == ["x.vcz"]


def test_nothing_but_a_store_is_overwritten(tiny: Panel, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(PanelError, match=r"'thesis.txt' exists and is no store"):
        save_panel(tiny, tmp_path / "thesis.txt")
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def _edit_json(path: Path, change: Callable[[dict], object]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def _edit_array(name: str, **changes: object) -> Callable[[Path], None]:
    return lambda store: _edit_json(store / name / ".zarray", lambda x: x.update(changes))


def _flip_byte(store: Path) -> None:
    chunk = store / "call_genotype" / "0.0.0"
    data = bytearray(chunk.read_bytes())
    data[40] ^= 255
    chunk.write_bytes(data)


def _claim_texts(store: Path) -> None:
    """Make a chunk of text claim 2**31 texts: believed, it would take 16 GB."""
    chunk = store / "variant_id" / "0"
    data = bytearray(chunk.read_bytes())
    data[16:20] = (2**31).to_bytes(4, "little")
    chunk.write_bytes(data)


def _claim_long_text(store: Path) -> None:
    """Make the first text of a chunk reach beyond the chunk's end."""
    chunk = store / "variant_id" / "0"
    data = bytearray(chunk.read_bytes())
    data[20:24] = (2**30).to_bytes(4, "little")
    chunk.write_bytes(data)


def _claim_bytes(store: Path) -> None:
    """Make a chunk of genotypes claim 2 GB."""
    chunk = store / "call_genotype" / "0.0.0"
    data = bytearray(chunk.read_bytes())
    data[4:8] = (2**31 - 1).to_bytes(4, "little")
    chunk.write_bytes(data)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "chunk gone": (lambda s: (s / "call_genotype" / "0.0.0").unlink(), "not what was saved"),
    "labels gone": (lambda s: (s / "sample_population" / "0").unlink(), "not what was saved"),
    "chunk cut": (
        lambda s: (s / "call_genotype" / "0.0.0").write_bytes(b"\x02\x01"),
        "another size",
    ),
    "many texts": (_claim_texts, "does not hold 8 texts"),
    "long text": (_claim_long_text, "does not hold 8 texts"),
    "many bytes": (_claim_bytes, "another size"),
    "byte flipped": (_flip_byte, "damaged"),
    "array gone": (lambda s: shutil.rmtree(s / "variant_position"), "lacks variant_position"),
    "metadata cut": (lambda s: (s / "sample_id" / ".zarray").write_text('{"sha'), "cannot be read"),
    "metadata a list": (lambda s: (s / "sample_id" / ".zarray").write_text("[]"), "no JSON object"),
    "no group": (lambda s: (s / ".zgroup").unlink(), "cannot be read"),
    "pickle filter": (_edit_array("sample_id", filters=[{"id": "pickle"}]), "codec 'pickle'"),
    "pickle objects": (_edit_array("sample_id", filters=None), "the type"),
    "unknown codec": (_edit_array("sample_id", compressor={"id": "evil"}), "codec 'evil'"),
    "negative shape": (_edit_array("sample_id", shape=[-6]), "no proper shape"),
    "other shape": (_edit_array("call_genotype", shape=[8, 5, 2]), "has shape"),
    "huge": (_edit_array("call_genotype", shape=[10**6, 10**6, 2]), "GB of memory"),
    "huge chunk": (_edit_array("variant_id", chunks=[2**39]), "chunks"),
    "many chunks": (_edit_array("variant_id", chunks=[1], shape=[10**8]), "chunks"),
    "attributes cut": (lambda s: (s / ".zattrs").write_text("{"), "cannot be read"),
    "other version": (
        lambda s: _edit_json(s / ".zattrs", lambda x: x["vaeviz"].update(format=99)),
        "format '99'",
    ),
    "column elsewhere": (
        lambda s: _edit_json(
            s / ".zattrs", lambda x: x["vaeviz"]["sample_columns"][0].update(array="../..")
        ),
        "damaged",
    ),
    "zarr 3": (lambda s: (s / "zarr.json").write_text("{}"), "format 3"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_store_is_refused(what: str, tmp_path: Path) -> None:
    damage, message = DAMAGE[what]
    store = tmp_path / "x.vcz"
    save_panel(tiny_panel(), store)
    damage(store)
    with pytest.raises(ReadError, match=message) as caught:
        load_panel(store)
    assert str(tmp_path) not in str(caught.value)
    assert caught.value.hint


def test_a_store_over_the_limit_is_refused_with_numbers(phased: Panel, tmp_path: Path) -> None:
    save_panel(phased, tmp_path / "x.vcz")
    with pytest.raises(ReadError, match="GB of memory"):
        load_panel(tmp_path / "x.vcz", max_bytes=20_000)
    assert_same(load_panel(tmp_path / "x.vcz", max_bytes=24_000), phased)


def _foreign_store(folder: Path, calls: list[list[int]]) -> Path:
    """One sample with the given calls at four records: A>C, A>C,G, AT>A, A>G."""
    import zarr

    group = zarr.create_group(str(folder / "foreign.vcz"), zarr_format=2)
    alleles = [["A", "C", ""], ["A", "C", "G"], ["AT", "A", ""], ["A", "G", ""]]
    arrays = {
        "call_genotype": np.array(calls, np.int8)[:, None, :],
        "contig_id": np.array(["1"], object),
        "sample_id": np.array(["S1"], object),
        "variant_allele": np.array(alleles, object),
        "variant_contig": np.zeros(4, np.int8),
        "variant_position": np.arange(1, 5, dtype=np.int32),
    }
    for name, values in arrays.items():
        dtype = str if values.dtype == object else values.dtype
        group.create_array(name, shape=values.shape, dtype=dtype)[...] = values
    return folder / "foreign.vcz"
