"""The tab *Codecs*: what a job left is shown in numbers and bars, and made anew when damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.trained import trained_state
from tests.panels import odd_panels, random_panel
from tests.trained import model_panel, small_model
from vaeviz.data.panel import Panel
from vaeviz.ui import jobs
from vaeviz.ui.compression import codecs_job
from vaeviz.ui.state import AppState

ODD = odd_panels()
N_ALLELES = 8_000


def codec_table() -> pd.DataFrame:
    """Three methods as the command writes them; the third did not run."""
    table = pd.DataFrame(
        {
            "method": ["ae", "xz", "copying"],
            "title": ["autoencoder", "xz -9e", "copying model"],
            "genotype_bytes": [100, 250, None],
            "model_bytes": [9_900, 0, None],
            "panel_bytes": [0, 0, None],
            "encode_alleles_per_s": [5e6, 1e6, None],
            "decode_alleles_per_s": [6e6, 4e7, None],
            "note": [None, None, "This method needs a <img> reference."],
        }
    )
    whole = table[["genotype_bytes", "model_bytes", "panel_bytes"]].sum(axis=1, min_count=1)
    return table.assign(
        bits_per_allele=8 * table["genotype_bytes"] / N_ALLELES,
        factor=N_ALLELES / 8 / table["genotype_bytes"],
        bits_per_allele_counted=8 * whole / N_ALLELES,
    )


def keep_table(home: Path, notes: tuple[str, ...] = ("Coded: 21 people.",)) -> Path:
    """What a job leaves for the small model and its panel."""
    folder = home / codecs_job.KIND
    folder.mkdir()
    path = folder / f"{small_model().digest[:16]}_{model_panel().digest[:16]}.csv"
    codec_table().to_csv(path, index=False)
    path.with_suffix(".json").write_text(json.dumps({"notes": notes}))
    return path


def open_tab(open_page: OpenPage, state: AppState) -> AppTest:
    app = open_page("compression", state)
    app.session_state["compression_tab"] = "Codecs"
    app.run()
    check_sound(app)
    return app


def spec(app: AppTest) -> str:
    (chart,) = app.get("plotly_chart")
    return str(chart.proto.spec)


def test_before_the_job_it_says_what_will_be_compared(open_page: OpenPage, home: Path) -> None:
    app = open_tab(open_page, trained_state(home))
    assert app.button(key="codecs_run").label == "Compare all codecs"
    assert "not the same to the last bit is not shown" in messages(app)
    assert not app.get("plotly_chart")


def test_the_button_starts_the_command(
    open_page: OpenPage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(jobs, "begin", lambda kind, arguments, label: asked.append(arguments))
    app = open_tab(open_page, trained_state(home))
    app.button(key="codecs_run").click().run()
    check_sound(app)
    (arguments,) = asked
    assert arguments[:3] == [
        "codecs",
        str(home / "models" / "t.vaeviz"),
        str(home / "panels" / "t.vcz"),
    ]
    assert arguments[3] == "-o"
    assert Path(arguments[4]).parent == home / "codecs"


def test_a_finished_table_is_shown_with_its_notes(open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    keep_table(home)
    app = open_tab(open_page, state)
    assert "0.1000" in spec(app)
    assert "autoencoder" in spec(app)
    sizes = next(d.value for d in app.dataframe if "encode_alleles_per_s" in d.value)
    assert sizes["title"].tolist() == ["autoencoder", "xz -9e"]
    assert sizes["factor"].tolist() == [10, 4]
    assert sizes["encode_alleles_per_s"].tolist() == [5, 1]
    text = messages(app)
    assert "Coded&#58; 21 people" in text
    assert "copying model" in text
    assert "<img" not in text
    assert app.button(key="codecs_run").label == "Measure again"


def test_model_and_panel_are_counted_on_demand(open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    keep_table(home)
    app = open_tab(open_page, state)
    assert '"10.00 ' not in spec(app)
    app.toggle(key="codecs_counted").set_value(True).run()
    check_sound(app)
    assert '"10.00 ' in spec(app)
    assert "0.2500" in spec(app)


@pytest.mark.parametrize("content", ["", "method,title\nae,autoencoder\n", "\x00\xff"])
def test_a_damaged_table_is_made_anew(content: str, open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    path = keep_table(home)
    path.write_text(content)
    app = open_tab(open_page, state)
    assert app.button(key="codecs_run").label == "Compare all codecs"
    assert not path.exists()


@pytest.mark.parametrize("told", ["", "{}", "[1]", '{"notes": 3}'])
def test_lost_notes_are_no_matter(told: str, open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    keep_table(home).with_suffix(".json").write_text(told)
    assert open_tab(open_page, state).get("plotly_chart")


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels(
    odd_name: str,
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
) -> None:
    panel = ODD[odd_name]
    state = AppState(panel_ref=keep(panel), model_ref=keep_model(panel))
    assert "<img" not in messages(open_tab(open_page, state))


def test_without_a_model(open_page: OpenPage, keep: Callable[[Panel], str]) -> None:
    app = open_tab(open_page, AppState(panel_ref=keep(random_panel())))
    assert "This needs a model of the panel" in messages(app)
