"""How much of the revenue hangs on few payers. Source: payments.md § 10."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from analytics.figures import ratio
from analytics.payments.ledger import PayerWindow


@dataclass(frozen=True, slots=True)
class Concentration:
    """Shares of gross revenue over 365 days; all None without revenue.

    `hhi` is the sum of squared shares, 0 to 1.
    """

    top1_share: Decimal | None
    top10_share: Decimal | None
    hhi: Decimal | None


def concentration(payers: PayerWindow) -> Concentration:
    if payers.gross <= 0:
        return Concentration(None, None, None)
    return Concentration(
        top1_share=ratio(max(payers.top, default=0), payers.gross),
        top10_share=ratio(sum(payers.top[:10]), payers.gross),
        hhi=ratio(payers.sum_of_squares, payers.gross**2),
    )
