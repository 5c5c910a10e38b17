"""The trading desk at ten thousand decisions: every module computed anew, and the overview from stored results.

Accounts with 400 and 10,000 decisions of a simulated trader. First the desk's own job computes all modules of each;
the baseline of a module, in the same run, is its time on the small account. Then the overview is asked for through the
whole application (session, access, row security, queries, template) by a signed-in owner; the baseline is the overview
of the small account, asked in turn with the large one.

    .venv/bin/python benchmarks/trading.py [--decisions 400 10000] [--rounds 60]

Takes the server of DATABASE_URL, or the checkout's embedded one; makes a database there and drops it at the end.
The exit code is 1 when a goal is missed: all modules in 20 s, overview p95 within 300 ms, at the large account, by the
clock. On a machine that does other work too, the own time of the process says more.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from ingest import application, own_database

ALL_MODULES, OVERVIEW_P95 = 20.0, 0.300
WARM = 5


def make_account(decisions: int, *, now: datetime) -> Any:
    """A business with one account, and an owner who may see it."""
    from accounts.models import Business, Member, User
    from analytics.testing import trading_desk
    from analytics.testing.traders import Trader, simulated
    from billing.models import Grant, Plan
    from billing.plans.catalogue import ensure_catalogue

    ensure_catalogue()
    business = Business.objects.create(slug=f"trades-{decisions}", name=f"{decisions:,} trades", desks=["trading"])
    Grant.objects.create(
        business=business,
        plan=Plan.objects.get(key="pro"),
        source=Grant.Source.MANUAL,
        valid_from=now.replace(year=2020),
    )
    owner = User.objects.create_user(f"owner-{decisions}@example.com", "correct-horse-battery", name="Owner")
    Member.objects.create(business=business, user=owner, role="owner")
    of = trading_desk.account(business)
    trading_desk.save(of, simulated(Trader(n=decisions, win_rate=0.53)))
    return business, owner, of


@dataclass(frozen=True, slots=True)
class Computed:
    """Seconds of a whole recomputation, reading and storing included: by the clock, and of this process alone.

    modules: milliseconds of each by the clock.
    """

    wall: float
    cpu: float
    modules: dict[str, int]


def compute(of: Any, *, now: datetime) -> Computed:
    from analytics.models import TradingFreshness, TradingSnapshot
    from analytics.testing import trading_desk

    began, worked = time.perf_counter(), time.process_time()
    trading_desk.compute(of, now=now)
    wall, cpu = time.perf_counter() - began, time.process_time() - worked
    failed = TradingFreshness.objects.get(source=of).failed
    if failed:
        raise RuntimeError(f"modules broke off: {failed}")
    return Computed(wall, cpu, dict(TradingSnapshot.objects.live().filter(source=of).values_list("module", "took_ms")))


def ask(desks: list[Any], *, rounds: int) -> tuple[list[list[float]], list[list[float]]]:
    """Seconds of the overview by the clock and of this process alone: one list of rounds for each account, in turn."""
    from django.test import Client

    clients = []
    for business, owner, _ in desks:
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
        clients.append((business, client))
    taken: list[list[float]] = [[] for _ in clients]
    own: list[list[float]] = [[] for _ in clients]
    for number in range(rounds + WARM):
        for place, (business, client) in enumerate(clients):
            began, worked = time.perf_counter(), time.process_time()
            response = client.get(f"/b/{business.slug}/trading/overview/")
            spent, cpu = time.perf_counter() - began, time.process_time() - worked
            if response.status_code != 200 or b'id="verdict"' not in response.content:
                raise RuntimeError(f"the overview of {business.slug} answered {response.status_code} or was empty.")
            if number >= WARM:
                taken[place].append(spent)
                own[place].append(cpu)
    return taken, own


def report(sizes: list[int], computed: list[Computed], asked: list[list[float]], own: list[list[float]]) -> int:
    """Print both tables with their ratios to the smallest account; 1 when a goal is missed."""
    print(f"{'module':20}" + "".join(f"{size:>12,}" for size in sizes) + "   ratio")
    for key in sorted(computed[-1].modules, key=lambda name: -computed[-1].modules[name]):
        spent = [one.modules.get(key, 0) for one in computed]
        ratio = f"{spent[-1] / spent[0]:8.1f}" if spent[0] else f"{'':>8}"
        print(f"{key:20}" + "".join(f"{ms:9,} ms" for ms in spent) + ratio)
    for label, whole in (
        ("all, by the clock", [c.wall for c in computed]),
        ("all, own time", [c.cpu for c in computed]),
    ):
        cells = "".join(f"{seconds:10.2f} s" for seconds in whole)
        print(f"{label:20}{cells}{whole[-1] / whole[0]:8.1f}")
    high = [quantiles(rounds, n=20)[-1] for rounds in asked]
    overview = {"median": [median(r) for r in asked], "p95": high, "median own": [median(r) for r in own]}
    for label, seconds in overview.items():
        cells = "".join(f"{one * 1000:9.0f} ms" for one in seconds)
        print(f"{f'overview, {label}':20}{cells}{seconds[-1] / seconds[0]:8.2f}")
    met = computed[-1].wall <= ALL_MODULES and high[-1] <= OVERVIEW_P95
    print(
        f"goals: all modules {ALL_MODULES:.0f} s, overview p95 {OVERVIEW_P95 * 1000:.0f} ms:",
        "met" if met else "missed",
    )
    return 0 if met else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, nargs="+", default=[400, 10_000], help="closed decisions an account")
    parser.add_argument("--rounds", type=int, default=60, help="how often the overview is asked for")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, own_database() as url:
        (Path(folder) / "assets").mkdir()  # the settings take asset folders that exist
        return run(url, folder, options)


def run(url: str, folder: str, options: argparse.Namespace) -> int:
    from django.core.management import call_command

    with application(url, folder):
        for command in (["build_assets"], ["collectstatic", "--no-input", "--verbosity", "0"]):
            call_command(*command)
        now = datetime.now(UTC)
        desks = [make_account(decisions, now=now) for decisions in options.decisions]
        computed = [compute(of, now=now) for _, _, of in desks]
        asked, own = ask(desks, rounds=options.rounds)
    return report(options.decisions, computed, asked, own)


if __name__ == "__main__":
    sys.exit(main())
