"""The KPI module: a record in, figures with their intervals and a verdict out."""

from __future__ import annotations

from analytics.trading.inference.verdict import Grounds, verdict
from analytics.trading.kpis import (
    calc,
    curve,
    keys,  # noqa: F401 - the figures need their metrics registered
    returns,
    tiles,
    words,
)
from analytics.trading.kpis.model import Kpis
from analytics.trading.kpis.resampled import Resampled, resampled
from analytics.trading.modules import Beside, module
from analytics.trading.record import Record
from analytics.trading.sheet import Sheet


def compute(record: Record, beside: Beside, seed: int) -> Kpis:
    """Every KPI of trading.md § 5. Gaps where the record is too short, and for percents without a balance."""
    sheet = Sheet(record, beside)
    drawn, sessions, line = resampled(record, seed=seed), returns.sessions(record), curve.curve_of(record)
    tiles.results(sheet, drawn)
    tiles.in_r(sheet, drawn)
    tiles.streaks(sheet)
    tiles.falls(sheet, line)
    tiles.by_session(sheet, line, sessions, seed=seed)
    tiles.sizing(sheet, sessions, seed=seed)
    tiles.excursions(sheet)
    basis = grounds(record, drawn)
    word = verdict(basis)
    return Kpis(
        figures=sheet.figures,
        currency=record.currency,
        verdict=word,
        headline=words.headline(word),
        reasons=words.reasons(record, basis),
        compatible=words.compatible(record, sheet.figures["trading.expectancy"]),
        points=curve.points(record, line),
        falls=curve.falls(record, line),
        months=curve.months(record, sessions),
        exhausted=line.exhausted,
        by_days=bool(drawn and drawn.by_days),
        block=round(drawn.block, 2) if drawn else 1.0,
    )


def grounds(record: Record, drawn: Resampled | None) -> Grounds:
    """What the verdict is spoken on."""
    net = float(record.net.sum())
    rest = calc.without_best(record.net), calc.without_best(record.net, record.session)
    if drawn is None:
        return Grounds(None, None, None, None, net, *rest)
    return Grounds(drawn.low_95, drawn.expectancy.high, drawn.expectancy.above_zero, drawn.day_p, net, *rest)


KPIS = module("kpis", "KPIs", version="1", result=Kpis, compute=compute)
