"""Every snippet of docs/guide/clients.md runs as it stands, and its exchange is stored."""

import os
import re
import subprocess
import sys

import openai
import pytest

from gleaner import ROOT, wait_until

PAGE = (ROOT / "docs/guide/clients.md").read_text()
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE, re.S)
CONVERSATIONS = [re.search(r'"X-Gleaner-Conversation": "([^"]+)"', snippet).group(1) for snippet in SNIPPETS]


def test_the_page_has_a_snippet_for_each_client():
    assert sorted(CONVERSATIONS) == sorted(f"guide-{name}" for name in [
        "openai", "responses", "anthropic", "langchain", "pydantic-ai", "instructor"])


@pytest.mark.parametrize("snippet, conversation", list(zip(SNIPPETS, CONVERSATIONS)), ids=CONVERSATIONS)
def test_a_snippet_runs_and_its_exchange_is_stored(gleaner, key, snippet, conversation):
    runs_here = conversation in ["guide-openai", "guide-responses"] or (
        (conversation == "guide-instructor") == (openai.VERSION < "3"))
    if not runs_here:
        pytest.skip("runs with the other line of openai")
    done = subprocess.run(
        [sys.executable, "-c", snippet], capture_output=True, text=True, timeout=60,
        env={**os.environ, "GLEANER_URL": f"http://127.0.0.1:{gleaner.port}", "GLEANER_KEY": key})
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    query = f"""
        SELECT count(*) FROM gleaner.exchanges JOIN gleaner.exchange_bodies USING (shard, id)
        WHERE conversation = '{conversation}' AND complete AND answer IS NOT NULL AND messages IS NOT NULL"""
    wait_until("it is stored", lambda: gleaner.sql(query) == "1")
