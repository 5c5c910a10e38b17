"""What came of advice, beside what to do next: only where it is asked for."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from accounts.testing.world import World
from agent.tools.general import get_top_recommendations
from agent.tools.registry import Ask
from analytics.figures import Figure, to_json
from recommendations.board.services import decide
from recommendations.models import Outcome
from recommendations.testing.findings import finding, seen

METRIC = "outcomes.refund_share"


def test_outcomes_are_told_with_their_figures_when_asked_for(world: World, clock: datetime) -> None:
    rows = seen(world.business, finding(as_of=clock), finding(as_of=clock, rule="payments.reduce_refunds"), as_of=clock)
    taken = next(row for row in rows if row.rule == "payments.reduce_refunds")
    decide(world.business, taken.pk, "accepted", actor=world.owner, at=clock)
    effect = Figure(METRIC, Decimal("-0.061"), 112, clock.date(), low=Decimal("-0.07"), high=Decimal("-0.052"))
    Outcome.objects.create(
        business=world.business, recommendation=taken, rule=taken.rule, result="worked", effect=to_json(effect)
    )
    ask = Ask(world.business, world.owner, clock)
    plain, asked = get_top_recommendations(ask), get_top_recommendations(ask, outcomes=True)
    assert [row.ref.split(":")[0] for row in plain.rows] == ["recommendation"]
    told = asked.rows[-1]
    assert told.ref == f"outcome:{taken.pk}" and told.text.startswith("Worked:") and told.get(METRIC) == effect
    assert get_top_recommendations(Ask(world.other, world.stranger, clock), outcomes=True).rows == ()
