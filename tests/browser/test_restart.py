"""Training goes on when the server dies, and the next server finds it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def test_training_survives_the_server(visit: Visit, server: Server) -> None:
    visitor = visit()
    visitor.open("train")
    visitor.segment("Train a model")
    visitor.segment("Quick")
    visitor.press("Start training")
    job = server.running_job("train")
    process = job.status().process

    server.kill()
    epochs = len(job.progress())
    visitor.wait_for(lambda: len(job.progress()) > epochs)
    server.start()

    visitor.page.goto(visitor.url + "train")
    assert [known.name for known in server.jobs("train")] == [job.name]
    cancel = visitor.main.get_by_role("button", name="Cancel", exact=True)
    notice = visitor.main.get_by_text("is in use")
    expect(cancel.or_(notice).first).to_be_visible()
    assert job.status().process == process
    if cancel.is_visible():
        cancel.click()
    # Cancelled or done, the best model so far is taken into use.
    visitor.expect_notice("is in use")
    visitor.segment("Model in use")
    visitor.plot()
