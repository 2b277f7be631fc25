"""Real Gleaner processes for the tests: started on free ports, ended by their own ids."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks"))

from gleanerbench.processes import free_port  # noqa: E402

BINARY = Path(os.environ.get("GLEANER_BINARY", ROOT / ".build/debug/gleaner"))
# How many times longer than usual is waited for what must come, where tests run beside others (scripts/test).
PATIENCE = float(os.environ.get("GLEANER_TEST_PATIENCE", 1))
SCOPES = ["gateway", "feedback", "read", "review", "datasets", "routes"]


def wait_until(what, condition, seconds=30):
    seconds *= PATIENCE
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds:g} s in vain until {what}")


def get(url):
    """Status and body; status 0 when nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except (urllib.error.URLError, OSError):
        return 0, b""


class Process:
    """A child with its output in a file, shown when a test fails to start it."""

    def __init__(self, arguments, environment, log):
        self.log = Path(log)
        # Nothing of the caller's own configuration reaches the process under test.
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("GLEANER_") and k != "DATABASE_URL"}
        with open(self.log, "ab") as output:
            self.child = subprocess.Popen(
                [str(BINARY), *arguments], env={**inherited, **environment}, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, cwd=self.log.parent)

    def stop(self, how=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(how)
            try:
                self.child.wait(40)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait(10)
                raise AssertionError(f"it did not end on {how!r}:\n{self.text()}")

    def text(self):
        return self.log.read_text(errors="replace")


class DemoProvider:
    def __init__(self, directory):
        self.port = free_port()
        self.process = Process(
            ["provider", "--demo", "--nasty", "--chunk-delay", "2", "--listen", f"127.0.0.1:{self.port}"], {},
            Path(directory) / "provider.log")
        self.url = f"http://127.0.0.1:{self.port}/v1"
        wait_until("the provider listens", lambda: "listening on" in self.process.text())

    def stop(self):
        self.process.stop()


class Gleaner:
    """`gleaner up` on a data directory; `start` again after a stop or a kill."""

    def __init__(self, provider_url, database, directory=None, **settings):
        self.directory = Path(directory or tempfile.mkdtemp(prefix="gleaner-"))
        # A private cluster runs as another user, who must be able to walk here.
        self.directory.chmod(0o755)
        self.port, self.admin_port = free_port(), free_port()
        self.database = database
        self.environment = {
            "GLEANER_LISTEN": f"127.0.0.1:{self.port}",
            "GLEANER_ADMIN_LISTEN": f"127.0.0.1:{self.admin_port}",
            "GLEANER_DATA_DIR": str(self.directory / "data"),
            "GLEANER_PROVIDER_URL": provider_url,
            "GLEANER_PROVIDER_KEY": "provider-secret-canary",
            "GLEANER_PROVIDER_FIRST_BYTE_TIMEOUT": "2s",
            "GLEANER_PROVIDER_IDLE_TIMEOUT": "2s",
            "GLEANER_MAX_BODY_BYTES": "1048576",
            **({"DATABASE_URL": database} if database else {}),
            **settings,
        }
        self.process = None

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def api(self):
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def admin(self):
        return f"http://127.0.0.1:{self.admin_port}"

    def start(self, until="/readyz", seconds=30):
        """Returns how long it took to be ready (or alive, with `until="/livez"`), in seconds."""
        began = time.monotonic()
        self.process = Process(["up", "--quiet"], self.environment, self.directory / "gleaner.log")

        def ready():
            if self.process.child.poll() is not None:
                raise AssertionError(f"gleaner ended:\n{self.process.text()}")
            return get(self.admin + until)[0] == 200

        wait_until("gleaner is ready", ready, seconds)
        return time.monotonic() - began

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.stop(how)

    def run(self, *arguments, check=True, timeout=120):
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("GLEANER_") and k != "DATABASE_URL"}
        done = subprocess.run(
            [str(BINARY), *arguments], env={**inherited, **self.environment}, capture_output=True, text=True,
            timeout=timeout, stdin=subprocess.DEVNULL, cwd=self.directory)
        if check and done.returncode != 0:
            raise AssertionError(f"gleaner {' '.join(arguments)} exited with {done.returncode}:\n{done.stderr}")
        return done

    def make_key(self, *scopes):
        return self.run("keys", "create", "--project", "default", "--scope", *(scopes or SCOPES)).stdout.strip()

    def ledger(self):
        return json.loads(get(self.admin + "/readyz")[1])

    # Rows, as psql prints them.

    def sql(self, statement):
        done = subprocess.run(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.conninfo(), "-c", statement], capture_output=True,
            text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def conninfo(self):
        if self.database:
            return self.database
        return f"host={self.directory}/data/postgres/run user=gleaner dbname=gleaner"

    def row(self, exchange, seconds=5):
        """The stored exchange with its exact bytes, as a dict; waits for it."""
        statement = f"""
            SELECT to_jsonb(e) || jsonb_build_object(
                'request_hex', encode(b.request, 'hex'), 'response_hex', encode(b.response, 'hex'),
                'request_hash_is_right', e.request_sha256 = sha256(b.request),
                'response_hash_is_right', e.response_sha256 IS NOT DISTINCT FROM
                    CASE WHEN e.response_sha256 IS NULL THEN NULL ELSE sha256(b.response) END,
                'answer', b.answer, 'messages', b.messages)
            FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id) WHERE e.id = '{exchange}'"""
        text = wait_until(f"exchange {exchange} is stored", lambda: self.sql(statement), seconds)
        assert "\n" not in text, "more than one row"
        return json.loads(text)
