"""Sums over a business's questions and requests within a window, whatever they are grouped by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, F, FloatField, IntegerField, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from accounts.formats import number
from agent.models import AgentRun, TokenUsage

CENT = Decimal("0.01")


class Percentile(Aggregate):
    """A share of a group's values lies at or below it, as Postgres interpolates; null for an empty group."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: Any, *, share: str, **extra: Any) -> None:
        super().__init__(expression, share=share, **extra)


@dataclass(frozen=True, slots=True)
class Use:
    """The use of one day, of one engine, or of all.

    `instead`: questions the analyst answered in place of a model. `figures` were printed, `matched` of them traced.
    `middle` and `slow`: milliseconds that half and 95 % of the questions stayed within; None where nobody asked.
    `input_tokens` is all of the input, the `cached_tokens` read from a cache included.
    """

    name: str = ""
    day: date | None = None
    questions: int = 0
    instead: int = 0
    middle: float | None = None
    slow: float | None = None
    figures: int = 0
    matched: int = 0
    requests: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)

    @property
    def cost_text(self) -> str:
        return usd(self.cost)

    @property
    def time_text(self) -> str:
        """Seconds with one place: the analyst takes a hundredth of one, a model several."""
        if self.middle is None:
            return "–"
        seconds = Decimal(self.middle) / 1000
        return f"{number(seconds, 1 if seconds >= 1 else 2)} s"

    @property
    def traced(self) -> Decimal | None:
        """The share of printed figures that were traced, to four places; None where none was printed."""
        if not self.figures:
            return None
        return (Decimal(self.matched) / self.figures).quantize(Decimal("0.0001"))


def usd(amount: Decimal) -> str:
    """US dollars for people; less than a cent keeps four places."""
    return f"${number(amount, 4 if 0 < amount < CENT else 2)}"


def times(runs: QuerySet[AgentRun]) -> tuple[float | None, float | None]:
    """Milliseconds that half and 95 % of the runs stayed within. One query."""
    row = runs.aggregate(middle=_percentile("0.5"), slow=_percentile("0.95"))
    return row["middle"], row["slow"]


def asked(runs: QuerySet[AgentRun], **key: Any) -> dict[Any, Use]:
    """Questions by `key`, an expression or several. One query."""
    rows: Any = runs.values(**key).annotate(
        questions=Count("pk"), instead=Count("pk", filter=~Q(fallback="")), middle=_percentile("0.5"),
        slow=_percentile("0.95"), printed=_count("figures"), traced=_count("matched"),
    )  # fmt: skip
    return {
        _key(row, key): Use(
            questions=row["questions"], instead=row["instead"], figures=row["printed"] or 0,
            matched=row["traced"] or 0, middle=row["middle"], slow=row["slow"],
        )
        for row in rows
    }  # fmt: skip


def paid(requests: QuerySet[TokenUsage], **key: Any) -> dict[Any, Use]:
    """Requests to providers by `key`. One query."""
    rows: Any = requests.values(**key).annotate(
        requests=Count("pk"), read=Sum("input_tokens"), cached=Sum("cache_read_tokens"), written=Sum("output_tokens"),
        cost=Sum("cost_usd"),
    )  # fmt: skip
    return {
        _key(row, key): Use(
            requests=row["requests"], input_tokens=row["read"], cached_tokens=row["cached"],
            output_tokens=row["written"], cost=row["cost"],
        )
        for row in rows
    }  # fmt: skip


def merged(questions: dict[Any, Use], requests: dict[Any, Use]) -> dict[Any, Use]:
    """What was asked and what it cost, under the keys of both."""
    found = dict(questions)
    for key, use in requests.items():
        found[key] = replace(
            found.get(key, Use()), requests=use.requests, input_tokens=use.input_tokens,
            cached_tokens=use.cached_tokens, output_tokens=use.output_tokens, cost=use.cost,
        )  # fmt: skip
    return found


def total(uses: Iterable[Use]) -> Use:
    """The sum of all but the times, which do not add up."""
    found = Use()
    for use in uses:
        found = Use(
            questions=found.questions + use.questions,
            instead=found.instead + use.instead,
            figures=found.figures + use.figures,
            matched=found.matched + use.matched,
            requests=found.requests + use.requests,
            input_tokens=found.input_tokens + use.input_tokens,
            cached_tokens=found.cached_tokens + use.cached_tokens,
            output_tokens=found.output_tokens + use.output_tokens,
            cost=found.cost + use.cost,
        )
    return found


def _percentile(share: str) -> Percentile:
    return Percentile("total_ms", share=share)


def _count(name: str) -> Sum:
    """The sum of a count that the answers' number checks kept."""
    return Sum(Cast(KeyTextTransform(name, F("answer__grounding")), IntegerField()))


def _key(row: dict[str, Any], key: dict[str, Any]) -> Any:
    """The one value of a key, or all of them in order."""
    values = tuple(row[name] for name in key)
    return values[0] if len(values) == 1 else values
