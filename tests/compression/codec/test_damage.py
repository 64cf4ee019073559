"""Files that were altered by accident or on purpose never decode to anything else."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from tests.panels import random_panel
from tests.trained import small_model
from vaeviz.compression.codec.container import MAGIC, SUM_BYTES, read_container, write_container
from vaeviz.compression.codec.file import CodecOptions, compress, decompress
from vaeviz.errors import CodecError, VaevizError

N_DAMAGED = 1_000
HEAD_BYTES = len(MAGIC) + 8

pytestmark = pytest.mark.usefixtures("fakes")


def written(path: Path) -> str:
    panel = random_panel(n_samples=120, n_sites=200, missing=0.02)
    report = compress(small_model(), panel, path, CodecOptions(method="ae"))
    assert report.method == "ae"
    return panel.digest


def damaged(good: bytes, rng: np.random.Generator) -> bytes:
    """Flipped, cut, overwritten, swapped, inserted or dropped bytes."""
    data = bytearray(good)
    begin, end = sorted(rng.integers(0, len(data), 2))
    match rng.integers(0, 6):
        case 0:
            data[begin] ^= 1 << int(rng.integers(8))
        case 1:
            del data[begin:]
        case 2:
            data[begin:end] = bytes(end - begin)
        case 3:
            data[begin:begin] = rng.bytes(int(rng.integers(1, 9)))
        case 4:
            del data[begin : begin + 1]
        case _:
            data[begin:end] = rng.bytes(end - begin)
    return bytes(data)


def test_damaged_files_are_refused_and_the_twin_decodes(tmp_path: Path) -> None:
    path = tmp_path / "x.vaez"
    digest = written(path)
    good, rng, refused = path.read_bytes(), np.random.default_rng(0), 0
    while refused < N_DAMAGED:
        bad = damaged(good, rng)
        if bad == good:
            continue
        path.write_bytes(bad)
        with pytest.raises(CodecError):
            decompress(path, small_model())
        refused += 1
    path.write_bytes(good)
    assert decompress(path, small_model()).digest == digest


def test_forged_files_are_refused_or_the_same(tmp_path: Path) -> None:
    """The sum over all bytes is set right again, as a stranger could; nothing wrong comes out."""
    path = tmp_path / "x.vaez"
    digest = written(path)
    good, rng, refused = path.read_bytes()[:-SUM_BYTES], np.random.default_rng(1), 0
    for _ in range(300):
        bad = damaged(good, rng)
        path.write_bytes(bad + hashlib.blake2b(bad, digest_size=SUM_BYTES).digest())
        try:
            # What no digest covers is text about the panel, such as who wrote the file.
            assert decompress(path, small_model()).digest == digest
        except VaevizError:
            refused += 1
    assert refused > 250


@pytest.mark.parametrize("part", ["frame", "missing", "genotypes", "frequencies"])
def test_parts_that_are_absent_empty_or_foreign_are_refused(part: str, tmp_path: Path) -> None:
    path = tmp_path / "x.vaez"
    written(path)
    header, parts = read_container(path)
    others = [b"", b"\0" * 100, parts["frame"][::-1], parts["genotypes"][4:], b"z" * 1_000]
    for other in others:
        write_container(path, header, {**parts, part: other})
        with pytest.raises(CodecError):
            decompress(path, small_model())
    write_container(path, header, {k: v for k, v in parts.items() if k != part})
    with pytest.raises(CodecError):
        decompress(path, small_model())


def test_a_part_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.vaez"
    panel = random_panel(n_samples=2, n_sites=4).take_sites([0] * 400)
    assert compress(small_model(), panel, path).method == "xz"
    header, parts = read_container(path)
    write_container(path, header, {**parts, "payload": b"x"})
    with pytest.raises(CodecError, match="payload"):
        decompress(path)


def test_claimed_sizes_are_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "x.vaez"
    written(path)
    header, parts = read_container(path)
    huge = header.model_copy(update={"n_samples": 9_999_999, "n_sites": 1_999_999})
    write_container(path, huge, parts)
    with pytest.raises(VaevizError, match="GB"):
        decompress(path, small_model())
    wide = header.model_copy(update={"n_sites": header.n_sites + 1})
    write_container(path, wide, parts)
    with pytest.raises(CodecError, match="sizes"):
        decompress(path, small_model())


def test_an_embedded_model_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.vaez"
    written(path)
    header, parts = read_container(path)
    write_container(path, header, {**parts, "model": b"\x80\x04."})
    with pytest.raises(CodecError, match="model in it"):
        decompress(path)
    small_model("haplotype").save(tmp_path / "m.vaeviz")
    other = (tmp_path / "m.vaeviz").read_bytes()
    write_container(path, header, {**parts, "model": other})
    with pytest.raises(CodecError, match="another model"):
        decompress(path)
