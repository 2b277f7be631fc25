"""Beginning without traffic: examples written by hand, drafts by a teacher, and what a file is like."""

import json
import random
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gleaner import Gleaner, Process, wait_until


WORDS = ("sugar salt weather train invoice holiday garden music doctor school river market window letter bottle "
         "mountain silver yellow monday kitchen answer picture village traffic engine pocket summer winter").split()


class Teacher:
    """Writes questions and answers like a model would, and keeps every call that it was paid for."""

    def __init__(self):
        self.calls, self.refuse, self.pause = [], 0, 0.0
        teacher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if teacher.refuse:
                    teacher.refuse -= 1
                    return self.answer(429, {"error": {"message": "slow down"}})
                threading.Event().wait(teacher.pause)
                teacher.calls.append((self.headers["Idempotency-Key"], body))
                user = body["messages"][1]["content"]
                if user.startswith("Write "):
                    topic = user.split("about: ")[1].split(".\n")[0]
                    asked = len(teacher.calls)
                    chance = random.Random(f"{topic} {asked}")
                    questions = [f"{topic}: " + " ".join(chance.sample(WORDS, 7)) + "?" for _ in range(10)]
                    # One that is nearly the same as the one before it, but for its case and signs.
                    questions.insert(1, questions[0].upper() + "!!")
                    text = "Here they are:\n" + json.dumps(questions)
                else:
                    text = f"An answer to: {user}"
                self.answer(200, {
                    "id": f"t{len(teacher.calls)}", "object": "chat.completion", "model": "teacher-1",
                    "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
                    "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}})

            def answer(self, status, document):
                data = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def teacher():
    teacher = Teacher()
    yield teacher
    teacher.server.shutdown()


@pytest.fixture
def beginning(teacher, fresh_database):
    running = Gleaner(teacher.url, fresh_database)
    running.start()
    yield running
    running.stop()


def example(question, answer="Paani ubaalo.", system="You answer in Hinglish."):
    return json.dumps({"messages": [
        {"role": "system", "content": system}, {"role": "user", "content": question},
        {"role": "assistant", "content": answer}]})


def test_hand_written_examples_are_taken_all_or_none(beginning):
    file = beginning.directory / "data.jsonl"
    good = [example(f"Chai kaise banate hain {n}?") for n in range(12)]
    file.write_text("\n".join([*good[:3], '{"messages": []}', "not json", *good[3:], good[0]]) + "\n")
    refused = beginning.run("dataset", "import", "chai", str(file), check=False)
    assert refused.returncode == 1 and "nothing was taken" in refused.stdout
    assert "data.jsonl:4" in refused.stdout and "[missing_messages_list]" in refused.stdout
    assert "data.jsonl:5" in refused.stdout and "[not_json]" in refused.stdout
    assert beginning.sql("SELECT count(*) FROM gleaner.written_examples") == "0"
    taken = json.loads(beginning.run(
        "dataset", "import", "chai", str(file), "--skip-bad", "--author", "asha", "--json").stdout)
    assert (taken["lines"], taken["added"], taken["known"], taken["faulty"]) == (15, 12, 1, 2)
    again = json.loads(beginning.run("dataset", "import", "chai", str(file), "--skip-bad", "--json").stdout)
    assert (again["added"], again["known"]) == (0, 13)
    assert beginning.sql("SELECT count(*), min(author), min(file), max(line) FROM gleaner.written_examples") == "12|asha|data.jsonl|14"
    assert beginning.sql("SELECT count(*) FROM gleaner.written_examples WHERE sha256 <> sha256(content)") == "0"
    stats = json.loads(beginning.run("dataset", "stats", "chai", "--json").stdout)
    assert stats["examples"] == 12 and stats["uniform_system_share"] == 1 and stats["epochs"] == 8
    assert beginning.run("dataset", "import", "Chai!", str(file), check=False).returncode == 1
    # An example can be erased like an exchange.
    one = beginning.sql("SELECT id FROM gleaner.written_examples LIMIT 1")
    beginning.run("erase", "--exchange", one, "--yes")
    assert beginning.sql("SELECT count(*) FROM gleaner.written_examples") == "11"


def test_what_a_file_is_like(beginning):
    file = beginning.directory / "mixed.jsonl"
    file.write_text("\n".join(
        [example("How do I make tea at home today?", "Boil the water and then add the leaves.")] * 2
        + [example("how do i make TEA at home today??", "With water and with milk, as you like it.", system="Other")]
        + [json.dumps({"messages": [{"role": "user", "content": "x"}]})]) + "\n")
    stats = json.loads(beginning.run("dataset", "stats", str(file), "--json").stdout)
    assert (stats["examples"], stats["faulty"], stats["exact_duplicates"], stats["near_duplicates"]) == (4, 1, 1, 1)
    assert (stats["system_messages"], stats["uniform_system_share"], stats["without_system_share"]) == (2, 0.5, 0.25)
    assert stats["answer_languages"]["en"] == 3 and stats["roles"] == {"system": 3, "user": 4, "assistant": 3}
    codes = {advice["code"]: advice["level"] for advice in stats["advice"]}
    assert codes["too_few"] == codes["faulty_lines"] == codes["mixed_system_messages"] == codes["duplicates"] == "fault"
    shown = beginning.run("dataset", "stats", str(file)).stdout
    assert "10 are the minimum" in shown and "50 to 100" in shown


def draft(*more):
    return ["dataset", "draft", "tea", "--topics", "tea,coffee", "--system", "You answer in Hinglish.",
            "--teacher", "teacher-1", "--count", "24", *more]


def test_a_draft_that_is_killed_again_and_again_pays_for_nothing_twice(beginning, teacher):
    refused = beginning.run(*draft(), check=False)
    assert refused.returncode == 1 and "--yes" in refused.stderr and "about 26 calls to teacher-1" in refused.stderr
    assert "gleaner prices set teacher-1" in refused.stderr and teacher.calls == []
    beginning.run("prices", "set", "teacher-1", "--input", "1000", "--output", "1000")
    assert "about $" in beginning.run(*draft(), check=False).stderr
    teacher.pause = 0.15
    for kill in range(4):
        process = Process(draft("--yes"), beginning.environment, beginning.directory / f"draft-{kill}.log")
        wait_until("some calls are made", lambda: len(teacher.calls) >= 4 * kill + 3, 60)
        process.stop(signal.SIGKILL)
    teacher.pause, teacher.refuse = 0, 2
    done = json.loads(beginning.run(*draft("--yes"), "--json").stdout)
    assert (done["drafted"], done["wanted"], done["failed"]) == (24, 24, 0)
    # What was on its way when it was killed may have been sent again, under the same key; nothing else.
    keys = [key for key, _ in teacher.calls]
    assert len(keys) - len(set(keys)) <= 4 and len(set(keys)) == done["calls"]
    answers = [body["messages"][1]["content"] for key, body in teacher.calls if not body["messages"][1]["content"].startswith("Write ")]
    assert len(set(answers)) == 24
    assert not any(question.endswith("!!") for question in answers), "nearly the same"
    before = len(teacher.calls)
    assert json.loads(beginning.run(*draft("--yes"), "--json").stdout) == done and len(teacher.calls) == before
    rows = beginning.sql("""
        SELECT count(*), count(DISTINCT e.id), bool_and(tags = '{synthetic}'), bool_and(source = 'api'),
               bool_and(metadata->>'origin' = 'draft'), bool_and(metadata->>'dataset' = 'tea'), bool_and(complete),
               bool_and(served_model = 'teacher-1'), bool_and(cost_usd > 0),
               bool_and(b.messages->0->>'content' = 'You answer in Hinglish.')
        FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id)""")
    assert rows == "24|24|t|t|t|t|t|t|t|t"
    assert beginning.sql("SELECT count(*) FROM gleaner.draft_calls WHERE reply IS NOT NULL") == "0"
    assert beginning.sql("SELECT count(*) FROM gleaner.written_examples") == "0", "drafts are no anchors"


def test_a_teacher_that_refuses_is_told_and_the_run_goes_on_later(beginning, teacher):
    for arguments, code in [
        (["--system", " ", "--teacher", "t", "--topics", "a"], "draft_system_missing"),
        (["--system", "s", "--teacher", "t"], "draft_topics_missing"),
        (["--system", "s", "--teacher", "t", "--topics", "a", "--count", "0"], "draft_count_invalid"),
        (["--system", "s", "--teacher", "t", "--topics", "a", "--provider", "x"], "draft_provider_unknown"),
    ]:
        refused = beginning.run("dataset", "draft", "tea", *arguments, check=False)
        assert refused.returncode == 1 and f"[{code}]" in refused.stderr, refused.stderr
    # One that is too busy for as long as it is waited for.
    teacher.refuse = 5
    process = Process(draft("--yes"), beginning.environment, beginning.directory / "refused.log")
    wait_until("it has given up", lambda: process.child.poll() is not None, 60)
    assert process.child.returncode == 1 and "teacher_refused" in process.text() and "slow down" in process.text()
    assert json.loads(beginning.run(*draft("--yes"), "--json").stdout)["drafted"] == 24
