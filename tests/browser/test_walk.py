"""The whole workflow as a visitor does it: from an empty workspace to a zip on the disk."""

from __future__ import annotations

import json
import os
import re
import signal
import time
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import files, gestures
from tests.browser.conftest import Visit
from tests.browser.serving import Server
from tests.browser.visiting import Visitor
from tests.panels import random_panel
from vaeviz.data.readers import read_panel
from vaeviz.data.vcz import load_panel

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]

N_PEOPLE, N_SITES, N_POPULATIONS = 300, 400, 3
N_SYNTHETIC = 60


def test_the_whole_workflow(visit: Visit, server: Server, tmp_path: Path) -> None:
    visitor = visit()
    see_the_demo(visitor, server)
    bring_a_panel(visitor, tmp_path)
    train_and_refresh(visitor, server)
    select_by_lasso(visitor)
    select_by_label(visitor)
    read_compression(visitor)
    read_entropy(visitor)
    simulate_and_download(visitor, tmp_path)
    export_everything(visitor, tmp_path)


def see_the_demo(visitor: Visitor, server: Server) -> None:
    """The first plot is there without a click, from the demo model."""
    page = visitor.page
    page.goto(visitor.url)
    expect(page.get_by_role("heading", name="Latent space")).to_be_visible()
    painted_s = time.monotonic() - server.started
    expect(page.locator(".scatterlayer .point").first).to_be_visible()
    plotted_s = time.monotonic() - server.started
    print(f"\nfrom process start: first paint {painted_s:.1f} s, first plot {plotted_s:.1f} s")
    assert page.locator(".scatterlayer .point").count() > 1000
    visitor.settle()


def bring_a_panel(visitor: Visitor, folder: Path) -> None:
    """Upload a VCF and a sample sheet; the import job's panel opens."""
    panel = random_panel(N_PEOPLE, N_SITES, N_POPULATIONS, seed=3)
    visitor.go("Panel")
    gestures.upload(
        visitor, [gestures.payload(path) for path in files.vcf_and_sheet(panel, folder)]
    )
    expect(visitor.main.get_by_role("combobox", name="Population", exact=True)).to_have_value(
        "population"
    )
    visitor.press("Import")
    visitor.expect_notice(f"{N_PEOPLE} samples × {N_SITES} sites")
    visitor.segment("Open panel")
    expect(visitor.main.get_by_role("heading", name="cohort")).to_be_visible()
    for view in visitor.views("Preview"):
        shown = visitor.main.get_by_text(f"{N_PEOPLE} samples matched")
        expect(shown if view == "History" else visitor.content()).to_be_visible()


def train_and_refresh(visitor: Visitor, server: Server) -> None:
    """Quick training; a refresh in its middle finds it again; its model is taken into use."""
    visitor.go("Train")
    visitor.segment("Train a model")
    visitor.segment("Quick")
    visitor.press("Start training")
    job = server.running_job("train")
    process = job.status().process
    assert process is not None
    # The process is held, so that the refresh is in mid-training on any machine.
    os.kill(process.pid, signal.SIGSTOP)
    try:
        visitor.open("train")
        expect(visitor.main.get_by_role("button", name="Cancel", exact=True)).to_be_visible()
        expect(visitor.main.get_by_test_id("stVegaLiteChart")).to_be_visible()
        assert job.status().state == "running"
    finally:
        os.kill(process.pid, signal.SIGCONT)
    visitor.expect_notice("is in use")
    assert job.status().state == "done"
    visitor.segment("Model in use")
    visitor.plot()


def select_by_lasso(visitor: Visitor) -> None:
    """A drag with the mouse selects exactly the people inside."""
    visitor.go("Latent space")
    chart = visitor.plot()
    inside = gestures.lasso_left(visitor, chart, share=0.5)
    assert 0 < inside < N_PEOPLE
    expect(visitor.people_selected()).to_have_text(f"{inside:,}")
    visitor.settle()
    visitor.plot(1)
    expect(visitor.main.get_by_role("textbox", name="Name")).to_have_value("Selection 1")
    expect(visitor.sidebar.get_by_text(f"{inside:,} samples", exact=True)).to_be_visible()
    visitor.settle()


def select_by_label(visitor: Visitor) -> None:
    """The same selection without a mouse: a label from a list."""
    gestures.choose(visitor, "Pick by", "population")
    gestures.choose(visitor, "Labels", "POP2")
    visitor.press("Select these labels")
    expect(visitor.people_selected()).to_have_text(str(N_PEOPLE // N_POPULATIONS))
    visitor.segment("People")
    expect(visitor.table()).to_be_visible()
    visitor.settle()


def see_all(visitor: Visitor, switch: str, at_least: int) -> None:
    """Every view of a page shows a chart or a table."""
    seen = []
    for view in visitor.views(switch):
        expect(visitor.content()).to_be_visible()
        seen.append(view)
    assert len(seen) >= at_least


def read_compression(visitor: Visitor) -> None:
    """Bits, ratio, the paper's factor, heterozygosity; groups and people as tables."""
    visitor.go("Compression")
    see_all(visitor, "Show", 6)


def read_entropy(visitor: Visitor) -> None:
    """Every view: along the genome, means, map, diversity, founders, compression, places."""
    visitor.go("Entropy and migrations")
    see_all(visitor, "View", 7)


def simulate_and_download(visitor: Visitor, folder: Path) -> None:
    """Synthetic people from the selection, saved as VCF.gz and read back."""
    visitor.go("Simulate")
    visitor.segment("A selection")
    visitor.main.get_by_label("People to draw").fill(str(N_SYNTHETIC))
    visitor.main.get_by_label("People to draw").press("Enter")
    visitor.settle()
    visitor.press("Generate")
    expect(
        visitor.main.get_by_role("heading", name=f"{N_SYNTHETIC} synthetic people")
    ).to_be_visible()
    visitor.settle()
    see_all(visitor, "Show", 5)
    gestures.accept_near_copies(visitor)
    check_synthetic(gestures.save(visitor, "VCF.gz", folder))
    check_zip(gestures.save(visitor, "Whole cohort (zip)", folder), folder)


def check_zip(path: Path, folder: Path) -> None:
    """Every format is in it, reads back, and belongs to the same people."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    unpacked = folder / path.stem
    manifest = json.loads((unpacked / "manifest.json").read_text())
    assert manifest["synthetic"]
    stem = unpacked / path.stem
    check_synthetic(stem.with_name(f"{path.stem}.vcf.gz"))
    assert load_panel(stem.with_name(f"{path.stem}.vcz")).digest == manifest["cohort"]["digest"]
    plink = read_panel(stem.with_name(f"{path.stem}.bed")).panel
    assert (plink.n_samples, plink.n_sites) == (N_SYNTHETIC, N_SITES)
    for suffix in (".vcf.gz.tbi", ".pgen", ".pvar", ".psam", ".csv", ".samples.tsv"):
        assert stem.with_name(f"{path.stem}{suffix}").stat().st_size > 0
    assert "synthetic" in (unpacked / "report.html").read_text().lower()


def check_synthetic(path: Path) -> None:
    """Exact number of people and sites, nothing missing, and it says what it is."""
    from cyvcf2 import VCF

    assert "SYNTHETIC" in path.name
    found = read_panel(path).panel
    assert (found.n_samples, found.n_sites) == (N_SYNTHETIC, N_SITES)
    assert (found.counts >= 0).all()
    other = VCF(str(path))
    assert "synthetic" in other.raw_header.lower().split("##source=")[1].split("\n")[0]
    assert len(other.samples) == N_SYNTHETIC
    calls = [record.genotypes for record in other]
    assert len(calls) == N_SITES
    assert all(allele >= 0 for site in calls for call in site for allele in call[:2])


def export_everything(visitor: Visitor, folder: Path) -> None:
    """The zip with all parts, opened."""
    visitor.go("Export")
    gestures.accept_near_copies(visitor)
    visitor.press("Build the zip")
    expect(visitor.main.get_by_role("button", name="Download the zip")).to_be_visible()
    visitor.settle()
    with zipfile.ZipFile(gestures.save(visitor, "Download the zip", folder)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        assert "SYNTHETIC" in archive.read("METHODS.md").decode().upper()
    for wanted in (
        "figures/.*html",
        "figures/.*svg",
        "tables/.*csv",
        "models/",
        "cohorts/.*vcf.gz",
    ):
        assert any(re.match(wanted, name) for name in names), f"nothing like {wanted} in {names}"
    assert manifest["panel"]["digest"]
    assert not [name for name in names if name.startswith("genotypes")]
