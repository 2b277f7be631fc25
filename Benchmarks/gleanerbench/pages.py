"""Opens pages and lists as a browser and as a client would, one after the other, and counts the milliseconds."""

import http.client
import re
import statistics
import time
import urllib.parse

from .processes import BenchError


class Browser:
    """One kept connection with its cookies or its key."""

    def __init__(self, port, key=None):
        self.port, self.key, self.cookies = port, key, {}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def request(self, method, path, form=None):
        headers = {"Accept": "application/json" if self.key else "text/html"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
        began = time.monotonic()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        took = (time.monotonic() - began) * 1000
        for cookie in response.msg.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.split(";")[0]
        return response.status, content.decode(errors="replace"), took

    def get(self, path):
        """The page and its milliseconds; anything but 200 ends the bench."""
        status, content, took = self.request("GET", path)
        if status != 200:
            raise BenchError(f"GET {path} was answered with {status}: {content[:500]}")
        return content, took

    def enter(self, link):
        """Follows an invitation's link and chooses a password."""
        token = urllib.parse.parse_qs(urllib.parse.urlparse(link).query)["token"][0]
        status, content, _ = self.request("POST", "/welcome", {
            "token": token, "password": "four long dull words", "again": "four long dull words"})
        if status != 303:
            raise BenchError(f"the console let nobody in: {status} {re.sub('<[^>]+>', ' ', content)[:500]}")


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(browser, paths, rounds, seconds=20):
    """Opens `paths` in turns, `rounds` times each or for `seconds`; the first opening of each is counted, too."""
    times, began = [], time.monotonic()
    for number in range(rounds * len(paths)):
        times.append(browser.get(paths[number % len(paths)])[1])
        if time.monotonic() - began > seconds and number >= len(paths):
            break
    return {"paths": len(paths), "count": len(times), "p50": statistics.median(times), "p95": percentile(times, 0.95),
            "max": max(times)}
