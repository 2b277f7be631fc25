"""Several gateways over one database: started at the same moment on an empty one, and used at the same time."""

import threading

import httpx2 as httpx  # what the SDK itself uses

from gleaner import ROOT, Gleaner, wait_until


def test_two_instances_share_a_database(provider, empty_database):
    pair = [Gleaner(provider.url, empty_database) for _ in range(2)]
    starting = [threading.Thread(target=one.start) for one in pair]
    for thread in starting:
        thread.start()
    for thread in starting:
        thread.join()
    try:
        key = pair[0].make_key()
        sent, failures = [], []

        def talk(gleaner, number):
            for turn in range(15):
                body = {"model": "demo-hinglish-1", "stream": turn % 2 == 0,
                        "messages": [{"role": "user", "content": f"{number} {turn}"}]}
                response = httpx.post(gleaner.base_url + "/chat/completions", json=body, timeout=20,
                                      headers={"Authorization": f"Bearer {key}", "X-Gleaner-Conversation": f"c{number}"})
                (sent if response.status_code == 200 else failures).append(response.headers.get("x-gleaner-exchange-id"))

        talking = [threading.Thread(target=talk, args=(pair[n % 2], n)) for n in range(8)]
        for thread in talking:
            thread.start()
        for thread in talking:
            thread.join()
        assert not failures and len(set(sent)) == 120
        for one in pair:
            wait_until("all is stored", lambda: one.ledger()["ledger"]["journaled"] == 0, 20)
            assert one.ledger()["gap"] == 0
        stored = pair[0].sql("SELECT id FROM gleaner.exchanges").splitlines()
        assert sorted(stored) == sorted(sent)
        # A conversation stays on one shard, whichever gateway took the call.
        assert pair[0].sql("SELECT max(n) FROM (SELECT count(DISTINCT shard) n FROM gleaner.exchanges GROUP BY conversation) s") == "1"
        assert pair[0].sql("SELECT count(*) FROM gleaner.schema_migrations") == str(len(list((ROOT / "sql").glob("*.sql"))))
    finally:
        for one in pair:
            one.stop()
