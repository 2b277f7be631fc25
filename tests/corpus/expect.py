"""What must become of a request body, by a reference parser that shares nothing with Gleaner's.

The rules are those of docs/reference/api.md: one JSON object in UTF-8 with one meaning.
"""

import json
import sys

sys.set_int_max_str_digits(0)
DEEPEST = 128
LARGEST = 1 << 20


class Refused(Exception):
    """The argument says why, for a reader of a failed run."""


def request(body):
    """`None` when the body must be accepted, passed on and kept as it is; else why it must be refused with a 4xx."""
    try:
        check(body)
    except Refused as why:
        return str(why)
    return None


def check(body):
    if len(body) > LARGEST:
        raise Refused("too large")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("not UTF-8") from None
    if text.startswith("\ufeff"):
        raise Refused("byte order mark")
    if depth(text) > DEEPEST:
        raise Refused("too deep")
    try:
        value = json.loads(text, parse_constant=refuse_constant, object_pairs_hook=Members)
    except (ValueError, RecursionError):
        raise Refused("not JSON") from None
    if has_lone_surrogate(value):
        raise Refused("lone surrogate")
    if not isinstance(value, Members):
        raise Refused("not an object")
    fields(value)


class Members(list):
    """The members of an object, duplicates and all."""

    def get(self, name):
        return next((value for key, value in self if key == name), None)


def refuse_constant(name):
    raise ValueError(name)


def depth(text):
    """Levels of a text that may not be JSON; brackets inside strings do not count."""
    deepest = level = i = 0
    inside = False
    while i < len(text):
        c = text[i]
        if inside:
            if c == "\\":
                i += 1
            elif c == '"':
                inside = False
        elif c == '"':
            inside = True
        elif c in "[{":
            level += 1
            deepest = max(deepest, level)
        elif c in "]}":
            level -= 1
        i += 1
    return deepest


def has_lone_surrogate(value):
    if isinstance(value, str):
        return any(0xD800 <= ord(c) <= 0xDFFF for c in value)
    if isinstance(value, Members):
        return any(has_lone_surrogate(key) or has_lone_surrogate(child) for key, child in value)
    return isinstance(value, list) and any(map(has_lone_surrogate, value))


def fields(body):
    names = [key for key, _ in body]
    if len(set(names)) < len(names):
        raise Refused("a member twice")
    model = body.get("model")
    if model is None or model == "":
        raise Refused("no model")
    if not isinstance(model, str) or isinstance(model, Members):
        raise Refused("model is no text")
    if len(model.encode()) > 256 or any(ord(c) < 0x20 or ord(c) == 0x7F for c in model):
        raise Refused("model is too long or has control characters")
    if body.get("stream") not in (None, True, False) or isinstance(body.get("stream"), (int, float)) and not isinstance(body.get("stream"), bool):
        raise Refused("stream is no boolean")
    for name in ("n", "best_of"):
        whole(body.get(name), 1, 128, name)
    for name in ("max_tokens", "max_completion_tokens", "max_output_tokens"):
        whole(body.get(name), -1, 2**31 - 1, name)
    temperature = body.get("temperature")
    if temperature is not None and (not is_number(temperature) or not 0 <= temperature <= 100):
        raise Refused("temperature")
    labels = [body.get("user"), body.get("safety_identifier")]
    metadata = body.get("metadata")
    if isinstance(metadata, Members):
        labels += [metadata.get("conversation_id"), metadata.get("conversation")]
    if any(isinstance(label, str) and "\0" in label for label in labels):
        raise Refused("a label with U+0000")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def whole(value, least, most, name):
    if value is None:
        return
    if not is_number(value) or value != value or not least <= value <= most or value != int(value):
        raise Refused(name)


def ends(stream):
    """A stream of chat chunks that says `[DONE]` on a line of its own."""
    lines = stream.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return any(line.startswith((b"data: [DONE]", b"data:[DONE]")) for line in lines)
