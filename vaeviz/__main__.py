"""`python -m vaeviz`."""

from __future__ import annotations

import os
import sys

# Before torch loads. Threads that spin while they wait make training five times slower as soon
# as anything else runs on the machine; threads that sleep cost a fifth on an idle one (measured).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from vaeviz.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
