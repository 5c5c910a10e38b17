"""How far measured outcomes can be trusted: false alarms, coverage and power, beside a naive before/after t-test.

    python benchmarks/outcomes.py --worlds 4000 --seed 1

Worlds are daily series of twelve weeks before and four or eight after, with weekdays, memory from day to day and heavy
tails, as amounts and as shares of counts. Without an effect, "worked" and "harmed" together must stay at or below 10 %;
the interval must hold a planted effect in at least 90 %; a step of the minimum detectable size, as worked out from each
world's own baseline, must be found in at least 80 %. Bounds allow for two standard errors of the simulation. The
baseline is Welch's t-test on the same days at the same level, which takes days for independent.

The last table has no bound. It shows what no method of before and after can repair: advice that is given only where the
past was unusually bad looks as if it had helped. The exit code is 1 when a bound is missed. No database is needed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import replace
from math import sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scipy import stats

from recommendations.outcomes.calc import LEVEL, Days, Result, effect, minimum_detectable, result
from recommendations.testing.worlds import World, amounts, shares

KINDS = {
    "independent days": World(),
    "memory 0.3": World(memory=0.3),
    "memory 0.6": World(memory=0.6),
    "memory 0.6, heavy tails": World(memory=0.6, heavy=True),
    "memory 0.8, eight weeks after": World(memory=0.8, n_after=56),
    "shares of counts": World(),
}
SHARES = "shares of counts"
STEPS = {SHARES: 0.02}
STEP = 2.5
LUCKIEST = 0.3
Pair = tuple[Days, Days]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--worlds", type=int, default=2000, help="simulated worlds of each kind")
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    n, seed = options.worlds, options.seed
    slack = {share: 2 * sqrt(share * (1 - share) / n) for share in (0.1, 0.2)}
    missed = False
    print(f"{n} worlds of each kind, seed {seed}; engine, and Welch's t-test in brackets")
    print(f"  {'':30} {'false alarms':>18} {'coverage':>18} {'power at minimum':>18}")
    for name in KINDS:
        false = _false_alarms(_pairs(name, KINDS[name], seed, n))
        held = _coverage(name, n, seed + 1)
        found = _power(name, n, seed + 2)
        print(f"  {name:30} {_both(false):>18} {_both(held):>18} {found:>17.1%}")
        missed |= false[0] > 0.1 + slack[0.1] or held[0] < LEVEL - slack[0.1] or found < 0.8 - slack[0.2]
    print(f"\nWithout an effect, advice given to the {LUCKIEST:.0%} of worlds with the worst past: called worked")
    for name in KINDS:
        print(f"  {name:30} {_selected(name, n, seed + 3):>18.1%}")
    print("\na bound is missed" if missed else "\nall bounds are kept")
    return int(missed)


def _pairs(name: str, world: World, seed: int, n: int) -> list[Pair]:
    make = shares if name == SHARES else amounts
    return list(make(world, seed=seed, worlds=n))


def _false_alarms(pairs: list[Pair]) -> tuple[float, float]:
    engine = sum(result(effect(*pair), better=1) in (Result.WORKED, Result.HARMED) for pair in pairs)
    naive = sum(low > 0 or high < 0 for low, high in map(_welch, pairs))
    return engine / len(pairs), naive / len(pairs)


def _coverage(name: str, n: int, seed: int) -> tuple[float, float]:
    step = STEPS.get(name, STEP)
    pairs = _pairs(name, replace(KINDS[name], step=step), seed, n)
    found = [effect(*pair) for pair in pairs]
    engine = sum(one is not None and one.low <= step <= one.high for one in found)
    naive = sum(low <= step <= high for low, high in map(_welch, pairs))
    return engine / n, naive / n


def _power(name: str, n: int, seed: int) -> float:
    """Each world gets the step that its own baseline says can be detected."""
    found = 0
    for before, after in _pairs(name, KINDS[name], seed, n):
        least = minimum_detectable(before, n_after=after.n)
        if least is not None:
            moved = Days(after.num + least * after.den, after.den, after.weekday)
            found += result(effect(before, moved), better=1) is Result.WORKED
    return found / n


def _selected(name: str, n: int, seed: int) -> float:
    worst = sorted(_pairs(name, KINDS[name], seed, n), key=_past)[: int(n * LUCKIEST)]
    return sum(result(effect(*pair), better=1) is Result.WORKED for pair in worst) / len(worst)


def _past(pair: Pair) -> float:
    return pair[0].value or 0.0


def _welch(pair: Pair) -> tuple[float, float]:
    before, after = (side.num / side.den for side in pair)
    found = stats.ttest_ind(after, before, equal_var=False).confidence_interval(LEVEL)
    return float(found.low), float(found.high)


def _both(pair: Iterable[float]) -> str:
    engine, naive = pair
    return f"{engine:.1%} ({naive:.1%})"


if __name__ == "__main__":
    raise SystemExit(main())
