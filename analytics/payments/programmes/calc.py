"""Distance to the card networks' monitoring programmes, per brand and calendar month.

Source: payments.md § 11; the lines themselves are rows of `analytics.payments.criteria`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from analytics.figures import ratio
from analytics.payments.calendar import add_months, month_start
from analytics.payments.criteria import PROGRAMME_LINES, VAMP, ProgrammeLine
from analytics.payments.ledger import BrandMonth


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one brand stood against one line in one month.

    `counted` is what the network counts (Visa: fraud reports and all disputes; Mastercard: chargebacks),
    `base` what it divides by (Visa: card-not-present sales of the month; Mastercard: sales of the month
    before).
    Empty: `ratio` is None when there was nothing to divide by. `headroom` counts cases left before the line;
    0 is over it.
    """

    line: ProgrammeLine
    month: date
    counted: int
    base: int
    ratio: Decimal | None
    breached: bool
    headroom: int


def standings(brands: Iterable[BrandMonth], *, month: date, region: str = "") -> tuple[Standing, ...]:
    """Every line in force in `month` for the brands the business took payments with, in the table's order."""
    rows = {(row.brand, row.month): row for row in brands}
    lines = [line for line in PROGRAMME_LINES if line.in_force(month, region)]
    return tuple(
        _standing(line, rows, month)
        for line in lines
        if (line.brand, month) in rows or (line.brand, add_months(month, -1)) in rows
    )


def breached(brands: Sequence[BrandMonth], *, as_of: date, region: str = "") -> tuple[Standing, ...]:
    """The lines crossed in the last whole calendar month before `as_of`."""
    last = add_months(month_start(as_of), -1)
    return tuple(row for row in standings(brands, month=last, region=region) if row.breached)


def headroom(*, counted: int, base: int, line: ProgrammeLine) -> int:
    """Further cases until ratio and count both reach the line, at the volume of `base`.

    0 when they already do.
    """
    by_ratio = -(-Fraction(line.ratio) * base // 1)
    return max(0, max(int(by_ratio), line.count) - counted)


def _standing(line: ProgrammeLine, rows: dict[tuple[str, date], BrandMonth], month: date) -> Standing:
    this = rows.get((line.brand, month), BrandMonth(month, line.brand))
    before = rows.get((line.brand, add_months(month, -1)), BrandMonth(month, line.brand))
    if line.programme == VAMP:
        counted, base = this.fraud_warnings + this.disputes, this.charges_cnp
    else:
        counted, base = this.chargebacks, before.charges
    over = base > 0 and Fraction(counted, base) >= Fraction(line.ratio) and counted >= line.count
    amount = this.contested_usd_minor
    if line.amount_usd_minor and (amount is None or amount < line.amount_usd_minor):
        over = False
    return Standing(
        line=line,
        month=month,
        counted=counted,
        base=base,
        ratio=ratio(counted, base) if base else None,
        breached=over,
        headroom=headroom(counted=counted, base=base, line=line),
    )
