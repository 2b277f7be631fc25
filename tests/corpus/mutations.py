"""Seeded mutations of good bodies: flip, insert, delete, splice, repeat, cut."""

import json
import random

from . import families

SPICE = [b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\0", b"\xff", b"\xed\xa0\x80", b"\\u0000", b"\\ud800", b"\\udc00", b"1e400", b"-", b"null",
         b"true", b"data: ", b"\n\n", b"\r", b"[DONE]", b'"model":', b'"stream":true,', b'"stream":"x",', b"/**/", b" ", b"\xef\xbb\xbf", b"'", b"\x7f", b"\xe2\x80\xa8"]


def golden(dice):
    """A good body, different each time."""
    words = ["chai", "dosa", "नमस्ते", "🙂", "it's", "\\", '"', "a\tb", "x" * 40, "5", "{}", "—"]
    def text():
        return " ".join(dice.choice(words) for _ in range(dice.randint(1, 12)))
    value = {"model": dice.choice(["gpt-4o", "demo-hinglish-1", "m"]), "messages": [
        {"role": role, "content": text()} for role in ["system", "user", "assistant", "user"][: dice.randint(1, 4)]]}
    if dice.random() < 0.5:
        value["temperature"] = dice.choice([0, 0.2, 1, 2])
    if dice.random() < 0.5:
        value["metadata"] = {"conversation_id": text(), "n": [1, 2.5, None, True]}
    if dice.random() < 0.4:
        value |= {"user": text(), "max_tokens": dice.randint(1, 500), "stop": ["\n"], "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]}
    return json.dumps(value, ensure_ascii=dice.random() < 0.5, indent=dice.choice([None, None, 1])).encode()


def mutate(dice, data):
    data = bytearray(data)
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << dice.randrange(8)
            case 1:
                data[at:at] = dice.choice(SPICE)
            case 2:
                del data[at : at + dice.choice([1, 1, 2, 8])]
            case 3:
                start = dice.randrange(len(data) + 1)
                data[at:at] = data[start : start + dice.randint(1, 30)]
            case 4 if at < len(data):
                data[at] = dice.randrange(256)
            case 5:
                del data[at:]
    return bytes(data)


def requests(dice):
    while True:
        yield "mutated request", mutate(dice, golden(dice))


def answers(dice):
    good = [text for _, text in families.answers() if len(text) < 2_000]
    while True:
        yield "mutated answer", mutate(dice, dice.choice(good))


def streams(dice):
    good = [text for _, text in families.streams() if len(text) < 2_000]
    while True:
        yield "mutated stream", mutate(dice, dice.choice(good))


def cases(count, seed):
    """All hand-made cases and as many mutations as make `count`, as (kind, name, bytes); no bytes twice in a kind."""
    dice = random.Random(seed)
    made = {"request": dict(), "answer": dict(), "stream": dict()}
    for kind, family in (("request", families.requests()), ("answer", families.answers()), ("stream", families.streams())):
        for name, data in family:
            made[kind].setdefault(data, name)
    endless = {"request": requests(dice), "answer": answers(dice), "stream": streams(dice)}
    while sum(map(len, made.values())) < count:
        kind = dice.choices(["request", "answer", "stream"], [2, 1, 1])[0]
        name, data = next(endless[kind])
        made[kind].setdefault(data, name)
    all_cases = [(kind, name, data) for kind, of_kind in made.items() for data, name in of_kind.items()]
    dice.shuffle(all_cases)
    return all_cases[:count]
