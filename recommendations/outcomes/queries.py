"""Reading outcomes: the one of a recommendation with its plan, and all there is to say about it in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from accounts import formats
from accounts.errors import NotYours
from accounts.models import Business
from analytics.figures import Figure
from analytics.registry import Unit, metric_of
from recommendations.board.queries import one
from recommendations.models import Outcome, OutcomePlan, Recommendation
from recommendations.wording import printed

TONES = {"worked": "good", "harmed": "bad", "no_effect": "", "unknowable": "outline"}
METHODS = {
    OutcomePlan.Method.BEFORE_AFTER: "The days after are compared with the days before; the range allows for how much "
    "the figure varies by itself and for its memory from day to day.",
    OutcomePlan.Method.DIFFERENCE: "Day by day, the figure less that of the other accounts, which were left alone: "
    "what happened to all of them is taken out. The days after are then compared with the days before.",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A recommendation, how it will be judged, and how it was. Without a plan it was never taken."""

    row: Recommendation
    plan: OutcomePlan | None
    outcome: Outcome | None

    @property
    def state(self) -> str:
        """`measured`, `planned`, `unmeasurable`, or empty where the advice was not taken."""
        if self.outcome is not None:
            return "measured"
        if self.plan is None:
            return ""
        return "unmeasurable" if self.plan.method == OutcomePlan.Method.NONE else "planned"

    @property
    def short(self) -> str:
        """One line for a card; empty where there is nothing to say."""
        if self.outcome is not None:
            effect = self.effect_words
            return f"{self.outcome.get_result_display()}{': ' + effect if effect else ''}"
        if self.state == "planned" and self.plan is not None:
            return f"Outcome to be measured on {formats.day(self.plan.due_on)}"
        return "Outcome cannot be measured" if self.plan else ""

    @property
    def spans(self) -> list[tuple[str, date, date]]:
        """The days before and after with their last days, as people name spans; none without a plan."""
        plan = self.plan
        if plan is None:
            return []
        ends = (("Days before", plan.before_from, plan.before_until), ("Days after", plan.after_from, plan.after_until))
        return [(label, first, end - timedelta(days=1)) for label, first, end in ends if first and end]

    @property
    def tone(self) -> str:
        return TONES[self.outcome.result] if self.outcome else "outline"

    @property
    def effect_words(self) -> str:
        """`−6.1 pp (−7.0 pp to −5.2 pp)`; empty without a measured effect."""
        found = self.outcome.figures().get("effect") if self.outcome else None
        if found is None or found.low is None or found.high is None:
            return ""
        value, low, high = (difference(found, end) for end in (found.value, found.low, found.high))
        return f"{value} ({low} to {high})"

    @property
    def minimum_words(self) -> str:
        """The smallest change that would be told from chance; empty where none is known."""
        if self.plan is None or self.plan.minimum is None:
            return ""
        unsigned = Figure(
            self.plan.metric, self.plan.minimum, 0, self.plan.frozen_at.date(), currency=self.plan.currency
        )
        return difference(unsigned, self.plan.minimum).lstrip("+")

    @property
    def method_words(self) -> str:
        return METHODS.get(OutcomePlan.Method(self.plan.method), "") if self.plan else ""


def difference(of: Figure, value: object) -> str:
    """A difference of two values of the figure's metric: percentage points for shares, always signed."""
    number = of.value if value is None else value
    if metric_of(of.metric).unit is Unit.RATE:
        return formats.points_of_percent(number)  # type: ignore[arg-type]
    rounded = round(number)  # type: ignore[call-overload]
    words = printed(Figure(of.metric, abs(rounded), of.n, of.as_of, currency=of.currency))
    return f"{'−' if rounded < 0 else '+'}{words}"


def judged(row: Recommendation) -> Judged:
    """What is known of the outcome of a row that was read with its plan and outcome."""
    return Judged(row, getattr(row, "plan", None), getattr(row, "outcome", None))


def outcome_of(business: Business, recommendation_id: UUID) -> Judged:
    """One query. Errors: NotYours when there is no such recommendation in this business."""
    return judged(one(business, recommendation_id))


def outcome_figures(business: Business, recommendation_id: str, *, as_of: datetime) -> tuple[str, dict[str, Figure]]:
    """Title and figures of a measured outcome, or of the frozen baseline. Errors: NotYours for what is not there."""
    try:
        found = outcome_of(business, UUID(recommendation_id))
    except ValueError:
        raise NotYours("There is no such recommendation.") from None
    figures = found.outcome.figures() if found.outcome else {}
    baseline = found.plan.baseline_value() if found.plan else None
    if baseline is not None:
        figures["baseline"] = baseline
    if not figures:
        raise NotYours("Nothing was measured here.")
    return found.row.title, figures
