"""How a rule's advice fared with one business, from its measured outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count

from accounts.models import Business
from analytics.trading.inference.intervals import wilson
from recommendations.models import Outcome

LEAST = 10
POOR = Decimal("0.4")
LEVEL = 0.90


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """Outcomes of one rule by result. `unknowable` ones count neither for nor against it."""

    rule: str
    worked: int = 0
    no_effect: int = 0
    harmed: int = 0
    unknowable: int = 0

    @property
    def measured(self) -> int:
        return self.worked + self.no_effect + self.harmed

    @property
    def rate(self) -> Decimal | None:
        """Share that worked. Empty: None without a measured outcome."""
        return Decimal(self.worked) / self.measured if self.measured else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 90 % interval of the share."""
        if not self.measured:
            return None
        found = wilson(self.worked, self.measured, level=LEVEL)
        return found.low, found.high

    @property
    def is_demoted(self) -> bool:
        """Fewer than four in ten worked, of ten or more: its advice counts half."""
        return self.measured >= LEAST and (self.rate or 0) < POOR


def track_records(business: Business) -> dict[str, TrackRecord]:
    """By rule; rules without an outcome are missing. One query."""
    rows = Outcome.objects.of(business).values("rule", "result").annotate(n=Count("pk")).order_by("rule", "result")
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["rule"], {})[row["result"]] = row["n"]
    return {rule: TrackRecord(rule, **counts) for rule, counts in found.items()}
