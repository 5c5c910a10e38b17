"""What an MT5 report says about its account and its totals, in the languages its terminal speaks."""

from __future__ import annotations

import re

from ingestion.trading.reading.formats.totals import Printed
from ingestion.trading.reading.model import Hints, StatedAccount, Totals
from ingestion.trading.reading.rows import Document

ACCOUNT = re.compile(r"(\d{3,})\s*\(([A-Z]{3,4}),\s*([^,()]+),\s*([^,()]+)(?:,\s*(Hedge|Netting|Exchange))?[^)]*\)")
NET = (
    "Total Net Profit",
    "Gesamtnettoprofit",
    "Beneficio Neto",
    "Profit total net",
    "Profitto Netto Totale",
    "Lucro Líquido Total",
)
GROSS_PROFIT = ("Gross Profit", "Bruttoprofit", "Beneficio Bruto", "Profit brut", "Profitto Lordo", "Lucro Bruto")
GROSS_LOSS = ("Gross Loss", "Bruttoverlust", "Pérdidas Brutas", "Perte brute", "Perdita Lorda", "Perda Bruta")
TRADES = (
    "Total Trades",
    "Gesamtanzahl Trades",
    "Total de transacciones",
    "Total des trades",
    "Trade Totali",
    "Total de Negociações",
)
WINS = (
    "Profit Trades (% of total)",
    "Gewinntrades (% von gesamt)",
    "Transacciones Rentables (% del total)",
    "Trades gagnants (% du total)",
    "Trade in Profitto (% del totale)",
    "Negociações com Lucro (% of total)",
)
BALANCE = ("Balance", "Kontostand", "Saldo", "Solde", "Bilancio")


def account_of(document: Document, hints: Hints) -> StatedAccount:
    """From the line `login (USD, server, real, Hedge)`."""
    for row in document.rows[:20]:
        for cell in row.cells:
            if match := ACCOUNT.search(cell.replace("\u00a0", " ")):
                return StatedAccount(
                    numbers=(match[1],),
                    broker=match[3].strip(),
                    currency=match[2].lower(),
                    mode="hedging" if match[5] == "Hedge" else "netting" if match[5] else "",
                )
    return StatedAccount(currency=hints.currency.lower())


def totals_of(document: Document, style: str) -> Totals:
    printed = Printed.of(document, style)
    return Totals(
        closed_pnl=printed.amount(*NET),
        gross_profit=printed.amount(*GROSS_PROFIT),
        gross_loss=printed.amount(*GROSS_LOSS),
        trades=printed.count(*TRADES),
        wins=printed.count(*WINS),
        balance=printed.amount(*BALANCE),
    )
