"""Calibration of the behaviour sheet: how often habits are found that are not there, and how often those that are.

    python benchmarks/calibration.py --traders 500 --decisions 400 --seed 1

Behaviour-free traders: the share that is told at least one habit is costly must stay at or below 10 %.
Planted habits: each must be found in at least 80 % of traders with 400 decisions. Shares come with 90 % intervals.
The exit code is 1 when a bound is missed. No database is needed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analytics.testing.calibration import FREE, LEAST_POWER, MOST_FALSE, PLANTED, false_alarms, power
from analytics.trading.inference.intervals import wilson


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--traders", type=int, default=300, help="simulated traders of each kind")
    asked.add_argument("--decisions", type=int, default=400, help="decisions of each")
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    plan = {"n": options.decisions, "traders": options.traders, "seed": options.seed}
    missed = False
    print(f"{options.traders} traders of each kind, {options.decisions} decisions, seed {options.seed}")
    print(f"\nNo habit: told that one is costly (bound {MOST_FALSE:.0%})")
    for name in FREE:
        hits, which = false_alarms(name, **plan)
        missed |= hits > MOST_FALSE * options.traders
        print(f"  {name:38} {_share(hits, options.traders)}   {dict(which.most_common(4))}")
    print(f"\nPlanted habit: found (bound {LEAST_POWER:.0%}), and called costly")
    for name in PLANTED:
        found, costly = power(name, **plan)
        missed |= found < LEAST_POWER * options.traders
        print(f"  {name:38} {_share(found, options.traders)}   costly {costly / options.traders:6.1%}")
    print("\na bound is missed" if missed else "\nall bounds are kept")
    return int(missed)


def _share(hits: int, n: int) -> str:
    ends = wilson(hits, n, level=0.9)
    return f"{hits / n:6.1%}  ({ends.low:.1%} to {ends.high:.1%})"


if __name__ == "__main__":
    raise SystemExit(main())
