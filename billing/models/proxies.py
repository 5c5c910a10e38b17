"""Other looks at the same rows, for the staff console."""

from __future__ import annotations

from accounts.models import Event
from billing.models.stripe import Subscription


class BillingEvent(Event):
    """Events of sales and grants alone."""

    class Meta:
        proxy = True

    @staticmethod
    def names() -> str:
        """What their names begin with."""
        return "billing."


class Revenue(Subscription):
    """What Bellwether itself earns, computed from subscriptions and invoices whenever it is looked at."""

    class Meta:
        proxy = True
        verbose_name_plural = "revenue"
