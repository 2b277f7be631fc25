"""A release Gleaner: started with everything on, asked what it counted, and stopped."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from . import machine
from .processes import BenchError, Child, at_end, free_port, http_get, wait_until


class Gleaner:
    def __init__(self, binary, provider_url, conninfo, directory=None, wrapper=(), **settings):
        self.binary = Path(binary).resolve()
        self.directory = Path(tempfile.mkdtemp(prefix="gleaner-bench-", dir=directory))
        at_end(self.remove)
        self.directory.chmod(0o755)
        self.port, self.admin_port = free_port(), free_port()
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("GLEANER_") and k != "DATABASE_URL"}
        self.environment = {
            **inherited,
            "GLEANER_LISTEN": f"127.0.0.1:{self.port}",
            "GLEANER_ADMIN_LISTEN": f"127.0.0.1:{self.admin_port}",
            "GLEANER_DATA_DIR": str(self.directory / "data"),
            "GLEANER_PROVIDER_URL": provider_url,
            "GLEANER_PROVIDER_KEY": "bench",
            "DATABASE_URL": conninfo,
            **settings,
        }
        self.wrapper, self.child = list(wrapper), None
        self.start()
        self.key = self.run("keys", "create", "--project", "default", "--scope", "gateway")

    def start(self):
        self.child = Child([*self.wrapper, self.binary, "up", "--quiet"], self.directory / "gleaner.log",
                           environment=self.environment, cwd=self.directory)

        def ready():
            if not self.child.runs:
                raise BenchError(f"gleaner ended:\n{self.child.text()[-3000:]}")
            return http_get(f"http://127.0.0.1:{self.admin_port}/readyz")

        wait_until("gleaner is ready", ready)

    def run(self, *arguments, timeout=60):
        done = subprocess.run([str(self.binary), *arguments], env=self.environment, capture_output=True, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL, cwd=self.directory)
        if done.returncode != 0:
            raise BenchError(f"gleaner {' '.join(arguments)} failed: {done.stderr.strip()}")
        return done.stdout.strip()

    @property
    def pid(self):
        return self.child.pid

    def cpu_seconds(self):
        return machine.cpu_seconds(self.pid)

    def resident_bytes(self):
        return machine.resident_bytes(self.pid)

    def metrics(self):
        """Name with labels → value."""
        text = http_get(f"http://127.0.0.1:{self.admin_port}/metrics")
        if text is None:
            raise BenchError(f"no metrics from gleaner:\n{self.child.text()[-3000:]}")
        return {name: float(value) for name, value in re.findall(r"^(\w+(?:\{[^}]*\})?) (\S+)$", text, re.M)}

    def stored(self):
        return int(self.metrics()['gleaner_exchanges_total{outcome="stored"}'])

    def settle(self, seconds=300):
        """Waits until nothing is open and the journal is empty; returns the metrics then."""
        def settled():
            m = self.metrics()
            waiting = m['gleaner_exchanges{state="open"}'] + m['gleaner_exchanges{state="journaled"}']
            return m if waiting == 0 else None

        return wait_until("the journal is drained", settled, seconds, pause=0.05)

    def journal_bytes(self):
        """What the journal's files take on disk."""
        return sum(path.stat().st_blocks * 512 for path in (self.directory / "data").rglob("*")
                   if path.is_file() and "postgres" not in path.parts)

    def stop(self, how=signal.SIGTERM):
        if self.child:
            self.child.stop(how)

    def remove(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)
