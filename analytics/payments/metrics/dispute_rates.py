"""Disputes against charges: the networks' way, by charge date, and smoothed for scoring.

Source: payments.md § 10, Stripe's "measuring disputes" for activity and rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from analytics.figures import ratio
from analytics.payments.calendar import add_months, month_start
from analytics.payments.ledger import DayTotals

MATURE_AFTER = timedelta(days=120)
PRIOR_DISPUTES = 1
PRIOR_PAYMENTS = 200
NOT_CHARGEBACKS = frozenset({"prevented"})
CHARGEBACK_CASES = frozenset({"", "chargeback", "compliance"})


@dataclass(frozen=True, slots=True)
class DisputeMonth:
    """One calendar month. `activity` divides by dispute date, `rate` by charge date; both None without
    charges.

    `mature` says whether the 120 days in which a charge is usually disputed have passed since the month's
    end.
    """

    month: date
    charges: int
    opened: int
    about: int
    activity: Decimal | None
    rate: Decimal | None
    mature: bool


def is_chargeback(*, status: str, case_type: str = "") -> bool:
    """Whether the networks count a dispute.

    Won ones still count; inquiries and pre-dispute resolutions do not.
    """
    inquiry = status.startswith("warning_") or status in NOT_CHARGEBACKS
    return not inquiry and case_type in CHARGEBACK_CASES


def smoothed_ratio(*, disputes: int, payments: int) -> Decimal:
    """(d + 1) ÷ (n + 200): a prior of 0.5 % worth 200 payments, so that 1 of 40 does not read as 2.5 %."""
    return ratio(disputes + PRIOR_DISPUTES, payments + PRIOR_PAYMENTS)


def dispute_months(days: Iterable[DayTotals], *, as_of: date, last: int = 12) -> tuple[DisputeMonth, ...]:
    """The `last` whole calendar months before `as_of`, ascending; months without any charge or dispute
    included.
    """
    sums: dict[date, list[int]] = {}
    for row in days:
        total = sums.setdefault(month_start(row.day), [0, 0, 0])
        total[0] += row.charges
        total[1] += row.chargebacks
        total[2] += row.chargebacks_by_charge_date
    this = month_start(as_of)
    months = (add_months(this, -back) for back in range(last, 0, -1))
    return tuple(_month(month, *sums.get(month, [0, 0, 0]), as_of=as_of) for month in months)


def settled_rate(months: Iterable[DisputeMonth]) -> DisputeMonth | None:
    """The latest mature month with charges; before there is one, the latest with charges at all, still
    immature.
    """
    taking = [month for month in months if month.charges]
    mature = [month for month in taking if month.mature]
    candidates = mature or taking
    return candidates[-1] if candidates else None


def _month(month: date, charges: int, opened: int, about: int, *, as_of: date) -> DisputeMonth:
    return DisputeMonth(
        month=month,
        charges=charges,
        opened=opened,
        about=about,
        activity=ratio(opened, charges) if charges else None,
        rate=ratio(about, charges) if charges else None,
        mature=add_months(month, 1) + MATURE_AFTER <= as_of,
    )
