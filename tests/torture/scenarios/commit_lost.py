"""The connection dies between a commit and its reply: the client cannot know what became of it."""

import time

from gleaner import wait_until

from ..scenario import scenario
from ..world import World


@scenario("commit_lost", "13", small={"commits": 3}, long={"commits": 200})
def commit_lost(progress, commits):
    """A commit whose reply never comes is tried again under the same ids, and each exchange is there exactly once."""
    with World(through_proxy=True) as world:
        load = world.load(clients=16).start()
        for lost in range(commits):
            world.postgres_proxy.swallow_commits = 1
            wait_until("a batch is committed", lambda: world.postgres_proxy.swallowed > lost, 30)
            progress(f"{len(world.record.sights)} calls", lost + 1, commits)
            time.sleep(0.05)
        load.stop()
        world.no_errors()
        verdict = world.compare()
    return {"commits without reply": commits, **verdict.figures()}
