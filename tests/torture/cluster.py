"""A PostgreSQL of one's own that may be stopped, stopped badly, filled up and starved. On a Unix socket only."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from gleaner import wait_until

SETTINGS = {
    "listen_addresses": "''", "max_connections": "60", "fsync": "on", "synchronous_commit": "on",
    "shared_buffers": "'32MB'", "log_min_messages": "warning", "max_wal_size": "'256MB'",
}


def programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    return Path(shutil.which("initdb") or "/usr/bin/initdb").parent


def unprivileged(*command):
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *map(str, command)] if os.geteuid() == 0 else [*map(str, command)]


def do(*command, check=True, seconds=90):
    # Output goes to files: a server started by pg_ctl inherits them, and a pipe would never end.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(unprivileged(*command), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                              timeout=seconds, cwd="/")
        output.seek(0)
        done.text = output.read().decode(errors="replace")
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))} exited with {done.returncode}:\n{done.text}")
    return done


class Cluster:
    def __init__(self, directory, template=None, **settings):
        """`template`: a stopped cluster's data directory to copy; without one, initdb."""
        self.directory = Path(directory)
        self.data = self.directory / "data"
        self.log = self.directory / "postgres.log"
        do("mkdir", "-p", self.directory)
        if template:
            do("cp", "-a", template, self.data)
        else:
            do(programs() / "initdb", "--pgdata", self.data, "--username", "gleaner", "--auth", "trust", "--encoding",
               "UTF8", "--locale", "C.UTF-8", "--no-sync")
        self.configure(**{**SETTINGS, "unix_socket_directories": f"'{self.directory}'", **settings})

    def configure(self, **settings):
        """For the next start. The last line of a setting wins."""
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        subprocess.run(unprivileged("tee", "-a", self.data / "postgresql.conf"), input=lines, text=True, check=True,
                       stdout=subprocess.DEVNULL)

    def pg_ctl(self, *arguments, check=True):
        return do(programs() / "pg_ctl", "--pgdata", self.data, "--silent", "--wait", "--timeout", "60", *arguments,
                  check=check)

    def start(self, check=True):
        return self.pg_ctl("start", "--log", self.log, check=check)

    def stop(self, mode="fast", check=True):
        return self.pg_ctl("stop", "--mode", mode, check=check)

    def reload(self):
        self.pg_ctl("reload")

    @property
    def socket(self):
        return str(self.directory / ".s.PGSQL.5432")

    @property
    def conninfo(self):
        return f"host={self.directory} user=gleaner dbname=postgres"

    def sql(self, statement, check=True):
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.conninfo, "-c", statement],
                              capture_output=True, text=True, timeout=120)
        if check:
            assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def postmaster(self):
        """Its process id, or None when it does not run."""
        try:
            number = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            os.kill(number, 0)
            return number
        except (OSError, ValueError, IndexError):
            return None

    def backends(self):
        """Process ids of Gleaner's sessions."""
        return [int(line) for line in self.sql(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'gleaner'").splitlines()]

    def wait_until_up(self, seconds=60):
        wait_until("PostgreSQL answers", lambda: self.sql("SELECT 1", check=False) == "1", seconds)

    def remove(self):
        if pid := self.postmaster():
            os.kill(pid, signal.SIGCONT)
            self.stop("immediate", check=False)
