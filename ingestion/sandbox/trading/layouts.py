"""A simulated history as brokers write it: MetaTrader 5's report, Tradovate, ProjectX, Interactive Brokers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from html import escape
from zoneinfo import ZoneInfo

from ingestion.sandbox.trading.trader import START_BALANCE, SYMBOL, SimulatedTrade

CHICAGO = ZoneInfo("America/Chicago")
NEW_YORK = ZoneInfo("America/New_York")
ACCOUNT = "7002461"
POSITIONS = "Time,Position,Symbol,Type,Volume,Price,S / L,T / P,Time,Price,Commission,Swap,Profit"
DEALS = "Time,Deal,Symbol,Type,Direction,Volume,Price,Order,Commission,Swap,Profit,Balance,Comment"
TRADOVATE = (
    "symbol,_priceFormat,_priceFormatType,_tickSize,buyFillId,sellFillId,qty,buyPrice,sellPrice,pnl,boughtTimestamp,"
    "soldTimestamp,duration"
)
PROJECTX = (
    "Id,ContractName,EnteredAt,ExitedAt,EntryPrice,ExitPrice,Fees,PnL,Size,Type,TradeDay,TradeDuration,Commissions"
)
IBKR = (
    "Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds,"
    "Comm/Fee,Basis,Realized P/L,MTM P/L,Code"
)


def metatrader5(trades: Sequence[SimulatedTrade]) -> bytes:
    """The History report as a web page, UTF-16 as the terminal saves it; server time is UTC."""
    rows = "".join(f'<tr align="right">{_mt5_row(trade)}</tr>\n' for trade in trades)
    net = sum((trade.net for trade in trades), Decimal(0))
    page = (
        "<html><head><title>Trade History Report</title></head><body><table>\n"
        '<tr><td colspan="14"><b>Trade History Report</b></td></tr>\n'
        f'<tr><th colspan="4">Account:</th><th colspan="10"><b>{ACCOUNT}&nbsp;(USD,&nbsp;Harbour-Live,&nbsp;real,'
        "&nbsp;Hedge)</b></th></tr>\n"
        '<tr><th colspan="4">Company:</th><th colspan="10"><b>Harbour Markets</b></th></tr>\n'
        '<tr><th colspan="14"><b>Positions</b></th></tr>\n'
        f"<tr>{_mt5_head(POSITIONS)}</tr>\n{rows}"
        '<tr><th colspan="14"><b>Deals</b></th></tr>\n'
        f"<tr>{_mt5_head(DEALS)}</tr>\n{_mt5_deposit(trades)}"
        f'<tr><td colspan="3"><b>Balance:</b></td><td colspan="2"><b>{START_BALANCE + net:.2f}</b></td></tr>\n'
        f'<tr><td colspan="3">Total Net Profit:</td><td><b>{net:.2f}</b></td></tr>\n'
        "</table></body></html>"
    )
    return page.encode("utf-16")


def _mt5_head(names: str) -> str:
    return "".join(f"<td><b>{escape(name)}</b></td>" for name in names.split(","))


def _mt5_deposit(trades: Sequence[SimulatedTrade]) -> str:
    """The one deal that is no trade: the money the account began with, an hour before its first trade."""
    if not trades:
        return ""
    at = min(trade.opened_at for trade in trades) - timedelta(hours=1)
    cells = (f"{at:%Y.%m.%d %H:%M:%S}", "49999", "", "balance", "", "", "", "", "0.00", "0.00",
             f"{START_BALANCE:.2f}", f"{START_BALANCE:.2f}", "Deposit")  # fmt: skip
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"


def _mt5_row(trade: SimulatedTrade) -> str:
    cells = (
        f"{trade.opened_at:%Y.%m.%d %H:%M:%S}", str(50_000 + trade.number), SYMBOL,
        "buy" if trade.direction > 0 else "sell", str(trade.quantity), f"{trade.entry:.2f}", "", "",
        f"{trade.closed_at:%Y.%m.%d %H:%M:%S}", f"{trade.exit:.2f}", f"{trade.fees:.2f}", "0.00",
    )  # fmt: skip
    hidden = '<td class="hidden" colspan="8"></td>'
    plain = [f"<td>{cell}</td>" for cell in cells]
    return "".join([*plain[:4], hidden, *plain[4:], f'<td colspan="2">{trade.gross:.2f}</td>'])


def tradovate(trades: Sequence[SimulatedTrade]) -> bytes:
    """Performance.csv: one row a pair of fills, gross of fees, times of the trader's own clock (Chicago here)."""
    rows = []
    for trade in trades:
        fills = (str(900_000 + 2 * trade.number), str(900_001 + 2 * trade.number))
        ends = [(trade.opened_at, trade.entry), (trade.closed_at, trade.exit)]
        bought, sold = ends if trade.direction > 0 else ends[::-1]
        buy_id, sell_id = fills if trade.direction > 0 else fills[::-1]
        money = f"${abs(trade.gross):.2f}" if trade.gross >= 0 else f"$({abs(trade.gross):.2f})"
        took = int((trade.closed_at - trade.opened_at).total_seconds())
        rows.append(
            [
                SYMBOL, "-2", "0", "0.25", buy_id, sell_id, trade.quantity, f"{bought[1]:.2f}", f"{sold[1]:.2f}",
                money, f"{bought[0].astimezone(CHICAGO):%m/%d/%Y %H:%M:%S}",
                f"{sold[0].astimezone(CHICAGO):%m/%d/%Y %H:%M:%S}", f"{took // 60}min {took % 60}sec",
            ]
        )  # fmt: skip
    return _csv(TRADOVATE, rows)


def projectx(trades: Sequence[SimulatedTrade]) -> bytes:
    """The Trades export: times with their offset, PnL gross, fees positive, the session as TradeDay."""
    rows = []
    for trade in trades:
        opened, closed = (at.astimezone(CHICAGO) for at in (trade.opened_at, trade.closed_at))
        rows.append(
            [
                700_000 + trade.number, SYMBOL, _stamp(opened), _stamp(closed), f"{trade.entry:.9f}",
                f"{trade.exit:.9f}", f"{-trade.fees:.5f}", f"{trade.gross:.9f}", trade.quantity,
                "Long" if trade.direction > 0 else "Short", f"{closed:%m/%d/%Y} 00:00:00 {_offset(closed)}",
                str(trade.closed_at - trade.opened_at), "",
            ]
        )  # fmt: skip
    return b"\xef\xbb\xbf" + _csv(PROJECTX, rows)


def interactive_brokers(trades: Sequence[SimulatedTrade]) -> bytes:
    """The activity statement: two orders a round trip, quantity signed, commission negative, New York's clock."""
    lines = [
        "Statement,Header,Field Name,Field Value",
        "Statement,Data,BrokerName,Interactive Brokers LLC",
        "Statement,Data,Title,Activity Statement",
        "Account Information,Header,Field Name,Field Value",
        f"Account Information,Data,Account,U{ACCOUNT}",
        "Account Information,Data,Base Currency,USD",
    ]
    rows = [row for trade in trades for row in _orders(trade)]
    return "\r\n".join(lines).encode() + b"\r\n" + _csv(IBKR, rows)


def _orders(trade: SimulatedTrade) -> list[list[str]]:
    half = trade.fees / 2
    entry = (trade.opened_at, trade.direction, trade.entry, half, Decimal(0), "O")
    exit_ = (trade.closed_at, -trade.direction, trade.exit, half, trade.net, "C")
    return [
        [
            "Trades", "Data", "Order", "Futures", "USD", SYMBOL, f"{at.astimezone(NEW_YORK):%Y-%m-%d, %H:%M:%S}",
            str(side * trade.quantity), f"{price:.2f}", f"{price:.2f}", "0", f"{fee:.2f}", "0", f"{realised:.2f}", "0",
            code,
        ]
        for at, side, price, fee, realised, code in (entry, exit_)
    ]  # fmt: skip


def _stamp(at: datetime) -> str:
    return f"{at:%m/%d/%Y %H:%M:%S} {_offset(at)}"


def _offset(at: datetime) -> str:
    plain = f"{at:%z}"
    return f"{plain[:3]}:{plain[3:]}"


def _csv(header: str, rows: Iterable[Sequence[object]]) -> bytes:
    written = io.StringIO()
    written.write(header + "\r\n")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()
