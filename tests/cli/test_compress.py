"""`compress` and `decompress` from the command line; a simple fake codes the genotypes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cyvcf2 import VCF

from tests.cli.run import Ended, assert_refused, run_here
from tests.compression.codec.conftest import install  # noqa: F401 - a fixture
from tests.compression.codec.fakes import ReferenceMethod
from tests.trained import model_panel, small_model
from vaeviz.compression.codec.file import inspect
from vaeviz.compression.codec.streams import read_streams
from vaeviz.data.catalogue import open_panel
from vaeviz.data.panel import MISSING, Panel
from vaeviz.data.vcz import save_panel
from vaeviz.data.writers import write_vcf

Calls = list[tuple[str, int, str, str, list[str], list[list[int]]]]


def calls(path: Path) -> tuple[list[str], Calls]:
    """Samples and records of a VCF as another program reads them."""
    file = VCF(str(path))
    records = [(v.CHROM, v.POS, v.ID, v.REF, v.ALT, [list(g) for g in v.genotypes]) for v in file]
    return list(file.samples), records


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, its panel with holes phased and not, and a reference of other people."""
    made = tmp_path_factory.mktemp("compress")
    panel = model_panel()
    small_model().save(made / "m.vaeviz")
    counts = panel.counts.copy()
    counts[np.random.default_rng(0).random(counts.shape) < 0.02] = MISSING
    holes = Panel.create(counts, 1, panel.samples, panel.sites, panel.info)
    save_panel(holes, made / "phased.vcz")
    save_panel(holes.as_dosages(), made / "unphased.vcz")
    write_vcf(holes, made / "phased.vcf.gz")
    write_vcf(holes.as_dosages(), made / "unphased.vcf.gz")
    test = small_model().split_of(panel) == "test"
    save_panel(panel.take_samples(~test), made / "ref.vcz")
    return made


@pytest.fixture(autouse=True)
def simple(install: object) -> None:  # noqa: F811
    install(mix=ReferenceMethod)  # type: ignore[operator]


def compress(
    capfd: pytest.CaptureFixture[str],
    folder: Path,
    output: Path,
    *more: str | Path,
    panel: str = "phased.vcz",
) -> Ended:
    return run_here(capfd, "compress", folder / "m.vaeviz", folder / panel, "-o", output, *more)


@pytest.mark.parametrize("panel", ["phased", "unphased"])
def test_a_vcf_comes_back_as_other_programs_read_it(
    panel: str, folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    packed, back = tmp_path / "x.vaez", tmp_path / "back.vcf.gz"
    ended = compress(capfd, folder, packed, panel=f"{panel}.vcf.gz")
    assert ended.code == 0, ended.stderr
    assert "Method: ae." in ended.stdout
    ended = run_here(capfd, "decompress", packed, "--model", folder / "m.vaeviz", "-o", back)
    assert ended.code == 0, ended.stderr
    assert calls(back) == calls(folder / f"{panel}.vcf.gz")
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        *("back.vcf.gz", "back.vcf.gz.tbi", "x.vaez"),
    ]


@pytest.mark.parametrize("panel", ["phased", "unphased"])
def test_a_store_comes_back_whole(
    panel: str, folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    packed, back = tmp_path / "x.vaez", tmp_path / "back.vcz"
    assert compress(capfd, folder, packed, panel=f"{panel}.vcz").code == 0
    assert (
        run_here(capfd, "decompress", packed, "--model", folder / "m.vaeviz", "-o", back).code == 0
    )
    assert open_panel(back).digest == open_panel(folder / f"{panel}.vcz").digest


def test_plink_says_that_phase_is_lost(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    packed, back = tmp_path / "x.vaez", tmp_path / "back.bed"
    compress(capfd, folder, packed)
    ended = run_here(capfd, "decompress", packed, "--model", folder / "m.vaeviz", "-o", back)
    assert "no phase" in ended.stdout
    want = open_panel(folder / "unphased.vcz").counts
    np.testing.assert_array_equal(open_panel(back).counts, want)


def test_test_people_against_the_training_people(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    packed, reference = tmp_path / "x.vaez", folder / "ref.vcz"
    options = ("--samples", "test", "--reference", reference, "--json")
    ended = compress(capfd, folder, packed, *options)
    result = json.loads(ended.stdout)
    test = small_model().split_of(model_panel()) == "test"
    assert result["method"] == "mix"
    assert result["n_samples"] == test.sum()
    assert result["reference_digest"] == open_panel(reference).digest
    assert result["reason"] is None
    assert result["file_bytes"] == packed.stat().st_size
    assert result["bits_per_allele"] * result["n_alleles"] == pytest.approx(
        8 * result["genotype_bytes"]
    )
    back = tmp_path / "b.vcz"
    model = ("--model", folder / "m.vaeviz")
    ended = run_here(capfd, "decompress", packed, *model, "--reference", reference, "-o", back)
    assert ended.code == 0
    assert open_panel(back).digest == open_panel(folder / "phased.vcz").take_samples(test).digest


def test_methods_are_tuned_on_validation_people(
    install: object,  # noqa: F811
    folder: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    seen: list[Panel | None] = []

    class Curious(ReferenceMethod):
        def __init__(self, *needed: Panel | None) -> None:
            super().__init__(*needed)
            seen.append(needed[-1])

    install(copying=Curious)  # type: ignore[operator]
    panel = open_panel(folder / "phased.vcz")
    parts = small_model().split_of(panel)
    save_panel(panel.take_samples(parts == "train"), tmp_path / "train.vcz")
    for samples, wanted in (("test", list(panel.sample_ids[parts == "validation"])), ("all", None)):
        seen.clear()
        options = ("--samples", samples, "--method", "copying", "--allow-overlap")
        reference = ("--reference", tmp_path / "train.vcz")
        assert compress(capfd, folder, tmp_path / "x.vaez", *options, *reference).code == 0
        assert (None if seen[0] is None else list(seen[0].sample_ids)) == wanted
        assert seen[1] is None


def test_a_list_of_people(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("ID0007\nID0003\n")
    packed = tmp_path / "x.vaez"
    assert compress(capfd, folder, packed, "--samples", ids).code == 0
    assert inspect(packed).n_samples == 2
    ids.write_text("nobody\n")
    assert_refused(compress(capfd, folder, packed, "--samples", ids), "not in this panel")
    assert inspect(packed).n_samples == 2


def test_an_embedded_model_needs_no_other(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    packed, back = tmp_path / "x.vaez", tmp_path / "b.vcz"
    ended = compress(capfd, folder, packed, "--embed-model", "--method", "ae")
    assert "(in the file)" in ended.stdout
    assert run_here(capfd, "decompress", packed, "-o", back).code == 0
    assert open_panel(back).digest == open_panel(folder / "phased.vcz").digest


def test_refusals_are_one_line_and_write_nothing(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    packed, out = tmp_path / "x.vaez", tmp_path / "out.vcz"
    reference = ("--reference", folder / "ref.vcz")
    assert_refused(compress(capfd, folder, packed, *reference), "people to compress are in the")
    assert_refused(compress(capfd, folder, packed, "--method", "mix"), "needs a reference")
    assert_refused(compress(capfd, folder, tmp_path / "x.zip"), ".vaez")
    assert_refused(compress(capfd, folder, packed, "--samples", "absent.txt"), "absent.txt")
    assert list(tmp_path.iterdir()) == []
    compress(capfd, folder, packed)
    assert_refused(run_here(capfd, "decompress", packed, "-o", out), "needs", "--model")
    wrong = tmp_path / "wrong.vaeviz"
    small_model("haplotype").save(wrong)
    ended = run_here(capfd, "decompress", packed, "--model", wrong, "-o", out)
    assert_refused(ended, small_model().digest, small_model("haplotype").digest)
    good = packed.read_bytes()
    for bad in (good[:-1], good[:50], good.replace(b"genotypes", b"genotypez")):
        packed.write_bytes(bad)
        ended = run_here(capfd, "decompress", packed, "--model", folder / "m.vaeviz", "-o", out)
        assert_refused(ended, "checksum")
    assert not out.exists()
    assert_refused(run_here(capfd, "decompress", tmp_path / "no.vaez", "-o", out), "no.vaez")


def test_the_same_arguments_give_the_same_file(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.vaez", "b.vaez"):
        compress(capfd, folder, tmp_path / name)
    assert (tmp_path / "a.vaez").read_bytes() == (tmp_path / "b.vaez").read_bytes()


@pytest.mark.parametrize("output", ["s.zip", "s"])
def test_streams_are_written(
    output: str, folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ("streams", folder / "m.vaeviz", folder / "phased.vcz", "--samples", "test")
    ended = run_here(capfd, *arguments, "-o", tmp_path / output, "--json")
    assert ended.code == 0, ended.stderr
    told = json.loads(ended.stdout)
    test = small_model().split_of(model_panel()) == "test"
    assert told["n_rows"] == test.sum()
    back = read_streams(tmp_path / output, small_model()).counts
    np.testing.assert_array_equal(back, open_panel(folder / "unphased.vcz").counts[test])
    assert [p.name for p in tmp_path.iterdir()] == [output]
