"""Writes docs/reference/schema.md from the catalog of a database that the built gleaner has migrated.

    scripts/schema-page            write it
    scripts/schema-page --check    say whether it is up to date, with status 1 when it is not
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/reference/schema.md"
BINARY = Path(os.environ.get("GLEANER_BINARY", ROOT / ".build/debug/gleaner"))
HEAD = """# Schema

Schema `gleaner`. Dashboards read the views of schema `report`, [documented apart](report.md); these tables may change between versions. This
page is made from the comments in `sql/` by `scripts/schema-page`.
"""

TABLES = """
SELECT c.oid, c.relname, c.relkind, coalesce(obj_description(c.oid, 'pg_class'), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'gleaner' AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition AND c.relname <> 'schema_migrations'
ORDER BY c.relname COLLATE "C"
"""
COLUMNS = """
SELECT attrelid, attname, format_type(atttypid, atttypmod), attnotnull, coalesce(col_description(attrelid, attnum), '')
FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid IN (
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'gleaner')
ORDER BY attrelid, attnum
"""
NOTES = {"p": "Partitioned by week.\n", "v": "A view.\n"}


def rows(database, sql):
    command = ["psql", "-XAtq", "-F", "\x1f", "-R", "\x1e", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rstrip("\n")
    return [row.split("\x1f") for row in output.split("\x1e") if row]


def page(database):
    columns = {}
    for table, name, kind, is_given, comment in rows(database, COLUMNS):
        kind = kind.replace("timestamp with time zone", "timestamptz") + ("" if is_given == "t" else ", null")
        columns.setdefault(table, []).append(f"| `{name}` | {kind} | {comment.replace('|', chr(92) + '|')} |\n")
    text = HEAD
    for table, name, kind, comment in rows(database, TABLES):
        text += f"\n## {name}\n\n" + (comment + "\n\n" if comment else "")
        text += NOTES[kind] + "\n" if kind in NOTES else ""
        # A view's columns have no say over whether they are given.
        lines = [line.replace(", null |", " |") if kind == "v" else line for line in columns[table]]
        text += "| column | type | |\n| --- | --- | --- |\n" + "".join(lines)
    return text


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    server = os.environ["GLEANER_TEST_DATABASE_URL"]
    name = f"schema_page_{os.getpid()}"
    psql = ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", server, "-c"]
    subprocess.run([*psql, f"CREATE DATABASE {name}"], check=True)
    try:
        database = rows(server, "SELECT current_setting('unix_socket_directories'), current_user")[0]
        database = f"host={database[0]} user={database[1]} dbname={name}"
        subprocess.run([BINARY, "migrate"], env={**os.environ, "DATABASE_URL": database}, check=True, stdout=subprocess.DEVNULL)
        made = page(database)
    finally:
        subprocess.run([*psql, f"DROP DATABASE {name} WITH (FORCE)"], check=True)
    if sys.argv[1:] == ["--check"]:
        if made != PAGE.read_text():
            sys.exit(f"{PAGE.relative_to(ROOT)} is not what the schema says. Write it anew: scripts/schema-page")
    else:
        PAGE.write_text(made)


if __name__ == "__main__":
    main()
