"""The list of attacks. Each is a function that runs one, and returns the figures it measured."""

import importlib
import pkgutil
import time
from dataclasses import dataclass, field
from typing import Callable

ALL = {}


class Skipped(Exception):
    """This machine cannot run it, and why."""


@dataclass
class Scenario:
    name: str
    faults: str                      # numbers of the fault matrix, as docs/reliability.md lists them
    run: Callable
    small: dict | None               # arguments of the round in `make test`; None leaves it to `make torture`
    long: dict
    gap: str | None = None           # why it is known not to hold yet
    words: str = ""


def scenario(name, faults, small=None, long=None, gap=None):
    """Registers a function; its doc comment's first line says what holds."""
    def register(run):
        ALL[name] = Scenario(name, faults, run, small, long or {}, gap, (run.__doc__ or "").strip().splitlines()[0])
        return run
    return register


@dataclass
class Progress:
    """A line now and then on what is going on."""

    name: str
    quiet: bool = False
    began: float = field(default_factory=time.monotonic)
    last: float = 0.0

    def __call__(self, words, done=None, of=None):
        now = time.monotonic()
        if self.quiet or (done is not None and done < of and now - self.last < 5):
            return
        self.last = now
        share = f" {done}/{of}" if done is not None else ""
        print(f"  {now - self.began:6.1f} s  {self.name}{share}: {words}", flush=True)


def load_all():
    from . import scenarios
    for module in sorted(module.name for module in pkgutil.iter_modules(scenarios.__path__)):
        importlib.import_module(f"{scenarios.__name__}.{module}")
    return ALL
