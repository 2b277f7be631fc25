"""The schema page says what the schema is: it is made from the catalog, and whoever changes a table makes it anew."""

import os
import subprocess
import sys

from gleaner import BINARY, ROOT


def test_the_page_is_up_to_date():
    done = subprocess.run(
        [sys.executable, ROOT / "tests/python/schema_page.py", "--check"], env={**os.environ, "GLEANER_BINARY": str(BINARY)},
        capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
