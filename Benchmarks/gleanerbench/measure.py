"""One measured run, and the median of several."""

import os
import statistics
from dataclasses import dataclass, field

from . import machine
from .gateway import Gleaner
from .machine import Gauge
from .nginx import Nginx
from .processes import BenchError, wait_until

UNJUDGED = "SELECT count(*) FROM gleaner.jobs WHERE kind = 'moderate' AND state IN ('waiting', 'running')"


@dataclass
class Run:
    """What one load did to one target. CPU is in seconds: the target's own process, PostgreSQL's, and all of the bench."""
    report: dict
    cpu: float
    whole_cpu: float
    postgres_cpu: float
    written: int
    others: float


@dataclass
class Row:
    """A line of the table. `limit` is what the project asks of the gateway.

    `is_busy`: a row about time, measured while others took too much of the machine to say whether the limit is met.
    """
    name: str
    unit: str
    direct: float | None = None
    nginx: float | None = None
    gateway: float | None = None
    limit: float | None = None
    at_least: bool = False
    others: float | None = None
    is_busy: bool = False
    note: str = ""
    rounds: list = field(default_factory=list)

    @property
    def is_met(self):
        if self.limit is None or self.gateway is None or self.is_busy:
            return None
        return self.gateway >= self.limit if self.at_least else self.gateway <= self.limit


class Bench:
    """The processes under measurement, and how a run against one of them is measured."""

    def __init__(self, tools, postgres, options, checks):
        self.tools, self.postgres, self.options = tools, postgres, options
        self.nginx = self.gleaner = None
        self.extra = []       # further services of the bench: TLS before the provider
        self.sent = 0         # exchanges that the running gleaner was asked for
        self.checks = checks
        self.provider = tools.provider()

    def start(self):
        self.nginx = Nginx(self.provider.port)
        self.renew()

    def renew(self, url=None, **more):
        """A new gleaner on the same database, in place of the running one, which is checked first."""
        if self.gleaner:
            self.check()
            self.gleaner.remove()
            self.gleaner = None
        url = url or f"http://127.0.0.1:{self.provider.port}/v1"
        self.gleaner = Gleaner(self.options.binary, url, self.postgres.conninfo, **more)
        # Connections are open and memory is warm before anything is measured.
        self.run("gateway", connections=64, seconds=0.5)

    def own_cpu(self):
        mine = os.times()
        services = [self.nginx, self.gleaner, self.postgres, *self.extra]
        return (mine.user + mine.system + mine.children_user + mine.children_system
                + machine.cpu_seconds(self.provider.pid) + sum(s.cpu_seconds() for s in services if s))

    def run(self, target, **load):
        service = {"direct": None, "nginx": self.nginx, "gateway": self.gleaner}[target]
        port = service.port if service else self.provider.port
        if target == "gateway":
            load["key"] = self.gleaner.key
        with Gauge(self.own_cpu) as gauge:
            cpu, whole = service.cpu_seconds() if service else 0, self.own_cpu()
            database, written = self.postgres.cpu_seconds(), self.written(target)
            try:
                report = self.tools.load(port, **load)
            except BenchError as error:
                raise BenchError(f"{target}: {error}") from None
            if target == "gateway":
                # Storing and judging are part of the work, so the run lasts until everything is in the database.
                self.sent += report["sent"]
                self.settle()
            cpu, whole = (service.cpu_seconds() if service else 0) - cpu, self.own_cpu() - whole
            database, written = self.postgres.cpu_seconds() - database, self.written(target) - written
        return Run(report, cpu, whole, database, written, gauge.share)

    def settle(self):
        """Waits until everything is stored, and judged."""
        self.gleaner.settle()
        wait_until("everything is judged", lambda: self.postgres.number(UNJUDGED) == 0 or None, 300, pause=0.2)

    def written(self, target):
        return (machine.written_bytes(self.gleaner.pid) or 0) if target == "gateway" else 0

    def rounds(self, targets, **load):
        """Interleaved, so that what others do to the machine falls on all alike; disturbed ones are made up for, once."""
        runs, wanted = {target: [] for target in targets}, self.options.rounds
        for turn in range(wanted if self.options.quick else 2 * wanted):
            for target in targets:
                if turn < wanted or len(quiet(runs[target], self.options.outside)) < wanted:
                    runs[target].append(self.run(target, **load))
        return runs

    def check(self):
        """Nothing that was sent is missing, and the ledger adds up."""
        m = self.gleaner.settle()
        stored, gap = int(m['gleaner_exchanges_total{outcome="stored"}']), int(m["gleaner_conservation_gap"])
        self.checks.append({"sent": self.sent, "stored": stored, "gap": gap, "ok": stored == self.sent and gap == 0})
        self.sent = 0


def quiet(runs, limit):
    return [run for run in runs if run.others <= limit]


def kept(runs, limit):
    """The runs with little outside load; when there is none, the quieter half."""
    return quiet(runs, limit) or sorted(runs, key=lambda run: run.others)[:(len(runs) + 1) // 2]


def median(runs, value, limit):
    return statistics.median(value(run) for run in kept(runs, limit))


def row(bench, name, unit, runs, value, timed=False, **more):
    """`value` turns a run into the row's unit; it gets the target's name, too. `timed`: waiting for a core spoils it."""
    limit = bench.options.outside
    made = Row(name, unit, **more)
    for target, list_ in runs.items():
        setattr(made, target, median(list_, lambda run: value(run, target), limit))
        made.rounds.append({"target": target, "values": [value(run, target) for run in list_],
                            "others": [round(run.others, 3) for run in list_]})
        made.others = max(made.others or 0, statistics.median(run.others for run in kept(list_, limit)))
    made.is_busy = timed and made.others > limit
    return made


def added(made):
    """Latencies become what nginx and the gateway add to the direct way, which stays as it is."""
    for target in ("nginx", "gateway"):
        if getattr(made, target) is not None:
            setattr(made, target, getattr(made, target) - made.direct)
    return made
