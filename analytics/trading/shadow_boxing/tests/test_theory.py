"""Pass probabilities against what is known exactly. Steps are ±1, one or two trades a day, results independent.

Closed forms: a static floor is the gambler's ruin. Under a trailing floor every new peak is a fresh start, so that
reaching T is T times the climb of one step before falling L. A floor that locks at the start trails until the peak is L
above it and is static from there. Where paths are cut off after a number of sessions, the chain is solved exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from analytics.trading.shadow_boxing.chances import Futures, Plan, chances
from analytics.trading.shadow_boxing.days import Days
from analytics.trading.shadow_boxing.replay import Cause, Verdict, replay
from analytics.trading.shadow_boxing.rule_set import Base, Limits, Lock, MaxLoss, Target, Trailing
from analytics.trading.shadow_boxing.tests.rules import days_of, limits

LONG = Plan(steps=400, paths=10_000, outer=0, sizes=())
SHORT = Plan(steps=60, paths=20_000, outer=0, sizes=())


def rule(target: int, loss: int, mode: Trailing = Trailing.STATIC, lock: Lock = Lock.NONE) -> Limits:
    return limits(target=Target(Decimal(target), Base.AMOUNT), max_loss=MaxLoss(Decimal(loss), Base.AMOUNT, mode, lock))


def coin(p: float) -> Days:
    """A past of one trade a day in which exactly the share `p` won; drawn singly, every future day wins with p."""
    wins = round(100 * p)
    return days_of(*[[1.0]] * wins, *[[-1.0]] * (100 - wins))


def two_coins() -> Days:
    """Two fair trades a day: each of the four days equally often."""
    return days_of([1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0])


def drawn(days: Days, found: Limits, plan: Plan, seed: int = 20):
    futures = Futures(days, seed=seed, plan=plan)
    futures.block = 1.0  # the results are independent by construction
    return chances(futures, [found])


def ruin(p: float, target: int, loss: int) -> float:
    if p == 0.5:
        return loss / (loss + target)
    r = (1 - p) / p
    return (1 - r**loss) / (1 - r ** (target + loss))


def trailing(p: float, target: int, loss: int) -> float:
    return ruin(p, 1, loss) ** target


def locking(p: float, target: int, loss: int) -> float:
    """Trails for the first `loss` steps up, then the floor stands at the start and `loss` lies below."""
    return trailing(p, loss, loss) * ruin(p, target - loss, loss)


CLOSED_FORMS: list[tuple[Trailing, Lock, Callable[[float, int, int], float], int, int]] = [
    (Trailing.STATIC, Lock.NONE, ruin, 6, 4),
    (Trailing.CLOSED, Lock.NONE, trailing, 6, 4),
    (Trailing.EOD, Lock.NONE, trailing, 6, 4),
    (Trailing.INTRADAY, Lock.NONE, trailing, 6, 4),
    (Trailing.CLOSED, Lock.INITIAL, locking, 6, 3),
    (Trailing.EOD, Lock.INITIAL, locking, 6, 3),
    (Trailing.INTRADAY, Lock.INITIAL, locking, 6, 3),
]


@pytest.mark.parametrize("p", [0.5, 0.55])
@pytest.mark.parametrize(("mode", "lock", "exact", "target", "loss"), CLOSED_FORMS)
def test_matches_the_closed_form(p, mode, lock, exact, target, loss):
    found = drawn(coin(p), rule(target, loss, mode, lock), LONG)
    assert found.open.p < 0.001
    assert found.passed.p == pytest.approx(exact(p, target, loss), abs=4 * found.passed.error + 0.001)


@pytest.mark.parametrize(("p", "says"), [(0.5, 0.4), (0.55, 0.6376)])
def test_the_numbers_of_the_reference(p, says):
    assert ruin(p, 6, 4) == pytest.approx(says, abs=1e-4)


def chain(days: Days, found: Limits, steps: int) -> tuple[float, float, float]:
    """(passed, failed, open) after `steps` days, by carrying the chance of every (balance, peak) forward."""
    standing = {(found.initial, found.initial): 1.0}
    passed = failed = 0.0
    moves = np.diff(days.close, axis=1, prepend=0.0)
    for _ in range(steps):
        after: dict[tuple[float, float], float] = defaultdict(float)
        for (balance, peak), chance in standing.items():
            for day in moves:
                now, high, share, over = balance, peak, chance / len(moves), False
                for move in day:
                    now += move
                    base = found.initial if found.mode is Trailing.STATIC else high
                    if now <= min(found.cap, base - found.max_loss):
                        failed, over = failed + share, True
                        break
                    if now >= found.target:
                        passed, over = passed + share, True
                        break
                    if found.mode in (Trailing.CLOSED, Trailing.INTRADAY):
                        high = max(high, now)
                if not over:
                    after[now, max(high, now)] += share
        standing = after
    return passed, failed, sum(standing.values())


@pytest.mark.parametrize("mode", list(Trailing))
@pytest.mark.parametrize("lock", [Lock.NONE, Lock.INITIAL])
@pytest.mark.parametrize("days", [coin(0.55), two_coins()], ids=["one trade a day", "two trades a day"])
def test_matches_the_exact_chain_after_sixty_sessions(mode, lock, days):
    target, loss = 9, 5
    found = drawn(days, rule(target, loss, mode, lock), SHORT)
    passed, failed, still_open = chain(days, rule(target, loss, mode, lock), 60)
    assert found.passed.p == pytest.approx(passed, abs=4 * found.passed.error)
    assert found.fail == pytest.approx(failed, abs=4 * max(chance.error for _, chance in found.failed))
    assert found.open.p == pytest.approx(still_open, abs=4 * found.open.error + 1e-4)


def test_a_floor_that_moves_at_the_end_of_the_day_is_kinder_than_one_that_moves_at_once():
    """The chain tells them apart, so that the test above cannot pass for both with one formula."""
    at_once, at_night = (chain(two_coins(), rule(9, 5, mode), 60)[0] for mode in (Trailing.CLOSED, Trailing.EOD))
    assert at_night > at_once + 0.02


def test_two_phases_are_passed_as_often_as_both():
    """Phases begin with a fresh balance and independent days: the chance is the product."""
    futures = Futures(coin(0.5), seed=4, plan=LONG)
    futures.block = 1.0
    found = chances(futures, [rule(6, 4), rule(3, 4)])
    exact = ruin(0.5, 6, 4) * ruin(0.5, 3, 4)
    assert found.passed.p == pytest.approx(exact, abs=4 * found.passed.error)
    assert found.phases[0] == pytest.approx(0.4, abs=0.02) and found.phases[1] == found.passed.p


@pytest.mark.parametrize(("mode", "lock", "exact", "target", "loss"), CLOSED_FORMS)
def test_the_replay_of_drawn_records_matches_the_closed_form(mode, lock, exact, target, loss):
    """Verdicts of the trade-by-trade replay, each begun on the day after the last one ended."""
    steps = np.random.default_rng(9).choice([-1.0, 1.0], 30_000)
    days, found = days_of(*[[step] for step in steps]), rule(target, loss, mode, lock)
    ends, start = [], 0
    while (past := replay(days, found, start=start)).verdict is not Verdict.OPEN:
        assert past.cause in (Cause.TARGET, Cause.MAX_LOSS)
        ends.append(past.verdict is Verdict.PASSED)
        start = past.day + 1
    p = exact(0.5, target, loss)
    assert np.mean(ends) == pytest.approx(p, abs=4 * (p * (1 - p) / len(ends)) ** 0.5)
