"""A compressed file in the browser: written, saved to the disk, brought back, and the same."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser import gestures
from tests.browser.conftest import Visit
from tests.browser.serving import Server
from tests.browser.visiting import Visitor
from tests.pages.trained import trained_state
from tests.trained import model_panel
from vaeviz.data.readers import read_panel

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def test_a_file_goes_to_the_disk_and_comes_back(
    visit: Visit, server: Server, tmp_path: Path
) -> None:
    (server.home / "session.json").write_text(trained_state(server.home, "haplotype").to_json())
    visitor = visit()
    visitor.open("compression")
    visitor.segment("File")
    path = compress(visitor, tmp_path)
    visitor.segment("Decompress")
    refuse(visitor, path)
    bring(visitor, path)
    expect(visitor.main.get_by_text("no byte was lost or changed")).to_be_visible()
    visitor.settle()
    visitor.press("Decompress")
    expect(visitor.main.get_by_text("bit for bit")).to_be_visible()
    visitor.settle()
    found = read_panel(gestures.save(visitor, "VCF.gz", tmp_path)).panel
    assert np.array_equal(found.counts, model_panel().counts)
    assert list(found.sample_ids) == list(model_panel().sample_ids)
    visitor.press("Open this panel")
    visitor.expect_notice("is open")


def compress(visitor: Visitor, folder: Path) -> Path:
    """Write everybody with the autoencoder; the file on the disk."""
    gestures.choose(visitor, "Method", "autoencoder")
    visitor.press("Compress")
    button = visitor.main.get_by_role("button", name=re.compile("Download"))
    expect(button).to_be_visible()
    visitor.settle()
    expect(visitor.main.get_by_text("To decode it one needs this model")).to_be_visible()
    with visitor.page.expect_download() as waiting:
        button.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.suffix == ".vaez"
    return path


def bring(visitor: Visitor, path: Path) -> None:
    """Upload a file, up to where it was read."""
    uploader = visitor.main.get_by_test_id("stFileUploaderDropzoneInput")
    uploader.set_input_files([gestures.payload(path)])
    visitor.press("Read this file")


def refuse(visitor: Visitor, path: Path) -> None:
    """A file that lost its end is refused in words."""
    spoilt = path.with_name("spoilt.vaez")
    spoilt.write_bytes(path.read_bytes()[:-100])
    bring(visitor, spoilt)
    alert = visitor.main.get_by_role("alert").filter(has_text="truncated or altered")
    expect(alert).to_be_visible()
    expect(alert).to_contain_text("What to do:")
    visitor.settle()
