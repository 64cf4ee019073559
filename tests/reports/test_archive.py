from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from vaeviz.reports.archive import Archive


def test_same_contents_in_any_order_are_the_same_bytes(tmp_path: Path) -> None:
    files = {"b/two.csv": "x,y\n", "a.txt": b"\x00\x01", "b/one.csv": "é"}
    for name, order in (("p.zip", list(files)), ("q.zip", list(files)[::-1])):
        archive = Archive()
        for file in order:
            archive.add(file, files[file])
        archive.write(tmp_path / name)
    assert (tmp_path / "p.zip").read_bytes() == (tmp_path / "q.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "p.zip") as made:
        assert made.namelist() == sorted(files)
        assert made.read("b/one.csv") == "é".encode()
    assert len(list(tmp_path.iterdir())) == 2


def test_names_that_are_taken_get_a_number() -> None:
    archive = Archive()
    names = [archive.add("cohorts/x.vcf.gz", bytes([k])) for k in range(3)]
    assert names == ["cohorts/x.vcf.gz", "cohorts/x_2.vcf.gz", "cohorts/x_3.vcf.gz"]
    assert [archive.files[name] for name in names] == [b"\x00", b"\x01", b"\x02"]
    assert archive.listing()[0] == {
        "file": "cohorts/x.vcf.gz",
        "bytes": 1,
        "sha256": hashlib.sha256(b"\x00").hexdigest(),
    }
