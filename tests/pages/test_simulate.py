"""The simulate page: size rules, cohorts that stay, checks, and files that read back."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import odd_panels, random_panel
from tests.trained import model_panel
from vaeviz.data.panel import Panel
from vaeviz.data.readers import read_panel
from vaeviz.data.selection import Selection
from vaeviz.ui import cohorts
from vaeviz.ui.cohorts import KeptCohort
from vaeviz.ui.state import AppState

ODD = odd_panels()
VIEWS = (
    "Latent space",
    "Allele frequencies",
    "Heterozygosity",
    "LD by distance",
    "Nearest real person",
)


def generate(app: AppTest, n: int = 30) -> AppTest:
    app.number_input(key="simulate_n").set_value(n)
    app.button(key="simulate_go").click().run()
    check_sound(app)
    return app


def kept(app: AppTest) -> KeptCohort | None:
    try:
        found = app.session_state["vaeviz_cohort"]
    except KeyError:
        return None
    assert isinstance(found, KeptCohort)
    return found


def people_per_population(n: int) -> Panel:
    """The model's panel with a population TINY of `n` people, all others in the population REST."""
    panel = model_panel()
    labels = np.where(np.arange(panel.n_samples) < n, "TINY", "REST")
    return panel.with_samples(panel.samples.assign(population=labels))


@pytest.fixture
def app(open_page: OpenPage, home: Path) -> AppTest:
    return open_page("simulate", trained_state(home))


def test_synthetic_is_said_before_anything_is_drawn(app: AppTest) -> None:
    text = messages(app)
    assert "SYNTHETIC" in text
    assert "not anonymous" in text
    assert kept(app) is None


@pytest.mark.parametrize(
    ("n", "may_at_once", "may_confirmed", "word"),
    [
        (9, False, False, "at least 10 are needed"),
        (10, False, True, "fewer than 50"),
        (49, False, True, "fewer than 50"),
        (50, True, True, "under 100"),
        (99, True, True, "under 100"),
        (100, True, True, "rests on 100 people."),
    ],
)
def test_size_rules(
    n: int, may_at_once: bool, may_confirmed: bool, word: str, open_page: OpenPage, home: Path
) -> None:
    app = open_page("simulate", trained_state(home, panel=people_per_population(n)))
    app.selectbox(key="simulate_population").set_value("TINY").run()
    assert word in messages(app)
    if may_at_once:
        generate(app)
    for box in [b for b in app.checkbox if str(b.key).startswith("simulate_small")]:
        assert may_confirmed
        box.check().run()
        generate(app)
    assert (kept(app) is not None) == may_confirmed
    assert app.button(key="simulate_go").disabled == (not may_confirmed)


def test_a_cohort_stays_until_panel_or_model_change(
    app: AppTest, home: Path, keep: Callable[[Panel], str]
) -> None:
    generate(app)
    app.switch_page("pages/entropy.py").run()
    app.switch_page("pages/simulate.py").run()
    assert "30 synthetic people" in " ".join(s.value for s in app.subheader)
    other = keep(random_panel())
    app.session_state["vaeviz_state"] = AppState(panel_ref=other, model_ref="models/t.vaeviz")
    app.run()
    check_sound(app)
    assert kept(app) is None


def test_the_report_is_shown_in_words_and_figures(app: AppTest) -> None:
    generate(app)
    found = kept(app)
    assert found is not None
    assert found.report.verdict.split("\n")[0] in messages(app).replace("&#45;", "-")
    checks = app.table[0].value
    assert list(checks["check"].str.replace("&#45;", "-")) == list(found.report.checks["check"])
    for view in VIEWS:
        app.session_state["simulate_view"] = view
        app.run()
        check_sound(app)
        assert len(app.get("plotly_chart")) == 1


def test_synthetic_people_lie_over_real_ones(app: AppTest) -> None:
    generate(app)
    assert (app.dataframe[0].value["kind"] == "synthetic").sum() == 30


def test_between_two_populations_and_from_a_selection(open_page: OpenPage, home: Path) -> None:
    panel = model_panel()
    selection = Selection(
        name="<b>mine</b>",
        sample_ids=tuple(str(x) for x in panel.sample_ids[:80]),
        panel_digest=panel.digest,
    )
    state = trained_state(home).model_copy(update={"selection": selection})
    app = open_page("simulate", state)
    app.session_state["simulate_source"] = "Between two"
    app.run()
    app.selectbox(key="simulate_to").set_value("selection: <b>mine</b>").run()
    generate(app)
    path = kept(app)
    assert path is not None
    assert path.cohort.region.kind == "path"
    app.session_state["simulate_source"] = "A selection"
    app.run()
    generate(app)
    drawn = kept(app)
    assert drawn is not None
    assert len(drawn.cohort.region.members) == 80
    assert "<b>" not in messages(app)


def test_near_copies_block_the_files(app: AppTest) -> None:
    generate(app)
    found = kept(app)
    assert found is not None
    for near in (0, 3):
        report = dataclasses.replace(found.report, near_copy_index=np.arange(near))
        app.session_state["vaeviz_cohort"] = dataclasses.replace(found, report=report)
        app.run()
        assert bool(files(app)) == (near == 0)
    app.checkbox(key=f"copies_{found.cohort.panel.digest[:8]}").check().run()
    assert len(files(app)) == 4


def files(app: AppTest) -> list[str]:
    buttons = app.get("download_button")
    return [b.proto.label for b in buttons if "-cohort_" in b.proto.id]


def test_files_read_back_with_all_people_and_sites(app: AppTest, tmp_path: Path) -> None:
    generate(app)
    found = kept(app)
    assert found is not None
    panel = found.cohort.panel
    vcf = tmp_path / "back.vcf.gz"
    vcf.write_bytes(cohorts.vcf_bytes(panel))
    back = read_panel(vcf).panel
    assert (back.n_samples, back.n_sites) == (30, model_panel().n_sites)
    assert (back.as_dosages().counts == panel.as_dosages().counts).all()
    assert back.info.synthetic
    with zipfile.ZipFile(io.BytesIO(cohorts.plink_zip_bytes(panel, found.stem))) as archive:
        archive.extractall(tmp_path)
        assert "SYNTHETIC" in archive.read("README.txt").decode()
    plink = read_panel(tmp_path / f"{found.stem}.bed").panel
    assert (plink.counts == panel.as_dosages().counts).all()
    lines = cohorts.csv_bytes(panel).decode().splitlines()
    assert len(lines) == 1 + panel.n_rows
    assert "SYNTHETIC" in found.stem


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels(
    odd_name: str,
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
) -> None:
    panel = ODD[odd_name]
    app = open_page("simulate", AppState(panel_ref=keep(panel), model_ref=keep_model(panel)))
    for source in ("A population", "A selection", "Between two"):
        app.session_state["simulate_source"] = source
        app.run()
        check_sound(app)
        assert "<img" not in messages(app)
        for box in [b for b in app.checkbox if str(b.key).startswith("simulate_small")]:
            box.check().run()
        if any(b.key == "simulate_go" and not b.disabled for b in app.button):
            generate(app, 10)
            assert kept(app) is not None
