"""A real server and a real Chromium for the tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.available import HOW_TO_INSTALL, find_browser
from tests.browser.serving import Server
from tests.browser.visiting import FLAGS, PATIENCE_MS, Visitor

Visit = Callable[..., Visitor]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for all tests here; without one they skip, in CI they fail."""
    path = find_browser()
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(HOW_TO_INSTALL)
    if path is None:
        pytest.skip(HOW_TO_INSTALL)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path: Path, chromium: Browser) -> Iterator[Server]:
    """A running dashboard with an empty workspace."""
    home = tmp_path / "home"
    home.mkdir()
    running = Server(home, tmp_path / "server.log")
    try:
        running.start()
        yield running
    finally:
        running.stop()
    running.check_log()


@pytest.fixture
def visit(server: Server, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Open visitors; each is checked and closed at the end of the test."""
    visitors: list[Visitor] = []

    def start(**options: object) -> Visitor:
        visitors.append(Visitor(chromium, server.url, **options))
        return visitors[-1]

    failed_before = request.session.testsfailed
    yield start
    if request.session.testsfailed > failed_before:
        _keep_pictures(visitors, server.log.parent)
    for visitor in visitors:
        visitor.close()


def _keep_pictures(visitors: list[Visitor], folder: Path) -> None:
    """Leave the last sight of each page beside the server's log."""
    for number, visitor in enumerate(visitors):
        visitor.page.screenshot(path=folder / f"failed-{number}.png")
