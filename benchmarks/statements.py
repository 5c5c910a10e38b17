"""A statement of ten thousand rows: from its bytes to facts, lines and trades, as the worker does it.

MetaTrader 5's report of a simulated trader. The baseline, in the same run, is pandas reading the same trades from CSV
into a table, which keeps nothing, compares nothing and explains nothing. Then the same statement once more under other
bytes, where all is known.

    .venv/bin/python benchmarks/statements.py [--rows 10000] [--rounds 3]

Takes the server of DATABASE_URL, or the checkout's embedded one; makes a database there and drops it at the end.
The exit code is 1 when the goal is missed: 10 s of worker time for ten thousand rows.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

from ingest import application, own_database

GOAL, GOAL_ROWS = 10.0, 10_000


def make_business(number: int) -> Any:
    from accounts.models import Business
    from billing.models import Grant, Plan
    from billing.plans.catalogue import ensure_catalogue

    ensure_catalogue()
    business = Business.objects.create(slug=f"statements-{number}", name=f"Round {number}", desks=["trading"])
    plan, since = Plan.objects.get(key="pro"), datetime(2020, 1, 1, tzinfo=UTC)
    Grant.objects.create(business=business, plan=plan, source=Grant.Source.MANUAL, valid_from=since)
    return business


def worker_seconds(business: Any, data: bytes, *, answers: dict[str, str]) -> tuple[float, dict[str, int]]:
    """How long the job that reads `data` takes, by the clock, and the statement's counts."""
    from django.utils import timezone

    from accounts import jobs
    from accounts.models import Job
    from accounts.tenancy import acting_for
    from ingestion.models import Statement
    from ingestion.trading.statements.receive import receive

    with acting_for(business):
        statement, _ = receive(
            business, data=data, filename="report.html", way="baseline", user=None, now=timezone.now(), answers=answers
        )
    job = Job.objects.get(name="ingestion.trading.read_statement", args__statement_id=statement.pk)
    started = time.perf_counter()
    jobs.work(job.pk, now=timezone.now())
    took = time.perf_counter() - started
    statement = Statement.objects.get(pk=statement.pk)
    if statement.state not in ("analysing", "done"):
        raise SystemExit(f"The statement ended {statement.state}: {statement.error_message} {statement.questions}")
    return took, statement.counts


def pandas_seconds(data: bytes) -> float:
    import pandas

    started = time.perf_counter()
    table = pandas.read_csv(io.BytesIO(data), parse_dates=["EnteredAt", "ExitedAt"])
    table["PnL"].sum()
    return time.perf_counter() - started


def measure(rows: int, rounds: int) -> int:
    from ingestion.sandbox.trading.layouts import metatrader5, projectx
    from ingestion.sandbox.trading.trader import history

    trades = history(last=date(2026, 6, 12), n=rows)
    report, table = metatrader5(trades), projectx(trades)
    first, again, bare = [], [], []
    for number in range(rounds):
        business = make_business(number)
        bare.append(pandas_seconds(table))
        took, counts = worker_seconds(business, report, answers={"zone": "UTC"})
        if counts["accepted"] != rows + 1:  # the deposit is a record too
            raise SystemExit(f"{counts['accepted']:,} of {rows + 1:,} records were accepted.")
        first.append(took)
        took, counts = worker_seconds(business, report + "\n".encode("utf-16-le"), answers={})
        if counts["known"] != rows + 1:
            raise SystemExit(f"{counts['known']:,} of {rows + 1:,} records were known again.")
        again.append(took)
    base = median(bare)
    print(f"{rows:,} rows, median of {rounds} rounds")
    print(f"  pandas.read_csv      {base:8.2f} s      1 ×")
    for label, seconds in (("first import", median(first)), ("all known", median(again))):
        print(f"  {label:<20} {seconds:8.2f} s {seconds / base:6.0f} ×   {rows / seconds:,.0f} rows/s")
    is_missed = median(first) > GOAL * rows / GOAL_ROWS
    print(f"  goal: {GOAL:.0f} s for {GOAL_ROWS:,} rows: {'missed' if is_missed else 'met'}")
    return int(is_missed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the statement")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, own_database() as url, application(url, folder):
        return measure(options.rows, options.rounds)


if __name__ == "__main__":
    sys.exit(main())
