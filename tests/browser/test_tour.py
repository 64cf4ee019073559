"""The guided tour, walked from start to end in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from vaeviz.data.tour import tour_steps
from vaeviz.ui.explain import PAGES
from vaeviz.ui.tour import PLACES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.mark.slow
def test_the_tour_leads_through_its_eight_steps(visit: Visit) -> None:
    """From page to page with settings in the address, which a change of page has to let go."""
    visitor = visit()
    visitor.open()
    visitor.sidebar.get_by_text("Teaching mode").click()
    for number, step in enumerate(tour_steps(), 1):
        expect(visitor.main.get_by_text(f"step {number} of 8")).to_be_visible()
        visitor.settle()
        visitor.press(re.compile("Take me to|Set this view"))
        visitor.settle()
        title = PAGES[PLACES[step.key].page].title
        expect(visitor.main.get_by_role("heading", name=title, level=1)).to_be_visible()
        visitor.check_sound()
        if number < len(PLACES):
            visitor.press("Next step")
