"""Fixtures for all tests; the panels themselves are in `tests.panels`."""

from __future__ import annotations

import os
from pathlib import Path

# Before numpy and torch load: on tiny panels threads cost more than they bring, and jobs started
# by tests inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import settings

from tests import panels
from vaeviz.data.panel import Panel

# A busy machine makes single examples slow, which is no fault of the code.
settings.register_profile("vaeviz", deadline=None, max_examples=30)
settings.load_profile("vaeviz")

ODD_PANELS = panels.odd_panels()


@pytest.fixture
def tiny() -> Panel:
    """6 samples x 8 sites by hand, unphased."""
    return panels.tiny_panel()


@pytest.fixture
def phased() -> Panel:
    """60 samples x 200 sites in three populations, phased, nothing missing."""
    return panels.random_panel()


@pytest.fixture
def unphased() -> Panel:
    """60 samples x 200 sites in three populations, dosages, 5 % missing."""
    return panels.random_panel(phased=False, missing=0.05)


@pytest.fixture(params=sorted(ODD_PANELS))
def odd(request: pytest.FixtureRequest) -> Panel:
    """Each odd panel in turn."""
    return ODD_PANELS[request.param]


@pytest.fixture
def real_data() -> Path:
    """Folder of the real panels; the test is skipped where it is absent."""
    folder = Path(os.environ.get("VAEVIZ_DATA", "../shared/data"))
    if not (folder / "hapmap3.bed").is_file():
        pytest.skip("the real panels are not here (set VAEVIZ_DATA)")
    return folder
