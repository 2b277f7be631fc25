"""The provider's connection ends at every byte of an answer, or a bit of it flips."""

import random

from ..faultproxy import Plan
from ..load import unique_body
from ..scenario import scenario
from ..world import World


@scenario("provider_cuts", "43", small={"step": 397}, long={"step": 5})
def provider_cuts(progress, step):
    """Wherever an answer is cut, what came is stored, the client is told, and [DONE] is never made up."""
    dice = random.Random(43)
    with World(GLEANER_PROVIDER_FIRST_BYTE_TIMEOUT="1s", GLEANER_PROVIDER_IDLE_TIMEOUT="1s") as world:
        [sample] = world.say([(unique_body(dice, "demo-hinglish-1", True), "demo-hinglish-1", True)])
        # Head included: that is what the proxy counts.
        length = sample.size + 400
        todo = [(after, action) for after in range(0, length, step) for action in ("cut", "reset")]
        plans = {}
        world.provider_proxy.plan = lambda number: plans.get("next")
        for done, (after, action) in enumerate(todo):
            # A new connection for each: the plan counts from its first byte.
            world.provider_proxy.reset_all()
            plans["next"] = Plan(after, action)
            world.say([(unique_body(dice, "demo-hinglish-1", True), "demo-hinglish-1", True)])
            progress(f"{action} at byte {after}", done + 1, len(todo))
        plans.clear()
        world.provider_proxy.reset_all()
        verdict = world.compare()
        for sight in world.record.sights[2:]:
            assert sight.end in ("whole", "failed", "cut"), sight
        broken = world.record.count("failed", "cut")
        assert broken > len(todo) * 0.5, f"only {broken} of {len(todo)} were cut"
    return {"cuts": len(todo), **verdict.figures()}
