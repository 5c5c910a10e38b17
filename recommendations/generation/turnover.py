"""How much money moves through a business in a month: the scale on which advice about money is ranked."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import Abs

from accounts.models import Business
from accounts.money import to_minor
from accounts.periods import local_day
from analytics.payments.ledger import Rates
from analytics.payments.metrics.queries import latest_snapshot
from ingestion.models import FxRate, Trade

LOOKED_AT = timedelta(days=90)
MONTHS = 3


class Money:
    """Amounts in the business's currency, as of one day; rates are read once, and only where one is needed."""

    def __init__(self, business: Business, *, as_of: datetime) -> None:
        self.business = business
        self.as_of = as_of
        self.today = local_day(as_of, business.time_zone)
        self._rates: dict[str, Rates] = {}

    def own(self, amount: Decimal, currency: str) -> Decimal | None:
        """`amount` of `currency` in the business's currency, minor units. None where a rate is missing."""
        if currency in ("", self.business.currency):
            return amount
        converted = self._known(currency).convert(int(amount), currency, self.business.currency, self.today)
        return None if converted is None else Decimal(converted)

    def turnover(self) -> Decimal | None:
        """Average monthly net revenue, plus what trades won and lost a month over the last ninety days.

        Units: minor units of the business's currency. Empty: None where neither is known.
        """
        parts = [part for part in (self._payments(), *self._trading()) if part]
        return sum(parts, Decimal(0)) or None

    def _payments(self) -> Decimal | None:
        newest = latest_snapshot(self.business, as_of=self.as_of)
        if newest is None or not newest.metrics.avg_monthly_net:
            return None
        return self.own(max(Decimal(0), newest.metrics.avg_monthly_net), newest.metrics.currency)

    def _trading(self) -> list[Decimal | None]:
        """By account currency, counted from each account's own last close: what was uploaded, not what is live."""
        trades = Trade.objects.of(self.business).counted()
        last = trades.order_by("-closed_at").values_list("closed_at", flat=True).first()
        if last is None:
            return []
        recent = trades.filter(closed_at__gt=last - LOOKED_AT).values("currency").annotate(moved=Sum(Abs("net")))
        rows = recent.order_by("currency").values_list("currency", "moved")
        return [self.own(Decimal(to_minor(moved, currency)) / MONTHS, currency) for currency, moved in rows if moved]

    def _known(self, currency: str) -> Rates:
        if currency not in self._rates:
            wanted = FxRate.objects.filter(
                currency__in=[currency, self.business.currency], day__lte=self.today, day__gt=self.today - LOOKED_AT
            )
            rows = list(wanted.order_by("day").values_list("currency", "day", "per_eur"))
            codes = {code for code, _, _ in rows}
            self._rates[currency] = Rates({code: tuple((d, r) for c, d, r in rows if c == code) for code in codes})
        return self._rates[currency]
