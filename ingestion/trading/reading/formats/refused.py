"""Files that look like statements and are none: a sentence that says what to export instead."""

from __future__ import annotations

from ingestion.trading.reading.headers import find_header
from ingestion.trading.reading.rows import Document, Unreadable

OTHERS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("User_ID", "UTC_Time", "Account", "Operation", "Coin", "Change"),
        "binance_ledger",
        "This is Binance's transaction ledger: it lists changes of balance, not trades. Export the trade history.",
    ),
    (
        ("txid", "refid", "time", "type", "aclass", "asset", "amount", "fee", "balance"),
        "kraken_ledger",
        "This is Kraken's ledger: it lists changes of balance, not trades. Export “Trades” instead of “Ledgers”.",
    ),
    (
        ("id", "Type", "Source", "Amount", "Fee", "Net", "Currency", "Created (UTC)"),
        "payments",
        "This is a payment provider's export, not a broker's statement.",
    ),
)


def refuse_known_others(document: Document) -> None:
    """Errors: Unreadable for an export that is known and holds no trades."""
    for names, code, message in OTHERS:
        if find_header(document, names, within=50):
            raise Unreadable(code, message)
