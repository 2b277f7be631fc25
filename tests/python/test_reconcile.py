"""A provider's bill beside what Gleaner counted: from stored exchanges through the reports to the exit status."""

import json

from gleaner import Gleaner


def test_a_bill_is_compared_with_stored_exchanges(fresh_database, tmp_path):
    gleaner = Gleaner("http://127.0.0.1:1/v1", fresh_database, directory=tmp_path)
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps({
        "external_id": f"x{number}", "received_at": f"2026-03-0{1 + number % 2}T10:00:0{number}Z", "provider": "openai",
        "request": {"model": "gpt-4o", "messages": [{"role": "user", "content": "Kal ka mausam?"}]},
        "response": {
            "model": "gpt-4o-2024-08-06", "object": "chat.completion", "id": f"c{number}",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Dhoop."}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}},
    }) + "\n" for number in range(4)))
    gleaner.run("keys", "create", "--project", "default", "--scope", "read")
    gleaner.run("prices", "set", "gpt-4o*", "--input", "2.5", "--output", "10")
    gleaner.run("import", "auto", str(log), "--project", "default")
    gleaner.run("rollups", "rebuild", "--until", "2026-03-03")
    bill = tmp_path / "bill.csv"
    rows = "date,model,input_tokens,output_tokens,cost\n2026-03-01,gpt-4o,2000,200,0.007\n2026-03-02,gpt-4o,{0},200,0.007\n"
    bill.write_text(rows.format(2000))
    same = gleaner.run("reconcile", str(bill))
    assert "0 of 2 differ" in same.stdout and "ours 0.0140, theirs 0.0140 USD" in same.stdout
    bill.write_text(rows.format(9000))
    differing = gleaner.run("reconcile", str(bill), "--differing", "--json", check=False)
    found = json.loads(differing.stdout)
    assert differing.returncode == 2 and [line["day"] for line in found["lines"]] == ["2026-03-02"]
    assert found["lines"][0]["difference"]["input_tokens"] == -7000 and not found["within"]
    assert "exchanges are missing" in found["lines"][0]["reasons"][0]
    text = gleaner.run("reconcile", str(bill), check=False)
    assert "DIFF  2026-03-02  gpt-4o-2024-08-06" in text.stdout and "difference -7000" in text.stdout
    other = gleaner.run("reconcile", str(bill), "--provider", "somebody", check=False)
    assert other.returncode == 2 and "no such exchange here" in other.stdout
    assert gleaner.run("reconcile", str(bill), "--tolerance", "0.9").returncode == 0
    bill.write_text("nothing")
    refused = gleaner.run("reconcile", str(bill), check=False)
    assert refused.returncode == 1 and "bill_unusable" in refused.stderr
