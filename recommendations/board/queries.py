"""Reading recommendations: the list, one of them with its history, and the few that matter most."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.errors import InvalidInput, NotYours
from accounts.models import Business
from recommendations.models import Recommendation, RecommendationEvent
from recommendations.registry import RULES

Status = Recommendation.Status
PAGE = 25
MOST = 100
#: Sort keys: database order, always ending with the primary key so that pages never overlap.
SORTS: dict[str, tuple[str, str]] = {
    "-weight": ("-weight", "-pk"),
    "weight": ("weight", "pk"),
    "-created": ("-created_at", "-pk"),
    "created": ("created_at", "pk"),
    "-gain": ("-gain", "-pk"),
    "gain": ("gain", "pk"),
    "deadline": ("deadline", "pk"),
    "-deadline": ("-deadline", "-pk"),
}
DEFAULT_SORT = "-weight"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list shows. `status` is one of Recommendation.Status or `all`; empty texts filter nothing.

    `unsure` also shows what is less than half sure.
    """

    status: str = Status.OPEN
    priority: str = ""
    rule: str = ""
    sort: str = DEFAULT_SORT
    desk: str = ""
    unsure: bool = False

    def checked(self) -> Filters:
        """Errors: InvalidInput, naming the field and what it takes."""
        _one_of("status", self.status, ("all", *Status.values))
        _one_of("priority", self.priority, ("", *Recommendation.Priority.values))
        _one_of("sort", self.sort, tuple(SORTS))
        _one_of("desk", self.desk, ("", *sorted({rule.desk for rule in RULES.values()})))
        return self


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list; `next_cursor` is empty on the last one."""

    rows: tuple[Recommendation, ...]
    next_cursor: str = ""


def listed(business: Business, *, filters: Filters, as_of: datetime, cursor: str = "", limit: int = PAGE) -> Listed:
    """The recommendations that `filters` let through, in their order. One query, whatever the number of rows.

    Empty:  no rows.
    Errors: InvalidInput for unknown filters or a cursor that was not given out for this order.
    """
    filters.checked()
    field, tie = SORTS[filters.sort]
    rows = _filtered(business, filters, as_of).select_related("decided_by", "plan", "outcome")
    column = field.lstrip("-")
    if column in ("gain", "deadline"):
        rows = rows.exclude(**{column: None})
    if cursor:
        rows = rows.filter(_after(cursor, column, descending=field.startswith("-")))
    found = list(rows.order_by(field, tie)[: min(limit, MOST) + 1])
    shown = tuple(found[: min(limit, MOST)])
    more = len(found) > len(shown)
    return Listed(shown, _cursor(shown[-1], column) if more else "")


def top(business: Business, *, as_of: datetime, limit: int = 3, desk: str = "") -> tuple[Recommendation, ...]:
    """The open recommendations that matter most. One query. Empty: none."""
    rows = Recommendation.objects.of(business).shown_open(as_of=as_of).select_related("plan", "outcome")
    if desk:
        rows = rows.of_desk(desk)
    return tuple(rows.order_by("-weight", "-pk")[:limit])


def one(business: Business, recommendation_id: UUID) -> Recommendation:
    """Errors: NotYours when it does not exist in this business."""
    rows = Recommendation.objects.of(business).select_related("decided_by", "waits_for", "plan", "outcome")
    row = rows.filter(pk=recommendation_id).first()
    if row is None:
        raise NotYours("There is no such recommendation.")
    return row


def history(business: Business, recommendation: Recommendation) -> tuple[RecommendationEvent, ...]:
    """What happened to it, oldest first, with the people who did it. One query."""
    events = RecommendationEvent.objects.of(business).filter(recommendation=recommendation)
    return tuple(events.select_related("actor").order_by("at", "pk"))


def counts(business: Business, *, as_of: datetime) -> dict[str, int]:
    """How many there are by status, unsure ones left out; a snooze that has run out counts as open. One query."""
    awake = Q(status=Status.SNOOZED, snoozed_until__lte=as_of)
    asleep = Q(status=Status.SNOOZED) & ~awake
    conditions = {status: Q(status=status) for status in Status.values}
    conditions |= {Status.OPEN: Q(status=Status.OPEN) | awake, Status.SNOOZED: asleep}
    found = (
        Recommendation.objects.of(business)
        .sure()
        .aggregate(**{f"n_{status}": Count("pk", filter=condition) for status, condition in conditions.items()})
    )
    return {status: found[f"n_{status}"] for status in Status.values}


def measured(business: Business, *, limit: int, desk: str = "") -> tuple[Recommendation, ...]:
    """Advice whose outcome is known, newest first. One query. Empty: none."""
    rows = Recommendation.objects.of(business).exclude(outcome=None).select_related("plan", "outcome")
    if desk:
        rows = rows.of_desk(desk)
    return tuple(rows.order_by("-outcome__measured_at", "-pk")[:limit])


def _filtered(business: Business, filters: Filters, as_of: datetime) -> QuerySet[Recommendation]:
    rows = Recommendation.objects.of(business)
    if not filters.unsure:
        rows = rows.sure()
    if filters.status == Status.OPEN:
        rows = rows.open_at(as_of=as_of)
    elif filters.status == Status.SNOOZED:
        rows = rows.filter(status=Status.SNOOZED).exclude(snoozed_until__lte=as_of)
    elif filters.status != "all":
        rows = rows.filter(status=filters.status)
    if filters.priority:
        rows = rows.filter(priority=filters.priority)
    if filters.desk:
        rows = rows.of_desk(filters.desk)
    if filters.rule:
        rows = rows.filter(rule=filters.rule)
    return rows


def _cursor(row: Recommendation, column: str) -> str:
    value = getattr(row, column)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return base64.urlsafe_b64encode(json.dumps([column, text, str(row.pk)]).encode()).decode().rstrip("=")


def _after(cursor: str, column: str, *, descending: bool) -> Q:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        named, text, pk = json.loads(base64.urlsafe_b64decode(padded))
        value: datetime | Decimal
        value = datetime.fromisoformat(text) if column in ("created_at", "deadline") else Decimal(text)
        key = UUID(pk)
    except (ValueError, TypeError, binascii.Error, InvalidOperation):
        raise InvalidInput("The cursor is not one of ours.", field="cursor") from None
    if named != column:
        raise InvalidInput("The cursor belongs to another order.", field="cursor")
    side = "lt" if descending else "gt"
    return Q(**{f"{column}__{side}": value}) | Q(**{column: value, f"pk__{side}": key})


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        shown = ", ".join(choice for choice in allowed if choice)
        raise InvalidInput(f"{field} is one of {shown}.", field=field, value=value[:40])
