"""Perks from paid months: pauses excluded, refunds taken back, the same however often it is computed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Event
from accounts.tenancy import acting_for
from accounts.testing.world import World
from billing.loyalty.calc import Month, PerkTerms, counted, standing
from billing.loyalty.perks import write_perks
from billing.loyalty.queries import ledger, loyalty
from billing.loyalty.tasks import bring_unlocks, recompute_all
from billing.models import Invoice, OdooOrder, PaidMonth, Perk, Plan, Subscription, Unlock
from billing.orders.months import add_months
from billing.testing.odoo import reading, taken

START = datetime(2026, 1, 10, 9, tzinfo=UTC)
PERKS = (PerkTerms("call", 3), PerkTerms("report", 6))


def months(*offsets: int) -> list[Month]:
    return [Month(add_months(START, n), add_months(START, n + 1)) for n in offsets]


def after(count: int) -> datetime:
    return add_months(START, count)


class TestStanding:
    def test_of_nobody_is_empty(self) -> None:
        found = standing([], PERKS, as_of=START)
        assert (found.months, found.reached, found.next_key, found.months_left, found.next_at) == (
            0,
            (),
            "call",
            3,
            None,
        )

    @pytest.mark.parametrize(("as_of", "reached"), [(after(3) - timedelta(seconds=1), []), (after(3), ["call"])])
    def test_a_month_counts_when_it_was_lived_through(self, as_of: datetime, reached: list[str]) -> None:
        assert [one.key for one in standing(months(0, 1, 2), PERKS, as_of=as_of).reached] == reached

    def test_counts_down_to_the_next_perk(self) -> None:
        found = standing(months(0, 1), PERKS, as_of=after(1) + timedelta(days=2))
        assert (found.months, found.months_left) == (1, 2)
        assert found.next_at == after(2) + (after(2) - after(1))

    def test_a_pause_adds_nothing_and_takes_nothing(self) -> None:
        paused = standing(months(0, 1, 7), PERKS, as_of=after(8))
        assert (paused.months, [one.key for one in paused.reached]) == (3, ["call"])
        assert paused.reached[0].at == after(8)

    def test_while_nothing_runs_there_is_no_date(self) -> None:
        assert standing(months(0, 1), PERKS, as_of=after(4)).next_at is None

    def test_overlapping_months_count_once(self) -> None:
        twice = [*months(0, 1), Month(START + timedelta(days=3), after(1) + timedelta(days=3))]
        assert len(counted(twice)) == 2

    def test_all_reached_has_no_next(self) -> None:
        found = standing(months(*range(7)), PERKS, as_of=after(7))
        assert (found.next_key, found.months_left, found.next_at) == ("", 0, None)

    @given(st.permutations(months(0, 1, 2, 5, 6, 9)), st.integers(0, 12))
    def test_the_order_of_the_ledger_does_not_matter(self, ledger_of: list[Month], when: int) -> None:
        assert standing(ledger_of, PERKS, as_of=after(when)) == standing(
            months(0, 1, 2, 5, 6, 9), PERKS, as_of=after(when)
        )

    @given(st.sets(st.integers(0, 20)), st.integers(0, 20))
    def test_taking_a_month_away_never_unlocks_more(self, paid: set[int], gone: int) -> None:
        full = standing(months(*paid), PERKS, as_of=after(30))
        less = standing(months(*(paid - {gone})), PERKS, as_of=after(30))
        assert {one.key for one in less.reached} <= {one.key for one in full.reached}
        assert less.months == len(paid - {gone})


@pytest.mark.django_db
class TestOfABusiness:
    @pytest.fixture(autouse=True)
    def _order(self, world: World, wakeups: Any) -> None:
        self.business, self.world = world.business, world
        self.order: OdooOrder = taken(reading(1, paid=False))
        write_perks(Perk.objects)  # a test that commits leaves empty tables behind

    def pay(self, *offsets: int) -> None:
        for number in offsets:
            PaidMonth.objects.create(
                order=self.order, business=self.business, number=number + 1, starts_at=after(number),
                ends_at=after(number + 1), payment=f"tx:{number}",
            )  # fmt: skip

    def test_shows_every_perk_and_the_countdown_in_three_queries(self, django_assert_num_queries: Any) -> None:
        self.pay(0, 1, 2, 3)
        with acting_for(self.business), django_assert_num_queries(3):
            found = loyalty(self.business, as_of=after(3) + timedelta(days=1))
        assert found.months == 3 and [perk.reached_at for perk in found.perks] == [after(3), None, None]
        assert found.next is not None and (found.next.after_months, found.months_left) == (6, 3)
        assert found.days_left is not None and 60 < found.days_left < 95

    def test_of_another_business_is_theirs(self) -> None:
        self.pay(0, 1, 2)
        with acting_for(self.world.other):
            assert loyalty(self.world.other, as_of=after(5)).months == 0
            assert loyalty(self.business, as_of=after(5)).months == 0

    def test_unlocks_are_written_once_and_taken_back_by_a_refund(self) -> None:
        self.pay(0, 1, 2)
        assert bring_unlocks(self.business, as_of=after(3)) == {"unlocked": 1, "revoked": 0}
        assert bring_unlocks(self.business, as_of=after(4)) == {"unlocked": 0, "revoked": 0}
        PaidMonth.objects.filter(number=3).delete()
        assert bring_unlocks(self.business, as_of=after(4)) == {"unlocked": 0, "revoked": 1}
        assert Unlock.objects.get().revoked_at == after(4)
        self.pay(5)
        assert bring_unlocks(self.business, as_of=after(6)) == {"unlocked": 1, "revoked": 0}
        assert (Unlock.objects.get().revoked_at, Unlock.objects.get().reached_at) == (None, after(6))
        assert Event.objects.filter(name="billing.loyalty.unlocked").count() == 2

    def test_is_recomputed_by_beat_for_whoever_paid(self, run_jobs: Any) -> None:
        self.pay(0, 1, 2)
        recompute_all.enqueue()
        assert [job.name for job in run_jobs()] == ["billing.loyalty.recompute_all", "billing.loyalty.recompute"]
        assert Unlock.objects.get().business == self.business

    def test_a_retired_perk_stays_with_who_reached_it_and_is_offered_to_nobody_else(self) -> None:
        self.pay(0, 1, 2)
        Perk.objects.filter(after_months=3).update(retired_at=after(3) + timedelta(days=1))
        assert loyalty(self.business, as_of=after(9)).perks[0].reached_at == after(3)
        Perk.objects.filter(after_months=3).update(retired_at=after(2))
        assert [perk.after_months for perk in loyalty(self.business, as_of=after(9)).perks] == [6, 12]

    def test_months_paid_at_stripe_count_as_well(self) -> None:
        plan = Plan.objects.get(key="trader")
        Subscription.objects.create(
            business=self.business, stripe_id="sub_1", customer="cus_1", livemode=False, status="active", plan=plan,
            currency="usd", amount=25_000, discounted=25_000, started_at=START, synced_at=START,
        )  # fmt: skip
        shared = {"business": self.business, "subscription": "sub_1", "currency": "usd", "total": 25_000,
                  "total_excluding_tax": 25_000, "amount_due": 0}  # fmt: skip
        for number, (status, paid) in enumerate([("paid", 25_000), ("open", 0), ("paid", 0), ("paid", 25_000)]):
            Invoice.objects.create(
                stripe_id=f"in_{number}", status=status, amount_paid=paid, issued_at=after(number),
                paid_at=after(number) if status == "paid" else None, **shared,
            )  # fmt: skip
        assert [month.starts_at for month in ledger(self.business)] == [START, after(3)]

    def test_a_paid_year_is_twelve_months(self) -> None:
        PaidMonth.objects.create(
            order=self.order, business=self.business, number=1, starts_at=START, ends_at=after(12), payment="tx:1"
        )
        found = ledger(self.business)
        assert (len(found), found[0].starts_at, found[-1].ends_at) == (12, START, after(12))
