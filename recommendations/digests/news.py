"""What a daily or weekly mail tells: advice that is new or got worse, and what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts import formats
from accounts.models import Business, Member
from analytics.figures import Figure
from analytics.registry import metric_of
from recommendations.board.cards import gain_words, impact_words
from recommendations.findings import worsened
from recommendations.models import Digest, Outcome, Recommendation, RecommendationEvent
from recommendations.outcomes.queries import Judged, judged
from recommendations.preferences.kinds import MailKind
from recommendations.wording import printed

#: How far a first mail looks back, and how far any weekly one does for outcomes.
FIRST = {MailKind.DAILY: timedelta(days=1), MailKind.WEEKLY: timedelta(days=7)}
LONGEST_OUTCOMES = timedelta(days=14)
TOLD_OUTCOMES = (Outcome.Result.WORKED, Outcome.Result.NO_EFFECT, Outcome.Result.HARMED)
FIGURES = 4


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of advice as a mail tells it. `figures` are (label, value) as printed; `gain` may be empty."""

    row: Recommendation
    is_worse: bool
    figures: tuple[tuple[str, str], ...]
    gain: str

    @property
    def told(self) -> dict[str, object]:
        """What the digest's row keeps, to say later what has changed since."""
        return {"id": str(self.row.pk), "revision": self.row.revision, "figures": [list(pair) for pair in self.figures]}


@dataclass(frozen=True, slots=True)
class News:
    """All there is to tell, most important first; the mail shows the first few of each."""

    items: tuple[Item, ...]
    outcomes: tuple[Judged, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.items or self.outcomes)


def news(member: Member, kind: MailKind, *, as_of: datetime) -> News:
    """What happened since the member was last told, by either mail; for a first one since a day or a week ago.

    Outcomes belong to the weekly mail alone, and count from the last weekly one. Seven queries at most. Empty: falsy.
    """
    business, first = member.business, FIRST[kind]
    told = Digest.objects.of(business).filter(user=member.user)
    found = _items(business, since=_since(told, member, first=first, as_of=as_of), as_of=as_of)
    if kind is not MailKind.WEEKLY:
        return News(found)
    last_weekly = _since(told.filter(kind=kind), member, first=first, as_of=as_of)
    return News(found, _outcomes(business, since=max(last_weekly, as_of - LONGEST_OUTCOMES), as_of=as_of))


def figures_of(row: Recommendation) -> tuple[tuple[str, str], ...]:
    """The evidence as (label, value), the first few."""
    return tuple((_label(figure), printed(figure)) for figure in row.evidence_figures()[:FIGURES])


def _since(rows: QuerySet[Digest], member: Member, *, first: timedelta, as_of: datetime) -> datetime:
    """Up to when the member was surely told; where never, `first` before the earliest that may be lost, or before now.

    A mail that the server never confirmed does not count: what it told is told again.
    """
    last = rows.exclude(handed_at__isnull=False, sent_at=None).order_by("-covers_until").first()
    if last is not None:
        return max(member.joined_at, last.covers_until)  # who left and came back is not told of the time between
    lost = rows.order_by("covers_until").first()
    return max(member.joined_at, (lost.covers_until if lost else as_of) - first)


def _items(business: Business, *, since: datetime, as_of: datetime) -> tuple[Item, ...]:
    opened = Recommendation.objects.of(business).shown_open(as_of=as_of).filter(opened_at__gt=since)
    found = [(row, False) for row in opened.filter(opened_at__lte=as_of)]
    found += [(row, True) for row in _worse(business, since=since, as_of=as_of)]
    found.sort(key=lambda pair: (pair[0].weight, pair[0].pk), reverse=True)
    return tuple(Item(row, is_worse, figures_of(row), _gain(row)) for row, is_worse in found)


def _worse(business: Business, *, since: datetime, as_of: datetime) -> list[Recommendation]:
    """Rows that were open before and whose evidence grew materially beyond what was known then."""
    events = RecommendationEvent.objects.of(business)
    changed = events.filter(kind=RecommendationEvent.Kind.UPDATED, at__gt=since, at__lte=as_of)
    rows = Recommendation.objects.of(business).shown_open(as_of=as_of).filter(opened_at__lte=since)
    candidates = list(rows.filter(pk__in=changed.values("recommendation_id")))
    known = events.filter(recommendation__in=candidates, at__lte=since).order_by("recommendation_id", "-at", "-pk")
    before = {event.recommendation_id: event.evidence for event in known.distinct("recommendation_id")}
    return [row for row in candidates if worsened(before.get(row.pk, row.evidence), row.evidence)]


def _outcomes(business: Business, *, since: datetime, as_of: datetime) -> tuple[Judged, ...]:
    rows = Recommendation.objects.of(business).select_related("plan", "outcome")
    measured = rows.filter(
        outcome__measured_at__gt=since, outcome__measured_at__lte=as_of, outcome__result__in=TOLD_OUTCOMES
    )
    return tuple(judged(row) for row in measured.order_by("-outcome__measured_at", "-pk"))


def _gain(row: Recommendation) -> str:
    """`+4.2 points of the readiness score`, or money at stake, or what it would bring a month; may be empty."""
    if row.gain is not None:
        return f"{formats.signed(row.gain, 1)} points of the readiness score"
    gain, note = gain_words(row)
    return impact_words(row) or " ".join(filter(None, (gain, note)))


def _label(figure: Figure) -> str:
    label = metric_of(figure.metric).label
    return f"{label} ({figure.note})" if figure.note else label
