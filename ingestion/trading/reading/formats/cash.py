"""What kind of movement a line of cash is, by what the broker calls it."""

from __future__ import annotations

import re
from decimal import Decimal

WORDS = (
    ("financing", r"swap|rollover|roll over|overnight|financ|storage|interest|dividend|funding"),
    ("payout", r"payout|pay out|profit split|profit share|reward"),
    ("transfer", r"transfer|internal"),
    ("fee", r"\bfees?\b|commission|charge|subscription|market data"),
    ("credit", r"credit|bonus"),
    ("deposit", r"deposit|einzahlung|top ?up|fund account"),
    ("withdrawal", r"withdraw|auszahlung"),
    ("adjustment", r"adjust|correction|compensation|reset|cancel"),
)
PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in WORDS)


def cash_kind(text: str, amount: Decimal) -> str:
    """The kind by its words; without any, money in is a deposit and money out a withdrawal."""
    for kind, pattern in PATTERNS:
        if pattern.search(text):
            if kind == "deposit" and amount < 0:
                return "withdrawal"
            return kind
    return "deposit" if amount >= 0 else "withdrawal"
