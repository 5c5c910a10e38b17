"""The evaluation of answers: every question of `agent/evals/cases`, its tools, figures, sources and time.

The world has 400 days of sales and an account of 180 decisions; what the figures must be is read from the facts by SQL
alone. The baseline of a time is the slowest tool of the same run, called alone: an answer is a few tools and words.

    .venv/bin/python benchmarks/evals.py [--wrong]

Takes the server of DATABASE_URL, or the checkout's embedded one; makes a database there and drops it at the end.
The exit code is 1 when a bound is missed: the right tools in 95 % of the cases, no wrong and no ungrounded figure,
nothing from outside shown, p95 below 1.5 s.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time

from ingest import application, own_database


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="also print the answers that were not right")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, own_database() as url, application(url, folder):
        return evaluate(wrong=options.wrong)


def evaluate(*, wrong: bool) -> int:
    from accounts.models import Business
    from agent.analyst.engine import Analyst
    from agent.evals.model import cases
    from agent.evals.report import MOST_P95_MS, Report
    from agent.evals.running import run_all
    from agent.evals.world import build

    business = Business.objects.create(slug="evals", name="Evals", desks=["payments", "trading"], currency="usd")
    build(business)
    run_all(cases()[:5], Analyst(), business)  # warm
    report = Report(Analyst.name, run_all(cases(), Analyst(), business))
    print(f"Engine {report.engine}\n\n{report.table()}\n")
    name, took = slowest_tool(business)
    print(f"p95 is {report.p95 / took:.1f} times the slowest tool alone ({name}, {took:.0f} ms)")
    broken = list(report.broken())
    if report.p95 > MOST_P95_MS:
        broken.append(f"p95 is {report.p95:.0f} ms, more than {MOST_P95_MS:.0f}")
    print("\n".join(broken) or "All bounds hold.")
    if wrong:
        for one in report.outcomes:
            if not one.is_right:
                print(f"\n--- {one.case.id}: {one.case.question}\nmissing {one.missing_tools}\n{one.text}")
    return int(bool(broken))


def slowest_tool(business: object) -> tuple[str, float]:
    """The name and the milliseconds of the slowest tool that answers take, called once by itself."""
    from accounts.tenancy import acting_for
    from agent.evals.world import NOW
    from agent.tools.registry import Ask, call_tool

    took = {}
    with acting_for(business, writable=False):  # type: ignore[arg-type]
        for name in ("get_readiness_breakdown", "get_metric_summary", "get_dispute_summary", "get_trading_behaviour"):
            began = time.perf_counter()
            call_tool(name, Ask(business, None, NOW), {})  # type: ignore[arg-type]
            took[name] = (time.perf_counter() - began) * 1000
    slowest = max(took, key=lambda name: took[name])
    return slowest, took[slowest]


if __name__ == "__main__":
    sys.exit(main())
