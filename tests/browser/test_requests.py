"""Nothing leaves this machine, and the check that says so can fail."""

from __future__ import annotations

import pytest

from tests.browser.available import find_browser
from tests.browser.conftest import Visit
from tests.browser.visiting import is_outside

pytestmark = pytest.mark.browser

PLANTS = {
    "fetch": "url => fetch('http://' + url).catch(() => 0)",
    "image": "url => { new Image().src = 'https://' + url }",
    "socket": "url => { new WebSocket('wss://' + url) }",
    "frame": "url => { const f = document.createElement('iframe'); f.src = 'http://' + url;"
    " document.body.append(f) }",
    "icon": "url => { const l = document.createElement('link'); l.rel = 'icon';"
    " l.href = 'https://' + url + '.svg'; document.head.append(l) }",
}


def test_planted_requests_are_noticed(visit: Visit) -> None:
    visitor = visit()
    visitor.open()
    visitor.record.check()
    for name, plant in PLANTS.items():
        visitor.page.evaluate(plant, f"{name}.example.invalid/x")
    for name in PLANTS:
        visitor.wait_for(
            lambda n=name: any(f"{n}.example" in url for url in visitor.record.outside)
        )
    with pytest.raises(AssertionError, match="left this machine"):
        visitor.record.check()
    visitor.context.close()
    visitor.record.outside.clear()


@pytest.mark.parametrize(
    ("url", "outside"),
    [
        ("http://127.0.0.1:8501/x", False),
        ("ws://localhost:8501/_stcore/stream", False),
        ("data:image/png;base64,AA", False),
        ("blob:http://127.0.0.1:8501/1", False),
        ("https://127.0.0.1.example.org/", True),
        ("http://localhost@example.org/", True),
        ("wss://cdn.plot.ly/", True),
        ("http://10.0.0.1/", True),
    ],
)
def test_which_addresses_are_outside(url: str, outside: bool) -> None:
    assert is_outside(url) == outside


def test_a_browser_is_found_by_name_or_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")
    assert find_browser() is None
    monkeypatch.setenv("BROWSER_PATH", "/bin/sh")
    assert find_browser() == "/bin/sh"
