"""`python -m vaeviz`."""

from __future__ import annotations

import sys

from vaeviz.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
