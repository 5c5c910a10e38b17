"""The edge portfolio module: sleeves by setup where trades are tagged, and by instrument."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from analytics.figures import Figure
from analytics.trading.edge_portfolio import keys as _keys  # noqa: F401 - registers the metrics
from analytics.trading.edge_portfolio.calc import Pair, Sleeve, pairs, sleeves
from analytics.trading.inference.stat import decimal
from analytics.trading.modules import Beside, module
from analytics.trading.record import Record
from analytics.trading.sheet import Sheet, decisions

WORDS = {True: "setups", False: "instruments"}


@dataclass(frozen=True)
class Row:
    """One sleeve; figures by their keys. verdict: retire, earns, unproven or short."""

    kind: str
    name: str
    n: int
    days: int
    verdict: str
    differs: bool
    p: Decimal | None
    expectancy: str
    shrunk: str
    net: str


@dataclass(frozen=True)
class PairRow:
    kind: str
    one: str
    other: str
    days: int
    correlation: Decimal | None
    overlap: Decimal | None


@dataclass(frozen=True)
class EdgePortfolio:
    """Rows by shrunken expectancy, setups before instruments. `main` is the kind the headline speaks of."""

    n: int
    currency: str
    main: str
    headline: str
    rows: tuple[Row, ...]
    pairs: tuple[PairRow, ...]
    figures: dict[str, Figure]


def compute(record: Record, beside: Beside, seed: int) -> EdgePortfolio:
    """Empty: no rows for a record without decisions."""
    sheet = Sheet(record, beside)
    tagged = len(set(record.setup) - {""}) > 1
    rows: list[Row] = []
    together: list[PairRow] = []
    for kind, names in (("setup", record.setup), ("instrument", record.instrument)):
        if not len(record) or (kind == "setup" and not tagged):
            continue
        found = sleeves(record, names, seed=seed)
        rows += [_row(sheet, kind, one) for one in found]
        together += [_pair(kind, one) for one in pairs(record, found)]
    main = "setup" if tagged else "instrument"
    mine = [row for row in rows if row.kind == main]
    retire = sum(row.verdict == "retire" for row in mine)
    sheet.number("trading.sleeves_tried", sum(row.verdict != "short" for row in mine))
    sheet.number("trading.sleeves_kept", sum(row.differs for row in mine))
    sheet.number("trading.sleeves_retire", retire)
    headline = words(mine, retire, WORDS[tagged])
    return EdgePortfolio(len(record), record.currency, main, headline, tuple(rows), tuple(together), sheet.figures)


def words(rows: list[Row], retire: int, what: str) -> str:
    """The verdict, without numbers."""
    told = [row for row in rows if row.verdict != "short"]
    if len(told) < 2:
        return f"There are not yet two {what} with enough decisions to compare."
    if retire:
        return f"Some {what} lose beyond chance: they are candidates to retire."
    if any(row.verdict == "earns" for row in told):
        return f"Some {what} earn beyond chance; none loses beyond it."
    return f"None of the {what} is proven to earn or to lose."


def _verdict(one: Sleeve) -> str:
    if not one.enough:
        return "short"
    if one.retire:
        return "retire"
    return "earns" if one.interval.low > 0 else "unproven"


def _row(sheet: Sheet, kind: str, one: Sleeve) -> Row:
    at = f"{kind}:{_key(one.name)}"
    rows = decisions(sheet.beside, **{kind: one.name})
    known = {"n": one.n, "rows": rows}
    exact = sum((sheet.record.exact[i] for i in np.flatnonzero(one.mask)), Decimal(0))
    sheet.money(
        "trading.sleeve_expectancy", one.mean if one.enough else None, interval=one.interval,
        under=f"trading.sleeve_expectancy:{at}", **known,  # type: ignore[arg-type]
    )  # fmt: skip
    sheet.money(
        "trading.sleeve_shrunk", one.shrunk if one.enough else None, under=f"trading.sleeve_shrunk:{at}",
        **known,  # type: ignore[arg-type]
    )  # fmt: skip
    sheet.money("trading.sleeve_net", exact, under=f"trading.sleeve_net:{at}", **known)  # type: ignore[arg-type]
    keys = (f"trading.sleeve_{name}:{at}" for name in ("expectancy", "shrunk", "net"))
    return Row(kind, one.name or "no setup", one.n, one.days, _verdict(one), one.kept, decimal(one.adjusted), *keys)


def _key(name: str) -> str:
    """The name as part of an address: what is no letter, digit, dot or hyphen is told by its number."""
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-") else f"_{ord(c):x}" for c in name) or "_"


def _pair(kind: str, one: Pair) -> PairRow:
    return PairRow(kind, one.one, one.other, one.days, decimal(one.correlation), decimal(one.overlap))


EDGE_PORTFOLIO = module("edge_portfolio", "Edge Portfolio", version="1", result=EdgePortfolio, compute=compute)
