"""What every compatibility test needs: the calls of one test, told apart by a tag, as they were stored."""

import uuid

import pytest
from pydantic import BaseModel

from gleaner import wait_until

MODEL = "demo-hinglish-1"
PROMPT = "Chai kaise banate hain?"


class Recipe(BaseModel):
    """What structured output is asked for."""

    title: str
    minutes: int
    spices: list[str]


class Calls:
    """The calls of one test. `headers` go with each of them; `stored` brings the rows, oldest first."""

    def __init__(self, gleaner):
        self.gleaner = gleaner
        self.tag = f"compat-{uuid.uuid4().hex[:12]}"
        self.headers = {"X-Gleaner-Tags": self.tag}

    def stored(self, count=1):
        # The id comes first in time, so its order is the order of the calls.
        query = f"SELECT id FROM gleaner.exchanges WHERE '{self.tag}' = ANY(tags) ORDER BY id"
        ids = wait_until(f"{count} calls are stored", lambda: self._ids(query, count), 20)
        rows = [self.gleaner.row(id) for id in ids]
        for row in rows:
            assert row["request_hash_is_right"] and row["response_hash_is_right"]
        return rows

    def one(self):
        return self.stored(1)[0]

    def completed(self, endpoint, **columns):
        """The only call: it went well, and its columns say this."""
        row = self.one()
        assert (row["status"], row["http_status"], row["complete"]) == ("completed", 200, True), row
        assert row["endpoint"] == endpoint
        assert {name: row[name] for name in columns} == columns
        return row

    def _ids(self, query, count):
        ids = self.gleaner.sql(query).split()
        assert len(ids) <= count, f"{len(ids)} calls were stored, not {count}"
        return ids if len(ids) == count else None


@pytest.fixture
def calls(gleaner):
    return Calls(gleaner)


@pytest.fixture
def root(gleaner):
    """Where Anthropic's clients begin: they add /v1 themselves."""
    return f"http://127.0.0.1:{gleaner.port}"


def said(row):
    """The stored answer's message."""
    return row["answer"]["choices"][0]["message"]
