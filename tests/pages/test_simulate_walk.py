"""The simulate page beside its surroundings: the command line, and the current selection."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.cli.run import run_here
from tests.pages.conftest import OpenPage, check_sound
from tests.pages.test_simulate import generate, kept
from tests.pages.trained import trained_state
from tests.synthesis.sequence import sequence_map, sequence_model, sequence_panel
from tests.trained import model_panel, small_model
from vaeviz.data.readers import read_panel
from vaeviz.data.selection_rule import ByEllipsoid
from vaeviz.data.vcz import save_panel
from vaeviz.reports.cohort_readme import redraw_command
from vaeviz.ui.state import AppState


def test_the_walk_of_the_page_is_that_of_the_command_line(
    open_page: OpenPage, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    models = home / "models"
    models.mkdir()
    sequence_map().save(models / "m.vaeviz")
    sequence_model().save(models / "s.vaeviz")
    (home / "panels").mkdir()
    save_panel(sequence_panel(), home / "panels" / "t.vcz")
    app = open_page(
        "simulate",
        AppState(
            panel_ref="panels/t.vcz", model_ref="models/m.vaeviz", sequence_ref="models/s.vaeviz"
        ),
    )
    app.slider(key="simulate_hop").set_value(0.5)
    app.slider(key="simulate_neighbours").set_value(4)
    for box in [b for b in app.checkbox if str(b.key).startswith("simulate_small")]:
        box.check().run()
    generate(app)
    found = kept(app)
    assert found is not None
    assert found.cohort.generator == "neighbour-walk"
    told = shlex.split(redraw_command(found.cohort, near=1))
    files = {"MODEL": "models/s.vaeviz", "MAP": "models/m.vaeviz", "PANEL": "panels/t.vcz"}
    files["cohort.vcf.gz"] = "c.vcf.gz"
    command = [str(home / files[word]) if word in files else word for word in told[3:]]
    ended = run_here(capfd, *command, "--json")
    assert ended.code == 0, ended.stderr
    assert json.loads(ended.stdout)["panel"]["digest"] == found.cohort.panel.digest
    assert (read_panel(home / "c.vcf.gz").panel.counts == found.cohort.panel.counts).all()


def test_people_around_a_person_become_the_selection(open_page: OpenPage, home: Path) -> None:
    app = open_page("simulate", trained_state(home))
    app.session_state["simulate_source"] = "Around a person"
    app.run()
    person = str(model_panel().sample_ids[7])
    app.selectbox(key="simulate_person").set_value(person).run()
    app.slider(key="simulate_radius").set_value(0.8).run()
    app.button(key="simulate_select").click().run()
    check_sound(app)
    selection = app.session_state["vaeviz_state"].selection
    rule = selection.origin
    assert isinstance(rule, ByEllipsoid)
    assert rule.digests == (small_model().digest, model_panel().digest)
    table = small_model().embed(model_panel())
    places = table[list(rule.axes)]
    assert rule.centre == pytest.approx(places[table["sample"] == person].to_numpy()[0])
    far = (((places - rule.centre) / (rule.radius * places.std(ddof=0))) ** 2).sum(axis=1)
    assert set(selection.sample_ids) == set(table["sample"][far <= 1])
    assert 1 < len(selection.sample_ids) < len(table)
    assert app.selectbox(key="simulate_person").value == person
