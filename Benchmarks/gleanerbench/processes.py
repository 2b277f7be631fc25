"""Everything the bench starts, and the end of it: each by its own process id."""

import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "Benchmarks/c"


class BenchError(Exception):
    """Printed as it is; the bench ends with status 1."""


_ends = []


def at_end(end):
    """Registers what ends or removes something that is about to be there; it may run twice."""
    _ends.append(end)


def end_all():
    """In reverse order, each even when another one fails."""
    while _ends:
        try:
            _ends.pop()()
        except Exception as error:
            print(f"bench: {error}", file=sys.stderr)


given_ports = set()


def free_port():
    """A port that nobody has, below those that the kernel gives to connections; none twice."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in given_ports:
            given_ports.add(port)
            return port


def wait_until(what, condition, seconds=30, pause=0.02):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(pause)
    raise BenchError(f"waited {seconds} s in vain until {what}")


def http_get(url):
    """The body, or None when there is no answer."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.read().decode()
    except OSError:
        return None


def unprivileged(arguments):
    """PostgreSQL refuses to run as root, and nginx need not."""
    if os.getuid() != 0:
        return arguments
    for user in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(user)
        except KeyError:
            continue
        # It becomes the program, so the program has the id that is signalled and measured.
        return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--init-groups", "--", *arguments]
    raise BenchError("neither the user postgres nor nobody exists, and PostgreSQL refuses to run as root")


class Taken(NamedTuple):
    """What a process that has ended took; CPU is user and system time."""

    seconds: float
    cpu: float
    peak_mb: float


def run(arguments, environment=None, output=subprocess.DEVNULL):
    """Waits for a process, and asks the kernel what it took."""
    began = time.perf_counter()
    child = subprocess.Popen(list(map(str, arguments)), env=environment, stdin=subprocess.DEVNULL, stdout=output,
                             stderr=subprocess.PIPE, start_new_session=True)
    at_end(lambda: child.returncode is None and child.kill())
    complaint = child.stderr.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise BenchError(f"{arguments[0]} failed: {complaint[-2000:]}")
    return Taken(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def install(program, package):
    """The path of `program`; installs the Debian package that has it when it is missing."""
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path:
        return path
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
    if os.getuid() != 0:
        command = ["sudo", "-n", *command]
    print(f"bench: installing {package}", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if not shutil.which("apt-get") or subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode != 0:
        raise BenchError(f"{program} is missing; install it: sudo apt-get install {package}")
    return install(program, package)


class Child:
    """A process with its output in a file."""

    def __init__(self, arguments, log, environment=None, cwd=None):
        self.log = Path(log)
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                list(map(str, arguments)), env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd=cwd, start_new_session=True)
        self.pid = self.process.pid
        at_end(self.stop)

    @property
    def runs(self):
        return self.process.poll() is None

    def text(self):
        return self.log.read_text(errors="replace")

    def stop(self, how=signal.SIGTERM, seconds=40):
        if self.runs:
            self.process.send_signal(how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
                raise BenchError(f"process {self.pid} did not end on {how!r}:\n{self.text()[-2000:]}") from None


class Tools:
    """The provider and the load generator, compiled into a directory of the bench's own."""

    def __init__(self, directory):
        self.directory = Path(directory)
        compiler = shutil.which("cc") or shutil.which("clang") or shutil.which("gcc")
        if not compiler:
            raise BenchError("no C compiler found; clang comes with Swift, and gcc with: sudo apt-get install gcc")
        for name in ("provider", "load"):
            subprocess.run([compiler, "-O2", "-o", self.directory / name, SOURCES / f"{name}.c"], check=True)

    def provider(self):
        log = self.directory / "provider.log"
        child = Child([self.directory / "provider", "0"], log)
        child.port = int(wait_until("the provider listens", lambda: child.text().strip()))
        return child

    def load(self, port, **options):
        """Drives load to its end and returns the generator's report."""
        running = self.start_load(port, **options)
        return self.finish(running)

    def start_load(self, port, stream=False, **options):
        arguments = [str(self.directory / "load"), "--port", str(port), *(["--stream"] if stream else [])]
        for name, value in options.items():
            arguments += ["--" + name.replace("_", "-"), str(value)]
        running = subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        at_end(lambda: running.poll() is None and running.kill())
        return running

    def finish(self, running, seconds=900):
        try:
            out, complaint = running.communicate(timeout=seconds)
        except BaseException as error:
            running.kill()
            running.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                raise BenchError("the load generator did not end") from None
            raise
        if running.returncode not in (0, 1):
            raise BenchError(f"the load generator failed: {complaint.decode().strip()}")
        report = json.loads(out)
        if report["failed"] or report["unfinished"] or report["not_200"]:
            raise BenchError(f"not every request was answered with 200: {json.dumps(report)}")
        return report
