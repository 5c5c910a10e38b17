"""How many futures a second: 10,000 × 60 sessions with the outer bootstrap, beside quantstats' own simulator.

Both run in this process on the same year of sessions, one after the other in every round. Ours draws blocks, follows
drawdown, floor and target of every future, and puts the same question to 200 resampled histories; quantstats shuffles
the returns of the record. Only the 10,000 futures of either are counted, ours with the time of everything above.

    .venv/bin/python benchmarks/monte_carlo.py [--paths 10000] [--sessions 60] [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
GOAL_RATIO, GOAL_SECONDS = 10.0, 3.0


def ours(shares: np.ndarray, *, paths: int, sessions: int) -> float:
    """Seconds for `paths` futures with intervals from 200 histories."""
    from analytics.trading.inference.blocks import block_length
    from analytics.trading.monte_carlo.calc import Mode, Plan, simulate

    plan = Plan(
        start=50_000.0, falls=(0.05, 0.1, 0.2), floors=(45_000.0, 40_000.0), target=55_000.0, horizons=(sessions,),
        block=block_length(shares), paths=paths,
    )  # fmt: skip
    began = perf_counter()
    found = simulate(shares, plan, Mode.FRACTION, seed=7)
    took = perf_counter() - began
    assert found.complete and found.paths == paths
    return took


def theirs(shares: np.ndarray, *, paths: int, sessions: int) -> float:
    """Seconds for as many simulations over as many sessions, statistics included as it computes them."""
    import pandas as pd
    import quantstats as qs

    returns = pd.Series(shares[:sessions], index=pd.bdate_range("2026-01-05", periods=sessions))
    began = perf_counter()
    found = qs.stats.montecarlo(returns, sims=paths, bust=-0.1, goal=0.1, seed=7)
    _ = found.stats, found.bust_probability, found.goal_probability
    return perf_counter() - began


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--paths", type=int, default=10_000)
    asked.add_argument("--sessions", type=int, default=60)
    asked.add_argument("--rounds", type=int, default=3)
    args = asked.parse_args()
    warnings.simplefilter("ignore")
    shares = np.random.default_rng(3).normal(0.0008, 0.011, 252)
    size = {"paths": args.paths, "sessions": args.sessions}
    ours(shares, paths=1_000, sessions=args.sessions)
    theirs(shares, paths=100, sessions=args.sessions)
    rounds = [(ours(shares, **size), theirs(shares, **size)) for _ in range(args.rounds)]
    for number, (mine, other) in enumerate(rounds, start=1):
        print(f"round {number}: ours {mine:.2f} s, quantstats {other:.2f} s")
    mine, other = median(first for first, _ in rounds), median(second for _, second in rounds)
    ratio = other / mine
    print(f"ours, with 200 resampled histories: {args.paths / mine:,.0f} futures a second, {mine:.2f} s")
    print(f"quantstats, without:                {args.paths / other:,.0f} futures a second, {other:.2f} s")
    bound = "within" if mine <= GOAL_SECONDS else "beyond"
    print(f"ratio {ratio:.1f} (goal {GOAL_RATIO:.0f}); {bound} {GOAL_SECONDS:.0f} s")


if __name__ == "__main__":
    main()
