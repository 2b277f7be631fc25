"""A provider, a PostgreSQL, a Gleaner between them, proxies where wanted, and a record of what clients see."""

import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path

from gleaner import DemoProvider, Gleaner

from . import oracle
from .cluster import Cluster
from .faultproxy import FaultProxy, Spending
from .load import Load, Script
from .record import Record


class Template:
    """A cluster with Gleaner's schema and one key in it, made once: each world copies it."""

    made = None

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="gleaner-torture-template-"))
        self.directory.chmod(0o711)
        place = scratch(self.directory)
        cluster = Cluster(place / "pg", fsync="off")
        cluster.start()
        gleaner = Gleaner("http://127.0.0.1:9/v1", cluster.conninfo, directory=place)
        gleaner.run("migrate")
        self.key = gleaner.make_key()
        cluster.stop()
        self.data = cluster.data

    @classmethod
    def get(cls):
        if cls.made is None:
            cls.made = cls()
            atexit.register(cls.remove)
        return cls.made

    @classmethod
    def remove(cls):
        if cls.made:
            shutil.rmtree(cls.made.directory, ignore_errors=True)
            cls.made = None


def scratch(directory):
    """A directory in which both this user and PostgreSQL's may make files."""
    place = directory / "world"
    place.mkdir()
    place.chmod(0o777)
    return place


class World:
    """To be used with `with`: everything in it ends afterwards, and its files go unless the attack failed."""

    def __init__(self, through_proxy=False, cluster_place=None, cluster_settings=None, start=True, **settings):
        """`through_proxy`: PostgreSQL is reached by TCP through `postgres_proxy`, not by its socket.
        `cluster_place`: where its files go instead of this world's directory, such as a small volume."""
        self.directory = Path(tempfile.mkdtemp(prefix="gleaner-torture-"))
        self.directory.chmod(0o711)
        self.place = scratch(self.directory)
        self.starts, self.through_proxy = start, through_proxy
        self.cluster_place, self.cluster_settings, self.settings = cluster_place, cluster_settings or {}, settings
        self.closing = []
        self.spending = Spending()

    def __enter__(self):
        try:
            self.build()
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def build(self):
        template = Template.get()
        self.key = template.key
        self.cluster = Cluster(self.cluster_place or self.place / "pg", template=template.data, **self.cluster_settings)
        self.closing.append(self.cluster.remove)
        self.cluster.start()
        self.provider = DemoProvider(self.place)
        self.closing.append(self.provider.stop)
        # Always between: it hears what reaches the provider.
        self.provider_proxy = self.proxy(self.provider.port)
        self.provider_proxy.tap = self.spending
        conninfo = self.cluster.conninfo
        if self.through_proxy:
            self.postgres_proxy = self.proxy(self.cluster.socket)
            conninfo = (f"host=127.0.0.1 port={self.postgres_proxy.port} user=gleaner dbname=postgres "
                        "sslmode=disable gssencmode=disable")
        self.gleaner = Gleaner(f"http://127.0.0.1:{self.provider_proxy.port}/v1", conninfo, directory=self.place,
                               **self.settings)
        # What the tests themselves ask the database goes the short way.
        self.gleaner.conninfo = lambda: self.cluster.conninfo
        self.record = Record(self.place / "record.jsonl")
        self.closing.append(self.record.close)
        self.closing.append(self.end_gleaner)
        if self.starts:
            self.gleaner.start()
            self.warm()

    def proxy(self, target):
        proxy = FaultProxy(target)
        self.closing.append(proxy.close)
        return proxy

    def end_gleaner(self):
        process = self.gleaner.process
        if process and process.child.poll() is None:
            process.child.send_signal(signal.SIGCONT)
            process.child.kill()
            process.child.wait(20)

    def load(self, **options):
        load = Load(self.gleaner.port, self.key, self.record, **options)
        self.closing.append(load.end)
        return load

    def say(self, calls, clients=1, seconds=120):
        """Makes these calls and waits for their answers; returns what was seen of them."""
        before = len(self.record.sights)
        Script(self.gleaner.port, self.key, self.record, calls, clients).start().wait(seconds)
        return self.record.sights[before:]

    def warm(self):
        """One call, so that the key is known before the database goes."""
        self.load(clients=1, limit=1, leaving=0, models=["demo-hinglish-1"]).start().wait(20)
        assert self.record.sights[-1].end == "whole", self.record.sights[-1]

    def compare(self, **options):
        """The end of every attack."""
        verdict = oracle.compare(self.gleaner, self.record, spent=self.spending.requests, **options)
        return verdict.check()

    def no_errors(self, since=0, but=()):
        """No client saw an error of Gleaner's, or no answer at all. `but`: codes and ends that are allowed."""
        bad = [sight for sight in self.record.sights[since:]
               if (sight.end in ("failed", "unanswered", "cut") or (sight.status or 0) >= 500)
               and sight.code not in but and sight.end not in but]
        assert not bad, f"{len(bad)} calls failed, for example {bad[:2]}"

    def latency(self, since=0, until=None):
        """p50 and p99 of whole answers that were not streamed, in milliseconds."""
        times = sorted(s.seconds * 1000 for s in self.record.sights[since:until] if s.end == "whole" and not s.streamed)
        if not times:
            return {}
        return {"p50 ms": times[len(times) // 2], "p99 ms": times[min(len(times) - 1, len(times) * 99 // 100)]}

    def __exit__(self, kind, error, trace):
        faults = []
        for close in reversed(self.closing):
            try:
                close()
            except Exception as fault:  # the rest must end all the same
                faults.append(fault)
        if kind is None or os.environ.get("TORTURE_KEEP") != "1":
            shutil.rmtree(self.directory, ignore_errors=True)
        else:
            print(f"kept for a look: {self.directory}")
        if kind is None and faults:
            raise faults[0]
