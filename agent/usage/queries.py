"""What the assistant used, by day and by what answered. Seven queries, however many questions there were."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import CharField, Count, F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf, TruncDate

from accounts.formats import number
from accounts.models import Business
from accounts.periods import Period, day_start, local_day
from agent.analyst.engine import Analyst
from agent.llm.budgets import month_of
from agent.models import AgentBudget, AgentRun, TokenUsage
from agent.usage.sums import Use, asked, merged, paid, times, total, usd

DAYS = 30
NAMES = {Analyst.name: "Built-in analyst", "": "Nobody (stopped or waiting)"}
NOBODY = "Nobody asked the assistant in this period."


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


@dataclass(frozen=True, slots=True)
class EngineUse:
    """What one engine used under one model's name; `engine` is empty for runs that nobody has answered."""

    engine: str
    model: str
    use: Use


@dataclass(frozen=True, slots=True)
class PeriodUse:
    """A period's use: days with any, oldest first; by engine and model; why the analyst stood in, by code.

    `note` says in words that there is nothing, and is empty otherwise. `budget` is the month's as of now.
    """

    period: Period
    total: Use
    days: tuple[Use, ...]
    engines: tuple[EngineUse, ...]
    fallbacks: dict[str, int]
    budget: AgentBudget
    note: str


def usage_report(business: Business, *, now: datetime) -> UsageReport:
    """What the last 30 days used, in days of the business, and the month's budget (UTC). The newest day comes first.

    Questions of deleted conversations are gone from the counts; what they cost stays.
    """
    zone = business.time_zone
    since = day_start(local_day(now, zone) - timedelta(days=DAYS - 1), zone)
    runs = AgentRun.objects.of(business).filter(created_at__gte=since, created_at__lte=now)
    requests = TokenUsage.objects.of(business).filter(created_at__gte=since, created_at__lte=now)
    by = Coalesce(NullIf(F("model"), Value("")), F("engine"), output_field=CharField())
    days = _by_day(runs, requests, zone)
    engines = merged(asked(runs, key=by), paid(requests, key=F("model")))
    middle, slow = times(runs)
    return UsageReport(
        days=tuple(replace(days[key], day=key) for key in sorted(days, reverse=True)),
        engines=tuple(replace(use, name=NAMES.get(key, key)) for key, use in sorted(engines.items())),
        total=replace(total(days.values()), middle=middle, slow=slow),
        budget=_budget(business, now=now),
        reasons=tuple((str(AgentRun.Fallback(code).label), count) for code, count in _reasons(runs)),
    )


def usage_of(business: Business, period: Period, *, now: datetime) -> PeriodUse:
    """What the days of `period` used, by day and by what answered.

    Empty: zeros, no days, and a sentence in `note`. Deleted conversations count as on the page.
    """
    window = {"created_at__gte": period.starts_at, "created_at__lt": period.ends_at}
    runs = AgentRun.objects.of(business).filter(**window)
    requests = TokenUsage.objects.of(business).filter(**window)
    days = _by_day(runs, requests, period.zone)
    questions = asked(runs, by=F("engine"), under=F("model"))
    # A run that the analyst answered in a model's place stands under the analyst, what it cost under the model.
    engines = merged(questions, paid(requests, by=F("provider"), under=F("model")))
    middle, slow = times(runs)
    return PeriodUse(
        period=period,
        total=replace(total(days.values()), middle=middle, slow=slow),
        days=tuple(replace(days[day], day=day) for day in sorted(days)),
        engines=tuple(EngineUse(engine, model, use) for (engine, model), use in sorted(engines.items())),
        fallbacks=dict(_reasons(runs)),
        budget=_budget(business, now=now),
        note="" if days else NOBODY,
    )


def _by_day(runs: QuerySet[AgentRun], requests: QuerySet[TokenUsage], zone: str) -> dict[date, Use]:
    day = TruncDate("created_at", tzinfo=ZoneInfo(zone))
    return merged(asked(runs, key=day), paid(requests, key=day))


def _budget(business: Business, *, now: datetime) -> AgentBudget:
    """The month's budget; before its first question to a model, what it will be."""
    rows = AgentBudget.objects.of(business).filter(month__lte=month_of(now))
    newest: AgentBudget | None = rows.order_by("-month").first()
    if newest is not None and newest.month == month_of(now):
        return newest
    return AgentBudget(business=business, month=month_of(now), cap_usd=newest.cap_usd if newest else None)


def _reasons(runs: QuerySet[AgentRun]) -> list[tuple[str, int]]:
    """(code of the fallback, how often), the most frequent first."""
    rows = runs.exclude(fallback="").values_list("fallback").annotate(count=Count("pk"))
    return list(rows.order_by("-count", "fallback"))
