"""What a business may use: the best of what it holds, cheap to ask, never stale."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Business, Event
from accounts.testing.world import World
from billing.entitlements import NotEntitled, entitlements, is_entitled, require, require_work
from billing.entitlements.calc import Held, best, resolve
from billing.grants import end_grant, grant, renew_version
from billing.models import Grant, Plan, PlanFeature

DAY = timedelta(days=1)


@pytest.fixture
def shop(world: World) -> Business:
    """A business that holds nothing but the free plan."""
    return Business.objects.create(slug="corner", name="Corner Shop")


def give(business: Business, plan: str, clock: datetime, **values: Any) -> Grant:
    given = {"source": "manual", "external_id": str(uuid.uuid4()), "valid_from": clock - DAY, **values}
    return grant(business, Plan.objects.get(key=plan), **given)


class TestTheBestOfEverything:
    @pytest.mark.parametrize(
        ("offers", "found"),
        [
            ([], {}),
            ([{"sources": 1}, {"sources": 5}], {"sources": 5}),
            ([{"sources": None}, {"sources": 5}], {"sources": None}),
            ([{"exports": 1}, {"exports": 0}, {"members": 2}], {"exports": 1, "members": 2}),
        ],
    )
    def test_takes_the_highest_of_each_and_without_limit_above_all(self, offers: Any, found: Any) -> None:
        assert best(offers) == found
        assert best(reversed(offers)) == found

    def test_counts_a_grant_from_its_first_moment_to_just_before_its_last(self, clock: datetime) -> None:
        held = Held("x", {"exports": 1}, valid_from=clock, valid_until=clock + DAY)
        moments = (clock - timedelta(seconds=1), clock, clock + DAY - timedelta(seconds=1), clock + DAY)
        assert [resolve([held], {}, at=at).has("exports") for at in moments] == [False, True, True, False]

    def test_reads_but_does_not_write_from_the_moment_it_is_read_only(self, clock: datetime) -> None:
        held = Held("x", {"sources": 5}, valid_from=clock - DAY, read_only_from=clock)
        before = resolve([held], {"sources": 1}, at=clock - timedelta(seconds=1))
        after = resolve([held], {"sources": 1}, at=clock)
        assert (before.is_read_only, before.has_room("sources", 4)) == (False, True)
        assert (after.is_read_only, after.limit("sources"), after.has_room("sources", 0)) == (True, 5, False)

    def test_works_on_while_another_plan_carries(self, clock: datetime) -> None:
        late = Held("x", {"sources": 5}, valid_from=clock - DAY, read_only_from=clock)
        paid = Held("y", {"sources": 2}, valid_from=clock - DAY)
        found = resolve([late, paid], {}, at=clock)
        assert not found.is_read_only and found.has_room("sources", 1) and not found.has_room("sources", 2)

    def test_is_not_made_read_only_by_a_report_bought_once(self, clock: datetime) -> None:
        report = Held("autopsy", {}, valid_from=clock - DAY, read_only_from=clock - DAY, carries=False)
        assert not resolve([report], {"sources": 1}, at=clock).is_read_only


@pytest.mark.django_db
class TestABusiness:
    def test_has_the_free_plan_without_a_grant(self, shop: Business, clock: datetime) -> None:
        found = entitlements(shop, at=clock)
        assert found.desks == {"payments"} and found.limit("sources") == 1 and not found.has("exports")

    def test_costs_no_query_once_warm(self, shop: Business, clock: datetime) -> None:
        give(shop, "pro", clock)
        entitlements(shop, at=clock)
        with CaptureQueriesContext(connection) as captured:
            assert entitlements(shop, at=clock + DAY).has("desk.trading")
            require(shop, "desk.trading", at=clock)
            require_work(shop, at=clock)
            assert is_entitled(shop, "exports", at=clock)
        assert len(captured) == 0

    def test_sees_a_change_at_once_in_every_process(self, shop: Business, clock: datetime) -> None:
        """Another process knows only what the row says: it loads the business anew for each request."""
        elsewhere = Business.objects.get(pk=shop.pk)
        assert not entitlements(elsewhere, at=clock).has("desk.trading")
        given = give(shop, "trader", clock)
        assert entitlements(Business.objects.get(pk=shop.pk), at=clock).has("desk.trading")
        end_grant(shop, source="manual", grant_id=given.pk, at=clock)
        assert not entitlements(Business.objects.get(pk=shop.pk), at=clock).has("desk.trading")

    def test_sees_a_changed_plan_once_its_version_is_renewed(self, shop: Business, clock: datetime) -> None:
        assert not entitlements(shop, at=clock).has("exports")
        PlanFeature.objects.filter(plan__key="free", key="exports").update(value=1)
        renew_version([shop])
        assert entitlements(Business.objects.get(pk=shop.pk), at=clock).has("exports")

    def test_keeps_a_rolled_back_change_from_everyone(self, shop: Business, clock: datetime) -> None:
        from django.db import transaction

        with pytest.raises(RuntimeError), transaction.atomic():
            give(shop, "pro", clock)
            assert entitlements(shop, at=clock).has("desk.market")
            raise RuntimeError
        assert not entitlements(Business.objects.get(pk=shop.pk), at=clock).has("desk.market")

    def test_is_told_what_is_missing_and_where_it_is(self, shop: Business, clock: datetime) -> None:
        with pytest.raises(NotEntitled) as refused:
            require(shop, "desk.trading", at=clock)
        assert refused.value.status == 402
        assert refused.value.details["feature"] == "desk.trading" and refused.value.details["plan"] == "trader"
        assert refused.value.message == "The trading desk is not part of your plan. The Trader plan has it."

    def test_is_told_how_many_it_has_when_all_are_used(self, shop: Business, clock: datetime) -> None:
        require(shop, "sources", at=clock, used=0)
        with pytest.raises(NotEntitled, match="1\u00a0connected source, and all of it is in use") as refused:
            require(shop, "sources", at=clock, used=1)
        assert refused.value.details["limit"] == 1 and refused.value.details["plan"] == "desk_payments"

    def test_is_not_sold_another_plan_while_a_payment_is_missing(self, shop: Business, clock: datetime) -> None:
        give(shop, "trader", clock, read_only_from=clock - DAY)
        assert entitlements(shop, at=clock).has("desk.trading")
        for feature in ("desk.trading", "sources"):
            with pytest.raises(NotEntitled) as refused:
                require(shop, feature, at=clock)
            assert refused.value.details["reason"] == "read_only" and "plan" not in refused.value.details


@pytest.mark.django_db
class TestAGrant:
    def test_is_written_and_recorded_once(self, shop: Business, clock: datetime) -> None:
        for _ in range(3):
            give(shop, "trader", clock, source="stripe", external_id="sub_1")
        assert Grant.objects.of(shop).count() == 1
        assert Event.objects.of(shop).filter(name="billing.grants.granted").count() == 1
        assert not Event.objects.of(shop).filter(name="billing.grants.changed").exists()

    def test_follows_what_is_said_now(self, shop: Business, clock: datetime) -> None:
        give(shop, "trader", clock, source="stripe", external_id="sub_1")
        changed = give(shop, "pro", clock, source="stripe", external_id="sub_1", valid_until=clock + DAY)
        assert Grant.objects.of(shop).get().plan.key == "pro" and changed.valid_until == clock + DAY

    def test_opens_the_desks_of_its_plan_and_closes_none(self, shop: Business, clock: datetime) -> None:
        given = give(shop, "trader", clock)
        assert Business.objects.get(pk=shop.pk).desks == ["payments", "trading"]
        end_grant(shop, source="manual", grant_id=given.pk, at=clock)
        assert Business.objects.get(pk=shop.pk).desks == ["payments", "trading"]

    def test_ends_once(self, shop: Business, clock: datetime) -> None:
        give(shop, "trader", clock, source="odoo", external_id="S1:1")
        assert end_grant(shop, source="odoo", external_id="S1:1", at=clock)
        assert not end_grant(shop, source="odoo", external_id="S1:1", at=clock)
        assert Event.objects.of(shop).filter(name="billing.grants.ended").count() == 1

    def test_lives_again_when_it_is_given_again(self, shop: Business, clock: datetime) -> None:
        give(shop, "trader", clock, source="odoo", external_id="S1:1")
        end_grant(shop, source="odoo", external_id="S1:1", at=clock)
        assert give(shop, "trader", clock, source="odoo", external_id="S1:1").state == "active"
        assert entitlements(shop, at=clock).has("desk.trading")

    def test_is_never_taken_over_by_another_business(self, world: World, shop: Business, clock: datetime) -> None:
        give(shop, "trader", clock, source="stripe", external_id="sub_1")
        with pytest.raises(ValueError, match="another business"):
            give(world.other, "trader", clock, source="stripe", external_id="sub_1")

    def test_needs_a_name_to_be_ended(self, shop: Business, clock: datetime) -> None:
        with pytest.raises(ValueError, match="Which grant"):
            end_grant(shop, source="manual", at=clock)
