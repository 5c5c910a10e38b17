"""Contract multipliers of futures, as data; and the check of a file's own prices against its own results.

Source: contract specifications of CME Group (CME, CBOT, NYMEX, COMEX), Eurex and ICE.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from ingestion.trading.reading.model import Kind, Line, ParsedTrade

MONTH_CODE = r"[FGHJKMNQUVXZ]"
TRADINGVIEW = re.compile(r"(?:[A-Z_]+:)?([A-Z0-9]{1,4})[12]!")
DATED = re.compile(rf"/?(?:[A-Z]+\.)*([A-Z0-9]{{1,4}}?)\.?{MONTH_CODE}(?:\d{{4}}|\d{{1,2}})(?:[.:@].*)?")
SPELLED = re.compile(
    r"/?([A-Z0-9]{1,4}) +(?:\d{2}[-/]\d{2,4}|(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\d{2,4}).*"
)
MARKED = re.compile(r"/([A-Z0-9]{2,4})|([A-Z0-9]{2,4})=F")
#: Roots that are no share's and no coin's symbol, so that they mean the future even alone. CL, ES or ETH do not.
UNMISTAKABLE = frozenset(
    [
        "MES",
        "MNQ",
        "NQ",
        "M2K",
        "MYM",
        "YM",
        "RTY",
        "NKD",
        "EMD",
        "MCL",
        "MGC",
        "MHG",
        "MNG",
        "MBT",
        "FDAX",
        "FDXM",
        "FDXS",
        "FESX",
        "FSXE",
        "FGBL",
        "FGBM",
        "FGBS",
    ]
)
CENT = Decimal("0.01")

# root: (money per point and contract, smallest price step)
_TABLE = """
ES 50 0.25|MES 5 0.25|NQ 20 0.25|MNQ 2 0.25|RTY 50 0.1|M2K 5 0.1|YM 5 1|MYM 0.5 1|EMD 100 0.1|NKD 5 5
CL 1000 0.01|MCL 100 0.01|QM 500 0.025|NG 10000 0.001|QG 2500 0.005|MNG 1000 0.001|RB 42000 0.0001|HO 42000 0.0001
GC 100 0.1|MGC 10 0.1|QO 50 0.25|SI 5000 0.005|SIL 1000 0.005|QI 2500 0.0125|HG 25000 0.0005|MHG 2500 0.0005
PL 50 0.1|PA 100 0.5|ZN 1000 0.015625|ZB 1000 0.03125|ZF 1000 0.0078125|ZT 2000 0.00390625|UB 1000 0.03125
TN 1000 0.015625|ZC 50 0.25|ZS 50 0.25|ZW 50 0.25|ZL 600 0.01|ZM 100 0.1|LE 400 0.025|HE 400 0.025|GF 500 0.025
6E 125000 0.00005|6B 62500 0.0001|6J 12500000 0.0000005|6A 100000 0.00005|6C 100000 0.00005|6S 125000 0.00005
6N 100000 0.00005|6M 500000 0.00001|M6E 12500 0.0001|M6B 6250 0.0001|M6A 10000 0.0001|E7 62500 0.0001
BTC 5 5|MBT 0.1 5|ETH 50 0.5|MET 0.1 0.5|VX 1000 0.05|VXM 100 0.01|DX 1000 0.005
FDAX 25 1|FDXM 5 1|FDXS 1 1|FESX 10 1|FSXE 1 0.5|FGBL 1000 0.01|FGBM 1000 0.01|FGBS 1000 0.005
"""


@dataclass(frozen=True, slots=True)
class Contract:
    """Money per point for one contract, and the smallest step of its price."""

    root: str
    multiplier: Decimal
    tick: Decimal


CONTRACTS = {
    root: Contract(root, Decimal(multiplier), Decimal(tick))
    for root, multiplier, tick in (entry.split() for entry in _TABLE.replace("\n", "|").split("|") if entry)
}


def root_of(symbol: str) -> str:
    """`MNQZ6`, `MNQ 12-26`, `/MNQZ26:XCME`, `CON.F.US.MNQ.Z26`, `MNQ1!` → MNQ.

    Empty where no root is known, and for a bare root that is a share or a coin as well (ES, CL, ETH).
    """
    text = symbol.strip().upper()
    if text in UNMISTAKABLE:
        return text
    for pattern in (TRADINGVIEW, SPELLED, DATED, MARKED):
        if match := pattern.fullmatch(text):
            root = next(part for part in match.groups() if part)
            if root in CONTRACTS:
                return root
    return ""


def contract_of(symbol: str) -> Contract | None:
    return CONTRACTS.get(root_of(symbol))


def multiplier_of(symbol: str) -> Decimal | None:
    """Money per point, None for a symbol that is no known future."""
    contract = contract_of(symbol)
    return contract.multiplier if contract else None


def expected_gross(trade: ParsedTrade, multiplier: Decimal) -> Decimal | None:
    """direction × (exit − entry) × quantity × multiplier; None without both prices."""
    if trade.entry_price is None or trade.exit_price is None:
        return None
    return trade.direction * (trade.exit_price - trade.entry_price) * trade.quantity * multiplier


def ties_out(trade: ParsedTrade, multiplier: Decimal) -> bool | None:
    """Whether prices and result agree, within what rounding of the printed prices allows. None: cannot be told."""
    expected = expected_gross(trade, multiplier)
    if expected is None:
        return None
    return abs(expected - trade.gross) <= CENT + _rounding(trade) * trade.quantity * multiplier


def verified(lines: list[Line]) -> list[Line]:
    """The lines, with trades set aside whose prices do not give their result.

    A symbol most of whose trades do not tie out has another multiplier than we know: all its trades are set aside.
    Trades of unknown futures are left alone.
    """
    seen: dict[str, list[bool]] = {}
    for _, trade in _trades(lines):
        if trade.multiplier is not None and (verdict := ties_out(trade, trade.multiplier)) is not None:
            seen.setdefault(trade.symbol, []).append(verdict)
    blocked = {symbol for symbol, verdicts in seen.items() if verdicts.count(False) * 2 > len(verdicts)}
    for place, trade in list(_trades(lines)):
        if trade.multiplier is None or ties_out(trade, trade.multiplier) is None:
            continue
        if trade.symbol in blocked:
            reason = f"One point of {trade.symbol} is not worth {trade.multiplier} in this file; its trades wait."
            lines[place] = _set_aside(lines[place], "multiplier_mismatch", reason)
        elif not ties_out(trade, trade.multiplier):
            expected = expected_gross(trade, trade.multiplier)
            reason = f"The prices give {expected:f}, the file prints {trade.gross:f}."
            lines[place] = _set_aside(lines[place], "result_mismatch", reason)
    return lines


def _trades(lines: list[Line]) -> Iterable[tuple[int, ParsedTrade]]:
    for place, line in enumerate(lines):
        if line.kind is Kind.TRADE:
            for record in line.records:
                if isinstance(record, ParsedTrade):
                    yield place, record


def _set_aside(line: Line, code: str, reason: str) -> Line:
    return replace(line, kind=Kind.BAD, records=(), reason_code=code, reason=reason)


def _rounding(trade: ParsedTrade) -> Decimal:
    """Half a unit of the last printed digit of both prices."""
    steps = (
        Decimal(1).scaleb(min(int(price.as_tuple().exponent), 0))
        for price in (trade.entry_price, trade.exit_price)
        if price is not None
    )
    return sum(steps, Decimal(0)) / 2
