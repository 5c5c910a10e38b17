"""The result of the metrics formulas: plain values, stored in snapshots and read by the readiness score."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, Self

from analytics.figures import number_text

MODEL_VERSION = "m1"


@dataclass(frozen=True, slots=True)
class MonthTotals:
    """One complete month in the headline currency, minor units."""

    month: date
    gross: int
    net: int
    cost: int
    charges: int


@dataclass(frozen=True, slots=True)
class ProgrammeStanding:
    """A network line in the last whole month, flat enough to store."""

    programme: str
    label: str
    brand: str
    month: date
    counted: int
    base: int
    ratio: Decimal | None
    line_ratio: Decimal
    line_count: int
    breached: bool
    headroom: int
    source: str
    read_on: date


@dataclass(frozen=True, slots=True)
class Metrics:
    """Every metric of one business as of one day (exclusive). Names are metric keys without their desk.

    Units:  money in minor units of `currency`; shares and ratios as fractions; windows as their names say.
    Empty:  None where a formula has too little to stand on; see the registry for each reason.
    """

    as_of: date
    currency: str
    has_data: bool = False
    partial: tuple[str, ...] = ()

    revenue_gross_30: int = 0
    revenue_gross_90: int = 0
    revenue_gross_365: int = 0
    revenue_net_30: int = 0
    revenue_net_90: int = 0
    revenue_net_365: int = 0
    fees_30: int = 0
    fees_90: int = 0
    fees_365: int = 0
    refunds_90: int = 0
    dispute_losses_90: int = 0
    take_rate: Decimal | None = None

    history_months: int | None = None
    n_months: int = 0
    n_weeks: int = 0
    revenue_cv: Decimal | None = None
    weekly_cv: Decimal | None = None
    growth: Decimal | None = None
    growth_basis: str = ""
    avg_monthly_net: Decimal | None = None
    avg_monthly_net_scale: Decimal | None = None  # major units of `scale_currency`
    scale_currency: str = ""

    dispute_activity: Decimal | None = None
    dispute_rate: Decimal | None = None
    dispute_rate_month: date | None = None
    dispute_rate_mature: bool = False
    charges_last_month: int = 0
    disputes_180: int = 0
    payments_180: int = 0
    payments_365: int = 0
    dispute_ratio: Decimal = Decimal("0.005")
    win_rate: Decimal | None = None
    disputes_closed: int = 0
    open_disputes: int = 0
    open_dispute_exposure: int = 0

    refund_ratio_90: Decimal | None = None
    failed_payment_rate: Decimal | None = None
    intents_30: int = 0

    top1_share: Decimal | None = None
    top10_share: Decimal | None = None
    hhi: Decimal | None = None
    top1_amount: int = 0
    payers_365: int = 0
    active_customers_90: int | None = None

    payout_fail_rate: Decimal | None = None
    payout_regularity: Decimal | None = None
    payouts_180: int = 0
    failed_payouts_60: int = 0
    negative_payouts_60: int = 0
    negative_payouts_180: int = 0
    days_since_last_payment: int | None = None
    held_funds: int = 0
    has_advance: bool = False

    charges_enabled: bool = True
    payouts_enabled: bool = True
    disabled_reason: str = ""

    mrr: int | None = None
    arr: int | None = None
    mrr_new: int | None = None
    mrr_expansion: int | None = None
    mrr_contraction: int | None = None
    mrr_churn: int | None = None
    mrr_reactivation: int | None = None
    mrr_at_risk: int | None = None
    quick_ratio: Decimal | None = None
    net_revenue_retention: Decimal | None = None
    subscribers: int | None = None

    months: tuple[MonthTotals, ...] = ()
    weeks: tuple[int, ...] = ()
    programmes: tuple[ProgrammeStanding, ...] = field(default=())

    @property
    def programme_breached(self) -> bool:
        return any(row.breached for row in self.programmes)

    @property
    def restricted(self) -> bool:
        return not self.charges_enabled or not self.payouts_enabled or bool(self.disabled_reason)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; decimals and dates as text, in the order of the fields."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Self:
        """What `to_json` wrote.

        Fields of an older snapshot that are gone are ignored, new ones take their default.
        """
        return typing.cast(Self, _typed(cls, body))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if hasattr(value, "__dataclass_fields__"):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    return value


def _typed(kind: Any, value: Any) -> Any:
    """Read plain JSON back as `kind`: a dataclass, a tuple of one kind, an optional, or a simple type."""
    if value is None:
        return None
    if hasattr(kind, "__dataclass_fields__"):
        hints = typing.get_type_hints(kind)
        return kind(**{name: _typed(hints[name], part) for name, part in value.items() if name in hints})
    if typing.get_origin(kind) is tuple:
        return tuple(_typed(typing.get_args(kind)[0], part) for part in value)
    if typing.get_origin(kind) is types.UnionType:
        return _typed(next(part for part in typing.get_args(kind) if part is not type(None)), value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is Decimal:
        return Decimal(str(value))
    return value
