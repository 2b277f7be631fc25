"""The console's dataset pages in Chromium: from a policy by preview and build to somebody else's approval."""

import json

import pytest

from browser import DESKTOP, PHONE
from gleaner import Gleaner
from model_world import EVIL, POLICY, ModelWorld, judge


@pytest.fixture(scope="module")
def world(provider):
    from conftest import make_database

    databases = make_database()
    running = Gleaner(provider.url, next(databases))
    running.start()
    judge(running)
    yield ModelWorld(running)
    running.stop()
    next(databases, None)


def visit(chromium, world, handle, role, **settings):
    return chromium.visitor(world.base, world.joined(handle, role), **settings)


def test_who_has_no_dataset_is_told_what_to_do_next(chromium, world):
    visitor = visit(chromium, world, "vimal", "viewer", javascript=False)
    visitor.open("/datasets")
    assert "No dataset yet" in visitor.page.locator("main").inner_text()
    visitor.page.get_by_role("link", name="preview", exact=True).click()
    assert "An engineer previews" in visitor.page.locator("main").inner_text()
    assert visitor.page.get_by_role("button", name="Build a version").count() == 0
    visitor.close()


def test_a_policy_is_mended_previewed_kept_built_and_approved_by_somebody_else(chromium, world):
    visitor = visit(chromium, world, "esha", "engineer")
    page = visitor.page
    visitor.open("/datasets")
    page.get_by_label("Another dataset").last.fill("likes")
    page.get_by_role("button", name="Preview it").click()
    page.wait_for_url("**/datasets/likes/preview")
    document = page.get_by_label("Policy, as JSON")
    assert json.loads(document.input_value())["minimum_review_score"] == 4

    # A mistake is named with its line, and what was typed stays.
    document.fill('{\n  "name": "likes",\n  "holdout_share": 7\n}')
    page.get_by_role("button", name="Preview", exact=True).click()
    problem = page.get_by_role("alert").inner_text()
    assert problem.startswith("Line 3: ") and "holdout_share" in problem and "0 to 0.5" in problem
    assert '"holdout_share": 7' in page.get_by_label("Policy, as JSON").input_value()
    page.get_by_label("Policy, as JSON").fill('{"minimum_reveiws": 2}')
    page.get_by_role("button", name="Keep the policy").click()
    assert "minimum_reveiws" in page.get_by_role("alert").inner_text()

    # What each gate leaves out leads to the exchanges.
    page.get_by_label("Policy, as JSON").fill(json.dumps(POLICY))
    page.get_by_role("button", name="Preview", exact=True).click()
    page.wait_for_load_state("load")
    found = page.locator("[aria-labelledby=found]")
    gate = found.locator("details", has_text="rating too low")
    assert gate.locator("summary strong").inner_text() == "5"
    gate.locator("summary").click()
    exchange = gate.get_by_role("link").first.get_attribute("href")
    assert world.gleaner.sql(f"SELECT count(*) FROM gleaner.exchanges WHERE id = '{exchange.split('/')[-1]}'") == "1"
    assert world.gleaner.sql("SELECT count(*) FROM gleaner.dataset_versions") == "0"

    page.get_by_role("button", name="Keep the policy").click()
    assert page.get_by_role("status").first.inner_text() == "Kept as likes@1."
    page.get_by_role("button", name="Build a version").click()
    page.wait_for_url("**/datasets/likes/1")
    assert world.gleaner.sql("SELECT built_by FROM gleaner.dataset_versions") == "esha"
    text = page.locator("main").inner_text()
    assert "0 of 1 approvals" in text and "rating too low" in text and "You built it" in text
    assert page.get_by_role("button", name="Approve it").count() == 0
    line = page.locator("article.line").first
    assert "Sawaal " in line.inner_text()
    line.get_by_text("Where it comes from").click()
    assert "likes@1" in line.locator("dl").inner_text() and "thumb" in line.locator("dl").inner_text()
    visitor.check()
    visitor.close()

    visitor = visit(chromium, world, "lena", "lead")
    visitor.open("/datasets")
    visitor.page.get_by_role("link", name="1", exact=True).first.click()
    visitor.page.wait_for_url("**/datasets/likes/1")
    visitor.page.get_by_label("What you looked at").fill("read twenty lines")
    visitor.page.get_by_role("button", name="Approve it").click()
    visitor.page.wait_for_load_state("load")
    assert "Approved by lena" in visitor.page.locator("[aria-labelledby=approval]").inner_text()
    assert world.gleaner.sql("SELECT approver || ' ' || note FROM gleaner.dataset_approvals") == "lena read twenty lines"
    visitor.check()
    visitor.close()


def test_lines_are_paged_and_another_version_is_compared_with_the_one_before(chromium, world):
    client, csrf = world.session("esha", "engineer")
    with client:
        looser = {**POLICY, "maximum_examples": 12}
        built = client.post("/datasets/likes/build", data={"csrf": csrf, "document": json.dumps(looser)})
        assert built.status_code == 303 and built.headers["location"] == "/datasets/likes/2", built.text
    visitor = visit(chromium, world, "lena", "lead")
    visitor.open("/datasets/likes/2")
    changes = visitor.page.locator("[aria-labelledby=changes]")
    assert "since version 1" in changes.inner_text() and "maximum_examples" in changes.inner_text()
    visitor.page.get_by_role("link", name="More lines").click()
    visitor.page.wait_for_url("**line=6**")
    assert visitor.page.locator("article.line").first.get_attribute("aria-label") == "Line 6"
    assert visitor.page.locator("[aria-labelledby=changes]").count() == 0
    visitor.open("/datasets/likes/1?split=holdout")
    assert visitor.open("/datasets/likes/9").status == 404
    assert visitor.open("/datasets/Likes!/preview").status == 400
    visitor.check()
    visitor.close()


def test_markup_in_lines_and_prompts_stays_text(chromium, world):
    size = int(world.gleaner.sql("SELECT count(*) FROM gleaner.examples WHERE split = 'train'"))
    visitor = visit(chromium, world, "lena", "lead")
    found = 0
    for line in range(1, min(size, 40), 5):
        visitor.open(f"/datasets/likes/1?split=train&line={line}")
        found += EVIL in visitor.page.locator("main").inner_text()
        assert visitor.page.locator("main img").count() == 0
    assert found
    visitor.check()
    visitor.close()


def test_who_may_not_is_refused_and_so_is_what_another_site_sent(world):
    tried = [("/datasets/likes/preview", {"document": "{}"}), ("/datasets/likes/policy", {"document": "{}"}),
             ("/datasets/likes/build", {"document": "{}"}), ("/datasets/likes/1/approve", {"note": ""})]
    versions = world.gleaner.sql("SELECT count(*) FROM gleaner.dataset_versions")
    for handle, role in [("vimal", "viewer"), ("rekha", "reviewer")]:
        client, csrf = world.session(handle, role)
        with client:
            for path, data in tried:
                assert client.post(path, data={"csrf": csrf, **data}).status_code == 403, (role, path)
    reviewer, _ = world.session("rekha", "reviewer")
    with reviewer:
        for path in ["/datasets", "/datasets/likes/1", "/datasets/likes/preview", "/tuning", "/evaluations", "/canaries"]:
            assert reviewer.get(path).status_code == 403, path
    admin, csrf = world.session("root", "admin")
    with admin:
        for path, data in tried:
            assert admin.post(path, data={"csrf": "0" * 64, **data}).status_code == 403, path
            forged = admin.post(path, data={"csrf": csrf, **data}, headers={"Origin": "https://evil.example"})
            assert forged.status_code == 403, path
    # The builder's own approval is refused even where the form is not shown.
    world.gleaner.sql("UPDATE gleaner.dataset_versions SET built_by = 'lena' WHERE number = 2")
    lead, csrf = world.session("lena", "lead")
    with lead:
        answer = lead.post("/datasets/likes/2/approve", data={"csrf": csrf, "note": "mine"})
        assert "built this version" in answer.text
    assert world.gleaner.sql("SELECT count(*) FROM gleaner.dataset_approvals WHERE note = 'mine'") == "0"
    assert world.gleaner.sql("SELECT count(*) FROM gleaner.dataset_versions") == versions


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shape", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_are_accessible_and_no_wider_than_the_window(chromium, world, shape, scheme, tmp_path):
    visitor = visit(chromium, world, "root", "admin", viewport=shape, scheme=scheme)
    for path in ["/datasets", "/datasets/likes/preview", "/datasets/likes/1", "/datasets/likes/2"]:
        assert visitor.open(path).status == 200
        if path.endswith("preview"):
            visitor.page.get_by_role("button", name="Preview", exact=True).click()
            visitor.page.wait_for_selector("[aria-labelledby=found]")
        assert visitor.accessibility() == [], path
        assert visitor.overflow() <= 0, path
        visitor.shoot(tmp_path / f"{path.strip('/').replace('/', '-')}.png")
    visitor.check()
    visitor.close()
