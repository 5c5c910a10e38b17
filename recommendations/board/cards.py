"""A recommendation as pages print it: plain words, worked out once, nothing left for a template to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import formats
from accounts.requests import BusinessRequest
from analytics.evidence.links import evidence_url
from analytics.figures import Figure
from analytics.payments.readiness.model_r1 import R1
from recommendations.board.evidence import KIND, named_figures
from recommendations.models import Recommendation
from recommendations.outcomes.queries import judged
from recommendations.wording import printed

SNOOZES = (
    ("1", "Until tomorrow"),
    ("7", "For a week"),
    ("30", "For a month"),
    ("worse", "Until it is half as bad again"),
)
WORSE_BY = Decimal("0.5")
REASONS = ("Not relevant", "Too much effort", "Already done", "The figures are wrong", "We do it differently")
CAP_REASONS = {cap.key: cap.because for cap in R1.caps}
UNDECIDED = frozenset({Recommendation.Status.OPEN, Recommendation.Status.SNOOZED})


@dataclass(frozen=True, slots=True)
class Card:
    """What a list shows of one recommendation. `gain` is points, or money where the advice is about money."""

    row: Recommendation
    url: str
    gain: str
    gain_note: str
    deadline: str
    meta: str
    state: str
    actions: str
    impact: str = ""
    outcome: str = ""
    outcome_url: str = ""
    outcome_tone: str = ""


def card(request: BusinessRequest, row: Recommendation) -> Card:
    """The card of one row, with the buttons this member may press."""
    gain, note = gain_words(row)
    return Card(
        row=row,
        url=reverse("recommendations:detail", args=[request.business.slug, row.pk]),
        gain=gain,
        gain_note=note,
        deadline=formats.day(row.deadline) if row.deadline else "",
        meta=_meta(row, request.now),
        state=row.status_at(request.now),
        actions=actions(request, row),
        impact=impact_words(row),
        **_outcome(request, row),
    )


def impact_words(row: Recommendation) -> str:
    """`$120.00 a month (none to $240.00)`, or the chance of ruin that would go; empty where nothing can be said."""
    body = row.impact
    if not body:
        return ""
    value, low, high = (_amount(body, name) for name in ("value", "low", "high"))
    what = "less chance of reaching the floor" if body["unit"] == "ruin" else "a month"
    return f"{value} {what} ({low} to {high})"


def _amount(body: dict[str, str], name: str) -> str:
    number = Decimal(body[name])
    if body["unit"] == "ruin":
        return formats.percent(number)
    return formats.money(int(number), body["currency"]) if number else "nothing"


def _outcome(request: BusinessRequest, row: Recommendation) -> dict[str, str]:
    found = judged(row)
    if not found.short:
        return {}
    url = reverse("recommendations:outcome", args=[request.business.slug, row.pk])
    return {"outcome": found.short, "outcome_url": url, "outcome_tone": found.tone}


def gain_words(row: Recommendation) -> tuple[str, str]:
    """`+8.2` and `points`, or the money at stake; empty where the advice claims neither."""
    if row.gain is not None:
        note = "points, lifts a cap" if row.gain_caps else "points"
        return formats.signed(row.gain, 1), note
    exposure = row.exposure_figure()
    return (printed(exposure), "at stake") if exposure else ("", "")


def lifted(row: Recommendation) -> tuple[str, ...]:
    """The caps that would fall, in words."""
    return tuple(CAP_REASONS.get(key, key) for key in row.gain_caps)


def actions(request: HttpRequest, row: Recommendation) -> str:
    """The buttons as HTML; none for members who may not decide and for what is closed."""
    entered: BusinessRequest = request  # type: ignore[assignment]
    if not entered.member.may("write:recommendations"):
        return ""
    status = row.status_at(entered.now)
    context = {
        "row": row,
        "url": reverse("recommendations:decide", args=[entered.business.slug, row.pk]),
        "open": status in UNDECIDED,
        "accepted": status == Recommendation.Status.ACCEPTED,
        "dismissed": status == Recommendation.Status.DISMISSED,
        "waiting": status == Recommendation.Status.WAITING,
        "snoozes": SNOOZES,
        "reasons": REASONS,
        "back": request.get_full_path(),
        "csrf_token": get_token(request),
    }
    # Without the request: the shell's context would be gathered again for every row.
    return render_to_string("recommendations/board/_actions.html", context)


def snooze_end(days: int, *, now: datetime) -> datetime:
    return now + timedelta(days=days)


def evidence_rows(request: BusinessRequest, row: Recommendation) -> list[tuple[Figure, str, str]]:
    """Each figure, the words that tell it apart from others of the same metric, and where it is explained."""
    return [
        (figure, figure.note, evidence_url(request.business, KIND, row.pk, name))
        for name, figure in named_figures(row).items()
    ]


def _asleep_until(row: Recommendation) -> str:
    worse = row.snoozed_until_worse_by
    ends = [formats.day(row.snoozed_until)] if row.snoozed_until else []
    return " or ".join([*ends, *([f"it is worse by {formats.percent(worse, 0)}"] if worse else [])])


def _meta(row: Recommendation, now: datetime) -> str:
    if row.status_at(now) == Recommendation.Status.SNOOZED:
        return f"asleep until {_asleep_until(row)}"
    if row.status == Recommendation.Status.WAITING:
        return row.waiting_reason
    if row.decided_at and row.status not in UNDECIDED:
        who = f" by {row.decided_by}" if row.decided_by else ""
        return f"{formats.day(row.decided_at)}{who}"
    return ""
