"""Is there a Chromium? `python -m tests.browser.available` exits with 0 if so, else with 1."""

from __future__ import annotations

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_INSTALL = "no Chromium was found: apt-get install chromium (or set BROWSER_PATH)"


def find_browser() -> str | None:
    """Path of the browser that BROWSER_PATH names, else of the first one installed."""
    named = os.environ.get("BROWSER_PATH")
    candidates = (named,) if named else NAMES
    return next((found for name in candidates if (found := shutil.which(name))), None)


if __name__ == "__main__":
    sys.exit(0 if find_browser() else 1)
