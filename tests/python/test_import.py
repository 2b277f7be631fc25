"""Logging after the fact over HTTP, `gleaner import` and prices on the command line, beside a running gateway."""

import gzip
import json
import signal
import time

from gleaner import Process, wait_until


def item(number, answer="theek hai", **members):
    return {
        "external_id": f"call-{number}", "received_at": f"2025-0{1 + number % 9}-11T10:00:00.{number % 1000:03}Z",
        "provider": "openai", "request": {"model": "m", "messages": [{"role": "user", "content": f"q{number}"}]},
        "response": {
            "id": f"c{number}", "model": "priced-1",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}, **members}


def ndjson(items):
    return "".join(json.dumps(i) + "\n" for i in items).encode()


def test_one_exchange_is_kept_with_its_bytes_and_its_cost(gleaner, http):
    gleaner.run("prices", "set", "priced-*", "--input", "2", "--output", "8")
    # The running gateway hears of the price; nothing is said of when, so the first exchange may be tried again.
    body = ('{"request": {"model":"m" , "messages":[],"n":1.0}, "response":"{\\"model\\":\\"priced-1\\",\\"choices\\":'
            '[],\\"usage\\":{\\"prompt_tokens\\":1000,\\"completion_tokens\\":100}}", "tags":["a","b"]}')

    def priced():
        response = http.post("/api/exchanges", content=body, headers={"Content-Type": "application/json"})
        assert response.status_code == 202, response.text
        row = gleaner.row(response.json()["exchanges"][0]["id"])
        return row if row["cost_usd"] is not None else None

    row = wait_until("a price counts", priced, 40)
    assert bytes.fromhex(row["request_hex"]) == b'{"model":"m" , "messages":[],"n":1.0}'
    assert row["request_hash_is_right"] and row["response_hash_is_right"]
    assert row["source"] == "api" and row["tags"] == ["a", "b"]
    assert abs(float(row["cost_usd"]) - 0.0028) < 1e-9


def test_a_batch_in_gzip_keeps_what_is_good(gleaner, http):
    lines = ndjson(item(n) for n in range(100, 160)).splitlines()
    lines[7] = b'{"request":'
    lines[30] = b'{"request":{},"response":"x","modle":"typo"}'
    headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
    response = http.post("/api/exchanges", content=gzip.compress(b"\n".join(lines)), headers=headers)
    assert response.status_code == 207, response.text
    answer = response.json()
    assert (answer["accepted"], answer["rejected"]) == (58, 2)
    faults = {e["index"]: (e["line"], e["error"]["code"]) for e in answer["exchanges"] if "error" in e}
    assert faults == {7: (8, "invalid_json"), 30: (31, "unknown_field")}
    ids = [e["id"] for e in answer["exchanges"] if "id" in e]
    assert len(set(ids)) == 58
    for exchange in (ids[0], ids[-1]):
        assert gleaner.row(exchange)["source"] == "api"
    # The same again: the same ids, and no second rows.
    again = http.post("/api/exchanges", content=gzip.compress(b"\n".join(lines)), headers=headers).json()
    assert [e["id"] for e in again["exchanges"] if "id" in e] == ids
    found = ",".join(f"'{i}'" for i in ids)
    stored = f"SELECT count(*) FROM gleaner.exchanges WHERE id IN ({found})"
    wait_until("all is stored", lambda: gleaner.sql(stored) == "58")
    assert gleaner.sql(f"SELECT count(*) FROM gleaner.quarantine WHERE exchange_id IN ({found})") == "0"


def test_what_cannot_be_taken_is_refused(gleaner, http):
    def post(content, **headers):
        return http.post("/api/exchanges", content=content, headers=headers)

    json_type = {"Content-Type": "application/json"}
    assert post(b"{}", **json_type, **{"Content-Encoding": "br"}).status_code == 415
    assert post(b"{}", **json_type, **{"Content-Encoding": "gzip"}).json()["error"]["code"] == "gzip_invalid"
    assert post(b'{"request":{}}', **json_type).json()["error"]["code"] == "invalid_field"
    assert post(b"nothing", **json_type).status_code == 400
    assert post(b'[{"request":{}}, 5]', **json_type).json()["rejected"] == 2
    # 300 MB of spaces in 300 kB: stopped at 250 times the size, and the process lives on.
    bomb = gzip.compress(b" " * (300 << 20), compresslevel=9)
    started = time.monotonic()
    response = post(bomb, **{"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"})
    assert response.status_code == 413, response.text
    assert time.monotonic() - started < 20
    only_feedback = gleaner.make_key("feedback")
    denied = http.post("/api/exchanges", content=b"{}", headers={"Authorization": f"Bearer {only_feedback}"})
    assert denied.status_code == 403
    assert http.get("/api/exchanges?limit=1").status_code == 200


def test_prices_over_http(http, gleaner):
    admin = gleaner.make_key("admin")
    price = {"model": "http-model", "input_usd": 1.5, "output_usd": 6}
    assert http.put("/api/prices", json=price).status_code == 403
    headers = {"Authorization": f"Bearer {admin}"}
    assert http.put("/api/prices", json=price, headers=headers).status_code == 200
    assert http.put("/api/prices", json={**price, "inptu": 1}, headers=headers).status_code == 400
    assert http.put("/api/prices", json={**price, "input_usd": -1}, headers=headers).status_code == 400
    listed = [p for p in http.get("/api/prices").json()["prices"] if p["model"] == "http-model"]
    assert [p["input_usd"] for p in listed] == [1.5]
    assert listed[0]["effective_from"].startswith("1970-01-01")
    assert "http-model" in gleaner.run("prices", "list").stdout
    gleaner.run("prices", "remove", "http-model")
    assert gleaner.run("prices", "remove", "http-model", check=False).returncode == 1


def test_an_import_that_is_killed_again_and_again_is_whole_in_the_end(gleaner):
    path = gleaner.directory / "log.jsonl"
    path.write_bytes(ndjson(item(n, "x" * 300) for n in range(1000, 9000)) + b"{broken\n")
    kills = 0
    for attempt in range(6):
        process = Process(["import", "auto", str(path), "--project", "default"], gleaner.environment,
                          gleaner.directory / f"import-{attempt}.log")

        def moved():
            count = gleaner.sql("SELECT coalesce(max(records), 0) FROM gleaner.imports WHERE name = 'log.jsonl'")
            return process.child.poll() is not None or int(count) > attempt * 1000
        wait_until("some batches are stored", moved, 120)
        if process.child.poll() is None:
            process.stop(signal.SIGKILL)
            kills += 1
    assert kills >= 2
    done = gleaner.run("import", "auto", str(path), "--project", "default", "--json", check=False)
    assert done.returncode == 1  # one line was rejected
    report = json.loads(done.stdout)[0]
    assert report["resumed_from"] > 0 and report["records"] == 8001
    assert report["rejected"] == 1
    rejected = (gleaner.directory / "log.jsonl.rejected.jsonl").read_text().splitlines()
    assert [json.loads(line)["line"] for line in rejected] == [8001]
    where = "source = 'import' AND requested_model = 'm'"
    assert gleaner.sql(f"SELECT count(*), count(DISTINCT id) FROM gleaner.exchanges WHERE {where}") == "8000|8000"
    assert gleaner.sql(
        "SELECT count(*) FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id) WHERE source = 'import'"
        " AND (sha256(b.request) <> e.request_sha256 OR sha256(b.response) <> e.response_sha256)") == "0"
    again = json.loads(gleaner.run("import", "auto", str(path), "--json", check=False).stdout)[0]
    assert (again["added"], again["known"]) == (0, 8000)
    applied = json.loads(gleaner.run("prices", "apply", "--json", "--replace").stdout)
    assert applied["priced"] >= 0


def test_standard_input_and_a_dry_run(gleaner):
    path = gleaner.directory / "chat.jsonl"
    path.write_text('{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}\n')
    dry = gleaner.run("import", "chat", str(path), "--dry-run", "--json")
    assert json.loads(dry.stdout)[0]["added"] == 1
    assert gleaner.run("import", "nonsense", str(path), check=False).returncode == 64
    assert gleaner.run("import", "auto", "missing.jsonl", check=False).returncode == 1
    assert json.loads(gleaner.run("import", "chat", str(path), "--at", "2025-05-05", "--json").stdout)[0]["added"] == 1
    assert gleaner.sql(
        "SELECT count(*) FROM gleaner.exchanges WHERE received_at = '2025-05-05T00:00:00Z'") == "1"
