"""Row queries by name: what a click on a figure lists, exports and counts again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet, Sum

from accounts.errors import NotYours
from accounts.models import Business
from analytics.figures import Rows

PAGE = 50
MOST_EXPORTED = 50_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a row list. `unit` is a unit of the registry, or day, moment, text."""

    field: str
    label: str
    unit: str = "text"


@dataclass(frozen=True, slots=True)
class RowSet:
    """The facts behind a figure: an explicitly ordered queryset of one business, and the columns to show."""

    title: str
    columns: tuple[Column, ...]
    facts: QuerySet[Any]


@dataclass(frozen=True, slots=True)
class RowPage:
    """One page of rows as (value, unit, currency) cells, and whether there is another."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    number: int
    more: bool


@dataclass(frozen=True, slots=True)
class Cell:
    value: Any
    unit: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class RowTotals:
    """All rows behind a figure: how many, and the sum of each money column by currency, in minor units."""

    n: int
    sums: tuple[tuple[str, str, int], ...]  # (label, currency, sum)


Query = Callable[..., RowSet]
QUERIES: dict[str, Query] = {}


def rows(name: str) -> Callable[[Query], Query]:
    """Register a row query `(business, **params)`; parameters arrive as the text stored in the figure."""

    def register(query: Query) -> Query:
        if name in QUERIES:
            raise ValueError(f"Two row queries are named {name!r}.")
        QUERIES[name] = query
        return query

    return register


def row_set(business: Business, behind: Rows) -> RowSet:
    """Run the query of a figure again. Errors: NotYours for a query this version no longer knows."""
    query = QUERIES.get(behind.query)
    if query is None:
        raise NotYours("These rows can no longer be listed.", query=behind.query)
    return query(business, **behind.as_dict())


def row_page(business: Business, behind: Rows, *, number: int) -> RowPage:
    """Fifty rows. One query."""
    found = row_set(business, behind)
    first = (number - 1) * PAGE
    fields = [column.field for column in found.columns]
    listed = list(found.facts.values(*{*fields, *_currency_field(found)})[first : first + PAGE + 1])
    cells = tuple(tuple(_cell(row, column) for column in found.columns) for row in listed[:PAGE])
    return RowPage(found.title, found.columns, cells, number, more=len(listed) > PAGE)


def row_totals(business: Business, behind: Rows) -> RowTotals:
    """Count and add up every row behind a figure. One query; it reads all of them."""
    found = row_set(business, behind)
    money = [column for column in found.columns if column.unit == "money"]
    facts = found.facts.order_by()
    if not money:
        return RowTotals(facts.count(), ())
    sums = {f"sum_{column.field}": Sum(column.field) for column in money}
    groups = list(facts.values("currency").annotate(n=Count("pk"), **sums).order_by("currency"))
    return RowTotals(
        sum(group["n"] for group in groups),
        tuple(
            (column.label, group["currency"], int(group[f"sum_{column.field}"] or 0))
            for column in money
            for group in groups
        ),
    )


def exported(business: Business, behind: Rows) -> Iterator[list[str]]:
    """A header and at most 50,000 rows as plain text: money in minor units, moments in UTC, days as ISO dates."""
    found = row_set(business, behind)
    yield [f"{column.label} (minor units)" if column.unit == "money" else column.label for column in found.columns]
    fields = [column.field for column in found.columns]
    for row in found.facts.values_list(*fields)[:MOST_EXPORTED]:
        yield [_text(value) for value in row]


def _currency_field(found: RowSet) -> tuple[str, ...]:
    return ("currency",) if any(column.unit == "money" for column in found.columns) else ()


def _cell(row: dict[str, Any], column: Column) -> Cell:
    return Cell(row[column.field], column.unit, row.get("currency", "") if column.unit == "money" else "")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    # A text that a spreadsheet would run as a formula is defused.
    return f"'{text}" if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
