"""A private PostgreSQL with its ordinary durability: fsync and synchronous commits are on."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import machine
from .processes import BenchError, at_end, unprivileged

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{directory}'
max_connections = 100
shared_buffers = '256MB'
max_wal_size = '4GB'
checkpoint_timeout = '15min'
"""


def programs():
    """The directory of the newest server programs; Debian keeps them out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(re.sub(r"\D", "", path.parts[4])))
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    if path:
        return Path(path).parent
    raise BenchError("no PostgreSQL server found. Install one: sudo apt-get install postgresql")


class Postgres:
    def __init__(self, settings=""):
        self.programs = programs()
        self.directory = Path(self.run(["mktemp", "-d", tempfile.gettempdir() + "/gleaner-bench-pg.XXXXXX"]).strip())
        at_end(self.remove)
        self.run(["chmod", "711", self.directory])
        self.run([self.programs / "initdb", "--pgdata", self.directory / "data", "--username", "gleaner", "--auth",
                  "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"])
        self.run(["tee", "-a", self.directory / "data/postgresql.conf"],
                 input=SETTINGS.format(directory=self.directory) + settings)
        self.conninfo = f"host={self.directory} user=gleaner dbname=postgres"
        self.start()

    def run(self, arguments, input=None):
        done = subprocess.run(
            unprivileged(list(map(str, arguments))), input=input, stdin=None if input else subprocess.DEVNULL,
            capture_output=True, text=True, cwd="/", timeout=120)
        if done.returncode != 0:
            raise BenchError(f"{arguments[0]} failed: {done.stderr.strip()}")
        return done.stdout

    def control(self, *arguments):
        # The server would keep a pipe open for ever; its own log has what it says.
        done = subprocess.run(
            unprivileged(list(map(str, [self.programs / "pg_ctl", *arguments, "--silent", "--wait", "--timeout", "60",
                                        "--pgdata", self.directory / "data"]))),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", timeout=120)
        if done.returncode != 0:
            raise BenchError(f"pg_ctl {arguments[0]} failed; see {self.directory}/log")

    def start(self):
        self.control("start", "--log", self.directory / "log")
        self.pid = int(self.run(["head", "-n", "1", self.directory / "data/postmaster.pid"]))

    def stop(self, mode="fast"):
        self.control("stop", "--mode", mode)

    def remove(self):
        if (self.directory / "data/postmaster.pid").exists():
            self.stop("immediate")
        self.run(["rm", "-rf", self.directory])

    def cpu_seconds(self):
        return machine.cpu_seconds(self.pid, with_children=True)

    def sql(self, statement, timeout=600):
        done = subprocess.run(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.conninfo, "-c", statement], capture_output=True,
            text=True, timeout=timeout, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise BenchError(f"psql failed: {done.stderr.strip()}")
        return done.stdout.strip()

    def number(self, statement):
        return int(float(self.sql(statement) or 0))

    def table_bytes(self):
        """Heap, TOAST and indexes of the tables that hold exchanges."""
        return self.number("""
            SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'gleaner' AND c.relkind = 'r'""")

    def log_position(self):
        """Bytes of write-ahead log written so far."""
        return self.number("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
