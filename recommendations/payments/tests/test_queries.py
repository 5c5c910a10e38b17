"""Reading the desk: what counts, what does not, and nothing of another business."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.testing.world import World
from analytics.models import MetricSnapshot
from analytics.testing import payments as facts
from ingestion.models import Reconciliation, Source
from recommendations.payments.queries import payments_desk
from recommendations.payments.tests.desks import HEALTHY

DAY = timedelta(days=1)


@pytest.fixture
def source(world: World) -> Source:
    return facts.source(world.business)


def test_an_empty_business_has_an_empty_desk(world: World, clock: datetime) -> None:
    desk = payments_desk(world.business, as_of=clock)
    assert desk.score.score is None and desk.sources == () and desk.disputes == ()


def test_metrics_are_the_newest_that_count(world: World, clock: datetime) -> None:
    for as_of, superseded in ((HEALTHY.as_of - DAY, None), (HEALTHY.as_of, None), (HEALTHY.as_of + DAY, None)):
        MetricSnapshot.objects.create(
            business=world.business, as_of=as_of, model_version="m1", values=HEALTHY.to_json(), figures={},
            inputs_hash="x", superseded_at=superseded,
        )  # fmt: skip
    assert payments_desk(world.business, as_of=clock).metrics == HEALTHY


def test_only_disputes_that_can_still_be_answered_are_listed(source: Source, world: World, clock: datetime) -> None:
    open_ = facts.dispute(source, clock - DAY, evidence_due_by=clock + DAY, external_id="dp_open")
    facts.save(
        open_,
        facts.dispute(source, clock - DAY, evidence_due_by=clock - DAY, external_id="dp_late"),
        facts.dispute(source, clock - DAY, evidence_due_by=clock + DAY, status="won", external_id="dp_won"),
        facts.dispute(source, clock - DAY, evidence_due_by=None, external_id="dp_undated"),
    )
    assert [dispute.id for dispute in payments_desk(world.business, as_of=clock).disputes] == ["dp_open"]


def test_a_warned_charge_counts_until_it_is_refunded_or_disputed(source: Source, world: World, clock: datetime) -> None:
    plain, refunded, disputed = (facts.charge(source, clock - 2 * DAY, 1000) for _ in range(3))
    refunded.amount_refunded = 1000
    facts.save(
        plain, refunded, disputed,
        *(facts.fraud_warning(source, clock - DAY, about) for about in (plain, refunded, disputed)),
        facts.dispute(source, clock - DAY, charge=disputed.external_id, status="warning_under_review"),
    )  # fmt: skip
    warned = payments_desk(world.business, as_of=clock).warnings
    assert [row.charge for row in warned] == [plain.external_id] and warned[0].amount == 1000


def test_reasons_count_chargebacks_of_180_days(source: Source, world: World, clock: datetime) -> None:
    facts.save(
        facts.dispute(source, clock - 10 * DAY, reason="fraudulent"),
        facts.dispute(source, clock - 10 * DAY, reason="general", is_chargeback=False),
        facts.dispute(source, clock - 200 * DAY, reason="duplicate"),
    )
    assert payments_desk(world.business, as_of=clock).chargeback_reasons == Counter({"fraudulent": 1})


def test_what_never_came_in_counts_the_largest_attempt_of_each_intent(
    source: Source, world: World, clock: datetime
) -> None:
    def attempt(intent: str, amount: int, status: str, currency: str = "usd") -> object:
        code = "insufficient_funds" if status == "failed" else ""
        return facts.charge(
            source, clock - 3 * DAY, amount, status=status, payment_intent=intent, failure_code=code, currency=currency
        )

    facts.save(
        attempt("pi_1", 500, "failed"), attempt("pi_1", 700, "failed"),
        attempt("pi_2", 900, "failed"), attempt("pi_2", 900, "succeeded"),
        attempt("pi_3", 40, "failed", "jpy"),
    )  # fmt: skip
    declines = payments_desk(world.business, as_of=clock).declines
    assert declines.unrecovered == 700 and declines.intents == 1
    assert declines.codes == (("insufficient_funds", 4),)


def test_the_source_says_what_its_provider_asks_for(world: World, clock: datetime) -> None:
    deadline = datetime(2026, 6, 20, tzinfo=UTC)
    asked = {
        "currently_due": ["tos_acceptance.date", "a"],
        "past_due": ["a"],
        "current_deadline": int(deadline.timestamp()),
    }
    facts.source(world.business, account={"payouts_enabled": False, "requirements": asked})
    facts.source(world.business, state="disconnected")
    (state,) = payments_desk(world.business, as_of=clock).sources
    assert state.requirements == ("a", "tos_acceptance.date") and state.requirements_deadline == deadline
    assert state.restricted


def test_drift_is_that_of_the_newest_reconciliation(source: Source, world: World, clock: datetime) -> None:
    for days, drift in ((2, 500), (1, 0)):
        Reconciliation.objects.create(
            business=world.business, source=source, currency="usd", ran_at=clock - days * DAY, ledger=1000 + drift,
            balance=1000, drift=drift,
        )  # fmt: skip
    assert payments_desk(world.business, as_of=clock).sources[0].drift == ()


def test_nothing_of_another_business_is_read(world: World, clock: datetime) -> None:
    theirs = facts.source(world.other, label="CANARY")
    charge = facts.charge(theirs, clock - DAY, descriptor="CANARY")
    facts.save(
        charge,
        facts.fraud_warning(theirs, clock - DAY, charge),
        facts.dispute(theirs, clock - DAY, evidence_due_by=clock + DAY, reason="CANARY", external_id="dp_CANARY"),
        facts.payout(theirs, (clock - DAY).date(), -5, failure_code="CANARY"),
    )
    assert "CANARY" not in repr(payments_desk(world.business, as_of=clock))


def test_the_number_of_queries_does_not_grow_with_rows(source: Source, world: World, clock: datetime) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            payments_desk(world.business, as_of=clock)
        return len(captured)

    def more(rows: int) -> None:
        charges = [facts.charge(source, clock - DAY) for _ in range(rows)]
        warnings = [facts.fraud_warning(source, clock - DAY, charge) for charge in charges]
        facts.save(charges, warnings, [facts.dispute(source, clock, evidence_due_by=clock + DAY) for _ in range(rows)])

    more(1)
    first = count()
    more(30)
    assert count() == first <= 16
