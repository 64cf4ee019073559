"""One visitor: a fresh browser context that writes down what must not happen."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, Request, WebSocket, expect

from tests.browser.wall import Wall

Scheme = Literal["light", "dark"]

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=AutofillServerCommunication,MediaRouter,OptimizationHints",
    # Nothing but this machine has an address, so a stray request is seen and yet never sent.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
LOCAL_HOSTS = ("127.0.0.1", "localhost")
INLINE = ("data", "blob", "about")
PATIENCE_MS = 120_000
QUIET_MS = 300
AT_REST = """quiet => {
    const seen = selector => document.querySelector(selector) !== null;
    const rest = seen("[data-testid=stApp][data-test-script-state=notRunning]")
        && !seen("[data-stale=true], [data-testid=stSkeleton], [data-testid=stAppSkeleton],"
                 + " [data-testid=stSpinner], [data-testid=stStatusWidget]");
    if (!rest) window.atRestSince = undefined;
    else window.atRestSince ??= performance.now();
    return rest && performance.now() - window.atRestSince > quiet;
}"""
"""Script over, nothing stale, no skeleton and no spinner, for so many milliseconds."""
UNEXPECTED = "Something went wrong inside VAEviz"


@dataclasses.dataclass
class Record:
    """What a visit must not show: requests to other machines, dialogs, faults in the page."""

    outside: list[str]
    dialogs: list[str] = dataclasses.field(default_factory=list)
    faults: list[str] = dataclasses.field(default_factory=list)

    def check(self) -> None:
        """Fail when anything was written down."""
        assert not self.outside, f"requests left this machine: {self.outside}"
        assert not self.dialogs, f"the page opened dialogs: {self.dialogs}"
        assert not self.faults, f"scripts of the page failed: {self.faults}"


def is_outside(url: str) -> bool:
    """Whether a request to this address leaves the machine."""
    parts = urlsplit(url)
    return parts.scheme not in INLINE and parts.hostname not in LOCAL_HOSTS


class Visitor:
    """A browser context with one page on the dashboard.

    Parameters
    ----------
    browser : Browser
    url : str
        Where the dashboard is.
    scheme : 'light' or 'dark'
    width, height : int
        Viewport in pixels.
    """

    def __init__(
        self, browser: Browser, url: str, scheme: Scheme = "light", width: int = 1440
    ) -> None:
        self.url = url
        self.wall = Wall()
        self.record = Record(self.wall.asked)
        self.context = browser.new_context(
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
            accept_downloads=True,
            service_workers="block",
            proxy={"server": self.wall.url, "bypass": ",".join(LOCAL_HOSTS)},
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.on("request", self._on_request)
        self.page = self.context.new_page()
        self.page.on("websocket", self._on_socket)
        self.page.on("dialog", self._on_dialog)
        self.page.on("pageerror", lambda error: self.record.faults.append(str(error)))

    def _on_request(self, request: Request) -> None:
        if is_outside(request.url):
            self.record.outside.append(request.url)

    def _on_socket(self, socket: WebSocket) -> None:
        if is_outside(socket.url):
            self.record.outside.append(socket.url)

    def _on_dialog(self, dialog: object) -> None:
        self.record.dialogs.append(dialog.message)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    def open(self, path: str = "") -> Page:
        """Load a page of the dashboard afresh, as from a bookmark, and wait until it stands."""
        self.page.goto(self.url + path)
        self.settle()
        return self.page

    def go(self, label: str) -> None:
        """Follow a link of the navigation."""
        link = self.page.get_by_test_id("stSidebar").get_by_role("link", name=label, exact=True)
        link.click()
        expect(self.page.get_by_role("heading", name=label, level=1)).to_be_visible()
        self.settle()

    def settle(self) -> None:
        """Wait until the page has been at rest for a moment, and check that it is sound."""
        self.page.evaluate("window.atRestSince = undefined")
        self.page.wait_for_function(AT_REST, arg=QUIET_MS, polling=50)
        self.check_sound()

    def wait_for(self, condition: Callable[[], bool], patience_ms: int = PATIENCE_MS) -> None:
        """Let the browser go on until a condition of ours holds; fail when it never does."""
        for _ in range(patience_ms // 100):
            if condition():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("waited in vain")

    def check_sound(self) -> None:
        """No exception on the page, neither streamlit's box nor our own message."""
        assert self.page.get_by_test_id("stException").count() == 0
        assert self.page.get_by_text(UNEXPECTED).count() == 0

    def segment(self, name: str) -> None:
        """Choose an option of a segmented control."""
        self.page.get_by_role("radio", name=name, exact=True).click()
        self.settle()

    def views(self, switch: str) -> Iterator[str]:
        """Choose every option of a segmented control in turn; yields its name once settled."""
        options = self.main.get_by_role("radiogroup", name=switch, exact=True).get_by_role("radio")
        for number in range(options.count()):
            options.nth(number).click()
            self.settle()
            yield options.nth(number).inner_text().strip()

    def press(self, name: str | re.Pattern[str], exact: bool = True) -> None:
        """Press a button of the page (not of the sidebar)."""
        self.main.get_by_role("button", name=name, exact=exact).first.click()

    @property
    def main(self) -> Locator:
        """The page without its sidebar."""
        return self.page.get_by_test_id("stMain")

    @property
    def sidebar(self) -> Locator:
        """Navigation, status of panel and model, selection, jobs."""
        return self.page.get_by_test_id("stSidebar")

    def expect_notice(self, text: str) -> None:
        """Wait for a persistent line on top of the page, and dismiss it."""
        expect(self.main.get_by_text(text).first).to_be_visible()
        self.settle()
        self.press("OK")
        self.settle()

    def people_selected(self) -> Locator:
        """How many people the page says are selected."""
        metric = self.main.get_by_test_id("stMetric").filter(has_text="People")
        return metric.get_by_test_id("stMetricValue")

    def content(self) -> Locator:
        """The first chart or table in sight; the strips of the bar code are a chart too."""
        return self.plots().or_(self.table()).or_(self.main.locator("canvas.canvas")).first

    def table(self) -> Locator:
        """The first table in sight; others are folded away."""
        return self.main.get_by_test_id("stDataFrame").filter(visible=True).first

    def plot(self, index: int = 0) -> Locator:
        """A chart that has drawn something."""
        chart = self.plots().nth(index)
        expect(chart.locator(".main-svg").first).to_be_visible()
        return chart

    def plots(self) -> Locator:
        """All charts of the page."""
        return self.main.get_by_test_id("stPlotlyChart")

    def screenshot(self, path: Path) -> None:
        """The whole page, its scrolling part unrolled."""
        size = self.page.viewport_size
        assert size is not None
        height = self.page.evaluate(
            "Math.max(...[...document.querySelectorAll("
            "'[data-testid=stMain], [data-testid=stSidebarContent]')].map(e => e.scrollHeight))"
        )
        self.page.set_viewport_size({"width": size["width"], "height": max(900, int(height))})
        self.settle()
        self.page.screenshot(path=path)
        self.page.set_viewport_size(size)

    def close(self) -> None:
        """End the visit and fail when something happened that must not."""
        self.context.close()
        self.wall.close()
        self.record.check()
