"""The KPI page: is there an edge on this record, how sure is that, and what did it cost on the way."""

from __future__ import annotations

from typing import Any

from accounts.formats import plural
from analytics.registry import metric_of
from analytics.trading.faces import Shown, Table, face
from analytics.trading.kpis.model import Kpis
from analytics.trading.kpis.module import KPIS

GROUPS = (
    ("Result", ("net", "gross", "costs", "average_win", "average_loss", "zeros", "without_best_trade",
                "without_best_day")),
    ("In units of risk", ("expectancy_r", "expectancy_proxy", "sqn", "t_score", "half_kelly", "optimal_f")),
    ("Drawdown", ("max_drawdown", "max_drawdown_money", "current_drawdown", "drawdown_days", "under_water",
                  "recovery_factor", "ulcer", "ruin")),
    ("By session", ("sharpe", "sortino", "psr", "min_trl", "calmar", "return_over_drawdown", "cvar", "sessions")),
    ("Order and timing", ("{winning_run}", "losing_run", "runs_z", "edge_ratio", "capture")),
)  # fmt: skip
TONES = {"proven": "good", "leaning": "accent", "unproven": "outline", "negative": "bad"}


def context(shown: Shown[Kpis]) -> dict[str, Any]:
    """`?platform=1` counts flat decisions as wins, as MetaTrader does, so that its numbers can be found again."""
    result = shown.result
    assert result is not None
    platform = shown.asked.get("platform") == "1"
    suffix = "_platform" if platform else ""
    strip = ("expectancy", f"win_rate{suffix}", "profit_factor", "payoff", "decisions")
    return {
        "tone": TONES[result.verdict],
        "platform": platform,
        "strip": shown.cells(*(f"trading.{name}" for name in strip)),
        "groups": [_group(shown, title, names, suffix) for title, names in GROUPS],
        "points": [{"day": p.day, "total": p.total, "drawdown": p.drawdown} for p in result.points],
        "has_nav": any(p.nav is not None for p in result.points),
        "drawn_by": _drawn_by(result),
    }


def _group(shown: Shown[Kpis], title: str, names: tuple[str, ...], suffix: str) -> dict[str, Any]:
    keys = (name.replace("{winning_run}", f"winning_run{suffix}") for name in names)
    return {"title": title, "rows": shown.cells(*(f"trading.{key}" for key in keys))}


def _drawn_by(result: Kpis) -> str:
    unit = "session" if result.by_days else "decision"
    return f"10,000 resampled records, drawn in runs of {plural(max(1, round(result.block)), unit)} on average"


def table(result: Kpis) -> Table:
    """Every KPI with its interval: money in minor units, rates as fractions."""
    header = ("kpi", "label", "value", "low", "high", "n", "unit", "currency", "gap", "note")
    rows = []
    for figure in result.figures.values():
        about = metric_of(figure.metric)
        ends = (figure.value, figure.low, figure.high, figure.n)
        rows.append([figure.metric, about.label, *ends, about.unit.value, figure.currency, figure.gap, figure.note])
    return Table(header, rows)


FACE = face(KPIS, "kpis", icon="metrics", order=30, context=context, table=table)
