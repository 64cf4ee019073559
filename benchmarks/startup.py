"""From process start to the first paint and to the first plot of the default panel."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.available import HOW_TO_INSTALL, find_browser
from tests.browser.serving import Server
from tests.browser.visiting import FLAGS, PATIENCE_MS, Visitor

RUNS = 3
NEEDED = {"answers": "", "first paint": "under 4", "first plot": "under 12"}


def startup() -> list[str]:
    """Markdown lines: median and range over `RUNS` new servers with empty workspaces."""
    path = find_browser()
    if path is None:
        return [f"Not measured: {HOW_TO_INSTALL}."]
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        runs = [_one_start(browser) for _ in range(RUNS)]
        browser.close()
    lines = [
        "A visitor opens the page as soon as the server answers. Files may be in the page cache.",
        "",
        "| from process start to | median s | range s | needed on idle 2 cores, s |",
        "|---|---:|---:|---:|",
    ]
    for name, needed in NEEDED.items():
        found = [run[name] for run in runs]
        spread = f"{min(found):.1f} - {max(found):.1f}"
        lines.append(f"| {name} | {statistics.median(found):.1f} | {spread} | {needed} |")
    return lines


def _one_start(browser: Browser) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        server = Server(home, Path(folder) / "server.log")
        try:
            server.start()
            return _look(browser, server)
        finally:
            server.stop()


def _look(browser: Browser, server: Server) -> dict[str, float]:
    answered_s = time.monotonic() - server.started
    visitor = Visitor(browser, server.url)
    page = visitor.page
    page.goto(server.url, wait_until="commit")
    expect(page.get_by_role("heading", name="Latent space")).to_be_visible()
    painted_s = time.monotonic() - server.started
    expect(page.locator(".scatterlayer .point").first).to_be_visible()
    plotted_s = time.monotonic() - server.started
    visitor.close()
    return {"answers": answered_s, "first paint": painted_s, "first plot": plotted_s}
