"""Clients that go away in mid-stream, at random bytes, by FIN and by RST."""


from ..scenario import scenario
from ..world import World


@scenario("disconnects", "34", small={"count": 400}, long={"count": 10_000})
def disconnects(progress, count):
    """Whenever a client leaves, its exchange is stored with at least what the client saw."""
    with World() as world:
        load = world.load(clients=48, limit=count, leaving=1.0, streams=0.9,
                          models=["demo-hinglish-1", "nasty-slow-20", "nasty-slow-5", "nasty-slow-50"]).start()
        while load.thread.is_alive():
            progress("calls begun", count - max(0, load.left), count)
            load.thread.join(0.5)
        load.wait(1)
        left = world.record.count("left")
        verdict = world.compare(seconds=120)
        assert left > count * 0.3, f"only {left} left early"
        # Many answers are short enough to be out before the leaving is noticed; those are whole, and stored as that.
        assert verdict.statuses.get("client_gone", 0) > count * 0.1, verdict
        assert verdict.rows >= len(world.record.sights) - world.record.count("unanswered"), verdict
    return {"left early": left, **verdict.figures()}
