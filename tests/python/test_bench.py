"""The bench measures what it says: its own tools, and one short run of the whole."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gleaner import BINARY, ROOT, wait_until  # finds gleanerbench, too
from gleanerbench import machine
from gleanerbench.measure import Row, Run, kept
from gleanerbench.processes import BenchError, Tools
from gleanerbench.report import line


@pytest.fixture(scope="module")
def tools():
    with tempfile.TemporaryDirectory() as directory:
        yield Tools(directory)


@pytest.fixture(scope="module")
def scripted(tools):
    running = tools.provider()
    yield running
    running.stop()


def test_closed_loop_counts_every_json_answer(tools, scripted):
    report = tools.load(scripted.port, connections=8, count=500)
    assert (report["sent"], report["answered"], report["status"]) == (500, 500, {"200": 500})
    assert report["latency_us"]["count"] == 500
    assert report["bytes"] == 500 * 702


def test_every_chunk_of_a_burst_is_seen(tools, scripted):
    report = tools.load(scripted.port, connections=4, count=100, stream=True, model="bench-burst-64")
    assert report["chunks"] == report["chunk_us"]["count"] == 6400


def test_paced_streams_last_as_long_as_their_chunks(tools, scripted):
    report = tools.load(scripted.port, connections=10, count=10, stream=True, model="bench-paced-6-20ms")
    assert report["chunks"] == 60
    assert 100_000 <= report["latency_us"]["min"]
    assert report["first_byte_us"]["p50"] < 100_000


def test_open_loop_counts_waiting_as_latency(tools, scripted):
    # 100 streams a second of 100 ms on one connection: all but the first wait for those before them.
    report = tools.load(scripted.port, connections=1, rate=100, count=5, stream=True, model="bench-paced-6-20ms")
    assert report["latency_us"]["max"] >= 450_000


def test_completion_ids_are_used_once(scripted):
    import urllib.request

    def completion():
        request = urllib.request.Request(f"http://127.0.0.1:{scripted.port}/v1/chat/completions", data=b"{}")
        return json.load(urllib.request.urlopen(request, timeout=5))["id"]

    assert len({completion() for _ in range(20)}) == 20


def test_a_refused_request_ends_the_measurement(tools, gleaner):
    with pytest.raises(BenchError, match="not every request was answered with 200"):
        tools.load(gleaner.port, connections=1, count=3, key="gln_wrong")


def test_disturbed_rounds_are_left_out():
    quiet, loud = Run({}, 1, 1, 1, 1, others=0.02), Run({}, 9, 9, 9, 9, others=0.6)
    assert kept([loud, quiet, loud], 0.1) == [quiet]
    assert kept([loud], 0.1) == [loud]


def test_a_row_says_whether_it_meets_its_limit():
    assert line(Row("CPU", "µs", nginx=8, gateway=240, limit=200))[-4:-1] == ["30.0", "≤ 200", "NO"]
    assert line(Row("p99", "ms", gateway=1, limit=5, is_busy=True))[-2] == "busy"
    assert line(Row("rate", "1/s", nginx=60_000, gateway=4000, limit=3000, at_least=True))[-3:-1] == ["≥ 3,000", "yes"]


@pytest.mark.skipif(not shutil.which("nginx", path="/usr/sbin:/usr/bin"), reason="nginx-light is not installed")
def test_a_short_bench_finds_everything_stored(tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / "Benchmarks/bench.py", "--quick", "--seconds", "0.3", "--only", "json,burst",
         "--binary", BINARY, "--json", tmp_path / "bench.json"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads((tmp_path / "bench.json").read_text())
    assert figures["checks"] and all(check["ok"] and check["gap"] == 0 for check in figures["checks"])
    by_name = {row["name"]: row for row in figures["rows"]}
    cpu = by_name["JSON, 64 connections: CPU"]
    assert cpu["gateway"] > cpu["nginx"] > 0
    assert by_name["JSON, 64 connections: throughput"]["direct"] > by_name["JSON, 64 connections: throughput"]["gateway"]


@pytest.mark.skipif(not shutil.which("nginx", path="/usr/sbin:/usr/bin"), reason="nginx-light is not installed")
def test_a_bench_that_is_stopped_leaves_nothing_behind(tmp_path):
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o1777)  # PostgreSQL and nginx run as another user and keep their files there, too
        bench = subprocess.Popen(
            [sys.executable, ROOT / "Benchmarks/bench.py", "--only", "json", "--binary", BINARY,
             "--json", tmp_path / "bench.json"], env={**os.environ, "TMPDIR": directory},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        wait_until("the gateway has its folder", lambda: list(Path(directory).glob("*/data/journal*")))
        programs = machine.children(bench.pid)
        bench.terminate()
        output, _ = bench.communicate(timeout=60)
        assert bench.returncode == 143, output
        assert len(programs) >= 3
        assert [pid for pid in programs if Path(f"/proc/{pid}").exists()] == []
        assert os.listdir(directory) == []
