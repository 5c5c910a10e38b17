"""The evaluation of answers: every question of `agent/evals/cases`, its tools, figures, sources, time and tokens.

Each engine is asked through the chat's own path, so what is judged are stored runs. The world has 400 days of sales and
an account of 180 decisions; what the figures must be is read from the facts by SQL alone. The baseline of a time is
the slowest tool of the same run, called alone: an answer is a few tools, words and rows.

    .venv/bin/python benchmarks/evals.py [--engine NAME] [--wrong]
    make eval ENGINE=anthropic

Engines: analyst, scripted, anthropic-wire, openai-wire, worst, worst-openai; all of them unless one is named. With
`anthropic` or `openai` a live model is asked, with the keys that are set, and that costs money.

Each engine's result is a line of `var/evaluations.jsonl`, and a row of the console (*Agent › Evaluation runs*) where
the application's own database is migrated.

Takes the server of DATABASE_URL, or the checkout's embedded one; makes a database there and drops it at the end.
The exit code is 1 when a bound is missed: the right tools in 95 % of the cases, no wrong and no ungrounded figure,
nothing from outside or next door shown, each run within its limits, p95 below 1.5 s, a first question within 8,000
input tokens. It is 2 when an engine cannot be asked.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest import application, own_database

if TYPE_CHECKING:
    from agent.evals.contestants import Contestant
    from agent.evals.report import Report

BROKEN, CANNOT = 1, 2
ROOT = Path(__file__).resolve().parent.parent
#: A line an engine and run; it stays when the evaluation's database goes.
RESULTS = Path(os.environ.get("BELLWETHER_VAR", ROOT / "var")) / "evaluations.jsonl"
NOISY = ("httpx2", "anthropic", "openai", "agent", "accounts")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default=os.environ.get("ENGINE", ""), help="one engine; all without a live one")
    parser.add_argument("--wrong", action="store_true", help="also print the answers that were not right")
    options = parser.parse_args()
    before = dict(os.environ)  # `application` points it at the folder and the database that go
    with tempfile.TemporaryDirectory() as folder, own_database() as url, application(url, folder):
        code = evaluate(options.engine, wrong=options.wrong)
    if code != CANNOT:
        into_the_console(before)
    return code


def evaluate(engine: str, *, wrong: bool) -> int:
    from agent.evals.contestants import CONTESTANTS
    from agent.evals.world import make
    from agent.knowledge.loading import load

    for name in NOISY:  # refused runs are what the worst model is for
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if engine and engine not in CONTESTANTS:
        print(f"There is no engine {engine!r}; there are {', '.join(CONTESTANTS)}.", file=sys.stderr)
        return CANNOT
    chosen = [one for one in CONTESTANTS.values() if one.name == engine or (not engine and not one.is_live)]
    load()
    business = make()
    name, took = slowest_tool(business)
    print(f"The slowest tool alone: {name}, {took:.0f} ms")
    return max(one_engine(contestant, business, slowest=took, wrong=wrong) for contestant in chosen)


def one_engine(contestant: Contestant, business: Any, *, slowest: float, wrong: bool) -> int:
    """Ask, print the table and what does not hold; the exit code."""
    from agent.evals.contestants import Missing
    from agent.evals.model import cases
    from agent.evals.report import Report
    from agent.evals.running import run_all

    print(f"\n## {contestant.name}: {contestant.about}\n")
    try:
        with contestant.playing(cases()):
            if not contestant.is_live:
                run_all(cases()[:5], business)  # warm
            report = Report(contestant.name, run_all(cases(), business), contestant.must_be_right)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return CANNOT
    keep(report, contestant)
    print(f"{report.table()}\n\np95 is {report.p95 / slowest:.1f} times the slowest tool alone")
    broken = (*report.broken(), *report.slow_or_long())
    print("\n".join(broken) or "All bounds hold.")
    if wrong:
        print_wrong(report)
    return BROKEN if broken else 0


def keep(report: Report, contestant: Contestant) -> None:
    """Append the measurement to the file that `keep_evaluations` reads."""
    from django.conf import settings
    from django.utils import timezone

    from agent.evals.keeping import line_of
    from agent.llm.prompt import PROMPT_VERSION

    model = settings.LLM_MODEL if contestant.is_live else ""
    prompt = "" if contestant.name == "analyst" else PROMPT_VERSION
    line = line_of(report, at=timezone.now(), model=model, prompt_version=prompt, revision=revision())
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(line.model_dump_json() + "\n")


def revision() -> str:
    """The commit that is measured; empty outside a checkout."""
    git = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    asked = subprocess.run(git, capture_output=True, text=True, check=False)
    return asked.stdout.strip()


def into_the_console(environment: dict[str, str]) -> None:
    """Keep the measurements in the application's own database, where it stands already."""
    command = [sys.executable, str(ROOT / "manage.py"), "keep_evaluations", str(RESULTS)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    words = done.stdout.strip() if done.returncode == 0 else "the application has no database here yet."
    print(f"\nMeasured: {RESULTS.relative_to(ROOT) if RESULTS.is_relative_to(ROOT) else RESULTS}; console: {words}")


def print_wrong(report: Report) -> None:
    for one in report.outcomes:
        if not (one.is_right if report.must_be_right else one.is_safe):
            print(f"\n--- {one.case.id}: {one.case.question}\nmissing {one.missing_tools}\n{one.text}")


def slowest_tool(business: Any) -> tuple[str, float]:
    """The name and the milliseconds of the slowest tool that answers take, called by itself once it is warm."""
    from accounts.tenancy import acting_for
    from agent.evals.world import NOW
    from agent.tools.registry import Ask, call_tool

    took = {}
    usual = ("get_readiness_breakdown", "get_metric_summary", "get_dispute_summary", "get_trading_behaviour")
    with acting_for(business, writable=False):
        for name in (*usual, *usual):  # the second time counts
            began = time.perf_counter()
            call_tool(name, Ask(business, None, NOW), {})
            took[name] = (time.perf_counter() - began) * 1000
    slowest = max(took, key=lambda name: took[name])
    return slowest, took[slowest]


if __name__ == "__main__":
    sys.exit(main())
