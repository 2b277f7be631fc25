"""Dataset versions of every kind, put into a database as a build freezes them: what exports are tested on."""

import hashlib
import json
import subprocess
import uuid

KINDS = {
    "openai-sft": ["sft", "preference", "unpaired"], "openai-preference": ["preference"],
    "trl-prompt-completion": ["sft", "preference", "unpaired"], "trl-language-modelling": ["sft", "preference", "unpaired"],
    "trl-preference": ["preference"], "trl-kto": ["preference", "unpaired"], "sharegpt": ["sft", "preference", "unpaired"],
    "alpaca": ["sft", "preference", "unpaired"], "mistral": ["sft", "preference", "unpaired"],
    "bedrock-claude": ["sft", "preference", "unpaired"], "bedrock-conversation": ["sft", "preference", "unpaired"],
    "vertex": ["sft", "preference", "unpaired"],
}
TOOL = {"type": "function", "function": {
    "name": "get_weather", "description": "mausam", "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}
OTHER_TOOL = {"type": "function", "function": {
    "name": "add", "parameters": {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}}}}


def call(number, name="get_weather", **arguments):
    return {"id": f"call_{number}_{'x' * 20}", "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}}


def conversation(n):
    """Messages up to the answer, and the answer: plain, long, Devanagari, with tools, with dates and numbers as text."""
    system = {"role": "system", "content": "You answer in Hinglish."}
    user = {"role": "user", "content": f"Sawaal {n}: chai kaise banate hain?"}
    answer = {"role": "assistant", "content": f"Jawab {n}: paani ubaalo\u2028\"phir\" patti."}
    shape = n % 6
    if shape == 0:
        return [user], answer
    if shape == 1:
        return [system, user, {"role": "assistant", "content": "Haan?", "weight": 0},
                {"role": "user", "content": f"पूरा बताओ {n}"}], {"role": "assistant", "content": "2026-11-28"}
    if shape == 2:
        return [system, user, {"role": "user", "content": "jaldi"}], answer
    if shape == 3:
        return [user, {"role": "assistant", "content": None, "tool_calls": [call(n, city="पुणे")]},
                {"role": "tool", "tool_call_id": call(n)["id"], "content": "31C"}], answer
    if shape == 4:
        return [system, user], {"role": "assistant", "content": None, "tool_calls": [call(n, "add", a=1, b=2.5)]}
    return [system, user], {"role": "assistant", "content": "12"}


def example(kind, n):
    context, answer = conversation(n)
    tools = {}
    if any("tool_calls" in message for message in [*context, answer]):
        tools = {"tools": [TOOL, OTHER_TOOL], "parallel_tool_calls": False}
    if kind == "sft":
        return {"messages": [*context, answer], **tools}
    if kind == "unpaired":
        return {"messages": [*context, answer], "label": n % 2 == 0, **tools}
    context = [{k: v for k, v in message.items() if k != "weight"} for message in context]
    return {"input": {"messages": context, **tools}, "preferred_output": [answer],
            "non_preferred_output": [{"role": "assistant", "content": f"Pata nahi {n}."}]}


def canonical(value):
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode()


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def fill(conninfo, project, name, kind, count=60, validation=12, holdout=6, approvals=0, start=0):
    """A dataset of one version; returns the version's id. Datasets of one project that hold something out start elsewhere."""
    version, dataset, policy = (str(uuid.uuid4()) for _ in range(3))
    statistics = {"exchanges": count, "judged": count, "train": count, "validation": validation, "excluded": {},
                  "estimated_tokens": 0}
    script = [
        "BEGIN;",
        "INSERT INTO gleaner.promotion_policies (id, project_id, name, version, document, created_at) "
        f"VALUES ('{policy}', '{project}', '{name}', 1, '{{}}', now());",
        f"INSERT INTO gleaner.datasets (id, project_id, name, created_at) VALUES ('{dataset}', '{project}', '{name}', now());",
        "INSERT INTO gleaner.dataset_versions (id, dataset_id, project_id, number, policy_id, policy_document, salt, statistics, "
        f"content_sha256, created_at, kind, approvals_needed) VALUES ('{version}', '{dataset}', '{project}', 1, '{policy}', '{{}}', "
        f"'salt', '{json.dumps(statistics)}', '\\x00', '2026-11-01T10:00:00Z', '{kind}', {approvals});",
        "COPY gleaner.examples (version_id, split, line, shard, exchange_id, content, sha256, lineage) FROM STDIN;"]
    n = start
    for split, lines in (("train", count), ("validation", validation), ("holdout", holdout)):
        for line in range(1, lines + 1):
            content = canonical(example(kind, n))
            exchange = str(uuid.uuid4())
            lineage = json.dumps({"exchange_id": exchange, "estimated_tokens": 50, "sha256": hashlib.sha256(content).hexdigest()})
            script.append("\t".join([version, split, str(line), "0", exchange, "\\\\x" + content.hex(),
                                     "\\\\x" + hashlib.sha256(content).hexdigest(), lineage]))
            n += 1
    script += ["\\.", "COMMIT;"]
    subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-f", "-"], input="\n".join(script) + "\n",
                   text=True, check=True, timeout=120, stdout=subprocess.DEVNULL)
    return version
