"""The edge portfolio page: which setups and instruments carry the result?"""

from __future__ import annotations

from typing import Any

from analytics.trading.edge_portfolio.module import EDGE_PORTFOLIO, EdgePortfolio, Row
from analytics.trading.faces import Shown, Table, face

STRIP = ("trading.sleeves_tried", "trading.sleeves_kept", "trading.sleeves_retire")
TONES = {"retire": "bad", "earns": "good", "unproven": "outline", "short": "none"}
LABELS = {"retire": "loses", "earns": "earns", "unproven": "not proven", "short": "too few"}
TITLES = {"setup": "Setups", "instrument": "Instruments"}
MOST_PAIRS = 10


def context(shown: Shown[EdgePortfolio]) -> dict[str, Any]:
    """`?by=instrument` looks at instruments where trades are tagged with setups."""
    result = shown.result
    assert result is not None
    kinds = sorted({row.kind for row in result.rows}, reverse=True)
    by = shown.asked.get("by") if shown.asked.get("by") in kinds else result.main
    rows = [row for row in result.rows if row.kind == by]
    return {
        "by": by,
        "kinds": [{"key": kind, "label": TITLES[kind]} for kind in kinds],
        "title": TITLES[by or "instrument"],
        "strip": shown.cells(*STRIP),
        "rows": [_shown(shown, row) for row in rows],
        "chart": [_point(result, row) for row in rows if row.verdict != "short"],
        "pairs": [pair for pair in result.pairs if pair.kind == by][:MOST_PAIRS],
    }


def _shown(shown: Shown[EdgePortfolio], row: Row) -> dict[str, Any]:
    cells = {name: shown.cell(getattr(row, name)) for name in ("expectancy", "shrunk", "net")}
    return {"row": row, "word": LABELS[row.verdict], "tone": TONES[row.verdict], **cells}


def _point(result: EdgePortfolio, row: Row) -> dict[str, Any]:
    figure, shrunk = result.figures[row.expectancy], result.figures[row.shrunk]
    ends = {name: None if end is None else int(end) for name, end in (("low", figure.low), ("high", figure.high))}
    return {"name": row.name, "value": figure.value, "shrunk": shrunk.value, "n": row.n, **ends}


def table(result: EdgePortfolio) -> Table:
    """One row a sleeve, money in minor units."""
    header = ("kind", "name", "decisions", "sessions", "verdict", "expectancy", "low", "high", "shrunk", "net",
              "adjusted_p", "currency")  # fmt: skip
    rows = []
    for row in result.rows:
        figure, shrunk, net = (result.figures[key] for key in (row.expectancy, row.shrunk, row.net))
        numbers = [figure.value, figure.low, figure.high, shrunk.value, net.value]
        rows.append([row.kind, row.name, row.n, row.days, row.verdict, *numbers, row.p, result.currency])
    return Table(header, rows)


FACE = face(EDGE_PORTFOLIO, "edge-portfolio", icon="filter", order=75, context=context, table=table)
