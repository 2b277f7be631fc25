"""The table and the JSON file."""

import json
from dataclasses import asdict


def number(value):
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def line(row):
    ratio = row.gateway / row.nginx if row.gateway is not None and row.nginx and row.nginx > 0 else None
    limit = "" if row.limit is None else ("≥ " if row.at_least else "≤ ") + number(row.limit).removesuffix(".00")
    verdict = "busy" if row.is_busy and limit else {None: "", True: "yes", False: "NO"}[row.is_met]
    return [row.name, row.unit, number(row.direct), number(row.nginx), number(row.gateway),
            number(ratio) if ratio else "–", limit, verdict, "–" if row.others is None else f"{row.others:.0%}"]


def table(rows):
    lines = [["", "unit", "direct", "nginx", "gateway", "× nginx", "wanted", "met", "others"], *map(line, rows)]
    widths = [max(len(cells[i]) for cells in lines) for i in range(len(lines[0]))]
    text = []
    for index, cells in enumerate(lines):
        text.append("  ".join(c.ljust(w) if i < 2 else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths))).rstrip())
        if index == 0:
            text.append("  ".join("-" * w for w in widths))
    return "\n".join(text)


def markdown(rows):
    """The same table for a page such as docs/benchmarks.md."""
    lines = [["row", "unit", "direct", "nginx", "gateway", "× nginx", "wanted", "met", "others"], ["---"] * 9, *map(line, rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def notes(rows):
    return [f"{row.name}: {row.note}" for row in rows if row.note]


def write(path, command, when, machine, rows, checks):
    document = {"command": command, "when": when, "machine": machine, "checks": checks,
                "rows": [{**asdict(row), "met": row.is_met} for row in rows]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
