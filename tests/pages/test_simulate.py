"""The simulate page: size rules, cohorts that stay, checks, and files that read back."""

from __future__ import annotations

import dataclasses
import html
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.cli.run import run_here
from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import odd_panels, random_panel
from tests.trained import model_panel, small_model
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.data.readers import read_panel
from vaeviz.data.selection import Selection
from vaeviz.reports.cohort_export import Origin
from vaeviz.synthesis.region_file import to_json
from vaeviz.training.loop import train_model
from vaeviz.ui import cohorts, steps
from vaeviz.ui.cohorts import KeptCohort
from vaeviz.ui.state import AppState

ODD = odd_panels()
SOURCES = (
    "A population",
    "A selection",
    "Around a person",
    "Between two",
    "A free point",
    "A mixture",
)
VIEWS = (
    "Latent space",
    "Allele frequencies",
    "Frequency spectrum",
    "Heterozygosity",
    "Principal components",
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
    assert found.report.verdict.split("\n")[0] in html.unescape(messages(app))
    checks = app.table[0].value
    assert list(checks["check"].map(html.unescape)) == list(found.report.checks["check"])
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
    other = selection.model_copy(update={"name": "kept", "sample_ids": selection.sample_ids[:60]})
    now = app.session_state["vaeviz_state"]
    app.session_state["vaeviz_state"] = now.model_copy(update={"kept": (other,)})
    app.run()
    app.selectbox(key="simulate_selection").set_value("kept").run()
    check_sound(app)
    assert "rests on 60 people" in messages(app)
    assert "<b>" not in messages(app)


def test_near_copies_block_the_files(app: AppTest) -> None:
    generate(app)
    found = with_copies(app, 0)
    for near in (0, 3):
        with_copies(app, near)
        app.run()
        assert bool(files(app)) == (near == 0)
    app.checkbox(key=f"copies_{found.cohort.panel.digest[:8]}").check().run()
    assert len(files(app)) == 3


def test_near_copies_can_be_dropped(app: AppTest) -> None:
    generate(app)
    before = with_copies(app, 3)
    app.run()
    app.button(key="simulate_drop").click().run()
    check_sound(app)
    left = kept(app)
    assert left is not None
    gone = {before.cohort.panel.sample_ids[k] for k in range(3)}
    assert left.dropped == 3
    assert left.cohort.panel.n_samples == 27
    assert not gone & set(left.cohort.panel.sample_ids)
    assert left.report.facts["n_people"] == 27
    assert "27 synthetic people" in " ".join(s.value for s in app.subheader)


def with_copies(app: AppTest, near: int) -> KeptCohort:
    """Make the first people of the cohort near copies."""
    found = kept(app)
    assert found is not None
    report = dataclasses.replace(found.report, near_copy_index=np.arange(near))
    found = dataclasses.replace(found, report=report)
    app.session_state["vaeviz_cohort"] = found
    return found


def files(app: AppTest) -> list[str]:
    buttons = app.get("download_button")
    return [b.proto.label for b in buttons if "-cohort_" in b.proto.id]


def test_the_zip_of_the_page_reads_back(app: AppTest, tmp_path: Path) -> None:
    generate(app)
    found = with_copies(app, 0)
    origin = Origin(small_model(), model_panel(), small_model())
    data = cohorts.zip_bytes(found, origin, ("vcf", "plink1"), acknowledged=False)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / found.stem
    panel = found.cohort.panel
    back = read_panel(folder / f"{found.stem}.vcf.gz").panel
    assert (back.n_samples, back.n_sites) == (30, model_panel().n_sites)
    assert (back.as_dosages().counts == panel.as_dosages().counts).all()
    assert back.info.synthetic
    assert (folder / f"{found.stem}.bed").is_file()
    assert not (folder / f"{found.stem}.pgen").exists()
    alone = tmp_path / "alone.vcf.gz"
    alone.write_bytes(cohorts.vcf_bytes(panel))
    assert (read_panel(alone).panel.counts == back.counts).all()


def test_a_cohort_from_elsewhere_is_compared(app: AppTest) -> None:
    generate(app)
    found = with_copies(app, 0)
    own = found.report.to_json()
    app.run()
    app.file_uploader(key="simulate_manifest").set_value(("r.json", own.encode(), "json")).run()
    check_sound(app)
    assert "The same people" in " ".join(s.value for s in app.success)
    other = own.replace(found.cohort.panel.digest, "0" * 32)
    app.file_uploader(key="simulate_manifest").set_value(("r.json", other.encode(), "json")).run()
    assert "Other people" in messages(app)


@pytest.mark.parametrize("source", ["A population", "Around a person", "A mixture"])
def test_the_command_line_draws_the_same_people(
    source: str, app: AppTest, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    app.session_state["simulate_source"] = source
    app.run()
    if source == "Around a person":
        app.slider(key="simulate_radius").set_value(1.0).run()
    generate(app)
    found = kept(app)
    assert found is not None
    region = ("--population", found.cohort.region.name)
    if source != "A population":
        (home / "r.json").write_text(to_json(found.cohort.region, model_panel()))
        region = ("--region", str(home / "r.json"))
    command = [
        *("simulate", str(home / "models" / "t.vaeviz"), str(home / "panels" / "t.vcz"), *region),
        *("--generator", found.cohort.generator, "-n", "30", "--seed", "1"),
        *("--allow-small", "--near-copies", "keep", "-o", str(home / "c.vcf.gz")),
    ]
    ended = run_here(capfd, *command)
    assert ended.code == 0, ended.stderr
    assert (read_panel(home / "c.vcf.gz").panel.counts == found.cohort.panel.counts).all()


def test_people_around_a_person_and_at_a_free_point(app: AppTest) -> None:
    app.session_state["simulate_source"] = "Around a person"
    app.run()
    app.slider(key="simulate_radius").set_value(1.0).run()
    generate(app, 10)
    found = kept(app)
    assert found is not None
    assert found.cohort.region.kind == "ellipsoid"
    near = found.cohort.latent[["latent_1_mean", "latent_2_mean"]].to_numpy()
    centre, half = (
        np.array(x) for x in (found.cohort.region.centre, found.cohort.region.half_axes)
    )
    assert ((((near - centre) / half) ** 2).sum(1) <= 1).all()
    app.session_state["simulate_source"] = "A free point"
    app.run()
    slider = next(s for s in app.slider if str(s.key).startswith("simulate_axis_"))
    groups = app.dataframe[0].value
    slider.set_value(slider.max).run()
    check_sound(app)
    assert not app.dataframe[0].value.equals(groups)
    app.slider(key="simulate_nearest_210").set_value(60).run()
    generate(app, 10)
    at_edge = kept(app)
    assert at_edge is not None
    assert at_edge.cohort.region.kind == "point"
    assert len(at_edge.cohort.region.members) == 60


def test_shares_of_a_mixture(app: AppTest) -> None:
    app.session_state["simulate_source"] = "A mixture"
    app.run()
    app.multiselect(key="simulate_mix").set_value(["POP1", "POP3"]).run()
    app.number_input(key="simulate_share_2_POP1").set_value(75.0).run()
    app.number_input(key="simulate_share_2_POP3").set_value(25.0).run()
    generate(app)
    found = kept(app)
    assert found is not None
    shares = {part.name: part.proportion for part in found.cohort.region.parts}
    assert shares == {"POP1": 0.75, "POP3": 0.25}
    app.multiselect(key="simulate_mix").set_value(["POP1"]).run()
    check_sound(app)
    assert not [b for b in app.button if b.key == "simulate_go"]


def test_a_generator_without_its_model_leads_to_the_training(app: AppTest) -> None:
    app.selectbox(key="simulate_generator_global").set_value("neighbour-walk").run()
    check_sound(app)
    assert "needs a sequence model" in messages(app)
    assert app.button(key="simulate_go").disabled
    app.button(key="simulate_train").click().run()
    assert app.session_state[steps.TRAIN_PURPOSE] == "Sequence"
    assert app.session_state[steps.SEQUENCE_USE] == steps.FILL_IN


def test_admixture_is_the_other_tab(app: AppTest) -> None:
    app.session_state[steps.SIMULATE] = steps.ADMIXTURE
    app.run()
    check_sound(app)
    assert "exact copy" in messages(app)
    assert not [b for b in app.button if b.key == "simulate_go"]


def test_the_mosaic_says_that_it_copies(app: AppTest) -> None:
    app.selectbox(key="simulate_generator_global").set_value("mosaic").run()
    assert "NOT PRIVATE" in app.error[0].value
    assert app.number_input(key="simulate_generations").min == 100
    generate(app)
    found = kept(app)
    assert found is not None
    assert found.cohort.generator == "mosaic"


def test_a_sequence_model_draws_and_the_map_checks(open_page: OpenPage, home: Path) -> None:
    config = TrainConfig.preset(
        "sequence", epochs=2, window_sites=60, n_latent=4, window_hidden=8, autoregressive=False
    )
    state = trained_state(home).model_copy(update={"sequence_ref": "models/s.vaeviz"})
    sequence = train_model(model_panel(), config)
    sequence.save(home / "models" / "s.vaeviz")
    app = open_page("simulate", state)
    assert app.selectbox(key="simulate_generator_neighbour-walk").value == "neighbour-walk"
    assert "trained for 2 epochs only" in messages(app)
    app.slider(key="simulate_hop").set_value(0.5)
    generate(app)
    found = kept(app)
    assert found is not None
    assert (found.cohort.generator, found.cohort.config.hop) == ("neighbour-walk", 0.5)
    assert (found.model_digest, found.map_digest) == (sequence.digest, small_model().digest)
    assert found.cohort.latent["latent_1_mean"].notna().all()
    app.session_state["simulate_view"] = "Latent space"
    app.run()
    check_sound(app)


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels(
    odd_name: str,
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
) -> None:
    panel = ODD[odd_name]
    app = open_page("simulate", AppState(panel_ref=keep(panel), model_ref=keep_model(panel)))
    for source in SOURCES:
        app.session_state["simulate_source"] = source
        app.run()
        check_sound(app)
        assert "<img" not in messages(app)
        for box in [b for b in app.checkbox if str(b.key).startswith("simulate_small")]:
            box.check().run()
        drawn = source in ("A population", "A mixture")
        if drawn and any(b.key == "simulate_go" and not b.disabled for b in app.button):
            generate(app, 10)
            assert kept(app) is not None
