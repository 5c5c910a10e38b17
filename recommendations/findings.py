"""What a rule sees, before it becomes a row: a finding with its figures, its gain and its urgency.

Plain Python: no database, no clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from analytics.figures import Figure
from analytics.payments.readiness.calc import Gain
from recommendations.wording import Sentence

URGENT = timedelta(days=3)
SOON = timedelta(days=7)
URGENT_POINTS = 20
SOON_POINTS = 10
CAP_POINTS = 10
HIGH = 10
MEDIUM = 3


VALID = timedelta(days=30)  # no advice stands longer than this without being seen again
SURE = Decimal("0.5")
#: A share of the business's monthly turnover, and a chance of ruin, that are worth the points of one step.
ONE_STEP = Decimal("0.01")
RUIN_STEP = Decimal("0.02")
POINTS_A_DECADE = 10
DEMOTED = Decimal("0.5")


class Priority(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Impact:
    """What following the advice would bring a month, as a range, and how that was worked out.

    unit:    `money`, in minor units of `currency`, or `ruin`, the chance of reaching a floor that would be taken away.
    method:  in words; a reader must be able to repeat it.
    Empty:   where nothing can be said a finding has no Impact; zero is no stand-in.
    """

    value: Decimal
    low: Decimal
    high: Decimal
    method: str
    currency: str = ""
    unit: str = "money"

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError("an impact lies within its range")

    def as_json(self) -> dict[str, str]:
        """Plain JSON; numbers are text."""
        numbers = {name: f"{getattr(self, name):f}" for name in ("value", "low", "high")}
        return {**numbers, "unit": self.unit, "currency": self.currency, "method": self.method}


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of advice as a rule found it.

    subject:    what it is about, `payments` or `dispute:dp_1`; one open recommendation per rule and subject.
    figures:    the evidence; never empty.
    evidence:   how bad it is, in a number that grows as things get worse: a dismissed finding comes back when it
                has grown by a quarter.
    gain:       what reaching the target does to the readiness score, by recomputing it; None where the rule claims no
                points (money at stake, data quality).
    exposure:   money at stake, where that is what the advice is about.
    deadline:   when the chance to act ends.
    confidence: 0 to 1, how sure the finding is, by the formula its rule states.
    impact:     what it would bring a month, where that can be said.
    knowledge:  doc_ids of pages that say how.
    """

    rule: str
    subject: str
    title: Sentence
    body: tuple[Sentence, ...]
    figures: tuple[Figure, ...]
    evidence: Decimal
    target: Figure | None = None
    gain: Gain | None = None
    exposure: Figure | None = None
    deadline: datetime | None = None
    knowledge: tuple[str, ...] = ()
    action: str = ""
    confidence: Decimal = Decimal(1)
    impact: Impact | None = None

    def __post_init__(self) -> None:
        if not self.figures:
            raise ValueError(f"{self.rule} found something without evidence")
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"{self.rule}: confidence lies between 0 and 1")


def urgency(finding: Finding, *, as_of: datetime) -> int:
    """Points on top of the gain: a near deadline, and a cap that would be lifted.

    Empty: 0 without a deadline or after it.
    """
    points = CAP_POINTS if finding.gain and finding.gain.lifted else 0
    if finding.deadline is None or finding.deadline < as_of:
        return points
    left = finding.deadline - as_of
    if left <= URGENT:
        return points + URGENT_POINTS
    return points + (SOON_POINTS if left <= SOON else 0)


def worth(finding: Finding, *, turnover: Decimal | None = None, effort: int = 1) -> Decimal:
    """Points of the one list all desks share: confidence × what it brings a month ÷ effort.

    Readiness points count as they are. Money counts on a logarithmic scale of the business's own monthly `turnover`: a
    hundredth of it is worth 3 points, a tenth 10. A chance of ruin has its own scale, where 2 % is worth 3 points. The
    larger of the two counts.
    Empty: 0 where neither is claimed, or the turnover is not known.
    """
    share = finding.confidence / effort
    gain = share * finding.gain.raw if finding.gain else Decimal(0)
    impact = finding.impact
    if impact is None or impact.value <= 0:
        return gain
    if impact.unit == "ruin":
        return max(gain, _steps(share * impact.value / RUIN_STEP))
    return max(gain, _steps(share * impact.value / (turnover * ONE_STEP))) if turnover else gain


def weight(finding: Finding, *, as_of: datetime, turnover: Decimal | None = None, effort: int = 1) -> Decimal:
    """What the list is sorted by: its worth, plus urgency."""
    return worth(finding, turnover=turnover, effort=effort) + urgency(finding, as_of=as_of)


def valid_until(finding: Finding, *, as_of: datetime) -> datetime:
    """Its deadline, or thirty days, whichever comes first."""
    latest = as_of + VALID
    return latest if finding.deadline is None or finding.deadline < as_of else min(finding.deadline, latest)


def _steps(ratio: Decimal) -> Decimal:
    return POINTS_A_DECADE * (1 + ratio).log10()


def priority(points: Decimal) -> Priority:
    """High from ten, medium from three, else low."""
    if points >= HIGH:
        return Priority.HIGH
    return Priority.MEDIUM if points >= MEDIUM else Priority.LOW


def ranked(findings: Iterable[Finding], *, as_of: datetime) -> list[Finding]:
    """By weight, then by deadline, then by rule and subject: the same findings always in the same order."""
    far = datetime.max.replace(tzinfo=as_of.tzinfo)
    return sorted(findings, key=lambda f: (-weight(f, as_of=as_of), f.deadline or far, f.rule, f.subject))


def fingerprint(business_id: object, rule: str, subject: str) -> str:
    """Which advice this is, without its values: the same problem tomorrow has the same fingerprint."""
    return hashlib.sha256(f"{business_id}\x1f{rule}\x1f{subject}".encode()).hexdigest()


def worsened(before: Decimal, now: Decimal, *, by: Decimal = Decimal("0.25")) -> bool:
    """Whether the evidence grew by `by` or more. From nothing, anything is worse."""
    return now > 0 if before <= 0 else now >= before * (1 + by)


def days_left(deadline: datetime, *, as_of: date) -> int:
    """Whole days from `as_of` to the day of the deadline; 0 today, negative when it is past."""
    return (deadline.date() - as_of).days
