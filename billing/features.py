"""What plans can differ in. One line a feature; plans, gates, pages and docs name them by these keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SWITCH, LIMIT, METERED = "bool", "limit", "metered"


@dataclass(frozen=True, slots=True)
class Feature:
    """`label` names it in a list; `noun` is what a limit counts, `nouns` its plural where an s is not enough."""

    key: str
    kind: str
    label: str
    noun: str = ""
    nouns: str = ""


def desk_feature(desk: str) -> str:
    """The key of the switch that opens a desk."""
    return f"desk.{desk}"


_ALL: Final = (
    Feature("desk.payments", SWITCH, "The payments desk"),
    Feature("desk.commerce", SWITCH, "The commerce desk"),
    Feature("desk.customers", SWITCH, "The customers desk"),
    Feature("desk.market", SWITCH, "The market desk"),
    Feature("desk.trading", SWITCH, "The trading desk"),
    Feature("sources", LIMIT, "Connected sources", "connected source"),
    Feature("history_months", LIMIT, "Months shown", "month of history", "months of history"),
    Feature("members", LIMIT, "Team members", "team member"),
    Feature("alerts", LIMIT, "Alert rules", "alert rule"),
    Feature("agent_questions", METERED, "Questions to the agent", "question a month", "questions a month"),
    Feature("exports", SWITCH, "Export"),
)
FEATURES: Final = {feature.key: feature for feature in _ALL}
