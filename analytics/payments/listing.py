"""Lists that are read a page at a time by a cursor, so that the last page costs what the first does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from accounts.errors import InvalidInput

Row = TypeVar("Row", bound=Model)
PAGE = 25


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """One page, newest first. `next_cursor` is empty on the last."""

    rows: tuple[Row, ...]
    next_cursor: str


def newest(facts: QuerySet[Row], *, column: str, cursor: str = "", size: int = PAGE) -> Listed[Row]:
    """A page of `facts` by `column`, newest first, after `cursor`. One query.

    Errors: InvalidInput for a cursor that was not given out here.
    """
    if cursor:
        facts = facts.filter(_after(column, cursor))
    rows = tuple(facts.order_by(f"-{column}", "-pk")[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Listed(rows, _cursor(getattr(rows[-1], column), rows[-1].pk) if more else "")


def _cursor(value: date | datetime, key: int) -> str:
    return f"{value.isoformat()}_{key}"


def _after(column: str, cursor: str) -> Q:
    text, _, key = cursor.rpartition("_")
    try:
        value: Any = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
        last = int(key)
    except ValueError:
        raise InvalidInput("This page of the list cannot be found.", field="cursor") from None
    return Q(**{f"{column}__lt": value}) | Q(**{column: value, "pk__lt": last})
