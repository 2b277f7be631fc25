"""Real Chromium over the console's pages: who may use it, what it asked for, and what a page tried that it should not."""

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import axe_core_python
import httpx2 as httpx
from playwright.sync_api import sync_playwright

from gleaner import wait_until

PASSWORD = "chai aur samosa 7"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
AXE = next(Path(axe_core_python.__file__).parent.glob("**/axe.min.js")).read_text()


class Chromium:
    """One browser for all tests; each visitor has a context, with cookies of its own."""

    def __init__(self):
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        assert program, "no Chromium found: run scripts/setup --test"
        self.playwright = sync_playwright().start()
        # The sandbox needs what root and containers do not have; only our own pages are opened.
        self.browser = self.playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])

    def visitor(self, base, cookies=(), **settings):
        return Visitor(self.browser, base, cookies, **settings)

    def close(self):
        self.browser.close()
        self.playwright.stop()


class Visitor:
    """Somebody at a browser. Notes every request, dialog, error and refused script of the pages they open."""

    def __init__(self, browser, base, cookies=(), viewport=None, scheme="light", javascript=True):
        self.base = base
        self.context = browser.new_context(
            base_url=base, viewport=viewport or DESKTOP, color_scheme=scheme, java_script_enabled=javascript)
        if cookies:
            self.context.add_cookies(list(cookies))
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.requests, self.dialogs, self.errors, self.violations = [], [], [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message):
        if "Content Security Policy" in message.text:
            self.violations.append(message.text)
        elif message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    def open(self, path):
        answer = self.page.goto(path)
        self.page.wait_for_load_state("load")
        return answer

    @property
    def off_origin(self):
        """What was asked of anybody but the console."""
        own = urlsplit(self.base).netloc
        return [url for url in self.requests if urlsplit(url).scheme in ("http", "https", "ws", "wss")
                and urlsplit(url).netloc != own]

    def check(self):
        """Nothing ran, asked elsewhere or failed that should not have."""
        assert not self.dialogs and not self.errors and not self.violations and not self.off_origin, (
            self.dialogs, self.errors, self.violations, self.off_origin)

    def accessibility(self):
        """What axe finds against WCAG 2.1 A and AA, as `rule: selector` lines."""
        # Through the debugger's own evaluation: the page's policy would rightly refuse an added script.
        self.page.evaluate(AXE)
        found = self.page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})")
        return [f"{violation['id']}: {node['target']} {node.get('failureSummary', '')[:200]}"
                for violation in found["violations"] for node in violation["nodes"]]

    def overflow(self):
        """How many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    def shoot(self, path):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(path), full_page=True)

    def close(self):
        self.context.close()


class ConsolePeople:
    """Makes people of a running Gleaner, by the same pages as an admin would."""

    def __init__(self, gleaner):
        self.base = f"http://127.0.0.1:{gleaner.port}"
        link = wait_until(
            "the first link is printed", lambda: re.search(r"/welcome\?token=[0-9a-f]{64}", gleaner.process.text()))
        self.first_token = link.group().split("token=")[1]
        self.admin = self.accept(link.group(), handle="root", name="Root")

    def _client(self, cookies=None):
        return httpx.Client(
            base_url=self.base, cookies=cookies, timeout=30, follow_redirects=False,
            headers={"Origin": self.base, "Accept": "text/html"})

    def accept(self, link, **more):
        token = link.split("token=")[1]
        with self._client() as client:
            answer = client.post("/welcome", data={"token": token, "password": PASSWORD, "again": PASSWORD, **more})
            assert answer.status_code == 303, answer.text
            return [self._cookie(answer)]

    def _cookie(self, answer):
        value = re.match(r"__Host-gleaner=([0-9a-f]{64});", answer.headers["set-cookie"]).group(1)
        return {"name": "__Host-gleaner", "value": value, "url": self.base.replace("http:", "https:"), "secure": True,
                "httpOnly": True, "sameSite": "Lax"}

    def session(self, cookies):
        """An HTTP client that is signed in, and the token that its forms send."""
        client = self._client()
        client.headers["Cookie"] = f"__Host-gleaner={cookies[0]['value']}"
        with self._client() as first:
            page = first.get("/account", headers={"Cookie": client.headers["Cookie"]})
        return client, re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text).group(1)

    def invite(self, handle, role):
        client, csrf = self.session(self.admin)
        with client:
            page = client.post("/people/invite", data={"csrf": csrf, "handle": handle, "name": handle, "role": role})
            assert page.status_code == 200, page.text
            return re.search(r"/welcome\?token=[0-9a-f]{64}", page.text).group()

    def join(self, handle, role):
        """The cookies of a new person of that role."""
        return self.accept(self.invite(handle, role))

    def sign_in(self, handle, password=PASSWORD):
        with self._client() as client:
            return client.post("/sign-in", data={"name": handle, "password": password, "next": "/"})
