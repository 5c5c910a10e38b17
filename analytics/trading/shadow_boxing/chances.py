"""How likely a programme is passed if the sessions to come resemble the past ones. Plain NumPy.

Futures are blocks of whole firm days, trades in their order. One run answers three questions at once: 10,000 paths at
the size that was traded, 200 resampled histories with 50 paths each for the interval, and a grid of other sizes on the
same draws. A programme of several phases begins each with a fresh balance and fresh days. Source: trading.md § 8.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.trading.inference.blocks import block_length
from analytics.trading.monte_carlo.calc import Chance, interval
from analytics.trading.monte_carlo.paths import block_paths, histories
from analytics.trading.record import Floats, Ints
from analytics.trading.shadow_boxing.days import Days
from analytics.trading.shadow_boxing.futures import BY_TIME, CODES, OPEN, PASSED, Outcome, Sums, play
from analytics.trading.shadow_boxing.replay import Cause
from analytics.trading.shadow_boxing.rule_set import Limits

SIZES = tuple(0.25 + 0.125 * step for step in range(15))
FAIL_LIMIT = 0.2


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is drawn. `steps` are sessions per phase."""

    steps: int = 60
    paths: int = 10_000
    outer: int = 200
    inner: int = 50
    sizes: tuple[float, ...] = SIZES
    size_paths: int = 1_000


@dataclass(frozen=True, slots=True)
class AtSize:
    """One size of the search: the share of paths that passed, and of those that failed."""

    size: float
    passed: float
    failed: float


@dataclass(frozen=True, slots=True)
class Chances:
    """What the futures came to. Chances of passing, failing by each rule, and staying open add up to 1.

    best_size:  the size with the highest chance to pass; None where no size ever passed.
    safe_size:  the largest size that fails in at most 20 % of the futures; None where none does.
    """

    passed: Chance
    failed: tuple[tuple[Cause, Chance], ...]
    open: Chance
    phases: tuple[float, ...]
    median_sessions: float | None
    paths: int
    sizes: tuple[AtSize, ...]
    best_size: float | None
    safe_size: float | None

    @property
    def fail(self) -> float:
        return sum(chance.p for _, chance in self.failed)


@dataclass(frozen=True, slots=True)
class Rolling:
    """A start on each past session: shares of what came of it within 60 sessions. Starts overlap; no chance."""

    starts: int
    passed: float
    failed: float
    open: float


class Futures:
    """The draws for one way to cut a record into days; every programme that cuts alike meets the same futures."""

    def __init__(self, days: Days, *, seed: int, plan: Plan | None = None) -> None:
        self.days, self.plan, self.sums = days, plan or Plan(), Sums.of(days)
        self.block = block_length(days.net)
        self.size = self._sizes()
        self._seed = seed
        self._drawn: dict[int, NDArray[np.int32]] = {}

    def index(self, phase: int) -> NDArray[np.int32]:
        """The days of every path in the phase of that number, drawn once: (steps, paths)."""
        if phase not in self._drawn:
            self._drawn[phase] = self._draw(np.random.default_rng([self._seed, phase]))
        return self._drawn[phase]

    def steps_of(self, calendar_days: int | None) -> int | None:
        """How many sessions fit into so many calendar days at the record's own pace."""
        if calendar_days is None:
            return None
        number = self.days.number
        pace = (int(number[-1]) - int(number[0]) + 1) / len(number)
        return max(1, int(calendar_days / pace))

    def _sizes(self) -> Floats:
        plan = self.plan
        searched = np.repeat(np.array(plan.sizes), plan.size_paths)
        return np.concatenate([np.ones(plan.paths + plan.outer * plan.inner), searched])

    def _draw(self, draw: np.random.Generator) -> NDArray[np.int32]:
        plan, sessions = self.plan, len(self.days)
        main = block_paths(draw, sessions=sessions, steps=plan.steps, paths=plan.paths, block=self.block)
        parts = [main]
        if plan.outer:
            pasts = histories(draw, sessions=sessions, count=plan.outer, block=self.block)
            count = plan.outer * plan.inner
            inner = block_paths(draw, sessions=sessions, steps=plan.steps, paths=count, block=self.block)
            parts.append(pasts[np.repeat(np.arange(plan.outer), plan.inner), inner])
        parts += [main[:, : plan.size_paths]] * len(plan.sizes)
        return np.concatenate(parts, axis=1)


def chances(futures: Futures, phases: Sequence[Limits]) -> Chances:
    """The chances of a programme of one or more phases."""
    ended = _chained(futures, phases)
    plan = futures.plan
    main = ended.code[: plan.paths]
    around = ended.code[plan.paths : plan.paths + plan.outer * plan.inner].reshape(plan.outer, plan.inner)
    sizes = _by_size(ended.code[plan.paths + plan.outer * plan.inner :], plan)
    passed = main == PASSED
    safe = [at.size for at in sizes if at.failed <= FAIL_LIMIT]
    best = max(sizes, key=lambda at: (at.passed, -at.size), default=None)
    return Chances(
        passed=_chance(main, around, PASSED, plan),
        failed=tuple((CODES[code], _chance(main, around, code, plan)) for code in range(PASSED + 1, BY_TIME + 1)),
        open=_chance(main, around, OPEN, plan),
        phases=ended.reached,
        median_sessions=float(np.median(ended.step[: plan.paths][passed])) if bool(passed.any()) else None,
        paths=plan.paths,
        sizes=sizes,
        best_size=best.size if best and best.passed > 0 else None,
        safe_size=max(safe, default=None),
    )


def rolling(days: Days, phases: Sequence[Limits], *, steps: int = 60) -> Rolling:
    """Begin on each past session with the size that was traded. Empty: all 0 without a session."""
    count, sums = len(days), Sums.of(days)
    begins = np.arange(count)
    code = np.full(count, PASSED, dtype=np.int8)
    for limits in phases:
        still = np.flatnonzero(code == PASSED)
        at = begins[still][None, :] + np.arange(steps)[:, None]
        index = np.where(at < count, at, -1).astype(np.int32)
        outcome = play(days, sums, index, limits, size=np.ones(len(still)))
        code[still] = outcome.code
        begins[still] += outcome.step
    share = 1 / max(count, 1)
    passed, left = int((code == PASSED).sum()), int((code == OPEN).sum())
    return Rolling(count, passed * share, (count - passed - left) * share, left * share)


@dataclass(frozen=True, slots=True)
class _Ended:
    code: NDArray[np.int8]
    step: Ints
    reached: tuple[float, ...]  # share of the main paths that passed each phase, of all


def _chained(futures: Futures, phases: Sequence[Limits]) -> _Ended:
    count, main = len(futures.size), futures.plan.paths
    code, step = np.full(count, PASSED, dtype=np.int8), np.zeros(count, dtype=np.int64)
    reached = []
    for number, limits in enumerate(phases):
        still = np.flatnonzero(code == PASSED)
        outcome: Outcome = play(
            futures.days,
            futures.sums,
            futures.index(number)[:, still],
            limits,
            size=futures.size[still],
            last_step=futures.steps_of(limits.time_limit),
        )
        code[still], step[still] = outcome.code, step[still] + outcome.step
        reached.append(float((code[:main] == PASSED).mean()))
    return _Ended(code, step, tuple(reached))


def _by_size(code: NDArray[np.int8], plan: Plan) -> tuple[AtSize, ...]:
    rows = code.reshape(len(plan.sizes), plan.size_paths) if plan.sizes else code.reshape(0, 1)
    return tuple(
        AtSize(size, float((row == PASSED).mean()), float((row > PASSED).mean()))
        for size, row in zip(plan.sizes, rows, strict=True)
    )


def _chance(main: NDArray[np.int8], around: NDArray[np.int8], code: int, plan: Plan) -> Chance:
    p = float((main == code).mean())
    error = float(np.sqrt(p * (1 - p) / len(main)))
    if not around.size:
        return Chance(float(code), p, error)
    low, high = interval((around == code).mean(axis=1), plan.inner)
    return Chance(float(code), p, error, min(low, p), max(high, p))
