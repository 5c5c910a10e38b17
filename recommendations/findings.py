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


class Priority(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


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

    def __post_init__(self) -> None:
        if not self.figures:
            raise ValueError(f"{self.rule} found something without evidence")


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


def weight(finding: Finding, *, as_of: datetime) -> Decimal:
    """What the list is sorted by: gain in raw points, plus urgency."""
    gain = finding.gain.raw if finding.gain else Decimal(0)
    return gain + urgency(finding, as_of=as_of)


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
