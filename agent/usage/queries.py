"""What the assistant used, by day and by what answered. Seven queries, however many questions there were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, CharField, Count, F, FloatField, IntegerField, Q, QuerySet, Sum, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, NullIf, TruncDate

from accounts.formats import number
from accounts.models import Business
from accounts.periods import day_start, local_day
from agent.analyst.engine import Analyst
from agent.llm.budgets import month_of
from agent.models import AgentBudget, AgentRun, TokenUsage

DAYS = 30
CENT = Decimal("0.01")
NAMES = {Analyst.name: "Built-in analyst", "": "Nobody (stopped or waiting)"}


class Median(Aggregate):
    """The middle of a group's values, as Postgres has it; null for an empty group."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True, slots=True)
class Use:
    """The use of one day, or of one engine. `seconds` is the middle question's time, None where nobody asked."""

    name: str = ""
    day: date | None = None
    questions: int = 0
    instead: int = 0
    seconds: float | None = None
    figures: int = 0
    matched: int = 0
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)

    @property
    def cost_text(self) -> str:
        return usd(self.cost)

    @property
    def time_text(self) -> str:
        """Seconds with one place: the analyst takes a hundredth of one, a model several."""
        return "–" if self.seconds is None else f"{number(Decimal(self.seconds), 1 if self.seconds >= 1 else 2)} s"


@dataclass(frozen=True, slots=True)
class UsageReport:
    """The last 30 days, today included. `reasons` says how often the analyst answered in place of a model, and why."""

    days: tuple[Use, ...]
    engines: tuple[Use, ...]
    total: Use
    budget: AgentBudget
    reasons: tuple[tuple[str, int], ...]

    @property
    def spent_text(self) -> str:
        return usd(self.budget.spent_usd)

    @property
    def cap_note(self) -> str:
        return f"of {usd(self.budget.cap)}"

    @property
    def traced_note(self) -> str:
        return f"of {number(self.total.figures)} shown"


def usd(amount: Decimal) -> str:
    """US dollars for people; less than a cent keeps four places."""
    return f"${number(amount, 4 if 0 < amount < CENT else 2)}"


def usage_report(business: Business, *, now: datetime) -> UsageReport:
    """What the last 30 days used, in days of the business, and the month's budget (UTC). The newest day comes first.

    Questions of deleted conversations are gone from the counts; what they cost stays.
    """
    zone = business.time_zone
    since = day_start(local_day(now, zone) - timedelta(days=DAYS - 1), zone)
    runs = AgentRun.objects.of(business).filter(created_at__gte=since, created_at__lte=now)
    paid = TokenUsage.objects.of(business).filter(created_at__gte=since, created_at__lte=now)
    day = TruncDate("created_at", tzinfo=ZoneInfo(zone))
    by = Coalesce(NullIf(F("model"), Value("")), F("engine"), output_field=CharField())
    days = _merged(_runs(runs, day), _paid(paid, day))
    engines = _merged(_runs(runs, by), _paid(paid, F("model")))
    total = _total(days.values())
    middle = runs.aggregate(middle=Median("total_ms"))["middle"]
    return UsageReport(
        days=tuple(replace(days[key], day=key) for key in sorted(days, reverse=True)),
        engines=tuple(replace(use, name=NAMES.get(key, key)) for key, use in sorted(engines.items())),
        total=replace(total, seconds=None if middle is None else middle / 1000),
        budget=_budget(business, now=now),
        reasons=_reasons(runs),
    )


def _runs(runs: QuerySet[AgentRun], key: Any) -> dict[Any, Use]:
    def count(name: str) -> Sum:
        return Sum(Cast(KeyTextTransform(name, F("answer__grounding")), IntegerField()))

    rows = runs.values(key=key).annotate(
        questions=Count("pk"), instead=Count("pk", filter=~Q(fallback="")), middle=Median("total_ms"),
        printed=count("figures"), traced=count("matched"),
    )  # fmt: skip
    return {
        row["key"]: Use(
            questions=row["questions"], instead=row["instead"], figures=row["printed"] or 0,
            matched=row["traced"] or 0, seconds=None if row["middle"] is None else row["middle"] / 1000,
        )
        for row in rows
    }  # fmt: skip


def _paid(paid: QuerySet[TokenUsage], key: Any) -> dict[Any, Use]:
    rows = paid.values(key=key).annotate(
        requests=Count("pk"), read=Sum("input_tokens"), written=Sum("output_tokens"), cost=Sum("cost_usd")
    )
    return {
        row["key"]: Use(
            requests=row["requests"], input_tokens=row["read"], output_tokens=row["written"], cost=row["cost"]
        )
        for row in rows
    }


def _merged(asked: dict[Any, Use], paid: dict[Any, Use]) -> dict[Any, Use]:
    merged = dict(asked)
    for key, use in paid.items():
        merged[key] = replace(
            merged.get(key, Use()), requests=use.requests, input_tokens=use.input_tokens,
            output_tokens=use.output_tokens, cost=use.cost,
        )  # fmt: skip
    return merged


def _total(uses: Iterable[Use]) -> Use:
    total = Use()
    for use in uses:
        total = Use(
            questions=total.questions + use.questions,
            instead=total.instead + use.instead,
            figures=total.figures + use.figures,
            matched=total.matched + use.matched,
            requests=total.requests + use.requests,
            input_tokens=total.input_tokens + use.input_tokens,
            output_tokens=total.output_tokens + use.output_tokens,
            cost=total.cost + use.cost,
        )
    return total


def _budget(business: Business, *, now: datetime) -> AgentBudget:
    """The month's budget; before its first question to a model, what it will be."""
    rows = AgentBudget.objects.of(business).filter(month__lte=month_of(now))
    newest: AgentBudget | None = rows.order_by("-month").first()
    if newest is not None and newest.month == month_of(now):
        return newest
    return AgentBudget(business=business, month=month_of(now), cap_usd=newest.cap_usd if newest else None)


def _reasons(runs: QuerySet[AgentRun]) -> tuple[tuple[str, int], ...]:
    rows = runs.exclude(fallback="").values_list("fallback").annotate(count=Count("pk")).order_by("-count", "fallback")
    return tuple((str(AgentRun.Fallback(code).label), count) for code, count in rows)
