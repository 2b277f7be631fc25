"""The operator has turned fsync or synchronous_commit off: what PostgreSQL says is stored may be gone after a crash."""

from gleaner import wait_until

from ..scenario import scenario
from ..world import World


@scenario("postgres_weak", "23", small={}, long={})
def postgres_weak(progress):
    """A server that does not sync is reported as weak in /readyz and in the log."""
    found = {}
    for setting in ("fsync", "synchronous_commit"):
        with World(cluster_settings={setting: "off"}) as world:
            state = world.gleaner.ledger()
            assert state["durability"] == "weak", f"{setting} = off, and /readyz says {state['durability']!r}"
            assert setting in world.gleaner.process.text(), "nothing in the log"
            world.cluster.configure(**{setting: "on"})
            world.cluster.reload()
            wait_until("it is as promised again", lambda: world.gleaner.ledger()["durability"] == "disk", 30)
            world.compare()
            found[setting] = "reported"
    return found
