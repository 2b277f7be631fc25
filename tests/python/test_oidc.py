"""Signing in with an OpenID Connect provider: the whole way in Chromium, and tokens that must not count."""

import shutil
import time

import pytest

from browser import ConsolePeople
from gleaner import Gleaner
from oidc import CLIENT_ID, CLIENT_SECRET, OIDCProvider


@pytest.fixture(scope="module")
def elsewhere():
    running = OIDCProvider()
    yield running
    running.close()


@pytest.fixture(autouse=True)
def honest(elsewhere):
    """Every test begins with a provider that does everything right."""
    elsewhere.claims, elsewhere.sign, elsewhere.is_down, elsewhere.subject = {}, elsewhere.rs256, False, "nobody-yet"


@pytest.fixture(scope="module")
def closed(elsewhere, provider, module_database):
    """A Gleaner that takes only those whom somebody has invited."""
    yield from start(elsewhere, provider, module_database)


@pytest.fixture(scope="module")
def module_database():
    from conftest import make_database
    yield from make_database()


def start(elsewhere, provider, database, **settings):
    running = Gleaner(provider.url, database)
    running.environment |= {
        "GLEANER_OIDC_ISSUER": elsewhere.issuer, "GLEANER_OIDC_CLIENT_ID": CLIENT_ID,
        "GLEANER_OIDC_CLIENT_SECRET": CLIENT_SECRET, "GLEANER_OIDC_NAME": "Example SSO",
        "GLEANER_PUBLIC_URL": f"http://127.0.0.1:{running.port}", **settings}
    running.start()
    yield running
    running.stop()
    shutil.rmtree(running.directory, ignore_errors=True)


@pytest.fixture(scope="module")
def closed_people(closed):
    return ConsolePeople(closed)


def test_an_invited_person_signs_in_there_and_again_without_the_link(chromium, closed_people, elsewhere):
    elsewhere.subject = "meera-1"
    visitor = chromium.visitor(closed_people.base)
    visitor.open(closed_people.invite("meera", "reviewer"))
    visitor.page.get_by_role("link", name="Sign in with Example SSO").click()
    visitor.page.wait_for_url(lambda url: "welcome" not in url and "oidc" not in url)
    visitor.open("/account")
    assert visitor.page.locator(".who .handle").inner_text() == "meera"
    visitor.close()
    again = chromium.visitor(closed_people.base)
    again.open("/sign-in?next=%2Faccount")
    again.page.get_by_role("link", name="Sign in with Example SSO").click()
    again.page.wait_for_url("**/account")
    assert again.page.locator(".who .handle").inner_text() == "meera"
    again.close()


def outcome(chromium, people):
    """The heading that somebody ends at who signs in there."""
    visitor = chromium.visitor(people.base)
    visitor.open("/sign-in?next=%2Faccount")
    visitor.page.get_by_role("link", name="Sign in with Example SSO").click()
    visitor.page.wait_for_load_state("load")
    heading = visitor.page.locator("h1").inner_text()
    visitor.close()
    return heading


def test_a_stranger_is_turned_away_whatever_they_call_themselves(chromium, closed_people, elsewhere):
    elsewhere.subject, elsewhere.claims = "evil-1", {"preferred_username": "root", "email": "root@example.org",
                                                    "email_verified": True}
    assert "nobody has invited you" in outcome(chromium, closed_people)


@pytest.mark.parametrize("fault", [
    "by_another_key", "unsigned", "with_the_public_key", "aud", "iss", "nonce", "exp", "iat", "sub", "azp"])
def test_a_token_that_proves_nothing_is_refused(chromium, closed_people, elsewhere, fault):
    elsewhere.subject = "meera-1"
    wrong = {"aud": {"aud": "somebody-else"}, "iss": {"iss": "https://evil.example"}, "nonce": {"nonce": "0" * 64},
             "exp": {"exp": int(time.time()) - 60}, "iat": {"iat": int(time.time()) + 3600}, "sub": {"sub": ""},
             "azp": {"aud": [CLIENT_ID, "another"], "azp": "another"}}
    if fault in wrong:
        elsewhere.claims = wrong[fault]
    else:
        elsewhere.sign = getattr(elsewhere, fault)
    assert "could not be confirmed" in outcome(chromium, closed_people)


def test_a_flow_of_another_browser_is_refused(chromium, closed_people, elsewhere):
    visitor = chromium.visitor(closed_people.base)
    visitor.open("/sign-in/oidc/callback?code=abc&state=" + "0" * 64)
    assert "has ended" in visitor.page.locator("h1").inner_text()
    visitor.close()


def test_a_provider_that_is_away_says_so_and_passwords_still_work(chromium, elsewhere, provider, fresh_database):
    elsewhere.is_down = True
    for gleaner in start(elsewhere, provider, fresh_database):
        people = ConsolePeople(gleaner)
        assert "cannot be used" in outcome(chromium, people)
        assert people.sign_in("root").status_code == 303
        assert CLIENT_SECRET not in gleaner.process.text()


def test_strangers_get_the_configured_role(chromium, elsewhere, provider, fresh_database):
    for gleaner in start(elsewhere, provider, fresh_database, GLEANER_OIDC_ROLE="viewer"):
        people = ConsolePeople(gleaner)
        for number, handle in enumerate(["meera.s", "meera.s-2"]):
            elsewhere.subject = f"new-{number}"
            assert outcome(chromium, people) == "Account"
            stored = gleaner.sql(
                "SELECT p.handle || ' ' || m.role FROM gleaner.people p JOIN gleaner.memberships m ON m.person_id = p.id "
                f"WHERE p.oidc_subject = 'new-{number}'")
            assert stored == f"{handle} viewer"
