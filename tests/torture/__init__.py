"""Attacks on a real Gleaner, each ending with a comparison of what clients saw and what the database holds.

`python -m torture` lists them, `python -m torture all` runs the long version of each, `python -m torture kill --cycles 200`
runs one. Method and figures: docs/reliability.md.
"""

import sys
from pathlib import Path

# Real processes on free ports: shared with the tests of the SDK.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))
