"""Bad input in the browser: a plain message, and what was open stays open."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import files, gestures
from tests.browser.conftest import Visit
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def test_a_pdf_called_vcf_is_refused_and_the_panel_stays(visit: Visit, server: Server) -> None:
    visitor = visit()
    visitor.open("panel")
    gestures.upload(
        visitor, [{"name": "thesis.vcf", "mimeType": "text/plain", "buffer": files.PDF}]
    )
    visitor.press("Import")
    alert = visitor.main.get_by_role("alert").filter(has_text="PDF")
    expect(alert).to_be_visible()
    expect(alert).to_contain_text("What to do:")
    visitor.settle()
    expect(visitor.sidebar.get_by_text("human-array").first).to_be_visible()
    assert str(server.home) not in visitor.page.content()
    visitor.segment("Open panel")
    visitor.plot()
    expect(visitor.main.get_by_role("heading", name="human-array")).to_be_visible()
