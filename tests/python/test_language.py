"""Languages of other people's lines: PyPI's chatterbot-corpus, whose Romanised Hindi nobody here wrote."""

import time
import uuid
from pathlib import Path

import httpx2 as httpx
import pytest

from gleaner import wait_until
from test_search import logged

chatterbot = pytest.importorskip("chatterbot_corpus", reason="pip install chatterbot-corpus==1.3.3 to compare")
yaml = pytest.importorskip("yaml")

# Greetings that are no more Hindi than English.
EITHER = {"hello", "hello!"}


def lines(folder):
    data = Path(chatterbot.__file__).parent / "data" / folder
    found = {str(line) for path in sorted(data.glob("*.yml")) for talk in yaml.safe_load(path.read_text())["conversations"] for line in talk}
    # The English ones of a word or two are answers to a quiz: names and numbers, which are of no language.
    fewest = 3 if folder == "english" else 1
    return sorted(line for line in found if line.lower() not in EITHER and len(line.split()) >= fewest)


@pytest.mark.parametrize("folder, tags, least", [
    ("hinglish", {"hi-Latn", "hi-en"}, 0.95), ("hindi", {"hi"}, 0.98), ("bengali", {"bn"}, 0.98), ("english", {"en"}, 0.9)])
def test_lines_are_tagged_as_their_folder(gleaner, key, folder, tags, least):
    conversation = "corpus-" + uuid.uuid4().hex
    texts = lines(folder)[:400]
    with httpx.Client(base_url=gleaner.api, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        answer = client.post("/exchanges", json=[logged(text, conversation=conversation) for text in texts])
        assert answer.status_code == 202, answer.text[:300]
    wait_until("all are stored", lambda: gleaner.ledger()["ledger"]["journaled"] == 0, 60)
    time.sleep(0.2)
    rows = gleaner.sql(f"SELECT language, count(*) FROM gleaner.exchanges WHERE conversation = '{conversation}' GROUP BY 1")
    counts = {language: int(count) for language, count in (row.split("|") for row in rows.splitlines())}
    share = sum(count for language, count in counts.items() if language in tags) / len(texts)
    assert share >= least, counts
