"""A receiver of alerts that can fail or hang, and figures as rollups would have counted them."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ERRORS = {"measure": "error_share", "line": 0.05, "window": "1h", "channels": ["ops"], "advice": "Look at the provider."}


class Receiver:
    """Keeps every POST. `mode`: ok answers 200, fail 503, hold nothing until `release` is set."""

    def __init__(self):
        self.posts = []
        self.mode = "ok"
        self.release = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.append((self.path, dict(self.headers), body))
                mode = receiver.mode
                if mode == "hold":
                    receiver.release.wait(30)
                try:
                    self.send_response({"fail": 503}.get(mode, 200))
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    pass

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def at(self, path):
        return [(headers, body) for where, headers, body in list(self.posts) if where == path]

    def documents(self, path):
        return [json.loads(body) for _, body in self.at(path)]

    def stop(self):
        self.release.set()
        self.server.shutdown()


def count_exchanges(gleaner, share, variant="", minutes=70):
    """Fifty exchanges in each five minutes until now, of which `share` are errors."""
    bad = round(50 * share)
    gleaner.sql(f"""
        INSERT INTO gleaner.rollups
        SELECT p.id, 5, at, 'gateway', 'chat', '{variant}', 'p', 'm', 'hi-en', '', 50, {50 - bad}, {bad}, 0, 0, 0, {bad}, 0,
               {50 - bad}, 0, 0, 0, 0, 50, 500, 0, 0, 500, 0, 50, 0.05, 0, 0, 50, 50000, '{{80}}', '{{50}}', 0, 0, '{{}}', '{{}}'
        FROM gleaner.projects p, generate_series(
            date_bin('5 minutes', now() - interval '{minutes} minutes', '2000-01-01 00:00:00+00'), now(), interval '5 minutes') at
        WHERE p.name = 'default'""")
