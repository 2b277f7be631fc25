"""The report of the week as it arrives in mailboxes: what it says, who gets it when a server refuses, and that nobody gets it twice."""

import datetime
import re
import signal
import time

import pytest

from conftest import make_database
from gleaner import Gleaner, wait_until
from mail_world import HERE, serve
from model_world import EVIL, fill_rollups, judge

ASHA, RAVI, UMA = (f"{name}@example.com" for name in ("asha", "ravi", "uma"))
KIND = "kind = 'report.weekly'"


@pytest.fixture(scope="module")
def box():
    box = serve()
    yield box
    box.stop()


@pytest.fixture(scope="module")
def due():
    return datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=2)


@pytest.fixture(scope="module")
def world(provider, box, due):
    """One that was up before anybody wanted letters, with twelve exchanges of today and three weeks before them."""
    databases = make_database()
    running = Gleaner(
        provider.url, next(databases), GLEANER_PUBLIC_URL="https://gleaner.example",
        GLEANER_SMTP_URL=f"smtp://{HERE}:{box.port}", GLEANER_SMTP_FROM="Gleaner <gleaner@example.com>")
    running.start()
    judge(running, 12)
    fill_rollups(running, "default", EVIL)
    running.stop()
    running.environment |= {
        "GLEANER_REPORT_WEEKLY": f"{due:%a %H:%M}".lower(), "GLEANER_REPORT_TO": f"{ASHA}, {RAVI},{UMA}"}
    yield running
    running.stop()
    next(databases, None)


def got(box, recipient):
    return [mail for mail in box.mails if mail.recipients == [recipient]]


def job(world):
    return world.run("jobs", "--kind", "report.weekly").stdout


def test_who_is_refused_keeps_it_from_nobody_else(world, box):
    assert not box.mails
    box.refuse = {RAVI: "421 4.7.0 too many of yours, try later", UMA: "550 5.1.1 no such user"}
    world.start()
    wait_until("one has it", lambda: got(box, ASHA))
    # What may succeed later is what the job waits for, and an operator is told of.
    wait_until("it is written down", lambda: "  waiting  " in job(world))
    told = job(world)
    assert f'{{"sent":["{ASHA}"]}}' in told and "mail_deferred" in told
    assert f"The report for {RAVI} was not delivered." in told and "421 4.7.0 too many of yours, try later" in told

    del box.refuse[RAVI]
    world.sql(f"UPDATE gleaner.jobs SET run_at = now() WHERE {KIND}")
    wait_until("the other has it", lambda: got(box, RAVI))
    # The third is refused for good: that is said where an operator looks.
    wait_until("it is given up", lambda: "  dead  " in job(world))
    for told in (job(world), world.process.text()):
        assert "mail_refused" in told and f"The report for {UMA} was not delivered." in told and "550 5.1.1 no such user" in told
    assert "a job failed for good" in world.process.text()
    box.refuse = {}
    assert "  waiting  " in world.run("jobs", "retry", job(world).split()[0]).stdout
    wait_until("the third has it", lambda: got(box, UMA))
    assert [len(got(box, one)) for one in (ASHA, RAVI, UMA)] == [1, 1, 1]
    assert len({mail.message["message-id"] for mail in box.mails}) == 3


def test_it_says_what_the_report_says(world, box, due):
    until = due.date()
    since = until - datetime.timedelta(days=7)
    exchanges, ups, downs = map(int, world.sql(f"""
        SELECT sum(r.exchanges), sum(j.ups), sum(j.downs)
        FROM gleaner.rollups r JOIN gleaner.rollup_judgements j USING (project_id, minutes, at, source, route, variant)
        WHERE r.minutes = 1440 AND r.at >= '{since} 00:00Z' AND r.at < '{until} 00:00Z'""").split("|"))
    assert exchanges > 1000 and ups > 50
    [mail] = got(box, ASHA)
    message = mail.message
    last = until - datetime.timedelta(days=1)
    assert message["subject"] == f"Gleaner, default: {exchanges:,} exchanges, {since} to {last}"
    assert mail.sender == "gleaner@example.com" and message["to"] == ASHA and str(message["from"]) == "Gleaner <gleaner@example.com>"
    assert message["message-id"].endswith("@example.com>") and message["auto-submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative" and not message.defects

    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert re.search(rf"^Exchanges +{exchanges:,}$", text, re.M)
    assert re.search(rf"^ +{downs:,} thumbs down  https://gleaner\.example/exchanges\?", text, re.M)
    printed = world.run("report").stdout
    assert text.rstrip() == printed.rstrip()

    html = message.get_body(("html",)).get_content()
    assert f"<strong>{exchanges:,}</strong>" in html and f">{downs:,} thumbs down</a>" in html
    assert html.count("<svg") >= 6 and 'href="https://gleaner.example/overview?' in html
    # It asks for nothing when it is opened, and names of variants are texts.
    assert not any(part in html for part in ["<script", "<link", "<img", "@import", "url("]) and "&lt;img" in html
    assert "Sawaal" not in html + text
    made = re.compile(r"Made [0-9: -]+ UTC")
    page = world.run("report", "--html", "-").stdout
    assert made.sub("", html).split() == made.sub("", page).split()


def test_a_week_is_sent_once_however_often_somebody_starts(world, box):
    wait_until("it is done", lambda: "  done  " in job(world))
    for how in (signal.SIGTERM, signal.SIGKILL):
        world.stop(how)
        world.start()
    # Asking is the first thing that is done; two seconds are many times what sending takes.
    time.sleep(2)
    assert len(box.mails) == 3 and world.sql(f"SELECT count(*) FROM gleaner.jobs WHERE {KIND}") == "1"


def test_sent_by_hand_it_goes_to_all_that_can_be_reached(world, box):
    before = len(box.mails)
    box.refuse = {ASHA: "550 5.1.1 no such user", UMA: "421 4.7.0 later"}
    done = world.run("report", "--mail", check=False)
    assert done.returncode == 1 and f"has taken it for {RAVI}" in done.stdout
    assert f"The report for {ASHA} was not delivered." in done.stderr and "550 5.1.1 no such user" in done.stderr
    assert f"The report for {UMA} was not delivered." in done.stderr and "mail_deferred" in done.stderr
    box.refuse = {}
    assert [mail.recipients for mail in box.mails[before:]] == [[RAVI]]
