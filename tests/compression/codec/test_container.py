from __future__ import annotations

from pathlib import Path

import pytest

from vaeviz.compression.codec import container
from vaeviz.compression.codec.container import Header, read_container, write_container
from vaeviz.errors import CodecError, ConfigError

PARTS = {"frame": b"abc", "missing": b"", "genotypes": bytes(range(256))}


def header(**changes: object) -> Header:
    values: dict[str, object] = {
        "method": "xz",
        "ploidy": 1,
        "n_samples": 2,
        "n_sites": 3,
        "n_alleles": 12,
        "panel_digest": "0" * 32,
        "sites_digest": "1" * 32,
        "parts": (),
    }
    return Header.make(**{**values, **changes})


def sealed(text: bytes, body: bytes = b"", version: int = container.FORMAT) -> bytes:
    """A file of any header with a right checksum, as a stranger could make it."""
    import hashlib

    sizes = version.to_bytes(4, "little") + len(text).to_bytes(4, "little")
    data = container.MAGIC + sizes + text + body
    return data + hashlib.blake2b(data, digest_size=container.SUM_BYTES).digest()


def test_parts_come_back(tmp_path: Path) -> None:
    path = tmp_path / "x.vaez"
    write_container(path, header(), PARTS)
    found, parts = read_container(path)
    assert parts == PARTS
    assert found.sizes == {name: len(data) for name, data in PARTS.items()}
    assert found.model_copy(update={"parts": ()}) == header()


def test_the_same_content_is_the_same_file(tmp_path: Path) -> None:
    for name in "ab":
        write_container(tmp_path / name, header(), PARTS)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_every_byte_counts(tmp_path: Path) -> None:
    path = tmp_path / "x.vaez"
    write_container(path, header(), PARTS)
    good = path.read_bytes()
    for place in range(len(good)):
        bad = bytearray(good)
        bad[place] ^= 1 << (place % 8)
        path.write_bytes(bad)
        with pytest.raises(CodecError):
            read_container(path)
    path.write_bytes(good)
    assert read_container(path)[1] == PARTS


def test_every_length_but_its_own_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.vaez"
    write_container(path, header(), PARTS)
    good = path.read_bytes()
    for length in range(len(good)):
        path.write_bytes(good[:length])
        with pytest.raises(CodecError):
            read_container(path)
    path.write_bytes(good + b"\0")
    with pytest.raises(CodecError):
        read_container(path)


GOOD = header().model_dump_json().encode()


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"PK\x03\x04 a zip", "no file that VAEviz"),
        (sealed(GOOD, version=2), "format 2"),
        (sealed(GOOD, b"more"), "do not fill"),
        (sealed(b"[" * 90_000), "header cannot be read"),
        (sealed(b'{"parts": ' * 9_000), "header cannot be read"),
        (sealed(b"{}"), "header cannot be read"),
        (sealed(b" " * (container.MAX_HEADER_BYTES + 1) + GOOD), "too long"),
        (sealed(GOOD.replace(b'"parts":[]', b'"parts":[{"name":"frame","n_bytes":5}]')), "fill"),
        (
            sealed(
                GOOD.replace(
                    b'"parts":[]', b'"parts":[{"name":"a","n_bytes":0},{"name":"a","n_bytes":0}]'
                )
            ),
            "one name",
        ),
        (sealed(GOOD.replace(b'"parts":[]', b'"parts":[{"name":"../a","n_bytes":0}]')), "parts"),
        (sealed(GOOD.replace(b'"parts":[]', b'"parts":[{"name":"a","n_bytes":-1}]')), "parts"),
        (sealed(GOOD.replace(b'"xz"', b'"pickle"')), "method"),
        (sealed(GOOD.replace(b'"n_sites":3', b'"n_sites":99999999999')), "n_sites"),
        (sealed(GOOD.replace(b'"n_sites":3', b'"n_sites":3,"run":"rm"')), "run"),
    ],
)
def test_strange_files_are_refused(data: bytes, part: str, tmp_path: Path) -> None:
    path = tmp_path / "x.vaez"
    path.write_bytes(data)
    with pytest.raises(CodecError, match=part):
        read_container(path)


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.vaez"
    with path.open("wb") as file:
        file.truncate(container.MAX_FILE_BYTES + 1)
    with pytest.raises(CodecError, match="GB"):
        read_container(path)


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CodecError, match="no file"):
        read_container(tmp_path / "x.vaez")
    with pytest.raises(CodecError, match="cannot be written"):
        write_container(tmp_path / "none" / "x.vaez", header(), PARTS)


def test_headers_know_what_they_say() -> None:
    assert header().n_rows == 4
    assert header(ploidy=2).n_rows == 2
    with pytest.raises(ConfigError):
        header(model_digest="zz")
