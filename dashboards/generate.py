#!/usr/bin/env python3
"""Writes dashboards/*.json: one Grafana dashboard each, the same bytes for the same script.

    dashboards/generate.py            writes them
    dashboards/generate.py --check    fails when what is there differs
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
SQL = {"type": "grafana-postgresql-datasource", "uid": "${postgres}"}
PROM = {"type": "prometheus", "uid": "${prometheus}"}
SLICES = ["route", "variant", "model", "language"]
# Of every panel over rollups: whose, when, and which slices.
WHERE = "project = ${project:sqlstring} AND $__timeFilter(at)"
SLICED = WHERE + "".join(f" AND {name} IN (${{{name}:sqlstring}})" for name in SLICES)
SHOWN = SLICED + " AND source <> 'shadow'"


class Board:
    """Panels in rows of 24 columns."""

    def __init__(self, name, title, description, period="now-7d", prometheus=False, slices=True):
        self.name, self.title, self.description, self.period = name, title, description, period
        self.prometheus, self.slices, self.panels, self.x, self.y, self.height = prometheus, slices, [], 0, 0, 0

    def add(self, kind, title, description, targets, unit="short", width=12, height=8, options=None, custom=None, overrides=None):
        if self.x + width > 24:
            self.x, self.y, self.height = 0, self.y + self.height, 0
        defaults = {"unit": unit, "custom": custom or {}}
        self.panels.append({
            "id": len(self.panels) + 1, "type": kind, "title": title, "description": description,
            "datasource": targets[0]["datasource"],
            "gridPos": {"x": self.x, "y": self.y, "w": width, "h": height},
            "fieldConfig": {"defaults": defaults, "overrides": overrides or []},
            "options": options or {}, "targets": [dict(target, refId=chr(65 + n)) for n, target in enumerate(targets)],
        })
        self.x, self.height = self.x + width, max(self.height, height)

    def lines(self, title, description, targets, unit="short", width=12, band=False, stack=False):
        custom = {"drawStyle": "line", "lineWidth": 2, "showPoints": "auto", "spanNulls": True}
        if stack:
            custom.update({"fillOpacity": 40, "stacking": {"mode": "normal", "group": "A"}})
        overrides = []
        if band:
            # The interval is a band between two lines that are not drawn.
            overrides = [
                {"matcher": {"id": "byRegexp", "options": ".*low$"},
                 "properties": [{"id": "custom.lineWidth", "value": 0}, {"id": "custom.hideFrom", "value": {"legend": True, "tooltip": False, "viz": False}}]},
                {"matcher": {"id": "byRegexp", "options": ".*high$"},
                 "properties": [{"id": "custom.lineWidth", "value": 0}, {"id": "custom.fillBelowTo", "value": "low"},
                                {"id": "custom.fillOpacity", "value": 20}, {"id": "custom.hideFrom", "value": {"legend": True, "tooltip": False, "viz": False}}]}]
        self.add("timeseries", title, description, targets, unit, width, custom=custom, overrides=overrides,
                 options={"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}})

    def stat(self, title, description, target, unit="short"):
        self.add("stat", title, description, [target], unit, 4, 4,
                 options={"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "none"})

    def table(self, title, description, target, width=12, units=None):
        overrides = [{"matcher": {"id": "byName", "options": name}, "properties": [{"id": "unit", "value": unit}]}
                     for name, unit in (units or {}).items()]
        self.add("table", title, description, [target], "short", width, 9, overrides=overrides, options={"showHeader": True})

    def json(self):
        variables = [{"name": "postgres", "type": "datasource", "query": SQL["type"], "label": "PostgreSQL", "hide": 0}]
        if self.prometheus:
            variables.append({"name": "prometheus", "type": "datasource", "query": "prometheus", "label": "Prometheus", "hide": 0})
        variables.append(query("project", "SELECT project FROM report.projects ORDER BY project", multi=False))
        if self.slices:
            variables += [query(name, f"SELECT DISTINCT {name} FROM report.exchanges_daily WHERE project = ${{project:sqlstring}} "
                                      f"ORDER BY {name}", multi=True) for name in SLICES]
        events = {"name": "Releases and decisions", "datasource": SQL, "enable": True, "iconColor": "purple", "target": {
            "format": "table", "rawQuery": True, "rawSql": "SELECT at AS time, title || coalesce(': ' || nullif(note, ''), '') AS text, "
            "kind AS tags FROM report.events WHERE " + WHERE}}
        return {
            "uid": f"gleaner-{self.name}", "title": f"Gleaner: {self.title}", "description": self.description,
            "tags": ["gleaner"], "schemaVersion": 39, "version": 1, "editable": True, "graphTooltip": 1, "refresh": "1m",
            "time": {"from": self.period, "to": "now"}, "timezone": "utc", "templating": {"list": variables},
            "annotations": {"list": [events]}, "panels": self.panels,
            "links": [{"title": "Gleaner", "type": "dashboards", "tags": ["gleaner"], "asDropdown": True, "keepTime": True, "includeVars": True}],
        }


def query(name, statement, multi):
    return {"name": name, "type": "query", "datasource": SQL, "query": statement, "refresh": 2, "multi": multi,
            "includeAll": multi, "current": {"text": ["All"], "value": ["$__all"]} if multi else {}}


def sql(text, shape="time_series"):
    return {"datasource": SQL, "format": shape, "rawQuery": True, "editorMode": "code", "rawSql": " ".join(text.split())}


def table(text):
    return sql(text, "table")


def prom(expression, legend="__auto"):
    return {"datasource": PROM, "expr": expression, "legendFormat": legend, "range": True}


def rating(view="ratings_daily", columns="at AS time,", group="GROUP BY at ORDER BY at", where=SHOWN):
    return (f"SELECT {columns} sum(ups)::float8 / nullif(sum(ups + downs), 0) AS up, report.wilson_low(sum(ups), sum(ups + downs)) AS low, "
            f"report.wilson_high(sum(ups), sum(ups + downs)) AS high FROM report.{view} WHERE {where} {group}")


def quality(measure, width=""):
    return sql(f"SELECT at AS time, value AS \"{measure}\", low, high FROM report.quality_daily WHERE {WHERE} AND measure = '{measure}' ORDER BY at")


def found(measures, where=SHOWN):
    """Evaluators' figures by the day; figures of two versions are two lines."""
    names = ", ".join(f"'{name}'" for name in measures)
    return sql(f"SELECT s.at AS time, s.name AS metric, (s.h).value AS value, (s.h).low AS low, (s.h).high AS high FROM ("
               f"SELECT at, measure || ' ' || version AS name, report.weighted(sum(n), sum(events), min(lowest), max(highest), sum(population), "
               f"sum(wy), sum(wyy), sum(ww), sum(wwy), sum(wwyy)) AS h FROM report.evaluators_daily WHERE {where} AND measure IN ({names}) "
               f"GROUP BY at, measure, version) s ORDER BY s.at")


def overview():
    b = Board("overview", "Overview", "What the bot is worth, and what it costs, at one glance.")
    b.stat("Exchanges", "Calls received in the time shown.", table(f"SELECT sum(exchanges) AS exchanges FROM report.exchanges_hourly WHERE {SHOWN}"))
    b.stat("Without an answer", "Share of calls that got no answer, or one of 429 or 5xx.",
           table(f"SELECT sum(errors)::float8 / nullif(sum(exchanges), 0) AS errors FROM report.exchanges_hourly WHERE {SHOWN}"), "percentunit")
    b.stat("Thumbs up", "Share of the thumbs that point up. Those who rate are few: the interval is on Quality.",
           table(f"SELECT sum(ups)::float8 / nullif(sum(ups + downs), 0) AS up FROM report.ratings_hourly WHERE {SHOWN}"), "percentunit")
    b.stat("Flagged", "Share of calls whose prompt or answer moderation decided against.",
           table(f"SELECT sum(flagged)::float8 / nullif(sum(exchanges), 0) AS flagged FROM report.safety_hourly WHERE {SHOWN}"), "percentunit")
    b.stat("Cost", "US dollars, of the calls whose price is known; shadow copies too.",
           table(f"SELECT sum(cost_usd)::float8 AS cost FROM report.exchanges_hourly WHERE {SLICED}"), "currencyUSD")
    b.stat("95 % are answered within", "95th percentile of the duration.",
           table(f"SELECT report.quantile(0.95, array_agg(bin), array_agg(exchanges)) AS p95 FROM report.latency_hourly WHERE {SHOWN} AND measure = 'duration'"), "ms")
    b.lines("Exchanges by how they ended", "Calls an hour.", [sql(
        f"SELECT at AS time, sum(completed) AS completed, sum(upstream_failed) AS upstream_failed, sum(client_gone) AS client_gone, "
        f"sum(interrupted) AS interrupted, sum(refused) AS refused FROM report.exchanges_hourly WHERE {SHOWN} GROUP BY at ORDER BY at")], stack=True)
    b.lines("Thumbs up, with the 95 % interval", "Share of a day's thumbs that point up, by the day of the answer.", [sql(rating())], "percentunit", band=True)
    b.lines("Accuracy of all answers, with the 95 % interval", "Mean of the reviewers' scores of 1 to 5, for all answers: from a random sample, weighted.",
            [quality("accuracy")], band=True)
    b.lines("Flagged, with the 95 % interval", "Share of a day's calls that moderation decided against.", [sql(
        f"SELECT at AS time, sum(flagged)::float8 / nullif(sum(exchanges), 0) AS flagged, report.wilson_low(sum(flagged), sum(exchanges)) AS low, "
        f"report.wilson_high(sum(flagged), sum(exchanges)) AS high FROM report.safety_daily WHERE {SHOWN} GROUP BY at ORDER BY at")], "percentunit", band=True)
    b.lines("Duration", "Quantiles of an hour's calls.", [sql(latency("duration", "hourly"))], "ms")
    b.lines("Cost by model", "US dollars an hour.", [sql(
        f"SELECT at AS time, model AS metric, sum(cost_usd)::float8 AS cost FROM report.exchanges_hourly WHERE {SLICED} GROUP BY at, model ORDER BY at")], "currencyUSD", stack=True)
    b.table("Variants beside each other", "What each got and did in the time shown.", table(
        f"SELECT r.variant, sum(r.answered) AS answered, sum(r.ups)::float8 / nullif(sum(r.ups + r.downs), 0) AS up, "
        f"report.wilson_low(sum(r.ups), sum(r.ups + r.downs)) AS up_low, report.wilson_high(sum(r.ups), sum(r.ups + r.downs)) AS up_high, "
        f"sum(r.corrections) AS corrections, sum(r.regenerated) AS regenerated FROM report.ratings_daily r WHERE {SHOWN} GROUP BY r.variant ORDER BY r.variant"),
        24, {"up": "percentunit", "up_low": "percentunit", "up_high": "percentunit"})
    return b


def latency(measure, width, by=""):
    group = f", {by}" if by else ""
    quantiles = [("0.95", by)] if by else [("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99")]
    columns = ", ".join(f"report.quantile({q}, array_agg(bin), array_agg(exchanges)) AS {name if not by else 'p95'}" for q, name in quantiles)
    metric = f"{by} AS metric, " if by else ""
    # Added up by bin first: then there are some dozen bins for each point, however many slices.
    return (f"WITH bins AS (SELECT at{group}, bin, sum(exchanges)::bigint AS exchanges FROM report.latency_{width} WHERE {SHOWN} "
            f"AND measure = '{measure}' GROUP BY at{group}, bin) SELECT at AS time, {metric}{columns} FROM bins GROUP BY at{group} ORDER BY at")


def quality_board():
    b = Board("quality", "Quality", "What users and reviewers think of the answers, with intervals.", "now-30d")
    b.lines("Thumbs up, with the 95 % interval", "Share of a day's thumbs that point up, by the day of the answer. Votes of marked raters are left out.",
            [sql(rating())], "percentunit", band=True)
    b.lines("Thumbs up by variant", "The same for each variant; their intervals are in the table below.", [sql(
        f"SELECT at AS time, variant AS metric, sum(ups)::float8 / nullif(sum(ups + downs), 0) AS up FROM report.ratings_daily WHERE {SHOWN} GROUP BY at, variant ORDER BY at")], "percentunit")
    for name in ("variant", "prompt", "language", "model"):
        b.table(f"Ratings by {name}", f"Thumbs of the time shown for each {name}, with Wilson's 95 % interval.", table(
            rating(columns=f"{name}, sum(answered) AS answered, sum(ups + downs) AS thumbs,", group=f"GROUP BY {name} ORDER BY sum(answered) DESC LIMIT 50")),
            units={"up": "percentunit", "low": "percentunit", "high": "percentunit"})
    b.lines("Who rates", "Share of a day's answers that got a thumb or stars.", [sql(
        f"SELECT at AS time, least(1, sum(rated)::float8 / nullif(sum(answered), 0)) AS response_rate FROM report.ratings_daily WHERE {SHOWN} GROUP BY at ORDER BY at")], "percentunit")
    b.lines("Stars", "Mean of a day's scores of 1 to 5.", [sql(
        f"SELECT at AS time, sum(star_sum)::float8 / nullif(sum(stars), 0) AS stars FROM report.ratings_daily WHERE {SHOWN} GROUP BY at ORDER BY at")])
    b.lines("How stars are spread", "A day's scores of 1 to 5, how many of each: a mean may stay while opinions part.", [sql(
        "SELECT at AS time, " + ", ".join(f'sum(stars_{n}) AS "{n}"' for n in range(1, 6)) + f" FROM report.ratings_daily WHERE {SHOWN} GROUP BY at ORDER BY at")], stack=True)
    b.lines("What users did", "Answers of a day that were corrected, commented, copied, asked for again, or after which the user left.", [sql(
        f"SELECT at AS time, sum(corrections) AS corrections, sum(comments) AS comments, sum(copied) AS copied, sum(regenerated) AS regenerated, "
        f"sum(abandoned) AS abandoned FROM report.ratings_daily WHERE {SHOWN} GROUP BY at ORDER BY at")])
    for measure in ("relevance", "accuracy", "appropriateness"):
        b.lines(f"{measure.capitalize()} of all answers, with the 95 % interval",
                "Mean of the reviewers' scores of 1 to 5, for all answers: from a random sample, each weighted by its chance of being drawn.",
                [quality(measure)], band=True)
    for name in ("variant", "language", "prompt"):
        b.table(f"Quality by {name}", f"Estimates for all answers of the time shown, for each {name}; empty where there is not enough to tell.", table(
            f"SELECT slice_value AS {name}, measure, value, low, high, n, drawn, judged FROM report.quality(${{project:sqlstring}}, $__timeFrom(), $__timeTo(), '{name}') "
            f"ORDER BY population DESC, measure LIMIT 200"))
    for title, what, measures, unit in (
            ("Refusals", "Share of a day's answers that decline, by their first words.", ["refused"], "percentunit"),
            ("Valid JSON", "Share of the answers that were to be JSON and are, and of those that are as their schema wants.", ["json_valid", "schema_valid"], "percentunit"),
            ("Repetition", "Mean share of an answer's runs of four words that were said before.", ["repetition"], "percentunit"),
            ("Code mixing", "Mean CMI of answers, 0 to 50: how much Hindi and English mix.", ["cmi"], "short"),
            ("Mixed as the prompt", "Share of answers with more words of the same language as their prompt, and mean share of words in the language that the system prompt asks for.",
             ["same_matrix", "instructed"], "percentunit"),
            ("Distance to the prompt's mixing", "Mean of |CMI of the answer - CMI of the prompt|.", ["mix_distance"], "short"),
            ("Spelling", "Mean chance that two uses of a Hindi word in one answer are spelt alike in Latin letters.", ["pair_agreement"], "percentunit"),
            ("Nearness to the question", "Mean cosine of the embeddings of question and answer. It compares within one version only, and tells topic, not truth.", ["similarity"], "short")):
        b.lines(f"{title}, with the 95 % interval", what + " Of what evaluators were given; each weighed by its chance of being drawn.",
                [found(measures)], unit, band=True)
    b.lines("What evaluators could not say", "A day's exchanges by evaluator and reason.", [sql(
        f"SELECT at AS time, evaluator || ' ' || failure AS metric, sum(exchanges) AS exchanges FROM report.evaluator_failures_daily WHERE {SHOWN} "
        f"GROUP BY at, evaluator, failure ORDER BY at")], stack=True)
    b.table("Evaluators by variant", "Of the time shown, each measure of each version, with its 95 % interval.", table(
        "SELECT slice_value AS variant, evaluator, version, measure, kind, value, low, high, n, p50 FROM "
        "report.evaluators(${project:sqlstring}, $__timeFrom(), $__timeTo(), 'variant') ORDER BY evaluator, measure, version, variant LIMIT 500"))
    return b


def safety():
    b = Board("safety", "Safety", "What moderation and users found in prompts and answers.", "now-30d")
    b.lines("Flagged, with the 95 % interval", "Share of a day's calls whose prompt or answer moderation decided against.", [sql(
        f"SELECT at AS time, sum(flagged)::float8 / nullif(sum(exchanges), 0) AS flagged, report.wilson_low(sum(flagged), sum(exchanges)) AS low, "
        f"report.wilson_high(sum(flagged), sum(exchanges)) AS high FROM report.safety_daily WHERE {SHOWN} GROUP BY at ORDER BY at")], "percentunit", band=True)
    b.lines("By side", "Calls an hour that were flagged for the prompt and for the answer, and those blocked.", [sql(
        f"SELECT at AS time, sum(prompt_flagged) AS prompt, sum(response_flagged) AS answer, sum(blocked) AS blocked FROM report.safety_hourly WHERE {SHOWN} GROUP BY at ORDER BY at")])
    b.lines("By category", "Flagged calls of a day; one counts in each of its categories.", [sql(
        f"SELECT at AS time, category AS metric, sum(exchanges) AS exchanges FROM report.categories_daily WHERE {SHOWN} GROUP BY at, category ORDER BY at")], stack=True)
    b.lines("Not judged", "Calls an hour on which a classifier gave no answer.", [sql(
        f"SELECT at AS time, sum(unjudged) AS unjudged FROM report.safety_hourly WHERE {SHOWN} GROUP BY at ORDER BY at")])
    b.lines("Reported by users", "Calls of a day on which a user's flag stands.", [sql(
        f"SELECT at AS time, sum(reported) AS reported FROM report.safety_daily WHERE {SHOWN} GROUP BY at ORDER BY at")])
    b.lines("Withheld by providers, redacted by us", "Answers an hour with finish_reason content_filter, and calls whose personal data was replaced.", [sql(
        f"SELECT at AS time, sum(filtered) AS filtered, sum(redacted) AS redacted FROM report.exchanges_hourly WHERE {SHOWN} GROUP BY at ORDER BY at")])
    b.table("By variant", "Of the time shown, with Wilson's 95 % interval.", table(
        f"SELECT variant, sum(exchanges) AS exchanges, sum(flagged) AS flagged, sum(flagged)::float8 / nullif(sum(exchanges), 0) AS share, "
        f"report.wilson_low(sum(flagged), sum(exchanges)) AS low, report.wilson_high(sum(flagged), sum(exchanges)) AS high "
        f"FROM report.safety_daily WHERE {SHOWN} GROUP BY variant ORDER BY variant"), units={"share": "percentunit", "low": "percentunit", "high": "percentunit"})
    b.table("By language", "The same for each language.", table(
        f"SELECT language, sum(exchanges) AS exchanges, sum(flagged) AS flagged, sum(flagged)::float8 / nullif(sum(exchanges), 0) AS share, "
        f"report.wilson_low(sum(flagged), sum(exchanges)) AS low, report.wilson_high(sum(flagged), sum(exchanges)) AS high "
        f"FROM report.safety_daily WHERE {SHOWN} GROUP BY language ORDER BY sum(exchanges) DESC"), units={"share": "percentunit", "low": "percentunit", "high": "percentunit"})
    return b


def cost():
    b = Board("cost", "Cost and tokens", "What the calls cost, and what the tokens were.", "now-30d")
    b.lines("Cost by model", "US dollars a day, shadow copies too.", [sql(
        f"SELECT at AS time, model AS metric, sum(cost_usd)::float8 AS cost FROM report.exchanges_daily WHERE {SLICED} GROUP BY at, model ORDER BY at")], "currencyUSD", stack=True)
    b.lines("Cost of a thousand calls", "US dollars, of the calls whose price is known.", [sql(
        f"SELECT at AS time, variant AS metric, 1000 * sum(cost_usd)::float8 / nullif(sum(priced), 0) AS cost FROM report.exchanges_daily WHERE {SLICED} GROUP BY at, variant ORDER BY at")], "currencyUSD")
    b.lines("Tokens", "A day's, by what they were: input that was read from the provider's cache, the rest of the input, reasoning, the rest of the output.", [sql(
        f"SELECT at AS time, sum(prompt_tokens - cached_tokens) AS input, sum(cached_tokens) AS cached, sum(completion_tokens - reasoning_tokens) AS output, "
        f"sum(reasoning_tokens) AS reasoning FROM report.exchanges_daily WHERE {SLICED} GROUP BY at ORDER BY at")], stack=True)
    b.lines("Tokens of a call", "Mean of the calls whose usage is known.", [sql(
        f"SELECT at AS time, sum(prompt_tokens)::float8 / nullif(sum(counted), 0) AS input, sum(completion_tokens)::float8 / nullif(sum(counted), 0) AS output "
        f"FROM report.exchanges_daily WHERE {SLICED} GROUP BY at ORDER BY at")])
    b.lines("What is known", "Shares of a day's answered calls whose tokens and whose price are known: the figures above are over these.", [sql(
        f"SELECT at AS time, least(1, sum(counted)::float8 / nullif(sum(answered), 0)) AS tokens, least(1, sum(priced)::float8 / nullif(sum(answered), 0)) AS price "
        f"FROM report.exchanges_daily WHERE {SLICED} GROUP BY at ORDER BY at")], "percentunit")
    b.lines("Cut short", "Share of a day's answers that reached their limit of tokens.", [sql(
        f"SELECT at AS time, sum(cut_short)::float8 / nullif(sum(completed), 0) AS cut_short FROM report.exchanges_daily WHERE {SLICED} GROUP BY at ORDER BY at")], "percentunit")
    for name in ("prompt", "source"):
        b.table(f"By {name}", f"Cost and tokens of the time shown for each {name}.", table(
            f"SELECT {name}, sum(exchanges) AS exchanges, sum(cost_usd)::float8 AS cost, sum(prompt_tokens) AS input, sum(completion_tokens) AS output "
            f"FROM report.exchanges_daily WHERE {SLICED} GROUP BY {name} ORDER BY 3 DESC NULLS LAST LIMIT 50"), units={"cost": "currencyUSD"})
    b.lines("Bytes", "Of a day's requests and answers.", [sql(
        f"SELECT at AS time, sum(request_bytes) AS requests, sum(response_bytes) AS answers FROM report.exchanges_daily WHERE {SLICED} GROUP BY at ORDER BY at")], "bytes")
    return b


def speed():
    b = Board("latency", "Latency", "How long answers take, and what Gleaner adds.", "now-24h", prometheus=True)
    b.lines("Duration", "Quantiles of the calls of five minutes: from request sent to last byte.", [sql(latency("duration", "recent"))], "ms")
    b.lines("Time to the first token", "Quantiles of the streams of five minutes.", [sql(latency("ttft", "recent"))], "ms")
    b.lines("Duration by the hour", "The same for an hour, for longer times.", [sql(latency("duration", "hourly"))], "ms")
    b.lines("Time to the first token by the hour", "The same of streams.", [sql(latency("ttft", "hourly"))], "ms")
    for name in ("variant", "model", "provider"):
        b.lines(f"Duration by {name}", f"95th percentile of an hour's calls for each {name}.", [sql(latency("duration", "hourly", name))], "ms")
    b.add("bargauge", "Where durations lie", "How many calls of the time shown took how long.", [table(
        f"SELECT low_ms AS ms, sum(exchanges) AS exchanges FROM report.latency_hourly WHERE {SHOWN} AND measure = 'duration' GROUP BY low_ms ORDER BY low_ms")],
        options={"reduceOptions": {"values": True, "calcs": []}, "orientation": "vertical"})
    b.lines("What Gleaner adds", "Quantiles of what Gleaner itself takes of a call: until the request leaves, and until the end is durable.", [
        prom("histogram_quantile(0.5, sum by (le) (rate(gleaner_gateway_overhead_seconds_bucket[5m])))", "p50"),
        prom("histogram_quantile(0.99, sum by (le) (rate(gleaner_gateway_overhead_seconds_bucket[5m])))", "p99")], "s")
    b.lines("Duration as it is now, by provider", "95th percentile of the last five minutes.", [
        prom("gleaner:exchange_duration_seconds:p95_5m", "{{provider}}")], "s")
    b.lines("Time to the first token as it is now, by provider", "95th percentile of the last five minutes.", [
        prom("histogram_quantile(0.95, sum by (le, provider) (rate(gleaner_exchange_ttft_seconds_bucket[5m])))", "{{provider}}")], "s")
    return b


def review_work():
    b = Board("review", "Review work", "What reviewers do, and what waits for them.", "now-30d", slices=False)
    b.lines("Reviews", "Given each day, by reviewer.", [sql(
        f"SELECT at AS time, reviewer AS metric, sum(reviews) AS reviews FROM report.review_work_daily WHERE {WHERE} GROUP BY at, reviewer ORDER BY at")], stack=True)
    b.lines("Time for a review", "Mean of a day, from lease to submission.", [sql(
        f"SELECT at AS time, sum(duration_ms)::float8 / nullif(sum(timed), 0) AS duration FROM report.review_work_daily WHERE {WHERE} GROUP BY at ORDER BY at")], "ms")
    b.table("What waits", "Of the annotation queue, counted every minute.", table(
        "SELECT state, slots, oldest_age_s FROM report.review_backlog WHERE project = ${project:sqlstring} ORDER BY state"), units={"oldest_age_s": "s"})
    b.table("Reviewers", "Of the time shown.", table(
        f"SELECT reviewer, sum(reviews) AS reviews, sum(reviews) FILTER (WHERE kind = 'gold') AS hidden_checks, sum(corrected) AS corrected, sum(retracted) AS retracted, "
        f"sum(duration_ms)::float8 / nullif(sum(timed), 0) AS mean_ms FROM report.review_work_daily WHERE {WHERE} GROUP BY reviewer ORDER BY 2 DESC"), units={"mean_ms": "ms"})
    b.lines("Drawn and judged", "Exchanges of each day that were drawn for review, and those of them that are judged.", [sql(
        f"SELECT at AS time, max(drawn) AS drawn, max(judged) AS judged FROM report.quality_daily WHERE {WHERE} GROUP BY at ORDER BY at")])
    b.lines("Corrected", "Share of all answers that reviewers would have put otherwise, with the 95 % interval.", [quality("corrected")], "percentunit", band=True)
    b.lines("By rubric", "Reviews given each day.", [sql(
        f"SELECT at AS time, rubric AS metric, sum(reviews) AS reviews FROM report.review_work_daily WHERE {WHERE} GROUP BY at, rubric ORDER BY at")])
    return b


def tuning():
    b = Board("tuning", "Datasets and tuning", "From reviewed exchanges to models, and what was decided over them.", "now-90d", slices=False)
    own = "project = ${project:sqlstring}"
    b.table("Dataset versions", "The newest first.", table(
        f"SELECT created_at, dataset, version, kind, train, validation, holdout, excluded, anchors, estimated_tokens, erased, withdrawn_at FROM report.dataset_versions "
        f"WHERE {own} ORDER BY created_at DESC LIMIT 100"), 24)
    b.lines("Lines for training", "Of each version as it was built.", [sql(
        f"SELECT created_at AS time, dataset AS metric, train FROM report.dataset_versions WHERE {own} AND $__timeFilter(created_at) ORDER BY created_at")])
    b.table("Fine-tunes", "The newest first.", table(
        f"SELECT created_at, base_model, method, dataset, version, state, fine_tuned_model, trained_tokens, estimated_usd FROM report.tuning_jobs "
        f"WHERE {own} ORDER BY created_at DESC LIMIT 100"), units={"estimated_usd": "currencyUSD"})
    b.add("xychart", "Loss", "Of the newest fine-tune, by training step.", [table(
        f"SELECT step, train_loss, valid_loss FROM report.tuning_losses WHERE job_id = (SELECT job_id FROM report.tuning_jobs WHERE {own} "
        f"AND job_id IN (SELECT job_id FROM report.tuning_losses) ORDER BY created_at DESC LIMIT 1) ORDER BY step")], options={"mapping": "auto"})
    b.table("Evaluations", "Candidates on the holdout, the newest first.", table(
        f"SELECT created_at, candidate, incumbent, state, verdict, items, finished_at FROM report.evaluations WHERE {own} ORDER BY created_at DESC LIMIT 100"))
    b.lines("Canaries", "Candidate minus incumbent, in each metric's own unit, with its confidence sequence.", [sql(
        f"SELECT at AS time, route || ' ' || candidate || ' ' || metric AS metric, estimate, low, high FROM report.canary_points WHERE {WHERE} ORDER BY at")], band=True)
    b.table("What was decided and changed", "Edits of routes, decisions over canaries and gates, versions and models.", table(
        f"SELECT at, kind, title, actor, note FROM report.events WHERE {WHERE} ORDER BY at DESC LIMIT 200"), 24)
    return b


def health():
    b = Board("service", "Service health", "Whether everything is kept, and what is short.", "now-6h", prometheus=True, slices=False)
    b.lines("Scraped", "1 while Prometheus reaches the instance.", [prom('up{job=~".*gleaner.*"}', "{{instance}}")])
    b.lines("Conservation gap", "received - stored - quarantined - journaled - open: anything but 0 is a fault of ours.", [prom("gleaner_conservation_gap", "{{instance}}")])
    b.lines("Exchanges", "A second, by what became of them.", [prom("sum by (outcome) (rate(gleaner_exchanges_total[5m]))", "{{outcome}}")], "reqps")
    b.lines("How calls ended", "Calls a second, by how they ended.", [prom("sum by (status) (rate(gleaner_exchanges_ended_total[5m]))", "{{status}}")], "reqps")
    b.lines("Journal", "Bytes that are not in PostgreSQL yet.", [prom("gleaner_journal_bytes", "{{instance}}")], "bytes")
    b.lines("Journal's health", "1 for the state it is in.", [prom('gleaner_journal_health', "{{instance}} {{state}}")])
    b.lines("Open", "Answers on their way, and connections of clients.", [
        prom("sum(gleaner_open_streams)", "streams"), prom("sum(gleaner_connections)", "connections")])
    b.lines("Turned away", "Calls and connections a second, by reason.", [
        prom("sum by (reason) (rate(gleaner_shed_total[5m]))", "{{reason}}"),
        prom("sum by (reason) (rate(gleaner_connections_refused_total[5m]))", "{{reason}}")], "reqps")
    b.lines("What providers did wrong", "A second, by kind.", [prom("sum by (kind) (rate(gleaner_upstream_errors_total[5m]))", "{{kind}}")], "reqps")
    b.lines("Answered with an error of ours", "A second, by code.", [prom("sum by (code) (rate(gleaner_refused_total[5m]))", "{{code}}")], "reqps")
    b.lines("Memory", "Resident, and the limit from 80 % of which load is shed.", [
        prom("gleaner_memory_bytes", "{{instance}}"), prom("gleaner_memory_limit_bytes", "{{instance}} limit")], "bytes")
    b.lines("PostgreSQL pool", "Connections, and who waits for one.", [prom("sum by (state) (gleaner_postgres_connections)", "{{state}}")])
    b.lines("Jobs due", "How long the first waiting job of each kind has been due.", [prom("max by (kind) (gleaner_job_oldest_due_seconds)", "{{kind}}")], "s")
    b.lines("Moderation", "Answers of classifiers a second.", [prom("sum by (status) (rate(gleaner_moderation_results_total[5m]))", "{{status}}")], "reqps")
    b.lines("Evaluators", "Exchanges a second that were evaluated, by what came of it.", [
        prom("sum by (outcome) (rate(gleaner_evaluator_results_total[5m]))", "{{outcome}}")], "reqps")
    b.lines("Evaluators' lag", "How long the oldest exchange has waited to be evaluated.", [prom("max(gleaner_evaluator_lag_seconds)", "lag")], "s")
    b.lines("Feedback and reviews", "Judgements of users, by kind, and reviews, a second.", [
        prom("sum by (kind) (rate(gleaner_feedback_total[5m]))", "{{kind}}"), prom("sum(rate(gleaner_reviews_total[5m]))", "reviews")], "reqps")
    b.lines("Rollups", "How long ago the last pass ended.", [prom("time() - max by (pass) (gleaner_rollup_ended_timestamp_seconds)", "{{pass}}")], "s")
    b.table("Jobs", "Background work that is not done.", table("SELECT project, kind, state, jobs, oldest_due_s FROM report.jobs ORDER BY 1, 2, 3"), units={"oldest_due_s": "s"})
    b.table("Journals", "Who said last when that it runs.", table("SELECT host, directory, seen_at, age_s, leftovers FROM report.journals ORDER BY seen_at DESC"), units={"age_s": "s"})
    b.table("Freshness of reports", "When rollups were last counted, and how many hours are not.", table("SELECT pass, ended_at, age_s, hours_behind FROM report.rollup_passes ORDER BY pass"), units={"age_s": "s"})
    return b


def main():
    stale = []
    for board in (overview(), quality_board(), safety(), cost(), speed(), review_work(), tuning(), health()):
        text = json.dumps(board.json(), indent=2, ensure_ascii=False) + "\n"
        path = ROOT / f"{board.name}.json"
        if "--check" in sys.argv[1:]:
            stale += [path.name] if not path.exists() or path.read_text() != text else []
        else:
            path.write_text(text)
    if stale:
        sys.exit(f"dashboards: {', '.join(stale)} differ from what dashboards/generate.py writes")


if __name__ == "__main__":
    main()
