"""The network to the provider: idle connections that died, drips, delays, a port that speaks something else."""

import random
import shutil
import socket
import subprocess
import time

from gleaner import free_port, wait_until

from ..load import unique_body
from ..scenario import Skipped, scenario
from ..world import World


@scenario("provider_idle_dead", "49", small={"times": 10}, long={"times": 300})
def provider_idle_dead(progress, times):
    """An idle connection that died unnoticed is no error: the call goes out on a fresh one, once."""
    dice = random.Random(49)
    with World() as world:
        for number in range(times):
            [sight] = world.say([(unique_body(dice, "demo-hinglish-1", False), "demo-hinglish-1", False)])
            assert sight.end == "whole", sight
            world.provider_proxy.reset_all()
            if number % 2:
                time.sleep(0.05)
            progress("connections reset while idle", number + 1, times)
        world.no_errors()
        verdict = world.compare()
    return {"connections that died": times, **verdict.figures()}


@scenario("provider_drip", "42", small={"calls": 8}, long={"calls": 200})
def provider_drip(progress, calls):
    """A provider behind a slow line: byte by byte it arrives exact, and checkpoints do not fall behind."""
    with World() as world:
        world.provider_proxy.drip = 20_000
        world.load(clients=8, limit=calls, models=["demo-hinglish-1"], leaving=0.2).start().wait(300)
        world.provider_proxy.drip = None
        world.no_errors()
        verdict = world.compare()
    return verdict.figures()


@scenario("provider_tls", "48", small={}, long={})
def provider_tls(progress):
    """A certificate that cannot be trusted, or no TLS at all: 502, stored, and the key was never sent."""
    if not shutil.which("openssl"):
        raise Skipped("there is no openssl")
    dice, found = random.Random(48), {}
    with World(start=False) as world:
        certificate, secret = world.place / "cert.pem", world.place / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=elsewhere",
                        "-keyout", secret, "-out", certificate], check=True, capture_output=True, timeout=60)
        port = free_port()
        server = subprocess.Popen(["openssl", "s_server", "-accept", str(port), "-cert", certificate, "-key", secret,
                                   "-www", "-quiet"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        world.closing.append(lambda: (server.kill(), server.wait()))
        wait_until("it listens", lambda: listens(port), 20)
        plain = world.provider.port
        for name, target in (("not trusted", port), ("plain text", plain)):
            world.gleaner.environment["GLEANER_PROVIDER_URL"] = f"https://127.0.0.1:{target}/v1"
            world.gleaner.start()
            for stream in (False, True):
                [sight] = world.say([(unique_body(dice, "gpt-4o", stream), "gpt-4o", stream)])
                assert sight.end == "failed" and sight.status == 502, sight
                found[name] = sight.code
            world.gleaner.stop()
        world.gleaner.environment["GLEANER_PROVIDER_URL"] = f"http://127.0.0.1:{world.provider_proxy.port}/v1"
        world.gleaner.start()
        verdict = world.compare()
        assert found["not trusted"] == "provider_tls", found
    return {**found, **verdict.figures()}


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
