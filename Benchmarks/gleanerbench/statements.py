"""What PostgreSQL spends its time on, by statement (pg_stat_statements)."""

SETTINGS = """
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.track_utility = on
"""

TOP = """
    SELECT format('%8s %9s %9s %9s  %s', round(total_exec_time), calls, round((total_exec_time / calls)::numeric, 3),
                  rows, left(regexp_replace(query, '\\s+', ' ', 'g'), 150))
    FROM pg_stat_statements WHERE userid = 'gleaner'::regrole ORDER BY total_exec_time DESC LIMIT 30"""


def begin(postgres):
    postgres.sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    postgres.sql("SELECT pg_stat_statements_reset()")


def report(postgres):
    """The thirty that took longest: total ms, calls, ms a call, rows."""
    return "total ms     calls   ms each      rows  statement\n" + postgres.sql(TOP)
