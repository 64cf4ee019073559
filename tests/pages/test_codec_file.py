"""The tab *File*: the panel as a file, the file as a panel, and what is said when that fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import OpenPage, check_sound, messages
from tests.pages.jobs_here import begin_here
from tests.pages.trained import trained_state
from tests.panels import odd_panels, random_panel
from tests.trained import model_panel, small_model
from vaeviz.config import TrainConfig
from vaeviz.data.panel import Panel
from vaeviz.data.vcz import load_panel, save_panel
from vaeviz.training.loop import train_model
from vaeviz.ui import jobs, library
from vaeviz.ui.compression import codec_job
from vaeviz.ui.compression.codec_file_view import PLAIN, READ, WRITE
from vaeviz.ui.state import AppState

ODD = odd_panels()
File = tuple[str, bytes, str]


@pytest.fixture(autouse=True)
def jobs_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "begin", begin_here)


def open_tab(open_page: OpenPage, state: AppState, do: str = WRITE) -> AppTest:
    app = open_page("compression", state)
    app.session_state["compression_tab"] = "File"
    app.session_state["vaez_do"] = do
    app.run()
    check_sound(app)
    return app


def compress(app: AppTest) -> File:
    """Press the button; the file that is offered then."""
    app.button(key="vaez_go").click().run()
    check_sound(app)
    assert not app.error, messages(app)
    job = jobs.latest("compress")
    assert job is not None
    path = jobs.output_of(job)
    assert path is not None
    return path.name, path.read_bytes(), "application/octet-stream"


def switch(app: AppTest, do: str) -> None:
    app.session_state["vaez_do"] = do
    app.run()
    check_sound(app)


def bring(app: AppTest, *files: File) -> None:
    """Upload files, up to where they can be decompressed."""
    app.file_uploader[0].set_value(list(files)).run()
    app.button(key="vaez_read").click().run()
    check_sound(app)


def decoded(home: Path) -> Panel:
    """The newest panel of the library, which decompression has left there."""
    return load_panel(home / library.cards("panels")[0].ref)


def is_the_same(app: AppTest) -> bool:
    """Whether the page says that the decoded panel is the open one."""
    return [x.value for x in app.success] == ["The same as the open panel, bit for bit."]


def test_everybody_comes_back_to_the_last_bit(open_page: OpenPage, home: Path) -> None:
    app = open_tab(open_page, trained_state(home))
    name, data, mime = compress(app)
    shown = {metric.label: metric.value for metric in app.metric}
    assert float(shown["Bits per allele"]) < 1
    assert shown["File"] == f"{len(data) / 1000:,.1f} kB"
    switch(app, READ)
    bring(app, (name, data, mime))
    panel = model_panel()
    assert f"{panel.n_samples} people × {panel.n_sites} sites as haplotypes" in messages(app)
    app.button(key="vaez_decode").click().run()
    check_sound(app)
    assert is_the_same(app)
    assert decoded(home).digest == panel.digest
    assert codec_job.pending() is None
    app.button(key="vaez_done").click().run()
    check_sound(app)
    assert not is_the_same(app)


def test_sizes_of_the_parts_add_up_to_the_file(open_page: OpenPage, home: Path) -> None:
    app = open_tab(open_page, trained_state(home))
    _, data, _ = compress(app)
    parts = next(d.value for d in app.dataframe if "bytes" in d.value)
    assert parts["bytes"].sum() == len(data)


def test_held_out_people_given_the_training_people(open_page: OpenPage, home: Path) -> None:
    app = open_tab(open_page, trained_state(home, "haplotype"))
    app.selectbox(key="vaez_whom").set_value("test").run()
    app.toggle(key="vaez_reference").set_value(True).run()
    app.selectbox(key="vaez_method").set_value("copying").run()
    file = compress(app)
    model, panel = small_model("haplotype"), model_panel()
    people = panel.take_samples(model.split_of(panel) == "test")
    assert re.search("coded by \\*\\*(copying model|xz)\\*\\*", messages(app))
    switch(app, READ)
    bring(app, file)
    assert f"{people.n_samples} people" in messages(app)
    app.button(key="vaez_decode").click().run()
    check_sound(app)
    assert decoded(home).digest == people.digest


def test_a_reference_that_is_not_here_is_named_and_found_once_kept(
    open_page: OpenPage, home: Path
) -> None:
    app = open_tab(open_page, trained_state(home, "haplotype"))
    app.selectbox(key="vaez_whom").set_value("test").run()
    app.toggle(key="vaez_reference").set_value(True).run()
    app.selectbox(key="vaez_method").set_value("copying").run()
    file = compress(app)
    model, panel = small_model("haplotype"), model_panel()
    training = panel.take_samples(model.split_of(panel) == "train")
    other = open_tab(open_page, AppState(panel_ref="panels/t.vcz"), READ)
    bring(other, file)
    assert f"the reference panel of {training.n_samples:,} people" in messages(other)
    assert other.button(key="vaez_decode").disabled
    save_panel(training, home / "panels" / "r.vcz")
    library.add(home / "panels" / "r.vcz", "reference", "", training.digest)
    other.run()
    other.button(key="vaez_decode").click().run()
    check_sound(other)
    job = jobs.latest("decompress")
    assert job is not None
    assert job.status().state == "done"


def test_methods_that_need_a_reference_wait_for_one(open_page: OpenPage, home: Path) -> None:
    app = open_tab(open_page, trained_state(home))
    assert "copying model" not in app.selectbox(key="vaez_method").options
    app.selectbox(key="vaez_whom").set_value("test").run()
    assert not app.toggle(key="vaez_reference").value
    app.toggle(key="vaez_reference").set_value(True).run()
    check_sound(app)
    assert "copying model" in app.selectbox(key="vaez_method").options


def test_another_session_needs_the_model_or_brings_it(open_page: OpenPage, home: Path) -> None:
    app = open_tab(open_page, trained_state(home))
    app.selectbox(key="vaez_method").set_value("ae").run()
    file = compress(app)
    if "coded by **xz**" in messages(app):
        pytest.skip("so small a panel is smaller under xz, which needs no model")
    (home / "models" / "t.vaeviz").rename(home / "brought.vaeviz")
    other = open_tab(open_page, AppState(panel_ref="panels/t.vcz"), READ)
    bring(other, file)
    assert small_model().digest[:8] in messages(other)
    assert other.button(key="vaez_decode").disabled
    other.button(key="vaez_drop").click().run()
    check_sound(other)
    bring(other, file, ("m.vaeviz", (home / "brought.vaeviz").read_bytes(), ""))
    other.button(key="vaez_decode").click().run()
    check_sound(other)
    assert is_the_same(other)


def test_a_wrong_model_is_told_until_another_file_is_brought(
    open_page: OpenPage, home: Path, tmp_path: Path
) -> None:
    app = open_tab(open_page, trained_state(home))
    app.selectbox(key="vaez_method").set_value("ae").run()
    file = compress(app)
    if "coded by **xz**" in messages(app):
        pytest.skip("so small a panel is smaller under xz, which needs no model")
    small_model("haplotype").save(tmp_path / "wrong.vaeviz")
    switch(app, READ)
    bring(app, file, ("wrong.vaeviz", (tmp_path / "wrong.vaeviz").read_bytes(), ""))
    app.button(key="vaez_decode").click().run()
    check_sound(app)
    assert "was compressed with the model" in app.error[0].value
    app.button(key="vaez_drop").click().run()
    bring(app, file)
    assert not app.error


def test_a_file_with_its_model_needs_nothing(open_page: OpenPage, home: Path) -> None:
    app = open_tab(open_page, trained_state(home))
    app.checkbox(key="vaez_embed").set_value(True).run()
    file = compress(app)
    assert "It decodes by itself." in messages(app)
    other = open_tab(open_page, AppState(panel_ref="panels/t.vcz"), READ)
    bring(other, file)
    other.button(key="vaez_decode").click().run()
    check_sound(other)
    assert decoded(home).digest == model_panel().digest


def damage(data: bytes) -> bytes:
    return data[:-40] + bytes([data[-40] ^ 1]) + data[-39:]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (damage, "its checksum is wrong"),
        (lambda data: data[: len(data) // 2], "truncated or altered"),
        (lambda _: b"", "no file that VAEviz compressed"),
        (lambda _: b"%PDF-1.7 not a vaez", "no file that VAEviz compressed"),
    ],
)
def test_a_damaged_file_is_refused_in_words(
    spoil: Callable[[bytes], bytes], said: str, open_page: OpenPage, home: Path
) -> None:
    app = open_tab(open_page, trained_state(home))
    name, data, mime = compress(app)
    switch(app, READ)
    bring(app, (name, spoil(data), mime))
    (error,) = app.error
    assert said in error.value
    assert "What to do" in error.value
    bring(app, (name, data, mime))
    app.button(key="vaez_decode").click().run()
    check_sound(app)
    assert is_the_same(app)


def test_only_one_file_at_a_time(open_page: OpenPage, home: Path) -> None:
    app = open_tab(open_page, trained_state(home), READ)
    bring(app, ("a.vaez", b"a", ""), ("b.vaez", b"b", ""))
    assert "There are 2 .vaez files" in app.error[0].value.replace("&#46;", ".")
    bring(app, ("m.vaeviz", b"a", ""))
    assert "There are 0 .vaez files" in app.error[0].value.replace("&#46;", ".")


def test_the_decoded_panel_can_be_opened(open_page: OpenPage, home: Path) -> None:
    app = open_tab(open_page, trained_state(home))
    app.selectbox(key="vaez_whom").set_value("test").run()
    file = compress(app)
    switch(app, READ)
    bring(app, file)
    app.button(key="vaez_decode").click().run()
    check_sound(app)
    assert "every genotype, ID and site is as it was" in messages(app)
    app.button(key="vaez_open").click().run()
    check_sound(app)
    assert "is open" in messages(app)


def test_files_of_earlier_runs_are_deleted(open_page: OpenPage, home: Path) -> None:
    app = open_tab(open_page, trained_state(home))
    for _ in range(4):
        compress(app)
    assert len(list((home / codec_job.FOLDER).iterdir())) <= 2


def test_hostile_names_are_inert(
    open_page: OpenPage, home: Path, keep: Callable[[Panel], str]
) -> None:
    panel = model_panel().with_info(name="../<img src=x>![x](http://x)")
    app = open_tab(open_page, trained_state(home, panel=panel))
    name, data, mime = compress(app)
    assert "/" not in name
    assert "<" not in name
    switch(app, READ)
    bring(app, ("<img src=x>.vaez", data, mime))
    assert "<img" not in messages(app)
    app.button(key="vaez_decode").click().run()
    check_sound(app)
    assert "<img" not in messages(app)
    assert "![x](http" not in messages(app)


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_odd_panels_come_back(
    odd_name: str,
    open_page: OpenPage,
    home: Path,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
) -> None:
    panel = ODD[odd_name]
    app = open_tab(open_page, AppState(panel_ref=keep(panel), model_ref=keep_model(panel)))
    file = compress(app)
    assert "<img" not in messages(app)
    switch(app, READ)
    bring(app, file)
    app.button(key="vaez_decode").click().run()
    check_sound(app)
    assert is_the_same(app)
    assert decoded(home).digest == panel.digest


def test_without_a_model_only_reading_is_offered(
    open_page: OpenPage, keep: Callable[[Panel], str]
) -> None:
    state = AppState(panel_ref=keep(random_panel()))
    assert "This needs a model of the panel" in messages(open_tab(open_page, state))
    assert open_tab(open_page, state, READ).file_uploader


def test_streams_hold_the_genotypes(open_page: OpenPage, home: Path, tmp_path: Path) -> None:
    from vaeviz.compression.codec.streams import read_streams

    app = open_tab(open_page, trained_state(home, "haplotype"), PLAIN)
    app.button(key="streams_go").click().run()
    check_sound(app)
    job = jobs.latest("streams")
    assert job is not None
    path = jobs.output_of(job)
    assert path is not None
    found = read_streams(path, small_model("haplotype"))
    panel = model_panel()
    assert (found.counts == panel.counts).all()
    assert f"residual {panel.n_rows:,} × {panel.n_sites:,}" in messages(app)


@pytest.mark.parametrize("odd_name", sorted(ODD))
def test_streams_of_odd_panels(
    odd_name: str,
    open_page: OpenPage,
    keep: Callable[[Panel], str],
    keep_model: Callable[[Panel], str],
) -> None:
    panel = ODD[odd_name]
    state = AppState(panel_ref=keep(panel), model_ref=keep_model(panel))
    app = open_tab(open_page, state, PLAIN)
    app.button(key="streams_go").click().run()
    check_sound(app)
    assert "<img" not in messages(app)


def test_a_model_that_cannot_code_is_told(open_page: OpenPage, home: Path) -> None:
    state = trained_state(home)
    config = TrainConfig(epochs=1, bottleneck="bernoulli", hidden=(8,), n_components=3, rank=4)
    train_model(model_panel(), config).save(home / "models" / "t.vaeviz")
    app = open_tab(open_page, state)
    assert "the codec needs a Gaussian one" in messages(app)
    compress(app)
    assert "The file holds the fall-back, xz" in messages(app)
