import functools
import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import httpx2 as httpx  # what the SDK itself uses
import openai
import pytest

from gleaner import BINARY, DemoProvider, Gleaner


def server():
    conninfo = os.environ.get("GLEANER_TEST_DATABASE_URL")
    if not conninfo:
        pytest.exit("GLEANER_TEST_DATABASE_URL is not set: run `make test`, or `scripts/test-database exec -- …`", 3)
    if not BINARY.exists():
        pytest.exit(f"{BINARY} does not exist: run `swift build` first", 3)
    return conninfo


@pytest.fixture(scope="session")
def provider():
    directory = tempfile.mkdtemp(prefix="gleaner-provider-")
    server()
    running = DemoProvider(directory)
    yield running
    running.stop()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def fresh_database():
    """The conninfo of a migrated database that exists for one test."""
    yield from make_database()


@pytest.fixture
def empty_database():
    """The same without any table."""
    yield from make_database(template="template1")


def make_database(template=None):
    conninfo = server()
    name = f"python_{uuid.uuid4().hex[:12]}"
    psql = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-c"]
    subprocess.run([*psql, f"CREATE DATABASE {name} TEMPLATE {template or migrated()}"], check=True, timeout=60)
    # The last keyword wins in a conninfo string.
    yield f"{conninfo} dbname={name}"
    subprocess.run([*psql, f"DROP DATABASE {name} WITH (FORCE)"], check=True, timeout=60)


@functools.cache
def migrated():
    """Migrated once in a run; a copy takes a tenth of the time. It goes with the server."""
    name = f"python_template_{uuid.uuid4().hex[:12]}"
    psql = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", server(), "-c"]
    subprocess.run([*psql, f"CREATE DATABASE {name}"], check=True, timeout=60)
    environment = {**os.environ, "DATABASE_URL": f"{server()} dbname={name}"}
    subprocess.run([BINARY, "migrate"], env=environment, check=True, timeout=120, stdout=subprocess.DEVNULL)
    return name


@pytest.fixture(scope="session")
def shared_database():
    yield from make_database()


@pytest.fixture(scope="session")
def gleaner(provider, shared_database):
    running = Gleaner(provider.url, shared_database)
    running.start()
    yield running
    running.stop()
    shutil.rmtree(running.directory, ignore_errors=True)


@pytest.fixture(scope="session")
def key(gleaner):
    return gleaner.make_key()


@pytest.fixture
def client(gleaner, key):
    with openai.OpenAI(base_url=gleaner.base_url, api_key=key, max_retries=0, timeout=30) as client:
        yield client


@pytest.fixture
def http(gleaner, key):
    """Plain HTTP, for what the SDK would never send."""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{gleaner.port}", headers={"Authorization": f"Bearer {key}"}, timeout=30
    ) as client:
        yield client


@pytest.fixture(scope="module")  # while it runs, its event loop counts as the thread's: other modules start theirs
def chromium():
    from browser import Chromium  # not in the environment of the older SDK

    running = Chromium()
    yield running
    running.close()


@pytest.fixture(scope="session")
def people(gleaner):
    """Who signs in to the shared Gleaner; `people.admin` has the cookies of its first admin."""
    from browser import ConsolePeople

    return ConsolePeople(gleaner)
