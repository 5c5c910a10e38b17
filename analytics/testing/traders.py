"""Simulated traders: records whose truth is known, because it was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import NormalDist

import numpy as np

from analytics.trading.record import Floats, Record, normalised_size, number_of

FIRST_DAY = date(2026, 1, 5)  # a Monday
HOUR = 3600.0
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Trader:
    """How a trader is drawn. The edge in R is win_rate·(1 + payoff) − 1, before costs; `payoff` is win ÷ loss."""

    n: int = 400
    a_day: int = 4
    win_rate: float = 0.5
    payoff: float = 1.0
    risk: float = 100.0
    noise: float = 0.2
    instruments: Sequence[str] = ("EURUSD", "MNQ")
    cost: float = 1.0
    with_risk: bool = True
    balance: Decimal | None = Decimal(50_000)


def simulated(trader: Trader | None = None, *, seed: int = 7) -> Record:
    """A trader without habits: independent results, sizes and gaps; sessions on weekdays, entries after 8:00 UTC."""
    trader = trader or Trader()
    draw = np.random.default_rng(seed)
    n, per_day = trader.n, trader.a_day
    days = np.arange(n) // per_day
    session = number_of(FIRST_DAY) + days + 2 * (days // 5)  # no sessions at weekends
    opened = session * DAY + 8 * HOUR + (np.arange(n) % per_day) * 1.5 * HOUR + draw.uniform(0, 0.3, n) * HOUR
    closed = opened + draw.uniform(0.1, 0.9, n) * HOUR
    won = draw.random(n) < trader.win_rate
    size = np.clip(draw.normal(0, 0.1, n), -0.3, 0.3)
    results = np.where(won, trader.payoff, -1.0) * np.exp(draw.normal(0, trader.noise, n))
    names = np.asarray(trader.instruments)[draw.integers(0, len(trader.instruments), n)]
    quantity: Floats = np.round(np.exp(size), 2).astype(np.float64)
    gross = np.round(results * trader.risk * quantity, 2)
    return record_from(
        trader, instrument=names, opened=opened, closed=closed, session=session, quantity=quantity, gross=gross
    )


def record_from(
    trader: Trader,
    *,
    instrument: np.ndarray,
    opened: Floats,
    closed: Floats,
    session: np.ndarray,
    quantity: Floats,
    gross: Floats,
) -> Record:
    """A record of columns that were drawn, sorted by close; costs and risk as the trader has them."""
    order = np.lexsort((np.arange(len(closed)), closed))
    n = len(order)
    net = np.round(gross[order] - trader.cost, 2)
    risk = trader.risk * quantity[order] if trader.with_risk else np.full(n, np.nan)
    return Record(
        currency="usd",
        zone="UTC",
        keys=tuple(f"t{number:06d}" for number in range(n)),
        instrument=instrument[order].astype(np.str_),
        setup=np.full(n, "", dtype=np.str_),
        exit_reason=np.full(n, "", dtype=np.str_),
        direction=np.ones(n, dtype=np.int64),
        opened=opened[order].astype(np.float64),
        closed=closed[order].astype(np.float64),
        session=session[order].astype(np.int64),
        quantity=quantity[order].astype(np.float64),
        size=normalised_size(instrument[order], quantity[order]),
        entry=np.full(n, np.nan),
        exit=np.full(n, np.nan),
        net=net,
        gross=gross[order].astype(np.float64),
        costs=np.full(n, -trader.cost),
        risk=risk,
        mae=np.full(n, np.nan),
        mfe=np.full(n, np.nan),
        exact=tuple(Decimal(str(value)) for value in net),
        balance=trader.balance,
    )


def record_of_results(results: Sequence[float], *, a_day: int = 4, balance: Decimal | None = Decimal(10_000)) -> Record:
    """A record whose net results are exactly `results`, in order, for tests of formulas."""
    n = len(results)
    trader = Trader(n=max(n, 1), a_day=a_day, cost=0.0, with_risk=False, balance=balance, instruments=("X",))
    days = np.arange(n) // a_day
    session = number_of(FIRST_DAY) + days + 2 * (days // 5)
    opened = session * DAY + 8 * HOUR + (np.arange(n) % a_day) * HOUR
    return record_from(
        trader,
        instrument=np.full(n, "X"),
        opened=opened,
        closed=opened + 0.5 * HOUR,
        session=session,
        quantity=np.ones(n),
        gross=np.asarray(results, dtype=np.float64),
    )


@dataclass(frozen=True, slots=True)
class Habits:
    """What is planted in a trader. The defaults plant nothing: results, sizes, gaps and holds are drawn alone.

    What is "added in R" changes the chance to win by so much that the mean result changes by that many R.

    size_after_loss, size_after_wins, size_losing_day: size is multiplied after a loss of the same session; after three
        wins in a row; and in the second half of a session that was losing at its middle.
    big_r:        added to the result in R of decisions after a loss, times how far the size is above 1.
    gap_after_loss: the pause after a loss is multiplied. fast_r: added in R where that pause is below 5 minutes.
    tired_after, tired_r: added in R from that decision of the session on.
    excess_after, excess_r: the same, for sessions with more decisions than that; a word of its own in tests.
    loser_hold:   holding time of losers is multiplied.
    bursts, burst_r: share of sessions with five entries within seconds, and what is added to each in R.
    loose:        share of losers that lose 1.6 R instead of 1.
    bad_weekday, weekday_r: added in R on one day of the week (0 is Monday).
    memory:       lag-one dependence of outcomes. flat: share of decisions that end at exactly 0 before costs.
    coarse:       times are told in whole so many seconds, so that some are equal.
    """

    size_after_loss: float = 1.0
    size_after_wins: float = 1.0
    size_losing_day: float = 1.0
    big_r: float = 0.0
    gap_after_loss: float = 1.0
    fast_r: float = 0.0
    tired_after: int = 0
    tired_r: float = 0.0
    excess_after: int = 0
    excess_r: float = 0.0
    loser_hold: float = 1.0
    bursts: float = 0.0
    burst_r: float = 0.0
    loose: float = 0.0
    bad_weekday: int = -1
    weekday_r: float = 0.0
    memory: float = 0.0
    flat: float = 0.0
    coarse: int = 0


class _Session:
    """The state of a session being drawn: what the trader has seen so far."""

    def __init__(self, number: int, count: int, clock: float, burst: bool) -> None:
        self.number, self.count, self.clock, self.burst = number, count, clock, burst
        self.order, self.total, self.last = 0, 0.0, 0.0


def behaving(trader: Trader | None = None, habits: Habits | None = None, *, seed: int = 7) -> Record:
    """A trader who sees each result before the next entry, with `habits`. Sessions differ in length; stops are kept."""
    trader, habits = trader or Trader(a_day=8), habits or Habits()
    draw = np.random.default_rng(seed)
    n = trader.n
    latent, spread, pause, held = (draw.normal(size=n) for _ in range(4))
    size_noise, loose, flat = draw.normal(0, 0.15, n), draw.random(n), draw.random(n)
    loss = 2 * float(np.exp(trader.noise**2 / 2)) * NormalDist().cdf(-trader.noise)
    between = trader.payoff * float(np.exp(trader.noise**2 / 2)) + loss  # mean win less mean loss, in R
    columns: dict[str, list[float]] = {name: [] for name in ("opened", "closed", "session", "quantity", "gross")}
    day, streak, state = -1, 0, 0.0
    today = _Session(0, 0, 0.0, False)
    for i in range(n):
        if today.order >= today.count:
            day += 1
            number = number_of(FIRST_DAY) + day + 2 * (day // 5)
            count = 1 + min(int(draw.poisson(trader.a_day - 1)), 3 * trader.a_day)
            today = _Session(number, count, number * DAY + (7 + draw.random()) * HOUR, draw.random() < habits.bursts)
        today.order += 1
        state = habits.memory * state + (1 - habits.memory**2) ** 0.5 * latent[i]
        gap = _gap(today, habits, float(pause[i]))
        size = float(np.exp(size_noise[i])) * _sized(today, habits, streak)
        chance = trader.win_rate + _planted(today, habits, gap=gap, size=size) / between
        won = state < NormalDist().inv_cdf(min(max(chance, 0.001), 0.999))
        lost = 1.6 if loose[i] < habits.loose else float(np.exp(-trader.noise * abs(spread[i])))
        r = trader.payoff * float(np.exp(trader.noise * spread[i])) if won else -lost
        r = 0.0 if flat[i] < habits.flat else r
        hold = float(np.exp(np.log(900) + 0.7 * held[i])) * (habits.loser_hold if r < 0 else 1.0)
        opened = _told(today.clock + gap, habits)
        closed = max(opened, _told(opened + (5.0 if today.burst and today.order <= 6 else hold), habits))
        quantity = max(0.01, round(size, 2))
        for name, value in zip(
            columns, (opened, closed, today.number, quantity, r * trader.risk * quantity), strict=True
        ):
            columns[name].append(value)
        today.clock, today.last, today.total = closed, r, today.total + r * size
        streak = streak + 1 if r > 0 else 0
    made = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    names = np.asarray(trader.instruments)[draw.integers(0, len(trader.instruments), n)]
    made["gross"] = np.round(made["gross"], 2)
    return record_from(trader, instrument=names, **made)


def _gap(today: _Session, habits: Habits, pause: float) -> float:
    if today.burst and 2 <= today.order <= 6:
        return 3.0
    gap = float(np.exp(np.log(600) + 0.6 * pause))
    return gap * habits.gap_after_loss if today.order > 1 and today.last < 0 else gap


def _sized(today: _Session, habits: Habits, streak: int) -> float:
    factor = habits.size_after_loss if today.order > 1 and today.last < 0 else 1.0
    factor *= habits.size_after_wins if streak >= 3 else 1.0
    late = today.order > (today.count + 1) // 2
    return factor * (habits.size_losing_day if late and today.total < 0 else 1.0)


def _planted(today: _Session, habits: Habits, *, gap: float, size: float) -> float:
    """What the habits add to the result in R."""
    after_loss = today.order > 1 and today.last < 0
    added = habits.big_r * (size - 1) if after_loss else 0.0
    added += habits.fast_r if after_loss and gap < 300 else 0.0
    added += habits.tired_r if habits.tired_after and today.order > habits.tired_after else 0.0
    added += habits.excess_r if habits.excess_after and today.order > habits.excess_after else 0.0
    added += habits.burst_r if today.burst and today.order <= 6 else 0.0
    return added + (habits.weekday_r if (today.number + 3) % 7 == habits.bad_weekday else 0.0)


def _told(moment: float, habits: Habits) -> float:
    return float(moment // habits.coarse * habits.coarse) if habits.coarse else moment
