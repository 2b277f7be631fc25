"""Everything a provider can do wrong that the scripted one knows."""

import random

from ..load import unique_body
from ..scenario import scenario
from ..world import World

# Without [DONE] a stream is not whole, whatever came; a JSON body is.
UNFINISHED = ("nasty-no-done", "nasty-error-event")
# Model, then the status of the row, then its reason; None where the answer is passed on whole.
EXPECTED = [
    ("nasty-silent", "upstream_failed", "provider_timeout"),
    ("nasty-reset", "upstream_failed", "provider_cut|provider_unreachable"),
    *((f"nasty-stall-{k}", "upstream_failed", "provider_timeout") for k in (0, 1, 7, 50)),
    *((f"nasty-cut-{k}", "upstream_failed", "provider_cut|provider_unreachable") for k in (0, 1, 7, 50)),
    *((model, "completed", None) for model in UNFINISHED),
    *((f"nasty-status-{n}", "completed", None) for n in (400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529)),
    ("nasty-html", "completed", None), ("nasty-empty", "completed", None), ("nasty-id-null", "completed", None),
    ("nasty-unicode", "completed", None), ("nasty-surrogate", "completed", None), ("nasty-crlf", "completed", None),
    ("nasty-tools", "completed", None), ("nasty-huge-2", "completed", None),
    ("nasty-huge-9", "upstream_failed", "answer_too_large"),
]


@scenario("provider_faults", "41-46", small={"times": 1}, long={"times": 20})
def provider_faults(progress, times):
    """Silence, stalls, cuts, odd statuses and odd bodies: passed on or told as an error, and stored as what they were."""
    dice = random.Random(41)
    with World(GLEANER_MAX_ANSWER_BYTES=str(8 << 20), GLEANER_PROVIDER_FIRST_BYTE_TIMEOUT="1s",
               GLEANER_PROVIDER_IDLE_TIMEOUT="1s") as world:
        calls = [(unique_body(dice, model, stream), model, stream)
                 for model, _, _ in EXPECTED for stream in (False, True) for _ in range(times)]
        dice.shuffle(calls)
        seen = world.say(calls, clients=16, seconds=600)
        verdict = world.compare(seconds=120)
        rows = {}
        for line in world.gleaner.sql("SELECT requested_model, streamed, status, coalesce(reason, ''), count(*) "
                                      "FROM gleaner.exchanges GROUP BY 1, 2, 3, 4").splitlines():
            model, stream, status, reason, count = line.split("|")
            rows.setdefault((model, stream == "t"), []).append((status, reason, int(count)))
        wrong = []
        for model, status, reason in EXPECTED:
            for stream in (False, True):
                found = rows.get((model, stream), [])
                if stream and model in UNFINISHED:
                    status, reason = "upstream_failed", "provider_cut"
                if sum(n for s, r, n in found if s == status and (not reason or r in reason.split("|"))) != times:
                    wrong.append(f"{model} {'streamed' if stream else 'whole'}: {found}, expected {status} {reason}")
        assert not wrong, "\n".join(wrong)
        for sight in seen:
            # What broke off is never shown as a success.
            if sight.model.split("-")[1] in ("silent", "reset", "stall", "cut"):
                assert sight.end in ("failed", "cut") and b"[DONE]" not in sight.received, sight
    return {"behaviours": len(EXPECTED), **verdict.figures()}
