"""What the payments rules read: metrics, score, and the few single records that advice is about.

Plain values. `queries.payments_desk` fills it; tests build it by hand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from analytics.figures import Figure, Rows
from analytics.payments.metrics import sheet
from analytics.payments.metrics.model import Metrics
from analytics.payments.readiness.calc import Gain, Score, counterfactual, gain
from analytics.payments.readiness.calc import score as score_of
from recommendations.payments import keys as _keys  # noqa: F401 - registers the metrics quoted here


@dataclass(frozen=True, slots=True)
class OpenDispute:
    """A dispute that waits for an answer. Money in minor units of `currency`."""

    id: str
    currency: str
    amount: int
    reason: str
    due_by: datetime
    brand: str = ""
    is_chargeback: bool = True


@dataclass(frozen=True, slots=True)
class Warned:
    """An actionable early fraud warning on a charge that is neither disputed nor refunded."""

    id: str
    charge: str
    currency: str
    amount: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TroubledPayout:
    """A payout of the last 60 days that failed or was pulled from the bank."""

    id: str
    arrival_date: date
    currency: str
    amount: int
    failed: bool
    failure_code: str = ""


@dataclass(frozen=True, slots=True)
class SourceState:
    """A connected account: whether it can be read, and what its provider asks for."""

    id: int
    label: str
    state: str
    reason: str = ""
    last_synced_at: datetime | None = None
    is_upload: bool = False
    drift: tuple[tuple[str, int], ...] = ()
    charges_enabled: bool = True
    payouts_enabled: bool = True
    disabled_reason: str = ""
    requirements: tuple[str, ...] = ()
    requirements_deadline: datetime | None = None

    @property
    def restricted(self) -> bool:
        return not self.charges_enabled or not self.payouts_enabled or bool(self.disabled_reason)


@dataclass(frozen=True, slots=True)
class Declines:
    """Failed attempts of the last 30 days by decline code, and what never came in, in the headline currency."""

    codes: tuple[tuple[str, int], ...] = ()  # most frequent first
    unrecovered: int = 0
    intents: int = 0


@dataclass(frozen=True, slots=True)
class PaymentsDesk:
    """Everything the payments rules may look at, as of one moment."""

    as_of: datetime
    metrics: Metrics
    disputes: tuple[OpenDispute, ...] = ()
    warnings: tuple[Warned, ...] = ()
    chargeback_reasons: Counter[str] = field(default_factory=Counter)  # 180 days
    descriptor: str = ""
    refund_count_90: int = 0
    declines: Declines = field(default_factory=Declines)
    payouts: tuple[TroubledPayout, ...] = ()
    sources: tuple[SourceState, ...] = ()
    first_charge: date | None = None

    @property
    def today(self) -> date:
        return self.metrics.as_of

    @property
    def score(self) -> Score:
        return score_of(self.metrics)

    def known_at(self, subject: str) -> datetime | None:
        """When the accounts were last read; None where all of them are uploads, or none was read yet."""
        read = [one.last_synced_at for one in self.sources if one.last_synced_at is not None and not one.is_upload]
        return max(read, default=None)

    def monthly(self, amount: Decimal | int, days: int) -> Decimal:
        """An amount of `days` days as one of thirty, in minor units."""
        return (Decimal(amount) * 30 / days).quantize(Decimal(1))

    def gain(self, **targets: Any) -> Gain:
        """score(metrics with targets) − score(metrics). Never a number from anywhere else."""
        return gain(self.score, counterfactual(self.metrics, **targets))

    def figure(self, name: str) -> Figure:
        """A metric of the desk by its field name, with its rows and inputs."""
        return sheet.figure(self.metrics, name)

    def target(self, name: str, value: Decimal | int) -> Figure:
        """The value a rule aims at, as a figure of the same metric."""
        own = self.figure(name)
        return Figure(own.metric, value, 0, self.today, currency=own.currency, note="Target")

    def own(
        self, key: str, value: Decimal | int, *, n: int, currency: str = "", rows: Rows | None = None, note: str = ""
    ) -> Figure:
        """A figure of a rule's own evidence; `key` is registered in `recommendations.payments.keys`."""
        return Figure(f"payments.{key}", value, n, self.today, currency=currency, rows=rows, note=note)
