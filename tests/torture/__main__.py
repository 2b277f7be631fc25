"""`python -m torture [NAME … | all] [--small] [--ARGUMENT VALUE]`: runs attacks and prints one table."""

import sys
import time
import traceback
from datetime import datetime, timezone

from .scenario import Progress, Skipped, load_all

USAGE = """usage: python -m torture all [--small]         every scenario; --small is the round of `make test`
       python -m torture NAME … [--ARGUMENT VALUE]   these, with arguments of their own

scenarios, with the faults they stand for and their arguments:"""


def main(words):
    scenarios = load_all()
    names, given, small = [], {}, False
    words = list(words)
    while words:
        word = words.pop(0)
        if word == "--small":
            small = True
        elif word.startswith("--") and words:
            given[word[2:].replace("-", "_")] = number(words.pop(0))
        else:
            names.append(word)
    if not names or any(name != "all" and name not in scenarios for name in names):
        print(USAGE)
        for one in scenarios.values():
            print(f"  {one.name:22} {one.faults:10} {one.words}\n  {'':33} {one.long}")
        return 64
    chosen = [one for one in scenarios.values() if one.name in names or ("all" in names and (one.small is not None or not small))]
    print(f"{len(chosen)} attacks, begun {datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC\n")
    results = [run(one, {**(one.long if not small or one.small is None else one.small), **given}) for one in chosen]
    print(table(results))
    return 1 if any(outcome == "FAILED" for _, outcome, _, _ in results) else 0


def number(text):
    try:
        return int(text)
    except ValueError:
        return text


def run(one, arguments):
    print(f"{one.name} (fault {one.faults}): {one.words}")
    began = time.monotonic()
    try:
        figures = one.run(Progress(one.name), **arguments) or {}
        outcome = "holds"
    except Skipped as reason:
        outcome, figures = "skipped", {"because": str(reason)}
    except Exception as error:
        if not isinstance(error, AssertionError):
            traceback.print_exc()
        else:
            where = traceback.extract_tb(error.__traceback__)[1:]
            print("  at " + " → ".join(f"{frame.name}:{frame.lineno}" for frame in where[-4:]))
        print(f"  {error}")
        outcome, figures = "known gap" if one.gap else "FAILED", {"because": str(error).splitlines()[0] if str(error) else type(error).__name__}
    seconds = time.monotonic() - began
    print(f"  {outcome} after {seconds:.1f} s  {words(figures)}\n", flush=True)
    return one, outcome, seconds, figures


def words(figures):
    return ", ".join(f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}"
                     for name, value in figures.items())


def table(results):
    lines = ["| scenario | faults | outcome | seconds | figures |", "| --- | --- | --- | --- | --- |"]
    for one, outcome, seconds, figures in results:
        lines.append(f"| {one.name} | {one.faults} | {outcome} | {seconds:.0f} | {words(figures)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
