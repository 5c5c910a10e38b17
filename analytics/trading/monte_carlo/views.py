"""The face of Monte Carlo: one mode and horizon at a time, as the tabs choose."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from analytics.trading.faces import Shown, Table, face
from analytics.trading.inference.stat import decimal, minor
from analytics.trading.monte_carlo.calc import Chance, Horizon, Mode, Simulated
from analytics.trading.monte_carlo.module import MONTE_CARLO, TOLD, MonteCarlo

STRIP = ("trading.mc_result", "trading.mc_loss", "trading.mc_drawdown", "trading.mc_floor", "trading.mc_target")
LABELS = {Mode.SIZE: "Same size", Mode.FRACTION: "Same share of the balance"}
QUANTILE_NAMES = ("5 %", "25 %", "Middle", "75 %", "95 %")


def context(shown: Shown[MonteCarlo]) -> dict[str, Any]:
    result = shown.result
    assert result is not None
    return {
        "strip": shown.cells(*STRIP),
        "parts": [_part(result, mode) for mode in result.modes],
        "told": TOLD,
        "run_length": decimal(result.block),
        "completed": min((mode.paths for mode in result.modes), default=0),
        "asked": max((mode.asked for mode in result.modes), default=0),
    }


def _part(result: MonteCarlo, mode: Simulated) -> dict[str, Any]:
    """One mode: its fan as chart rows, and a row of each measure by horizon."""
    currency = result.currency
    return {
        "key": mode.mode.value,
        "label": LABELS[mode.mode],
        "fan": [
            {"session": step, **dict(zip(("q05", "q25", "q50", "q75", "q95"), _minors(row, currency), strict=True))}
            for step, row in enumerate(mode.fan)
        ],
        "horizons": [horizon.sessions for horizon in mode.horizons],
        "ends": _rows(mode, lambda horizon: _minors(horizon.end, currency)),
        "falls": _rows(mode, lambda horizon: _falls(result, horizon)),
        "chances": list(_chances(result, mode)),
        "in_money": result.start <= 0,
    }


def _rows(mode: Simulated, of: Any) -> list[dict[str, Any]]:
    columns = [of(horizon) for horizon in mode.horizons]
    return [{"label": name, "values": list(values)} for name, *values in zip(QUANTILE_NAMES, *columns, strict=True)]


def _minors(values: tuple[float, ...], currency: str) -> list[int]:
    return [minor(value, currency) or 0 for value in values]


def _falls(result: MonteCarlo, horizon: Horizon) -> list[int] | list[Decimal | None]:
    return _minors(horizon.fall, result.currency) if result.start <= 0 else [decimal(fall) for fall in horizon.fall]


def _chances(result: MonteCarlo, mode: Simulated) -> Any:
    """The table of probabilities: one row a question, one cell a horizon."""
    first = mode.horizons[0]
    yield "Ends lower than now", None, [_cell(horizon.loss) for horizon in mode.horizons]
    for k, fall in enumerate(first.falls):
        yield "Falls from a peak by", _level(result, fall.level), [_cell(h.falls[k]) for h in mode.horizons]
    for k, floor in enumerate(first.floors):
        yield "Reaches the floor", _money(result, floor.level), [_cell(h.floors[k]) for h in mode.horizons]
    yield "Reaches the target", _money(result, first.target.level), [_cell(h.target) for h in mode.horizons]


def _level(result: MonteCarlo, level: float) -> dict[str, Any]:
    return _money(result, level) if result.start <= 0 else {"rate": decimal(level)}


def _money(result: MonteCarlo, level: float) -> dict[str, Any]:
    return {"money": minor(level, result.currency)}


def _cell(chance: Chance) -> dict[str, Any]:
    return {
        "p": decimal(chance.p),
        "low": decimal(chance.low),
        "high": decimal(chance.high),
        "error": decimal(chance.error),
    }


def table(result: MonteCarlo) -> Table:
    """Every quantile of the fan, one row a session and mode."""
    header = ("mode", "session", "q05", "q25", "q50", "q75", "q95")
    rows = [[mode.mode.value, step, *row] for mode in result.modes for step, row in enumerate(mode.fan)]
    return Table(header, rows)


FACE = face(MONTE_CARLO, "monte-carlo", icon="metrics", order=30, context=context, table=table)
