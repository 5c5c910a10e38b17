"""The KPIs as figures, topic by topic: where formulas meet their gaps and their words."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from analytics.trading.inference import sharpe as ratios
from analytics.trading.inference.blocks import block_length
from analytics.trading.inference.bootstrap import of_draws, sums
from analytics.trading.inference.drawdown import underwater
from analytics.trading.inference.intervals import wilson
from analytics.trading.inference.samples import SIMULATION_DAYS
from analytics.trading.kpis import calc, curve, returns, sizes
from analytics.trading.kpis.resampled import Resampled
from analytics.trading.kpis.words import streak_note
from analytics.trading.record import Record
from analytics.trading.sheet import Sheet, decisions

LEAST_SESSIONS, RANKED_SESSIONS = 30, 60
CLOSED_ONLY = "closed decisions only"


def results(sheet: Sheet, drawn: Resampled | None) -> None:
    """Counts, sums and what is made of them."""
    record, known = sheet.record, calc.basics(sheet.record.net)
    only = {word: decisions(sheet.beside, outcome=word) for word in ("win", "loss", "zero")}
    sheet.number("trading.decisions", known.n)
    sheet.number("trading.sessions", record.n_sessions)
    sheet.money("trading.net", sum(record.exact, Decimal(0)))
    sheet.money("trading.gross", float(record.gross.sum()))
    sheet.money("trading.costs", float(record.costs.sum()))
    sheet.number("trading.zeros", known.zeros, rows=only["zero"])
    share, wins = wilson(known.wins, known.n), known.wins + known.zeros
    sheet.number("trading.win_rate", calc.ratio(known.wins, known.n), interval=share)
    sheet.number("trading.win_rate_platform", calc.ratio(wins, known.n), interval=wilson(wins, known.n))
    no_trade = "No closed decision yet." if not known.n else ""
    sheet.number(
        "trading.profit_factor", calc.ratio(known.gains, known.losses), gap=no_trade,
        interval=drawn.profit_factor if drawn else None,
    )  # fmt: skip
    total, won = sum(record.exact, Decimal(0)), sum((x for x in record.exact if x > 0), Decimal(0))
    sheet.money(
        "trading.expectancy", total / known.n if known.n else None, interval=drawn.expectancy if drawn else None
    )
    sheet.number("trading.payoff", calc.payoff(known), interval=drawn.payoff if drawn else None)
    average = won / known.wins if known.wins else None, (total - won) / known.losers if known.losers else None
    sheet.money("trading.average_win", average[0], n=known.wins, rows=only["win"])
    sheet.money("trading.average_loss", average[1], n=known.losers, rows=only["loss"])
    sheet.money("trading.without_best_trade", calc.without_best(record.net) if known.n else None)
    sheet.money("trading.without_best_day", calc.without_best(record.net, record.session) if known.n else None)


def in_r(sheet: Sheet, drawn: Resampled | None) -> None:
    """Expectancy in units of risk, or its labelled proxy, and the system quality."""
    record = sheet.record
    r = record.r[np.isfinite(record.r)]
    note = f"{len(r):,} of {len(record):,} decisions know their risk" if 0 < len(r) < len(record) else ""
    interval = drawn.r if drawn else None
    sheet.number("trading.expectancy_r", float(r.mean()) if len(r) else None, n=len(r), interval=interval, note=note)
    proxied = len(record) and bool(np.any(record.net < 0))
    sheet.number(
        "trading.expectancy_proxy", float(record.net.mean()) / record.unit if proxied else None,
        interval=drawn.proxy if drawn else None,
    )  # fmt: skip
    sheet.number("trading.sqn", calc.system_quality(r), n=len(r), note=band(calc.system_quality(r)))
    sheet.number("trading.t_score", calc.system_quality(record.net))


def band(quality: float | None) -> str:
    """The bands of SQN's author. Source: [SQN]."""
    if quality is None:
        return ""
    for limit, word in ((1.6, "poor"), (2.0, "average"), (3.0, "good"), (5.0, "excellent"), (7.0, "superb")):
        if quality < limit:
            return word
    return "beyond the scale"


def streaks(sheet: Sheet) -> None:
    x = sheet.record.net
    known, n = calc.basics(x), len(x) or None
    won, lost = calc.longest_run(x > 0), calc.longest_run(x < 0)
    expected = [
        calc.expected_run(known.n, count / known.n) if known.n else None for count in (known.wins, known.losers)
    ]
    sheet.number("trading.winning_run", won if n else None, note=streak_note(won, expected[0]))
    sheet.number("trading.losing_run", lost if n else None, note=streak_note(lost, expected[1]))
    joined = calc.longest_run(x >= 0) if n else None
    sheet.number("trading.winning_run_platform", joined)
    sheet.number("trading.runs_z", calc.runs_z(x))


def falls(sheet: Sheet, drawn: curve.Curve) -> None:
    """Drawdowns in share and money, their time, and the recovery factor."""
    n = len(sheet.record)
    depth = None if drawn.nav is None else float(-underwater(drawn.nav).min())
    sheet.number("trading.max_drawdown", depth, note=CLOSED_ONLY if depth is not None else "")
    sheet.money("trading.max_drawdown_money", drawn.fall if n else None)
    sheet.money("trading.current_drawdown", drawn.fall_now if n else None)
    sheet.number("trading.drawdown_days", curve.longest(drawn) if n else None)
    sheet.number("trading.under_water", curve.under_water(drawn))
    sheet.number("trading.recovery_factor", calc.ratio(float(sheet.record.net.sum()), drawn.fall))


def by_session(sheet: Sheet, drawn: curve.Curve, known: returns.Sessions, *, seed: int) -> None:
    """What is said of session returns, idle sessions counted."""
    n, d = len(known), known.returns
    moments = ratios.moments(d) if n >= LEAST_SESSIONS else None
    money = "on money, as there is no balance" if known.in_money else ""
    young = "too short to rank by" if n < RANKED_SESSIONS else ""
    note = " · ".join(part for part in (money, young) if part) if moments else ""
    year = known.a**0.5
    low, high = ratios.bounds(moments) if moments else (None, None)
    sheet.number(
        "trading.sharpe", moments.sharpe * year if moments else None, n=n, note=note,
        low=None if low is None else low * year, high=None if high is None else high * year,
    )  # fmt: skip
    _sortino(sheet, known, seed=seed, note=note)
    sheet.number("trading.psr", ratios.psr(moments) if moments else None, n=n)
    needed = ratios.min_trl(moments) if moments else None
    gap = f"Needs {LEAST_SESSIONS} trading sessions; there are {n} so far." if moments is None else ""
    sheet.number("trading.min_trl", None if needed is None else int(np.ceil(needed)), n=n, gap=gap)
    sheet.number("trading.cvar", None if known.in_money else returns.worst_share(d), n=n, gap=_money_gap(known))
    grown, depth = returns.cagr(known), 0.0 if drawn.nav is None else float(-underwater(drawn.nav).min())
    sheet.number("trading.calmar", None if grown is None else calc.ratio(grown, depth), n=n)
    whole = None if known.in_money or not n else float(np.prod(1 + d) - 1)
    sheet.number("trading.return_over_drawdown", None if whole is None else calc.ratio(whole, depth), n=n)
    ends = np.concatenate([[1.0], np.cumprod(1 + d)])
    deep = underwater(ends)[1:]
    sheet.number("trading.ulcer", None if known.in_money or not n else float(np.sqrt((deep**2).mean())), n=n)


def _money_gap(known: returns.Sessions) -> str:
    return "There is no starting balance to relate results to." if known.in_money else ""


def _sortino(sheet: Sheet, known: returns.Sessions, *, seed: int, note: str) -> None:
    n, d = len(known), known.returns
    value = ratios.sortino(d, a=known.a) if n >= LEAST_SESSIONS else None
    interval = None
    if value is not None:
        table = np.stack([d, np.minimum(d, 0) ** 2], axis=1)
        total, below = sums(table, block=block_length(d), seed=seed).T / n
        floor = np.where(below > 0, below, np.nan)
        interval = of_draws(total / np.sqrt(floor) * np.sqrt(known.a))
    sheet.number("trading.sortino", value, n=n, interval=interval, note=note if value is not None else "")


def sizing(sheet: Sheet, known: returns.Sessions, *, seed: int) -> None:
    """How much the record would have borne."""
    record = sheet.record
    r = record.r[np.isfinite(record.r)]
    enough = len(r) >= 30
    gap = "" if enough else f"Needs 30 decisions with a known initial risk; there are {len(r)}."
    half = sizes.half_kelly(r, seed=seed) if enough else None
    sheet.number("trading.half_kelly", half, n=len(r), gap=gap, note="of equity risked a decision" if half else "")
    best = sizes.optimal_f(record.net)
    sheet.number("trading.optimal_f", best, note="a ceiling, not advice: its drawdowns are severe" if best else "")
    able = len(known) >= SIMULATION_DAYS and not known.in_money
    value = sizes.ruin(known.returns, floor=0.5, seed=seed) if able else None
    sheet.number("trading.ruin", value, n=len(known), note="within 120 sessions like the past ones" if able else "")


def excursions(sheet: Sheet) -> None:
    """Best and worst prices inside trades, only where the file has them."""
    record: Record = sheet.record
    both = np.isfinite(record.mae) & np.isfinite(record.mfe)
    up, down = record.mfe[both], np.abs(record.mae[both])
    note = f"{int(both.sum()):,} of {len(record):,} rows usable"
    edge = calc.ratio(float(up.mean()), float(down.mean())) if both.any() else None
    sheet.number("trading.edge_ratio", edge, n=int(both.sum()), note=note if edge is not None else "")
    ran = np.isfinite(record.mfe) & (record.mfe > 0)
    kept = calc.ratio(float(record.net[ran].sum()), float(record.mfe[ran].sum())) if ran.any() else None
    sheet.number("trading.capture", kept, n=int(ran.sum()), note=note if kept is not None else "")
