"""The overview in Chromium and without scripts, its CSV, the API and the printed report: the same numbers everywhere."""

import csv
import datetime
import io
import json
import re
from urllib.parse import parse_qs, quote, urlsplit

import httpx2 as httpx
import pytest

from browser import DESKTOP, PHONE
from gleaner import Gleaner, wait_until
from model_world import EVIL, ModelWorld, fill_rollups, judge

@pytest.fixture(scope="module")
def world(provider):
    from conftest import make_database

    databases = make_database()
    running = Gleaner(provider.url, next(databases))
    running.start()
    yield ModelWorld(running)
    running.stop()
    next(databases, None)


@pytest.fixture(scope="module")
def filled(world):
    """Twelve exchanges that are really there, with thumbs, before three weeks that only rollups know of."""
    gleaner = world.gleaner
    judge(gleaner, 12)
    fill_rollups(gleaner, "default", EVIL)
    wait_until("they are counted", lambda: gleaner.sql(
        "SELECT sum(exchanges) FROM report.exchanges_hourly WHERE variant = '(none)'") == "12")
    return world


def test_an_empty_project_is_told_what_to_do_and_everybody_gets_home(chromium, world):
    visitor = chromium.visitor(world.base, world.joined("root", "admin"))
    visitor.open("/")
    assert urlsplit(visitor.page.url).path == "/overview"
    main = visitor.page.locator("main").inner_text()
    assert "Nothing has been counted yet" in main and "/v1" in main and visitor.page.locator(".curve").count() == 0
    assert visitor.accessibility() == []
    visitor.check()
    visitor.close()
    reviewer, _ = world.session("rekha", "reviewer")
    with reviewer:
        assert reviewer.get("/").headers["location"] == "/review"
        assert reviewer.get("/overview").status_code == 403
    viewer, _ = world.session("vimal", "viewer")
    with viewer:
        assert viewer.get("/").headers["location"] == "/overview"
        assert "range" in viewer.get("/overview?range=2d").text and viewer.get("/overview?range=2d").status_code == 200


def test_charts_are_drawn_lead_to_exchanges_and_are_saved(chromium, filled):
    visitor = chromium.visitor(filled.base, filled.joined("root", "admin"))
    page = visitor.page
    visitor.open("/overview?range=24h")
    page.wait_for_selector("html[data-drawn]")
    assert page.locator(".curve canvas").count() == page.locator(".curve").count() >= 7
    assert page.evaluate("Chart.getChart(document.querySelector('#up-share canvas')).data.datasets.length") == 3
    with page.expect_download() as saved:
        page.locator("#exchanges").get_by_role("button", name="PNG").click()
    assert open(saved.value.path(), "rb").read(8) == b"\x89PNG\r\n\x1a\n"

    # The newest point is of the hour under way, which has the twelve.
    at = page.evaluate("""() => {
        const chart = Chart.getChart(document.querySelector('#exchanges canvas'));
        const point = chart.getDatasetMeta(0).data.at(-1).getProps(['x', 'y']);
        const box = chart.canvas.getBoundingClientRect();
        return [box.left + point.x - 1, box.top + point.y];
    }""")
    rows = page.locator("#exchanges tr[data-at]")
    want = rows.first.locator("a").get_attribute("href")
    page.mouse.click(*at)
    page.wait_for_url("**/exchanges?*")
    assert page.url.endswith(want)
    asked = parse_qs(urlsplit(page.url).query)
    assert set(asked) == {"since", "until", "source"} and asked["source"] == ["api,gateway,import"]
    visitor.check()
    visitor.close()


def test_points_of_two_sides_lead_to_each_sides_own_exchanges(chromium, filled):
    visitor = chromium.visitor(filled.base, filled.joined("root", "admin"))
    page = visitor.page
    for side, variant in enumerate(["base", EVIL]):
        visitor.open(f"/overview?compare=variant&first=base&second={quote(EVIL)}&range=24h")
        page.wait_for_selector("html[data-drawn]")
        at = page.evaluate("""(side) => {
            const chart = Chart.getChart(document.querySelector('#error-share canvas'));
            const [one, two] = ['one', 'two'].map((kind) => chart.data.datasets.findIndex((set) => set.kind === kind));
            const [first, second] = [one, two].map((place) => chart.getDatasetMeta(place).data);
            const apart = (index) => !first[index].skip && !second[index].skip && Math.abs(first[index].y - second[index].y) > 10;
            const index = first.findIndex((_, index) => index > 2 && apart(index));
            chart.canvas.scrollIntoView({ block: 'center' });
            const box = chart.canvas.getBoundingClientRect();
            const point = [first, second][side][index];
            return [box.left + point.x, box.top + point.y];
        }""", side)
        page.mouse.click(*at)
        page.wait_for_url("**/exchanges?*")
        asked = parse_qs(urlsplit(page.url).query)
        assert asked["variant"] == [variant] and asked["failed"] == ["true"] and asked["source"] == ["api,gateway,import"]
    # So do the numbers of the table.
    visitor.open(f"/overview?compare=variant&first=base&second={quote(EVIL)}&range=24h")
    row = page.locator("#error-share tr[data-at]").nth(4)
    for link, variant in [(row.locator("a").first, "base"), (row.locator("[data-other-path]"), EVIL)]:
        assert parse_qs(urlsplit(link.get_attribute("href")).query)["variant"] == [variant]
    visitor.check()
    visitor.close()


def test_a_release_is_a_mark_in_every_chart(filled):
    gleaner = filled.gleaner
    at = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=5)).strftime("%FT%TZ")
    made = gleaner.run("releases", "add", "2.4.1", "--at", at, "--note", "shorter answers", "--json")
    headers = {"Authorization": f"Bearer {gleaner.make_key('read', 'datasets')}"}
    with httpx.Client(base_url=gleaner.api, headers=headers, timeout=30) as api:
        second = api.post("/releases", json={"name": "2.4.2"})
        assert second.status_code == 201, second.text
        assert [one["name"] for one in api.get("/releases").json()["releases"]] == ["2.4.2", "2.4.1"]
        for wrong in [{"name": ""}, {"name": "x", "at": "2100-01-01T00:00:00Z"}, {"name": "x", "colour": "red"}]:
            assert api.post("/releases", json=wrong).status_code == 400, wrong
        assert api.delete(f"/releases/{second.json()['id']}").status_code == 204
        assert api.delete(f"/releases/{second.json()['id']}").json()["error"]["code"] == "release_unknown"
        events = [event for event in api.get("/report?range=24h").json()["events"] if event["kind"] == "release"]
    assert [(event["title"], event["note"], event["at"]) for event in events] == [("2.4.1", "shorter answers", at)]
    assert gleaner.sql("SELECT title FROM report.events WHERE kind = 'release'") == "2.4.1"
    client, _ = filled.session("root", "admin")
    with client:
        page = client.get("/overview?range=24h").text
    assert re.search(r'<li data-at="\d+" data-title="2.4.1">', page) and "2.4.1</title>" in page
    gleaner.run("releases", "remove", json.loads(made.stdout)["id"])
    assert "no release was marked" in gleaner.run("releases", "list").stdout


def test_tables_csv_api_and_pages_without_scripts_have_the_same_numbers(chromium, filled):
    visitor = chromium.visitor(filled.base, filled.joined("root", "admin"), javascript=False)
    page = visitor.page
    # Whole hours that are over, so that nothing changes between two looks.
    ended = datetime.datetime.now(datetime.UTC).replace(minute=0, second=0, microsecond=0)
    span = {"since": (ended - datetime.timedelta(days=7)).strftime("%FT%TZ"), "until": ended.strftime("%FT%TZ")}
    visitor.open(f"/overview?since={span['since']}&until={span['until']}")
    assert page.locator(".curve canvas").count() == 0 and page.locator(".curve svg").count() >= 7
    assert EVIL in page.locator("table.sliced").inner_text() and page.locator("main img").count() == 0
    assert EVIL in page.locator("#events").inner_text()
    shown = page.locator("#up-share tr[data-at]").evaluate_all("rows => rows.map(row => ({...row.dataset}))")
    link = page.locator("#up-share a[download]").get_attribute("href")
    client, _ = filled.session("root", "admin")
    with client:
        answer = client.get(link)
        assert answer.headers["content-type"].startswith("text/csv") and "attachment" in answer.headers["content-disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(line["value"], line["low"], line["high"]) for line in reversed(lines)] == [
        (row["value"], row["low"], row["high"]) for row in shown]
    key = filled.gleaner.make_key("read")
    with httpx.Client(base_url=filled.gleaner.api, headers={"Authorization": f"Bearer {key}"}, timeout=30) as api:
        body = api.get("/report", params=span).json()
        series = next(one for one in body["first"]["series"] if one["name"] == "up_share")
        assert ["" if point["value"] is None else f"{point['value']:.6g}" for point in series["points"]] == [line["value"] for line in lines]
        assert api.get("/report", params={**span, "format": "csv", "name": "up_share"}).text == answer.text
        for wrong in ["range=1y", "format=xml", "part=all&format=csv", "colour=red", "compare=variant", "since=2026-13-01"]:
            refused = api.get(f"/report?{wrong}")
            assert refused.status_code == 400 and refused.json()["error"]["code"] == "invalid_query", wrong
    exchanges = next(figure for figure in body["first"]["figures"] if figure["name"] == "exchanges")
    assert page.locator(".tile", has_text="Exchanges").first.locator(".number").inner_text() == f"{exchanges['value']:,}"
    # One value alone, by its row; then two beside each other, by the form below the rows.
    page.locator("table.sliced").get_by_role("link", name="base", exact=True).click()
    assert page.locator(".chips").inner_text().startswith("variant: base")
    assert page.locator("table.sliced tbody tr").count() == 1
    page.locator(".chips a").first.click()
    page.get_by_role("button", name="Compare the first with the second").click()
    assert "compare=variant" in page.url and page.locator(".compared").count() > 8
    words = " ".join(page.locator(".compared").all_inner_texts())
    assert "points (95 %" in words and "no difference" in words
    page.get_by_label("Compare with").select_option("previous")
    page.get_by_role("button", name="Show").click()
    assert "the time before" in page.locator("#figures").inner_text()
    visitor.check()
    visitor.close()


def test_a_point_without_neighbours_is_drawn_with_its_interval(chromium, filled):
    filled.gleaner.sql("""
        INSERT INTO gleaner.rollup_reviews
        SELECT project_id, minutes, at, source, route, variant, provider, model, language, prompt, rule, is_singled_out, 'tone', n, events,
               lowest, highest, w, wy, wyy, ww, wwy, wwyy
        FROM gleaner.rollup_reviews WHERE measure = 'accuracy'
          AND at >= date_trunc('hour', now()) - interval '71 hours' AND at < date_trunc('hour', now()) - interval '47 hours'""")
    visitor = chromium.visitor(filled.base, filled.joined("root", "admin"))
    page = visitor.page
    visitor.open("/overview?range=7d")
    page.wait_for_selector("html[data-drawn]")
    row = page.locator("#quality-tone tr[data-at]")
    assert row.count() == 1
    drawn = page.evaluate("""() => {
        const chart = Chart.getChart(document.querySelector('#quality-tone canvas'));
        const [line] = chart.data.datasets;
        const { x, y } = chart.getDatasetMeta(0).data[0].getProps(['x', 'y']);
        const pixel = (down) => [...chart.ctx.getImageData(Math.round(x * devicePixelRatio), Math.round((y + down) * devicePixelRatio), 1, 1).data];
        return { radius: line.pointRadius[0], lone: line.lone, inside: x > chart.chartArea.left + 5 && x < chart.chartArea.right - 5,
                 point: pixel(0), stroke: pixel(12), beside: [...chart.ctx.getImageData(3, 3, 1, 1).data] };
    }""")
    assert drawn["inside"] and drawn["radius"] == 2.5 and len(drawn["lone"]) == 1
    low, high = (float(row.get_attribute(f"data-{edge}")) for edge in ("low", "high"))
    assert drawn["lone"][0]["low"] == low < high == drawn["lone"][0]["high"]
    assert drawn["point"] != drawn["beside"] and drawn["stroke"] != drawn["beside"]
    visitor.check()
    visitor.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shape", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_is_accessible_and_no_wider_than_the_window(chromium, filled, shape, scheme, tmp_path):
    visitor = chromium.visitor(filled.base, filled.joined("root", "admin"), viewport=shape, scheme=scheme)
    for path in ["/overview?range=24h", f"/overview?compare=variant&first=base&second={quote(EVIL)}&range=30d"]:
        assert visitor.open(path).status == 200
        visitor.page.wait_for_selector("html[data-drawn]")
        assert visitor.accessibility() == [], path
        assert visitor.overflow() <= 0, path
        visitor.shoot(tmp_path / f"{'two' if '?' in path else 'one'}.png")
    visitor.check()
    visitor.close()


def test_the_report_is_printed_in_columns_as_json_and_as_a_page_that_asks_for_nothing(chromium, filled, tmp_path):
    gleaner = filled.gleaner
    text = gleaner.run("report").stdout
    assert re.search(r"^Exchanges +\d\d,\d{3}$", text, re.M) and "in the time before" in text and "to look at" in text
    assert "thumbs down  http://127.0.0.1:" in text and "\x1b" not in text
    alone = json.loads(gleaner.run("report", "--json", "--only", "variant=base", "--compare", "none").stdout)
    assert alone["second"] is None and alone["first"]["only"] == {"variant": "base"} and len(alone["first"]["series"][0]["points"]) == 7
    refused = gleaner.run("report", "--by", "colour", check=False)
    assert refused.returncode == 1 and "`by`" in refused.stderr
    file = tmp_path / "week.html"
    gleaner.run("report", "--html", str(file))
    html = file.read_text()
    assert not any(part in html for part in ["<script", "<link", "<img", "@import", "url("]) and "&lt;img" in html
    visitor = chromium.visitor(filled.base)
    visitor.page.goto(file.as_uri())
    assert visitor.page.locator("svg").count() >= 6 and visitor.overflow() <= 0
    assert visitor.accessibility() == []
    assert len(visitor.page.pdf(format="A4")) > 10_000
    visitor.page.set_viewport_size(PHONE)
    visitor.shoot(tmp_path / "printed.png")
    visitor.close()
