from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.figures import half_up
from analytics.payments.subscriptions.book import Billed, Discount, Item, MrrChange, Subscription
from analytics.payments.subscriptions.calc import (
    changes,
    item_mrr,
    items_mrr,
    movements,
    subscription_mrr,
)

DAY = date(2026, 3, 1)


def item(amount=1000, quantity=1, interval="month", count=1, **more):
    return Item(None if amount is None else Fraction(amount), quantity, interval, count, **more)


def subscription(**changed):
    fields = {"id": "sub", "customer": "c", "status": "active", "currency": "usd", "items": (item(),)}
    return Subscription(**(fields | {"started": date(2026, 1, 1)} | changed))


class TestItem:
    @pytest.mark.parametrize(
        ("one", "expected"),
        [
            (item(1000), 1000),
            (item(3000, count=3), 1000),
            (item(12000, interval="year"), 1000),
            (item(24000, interval="year", count=2), 1000),
            (item(300, interval="week"), 1300),
            (item(12, interval="day"), 365),
            (item(1000, quantity=4), 4000),
            (item(1000, quantity=0), 0),
            (item(1000, usage_type="metered"), 0),
            (item(None), None),
            (item("0.5", quantity=3), Fraction(3, 2)),
        ],
    )
    def test_is_its_share_of_a_month(self, one, expected):
        assert item_mrr(one) == expected


class TestSubscriptionMrr:
    @pytest.mark.parametrize(
        ("status", "worth"),
        [
            ("active", 1000),
            ("past_due", 1000),
            ("trialing", 0),
            ("incomplete", 0),
            ("incomplete_expired", 0),
            ("paused", 0),
            ("unpaid", 0),
            ("canceled", 0),
            ("new_status", 0),
        ],
    )
    def test_counts_what_is_being_paid(self, status, worth):
        assert subscription_mrr(subscription(status=status), day=DAY).amount == worth

    def test_a_scheduled_cancellation_counts_until_it_ends(self):
        ending = subscription(ended=date(2026, 4, 1))
        assert subscription_mrr(ending, day=date(2026, 3, 31)).amount == 1000
        assert subscription_mrr(ending, day=date(2026, 4, 1)).amount == 0

    @pytest.mark.parametrize(
        ("discount", "worth"),
        [
            (Discount("forever", percent_off=Fraction(25)), 750),
            (Discount("repeating", percent_off=Fraction(25), ends=date(2026, 3, 2)), 750),
            (Discount("repeating", percent_off=Fraction(25), ends=DAY), 1000),
            (Discount("repeating", percent_off=Fraction(25), starts=date(2026, 3, 2)), 1000),
            (Discount("once", percent_off=Fraction(25)), 1000),
            (Discount("forever", amount_off=300), 700),
            (Discount("forever", amount_off=9999), 0),
        ],
    )
    def test_lasting_discounts_are_taken_off(self, discount, worth):
        assert subscription_mrr(subscription(discounts=(discount,)), day=DAY).amount == worth

    def test_an_amount_off_a_yearly_price_counts_by_the_month(self):
        yearly = (item(12000, interval="year"),)
        assert items_mrr(yearly, (Discount("forever", amount_off=1200),), day=DAY).amount == 900

    def test_a_missing_price_is_left_out_and_counted(self):
        worth = items_mrr((item(), item(None)), (), day=DAY)
        assert (worth.amount, worth.unpriced) == (1000, 1)


class TestChanges:
    def test_come_from_what_was_invoiced(self):
        invoices = [
            Billed(date(2026, 1, 1), (item(),)),
            Billed(date(2026, 2, 1), (item(quantity=3),)),
            Billed(date(2026, 3, 1), (item(quantity=3),)),
        ]
        steps = changes(subscription(), invoices)
        assert [(step.day.month, step.mrr) for step in steps] == [(1, 1000), (2, 3000), (3, 3000)]

    def test_an_invoice_within_a_trial_is_no_revenue(self):
        invoices = [Billed(date(2026, 1, 1), (item(),)), Billed(date(2026, 1, 15), (item(),))]
        steps = changes(subscription(trial_ends=date(2026, 1, 15)), invoices)
        assert [step.day for step in steps] == [date(2026, 1, 15)]

    def test_the_end_is_a_change_to_zero(self):
        steps = changes(subscription(status="canceled", ended=date(2026, 2, 10)), [])
        assert [(step.day, step.mrr) for step in steps] == [(date(2026, 1, 1), 1000), (date(2026, 2, 10), 0)]

    def test_a_trial_that_was_canceled_never_counted(self):
        gone = subscription(status="canceled", trial_ends=date(2026, 2, 1), ended=date(2026, 1, 20))
        assert all(step.mrr == 0 for step in changes(gone, []))

    def test_an_unpaid_subscription_is_worth_nothing_from_its_last_invoice(self):
        invoices = [Billed(date(2026, 1, 1), (item(),)), Billed(date(2026, 2, 1), (item(),))]
        assert [step.mrr for step in changes(subscription(status="unpaid"), invoices)] == [1000, 0]


class TestMovements:
    def test_the_worked_example(self):
        """ChartMogul: 166.67 new, 60.00 expansion, 60.00 contraction, 166.67 churn, 150.00 reactivation."""
        yearly = items_mrr((item(50_000, quantity=4, interval="year"),), (), day=DAY).amount
        monthly = items_mrr((item(3_000, quantity=2),), (), day=DAY).amount
        again = items_mrr((item(5_000, quantity=3),), (), day=DAY).amount
        history = [
            MrrChange(date(2026, 1, 5), "c", "yearly", "usd", yearly),
            MrrChange(date(2026, 2, 5), "c", "monthly", "usd", monthly),
            MrrChange(date(2026, 3, 5), "c", "monthly", "usd", Fraction(0)),
            MrrChange(date(2026, 4, 5), "c", "yearly", "usd", Fraction(0)),
            MrrChange(date(2026, 5, 5), "c", "again", "usd", again),
        ]
        kinds = ("new", "expansion", "contraction", "churn", "reactivation")
        moved = {kind: [] for kind in kinds}
        for month in range(1, 6):
            one = movements(history, start=date(2026, month, 1), end=date(2026, month + 1, 1))
            for kind in kinds:
                moved[kind].append(half_up(getattr(one, kind)))
        assert moved == {
            "new": [16667, 0, 0, 0, 0],
            "expansion": [0, 6000, 0, 0, 0],
            "contraction": [0, 0, 6000, 0, 0],
            "churn": [0, 0, 0, 16667, 0],
            "reactivation": [0, 0, 0, 0, 15000],
        }

    def test_a_switch_of_plan_on_one_day_is_one_movement(self):
        history = [
            MrrChange(date(2026, 1, 5), "c", "old", "usd", Fraction(1000)),
            MrrChange(date(2026, 3, 5), "c", "old", "usd", Fraction(0)),
            MrrChange(date(2026, 3, 5), "c", "new", "usd", Fraction(1500)),
        ]
        moved = movements(history, start=date(2026, 3, 1), end=date(2026, 4, 1))
        assert (moved.new, moved.churn, moved.expansion) == (0, 0, 500)

    def test_a_new_billing_period_moves_nothing(self):
        history = [MrrChange(date(2026, month, 5), "c", "s", "usd", Fraction(1000)) for month in (1, 2, 3)]
        moved = movements(history, start=date(2026, 2, 1), end=date(2026, 4, 1))
        assert (moved.opening, moved.closing, moved.expansion, moved.contraction) == (1000, 1000, 0, 0)

    def test_ratios_are_empty_without_anything_to_divide_by(self):
        nothing = movements([], start=DAY, end=date(2026, 4, 1))
        assert (nothing.quick_ratio, nothing.net_revenue_retention, nothing.arr) == (None, None, 0)

    @given(
        st.lists(
            st.builds(
                MrrChange,
                st.dates(date(2026, 1, 1), date(2026, 12, 31)),
                st.sampled_from("abc"),
                st.sampled_from(["s1", "s2"]),
                st.just("usd"),
                st.fractions(0, 1000),
            ),
            max_size=30,
        ),
        st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    )
    def test_closing_is_opening_plus_movements_exactly(self, history, one, other):
        moved = movements(history, start=min(one, other), end=max(one, other))
        up = moved.new + moved.expansion + moved.reactivation
        assert moved.closing == moved.opening + up - moved.contraction - moved.churn
