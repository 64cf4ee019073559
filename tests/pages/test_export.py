"""The export page: a zip with what was ticked, no genotypes unless asked, and its methods text."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.test_codecs import keep_table
from tests.pages.trained import trained_state
from tests.panels import odd_panels, random_panel
from vaeviz.data.panel import Panel
from vaeviz.training.model import load_model
from vaeviz.ui.state import AppState

ODD = odd_panels()
PARTS = ("panel", "latent", "compression", "entropy", "model", "cohort", "selection")


def build(app: AppTest, home: Path) -> zipfile.ZipFile:
    """Build without SVG, which other tests draw, and open the zip."""
    app.checkbox(key="export_svg").uncheck()
    app.button(key="export_go").click().run()
    check_sound(app)
    newest = max((home / "exports").glob("*.zip"), key=lambda p: p.stat().st_mtime_ns)
    return zipfile.ZipFile(newest)


def box(app: AppTest, part: str) -> tuple[bool, bool]:
    """Whether a part is (ticked, disabled)."""
    found = next(b for b in app.checkbox if str(b.key).startswith(f"export_{part}_"))
    return bool(found.value), found.disabled


def untick(app: AppTest, keep: tuple[str, ...]) -> None:
    for part in PARTS:
        if part not in keep and box(app, part)[0]:
            next(b for b in app.checkbox if str(b.key).startswith(f"export_{part}_")).uncheck()
    app.run()


def test_what_is_missing_is_said_and_cannot_be_ticked(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    app = open_page("export", AppState(panel_ref=keep(random_panel())))
    assert [p for p in PARTS if box(app, p) == (True, False)] == ["panel", "entropy"]
    labels = " ".join(b.label for b in app.checkbox)
    for reason in ("needs a model", "none was generated", "nobody is selected"):
        assert reason in labels or reason == "none was generated"


def test_the_zip_holds_figures_tables_model_and_manifest(
    open_page: OpenPage, home: Path, tmp_path: Path
) -> None:
    app = open_page("export", trained_state(home))
    with build(app, home) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        methods = archive.read("METHODS.md").decode()
        model = next(n for n in names if n.endswith(".vaeviz"))
        archive.extract(model, tmp_path)
    assert load_model(tmp_path / model).config.n_latent == 2
    for figure in ("bits_by_group", "entropy_bar_code", "entropy_map", "latent_map"):
        assert f"figures/{figure}.html" in names
    for table in ("samples", "latent", "compression_people", "entropy"):
        assert f"tables/{table}.csv" in names
    assert not manifest["genotypes_included"]
    assert not any(n.startswith("genotypes/") for n in names)
    assert {f["file"] for f in manifest["files"]} == set(names) - {"manifest.json"}
    assert "bits per allele" in methods
    assert "Best described was" in methods or "Together, individuals" in methods
    assert "bits per allele" in messages(app)


def test_codecs_go_in_once_they_were_measured(open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    keep_table(home)
    app = open_page("export", state)
    untick(app, ("compression",))
    with build(app, home) as archive:
        names = archive.namelist()
    assert {"figures/codecs.html", "figures/codecs_counted.html", "tables/codecs.csv"} <= set(names)


def test_genotypes_only_when_ticked_and_with_a_warning(
    open_page: OpenPage, keep: Callable[[Panel], str], home: Path
) -> None:
    real = random_panel().with_info(simulated=False)
    app = open_page("export", AppState(panel_ref=keep(real)))
    untick(app, ("panel",))
    app.checkbox(key="export_genotypes").check().run()
    assert "Genotypes identify people" in app.warning[0].value
    with build(app, home) as archive:
        assert [n for n in archive.namelist() if n.startswith("genotypes/")]
        assert json.loads(archive.read("manifest.json"))["genotypes_included"]


def test_a_cohort_goes_in_with_its_report(open_page: OpenPage, home: Path) -> None:
    app = open_page("simulate", trained_state(home))
    app.number_input(key="simulate_n").set_value(20)
    app.button(key="simulate_go").click().run()
    app.switch_page("pages/export.py").run()
    assert box(app, "cohort") == (True, False)
    for copies in [b for b in app.checkbox if str(b.key).startswith("copies_")]:
        copies.check().run()
    untick(app, ("cohort",))
    with build(app, home) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
    assert [n for n in names if n.startswith("cohorts/") and n.endswith(".vcf.gz")]
    assert [n for n in names if n.endswith(".report.json")]
    assert "figures/synthetic_latent.html" in names
    assert manifest["synthetic"]
    assert manifest["cohorts"][0]["settings"]["n"] == 20


def test_changed_settings_ask_for_another_build(open_page: OpenPage, home: Path) -> None:
    app = open_page("export", trained_state(home))
    untick(app, ("panel",))
    build(app, home).close()
    assert app.get("download_button")
    app.selectbox(key="export_by").set_value("population").run()
    assert not app.get("download_button")


def test_nothing_ticked_nothing_to_build(open_page: OpenPage, keep: Callable[[Panel], str]) -> None:
    app = open_page("export", AppState(panel_ref=keep(random_panel())))
    untick(app, ())
    assert app.button(key="export_go").disabled


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels_are_built_and_inert(
    odd_name: str,
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
    home: Path,
) -> None:
    panel = ODD[odd_name]
    app = open_page("export", AppState(panel_ref=keep(panel), model_ref=keep_model(panel)))
    with build(app, home) as archive:
        texts = [n for n in archive.namelist() if n.endswith((".csv", ".md"))]
        for name in texts:
            text = archive.read(name).decode()
            assert "\n=1+1" not in text
            assert ",=1+1" not in text
        assert "<img" not in archive.read("METHODS.md").decode()
    assert "<img" not in messages(app)
