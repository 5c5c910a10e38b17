"""What a finding writes into its row, and what of it a reader would notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

from accounts.models import Business
from analytics.figures import to_json
from recommendations.findings import DEMOTED, Finding, Impact, urgency, valid_until, worth
from recommendations.generation.turnover import Money
from recommendations.models import Recommendation
from recommendations.outcomes.records import TrackRecord, track_records
from recommendations.registry import RULES

SIX_PLACES = Decimal("0.000001")
NOTICED = (
    "title", "body", "gain", "gain_score", "gain_caps", "urgency", "evidence", "deadline", "confidence",
)  # fmt: skip


@dataclass(slots=True)
class Writer:
    """Writes findings into rows of one business: turnover and track records are read once, if at all."""

    business: Business
    as_of: datetime
    money: Money = field(init=False)
    _turnover: list[Decimal | None] = field(default_factory=list)
    _records: dict[str, TrackRecord] | None = None

    def __post_init__(self) -> None:
        self.money = Money(self.business, as_of=self.as_of)

    def write(self, row: Recommendation, finding: Finding) -> None:
        """Everything but the state; `priority` is set for all rows at once, afterwards."""
        row.title = finding.title.text()[:300]
        row.body = " ".join(part.text() for part in finding.body)
        row.figures = [to_json(figure) for figure in finding.figures]
        row.target = to_json(finding.target) if finding.target else None
        row.exposure = to_json(finding.exposure) if finding.exposure else None
        row.gain = places(finding.gain.raw) if finding.gain else None
        row.gain_score = finding.gain.score if finding.gain else None
        row.gain_caps = list(finding.gain.lifted) if finding.gain else []
        row.confidence = finding.confidence
        row.impact = finding.impact.as_json() if finding.impact else None
        row.effort = _effort(finding.rule)
        row.urgency = urgency(finding, as_of=self.as_of)
        row.weight = places(self._worth(finding) + row.urgency)
        row.evidence = places(finding.evidence)
        row.knowledge = list(finding.knowledge)
        row.action = finding.action
        row.deadline = finding.deadline
        row.expires_at = valid_until(finding, as_of=self.as_of)
        row.as_of = row.updated_at = self.as_of

    def _worth(self, finding: Finding) -> Decimal:
        impact = finding.impact
        turnover = self._own_turnover(impact) if impact is not None and impact.unit == "money" else None
        points = worth(finding, turnover=turnover, effort=_effort(finding.rule))
        return points * DEMOTED if self._is_demoted(finding.rule) else points

    def _own_turnover(self, impact: Impact) -> Decimal | None:
        """The turnover in the impact's currency, so that their ratio needs no rounding."""
        if not self._turnover:
            self._turnover.append(self.money.turnover())
        turnover, unit = self._turnover[0], self.money.own(Decimal(1_000_000), impact.currency)
        return turnover * 1_000_000 / unit if turnover and unit else None

    def _is_demoted(self, rule: str) -> bool:
        if self._records is None:
            self._records = track_records(self.business)
        return rule in self._records and self._records[rule].is_demoted


def content(row: Recommendation) -> Mapping[str, object]:
    """What a reader would notice; neither the moment of reading nor the place in the list is part of it."""
    figures = [{**body, "as_of": ""} for body in row.figures]
    return {"figures": figures, **{name: getattr(row, name) for name in NOTICED}}


def places(value: Decimal) -> Decimal:
    return value.quantize(SIX_PLACES, rounding=ROUND_HALF_EVEN)


def _effort(rule: str) -> int:
    return RULES[rule].effort if rule in RULES else 1
