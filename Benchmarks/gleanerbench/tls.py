"""The provider behind TLS: what the encrypted way to it costs."""

import os
import re
import shutil

from .measure import Row, added, row
from .nginx import Nginx
from .processes import ROOT
from .scenarios import ALL, PROXIES, cpu_per, per_second, percentile

SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def trust(ca):
    """How the gateway is told to trust `ca`: by its setting, or by a namespace in which the system trusts it.

    Returns settings and a command before the gateway's own; None when there is no way.
    """
    documented = (ROOT / "docs/reference/configuration.md").read_text()
    if setting := re.search(r"`(GLEANER_PROVIDER_CA\w*)`", documented):
        return {setting[1]: str(ca)}, ()
    if os.getuid() == 0 and shutil.which("unshare") and os.path.exists(SYSTEM_BUNDLE):
        script = f'mount --bind "{ca}" {SYSTEM_BUNDLE} && exec "$@"'
        return {}, ("unshare", "--mount", "sh", "-c", script, "sh")
    return None


def rows(bench):
    front = Nginx(bench.provider.port, tls=True)
    bench.extra.append(front)
    way = trust(front.ca)
    if way is None:
        yield Row("TLS towards the provider", "",
                  note="not measured: without root there is no way to trust the bench's certificate")
        return
    settings, wrapper = way
    plain = bench.nginx
    bench.renew(url=f"https://127.0.0.1:{front.port}/v1", wrapper=wrapper, **settings)
    bench.nginx = Nginx(front.port, via_tls=front)
    bench.extra.append(plain)
    seconds = bench.options.seconds
    for name, unit, load in (
        ("JSON, 64 connections", "exchange", {}),
        ("burst of 64 chunks", "stream", {"stream": True, "model": "bench-burst-64"}),
    ):
        runs = bench.rounds(PROXIES, connections=64, seconds=seconds, **load)
        yield row(bench, f"TLS, {name}: CPU", f"µs CPU / {unit}", runs, cpu_per("answered"))
        yield row(bench, f"TLS, {name}: throughput", f"{unit}s/s", runs, per_second, timed=True)
    runs = bench.rounds(PROXIES, connections=200, count=200 * bench.options.paced, ramp_ms=1280, stream=True,
                        model="bench-paced-64-20ms")
    yield row(bench, "TLS, paced, 20 ms, 200 streams: CPU", "µs CPU / chunk", runs, cpu_per("chunks"))
    runs = bench.rounds(ALL, connections=16, rate=50, seconds=bench.options.latency_seconds)
    for part in ("p50", "p99"):
        yield added(row(bench, f"TLS, JSON, 50/s, added {part}", "ms", runs, percentile("latency_us", part), timed=True))
