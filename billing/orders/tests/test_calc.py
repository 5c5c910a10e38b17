"""What an order means, and that no order of news changes it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.orders.calc import GRACE, IGNORED, Price, Seen, Terms, Verdict, decide, holds, seen
from billing.orders.months import add_months, paid_periods
from billing.orders.reading import OrderReading, from_json
from billing.testing.odoo import AUTOPSY, PLACED, TRADER, at, line, payment, reading

CATALOGUE = {
    TRADER: Terms("trader", "subscription", "month", (Price("usd", 25_000), Price("eur", 23_000))),
    AUTOPSY: Terms("edge_autopsy", "one_off", "", (Price("usd", 9_900),)),
    "SHIP": IGNORED,
}


def judged(order: OrderReading, *, accepted: bool = False) -> Verdict:
    return decide(order, CATALOGUE, accepted=accepted)


class TestStatus:
    @pytest.mark.parametrize("state", ["draft", "sent", "sale", "done"])
    def test_confirmed_is_not_paid(self, state: str) -> None:
        assert judged(reading(paid=False, state=state)).status == "waiting"

    def test_a_part_of_the_money_is_not_enough(self) -> None:
        verdict = judged(reading(payments=(payment(amount=24_999),)))
        assert (verdict.status, verdict.periods, verdict.until) == ("partly_paid", (), None)

    def test_two_parts_that_reach_the_total_are(self) -> None:
        parts = (payment(1, amount=10_000), payment(2, amount=15_000))
        verdict = judged(reading(payments=parts))
        assert verdict.status == "paid" and verdict.periods[0].payment == "tx:2"

    def test_cancelled_wins_over_paid(self) -> None:
        assert judged(reading(state="cancel")).status == "cancelled"

    def test_all_money_back_is_refunded(self) -> None:
        verdict = judged(reading(payments=(payment(refunded=25_000),)))
        assert (verdict.status, verdict.until, verdict.refunded) == ("refunded", None, 25_000)

    def test_a_free_order_gives_nothing(self) -> None:
        assert judged(reading(payments=(), total=0)).status == "waiting"


class TestDoubt:
    @pytest.mark.parametrize(
        ("order", "code"),
        [
            (reading(lines=(line("NO-SUCH"),)), "unknown_sku"),
            (reading(lines=(line(""),)), "unknown_sku"),
            (reading(lines=(line(subtotal=20_000, total=20_000),)), "amount_mismatch"),
            (reading(lines=(line(AUTOPSY, subtotal=14_900, total=14_900),)), "amount_mismatch"),
            (reading(lines=(line(quantity=Decimal(2), subtotal=50_000, total=50_000),)), "quantity"),
            (reading(currency="gbp", payments=(payment(currency="gbp"),)), "currency_not_offered"),
            (reading(payments=(payment(currency="eur"),)), "payment_currency"),
            (reading(payments=(payment(refunded=100), payment(2))), "partial_refund"),
            (reading(email=""), "no_email"),
        ],
    )
    def test_parks_with_a_reason_and_gives_nothing(self, order: OrderReading, code: str) -> None:
        verdict = judged(order)
        assert (verdict.park, verdict.items, verdict.until) == (code, (), None)
        assert verdict.why

    def test_an_unpaid_cart_asks_nothing_of_anybody(self) -> None:
        assert judged(reading(paid=False, lines=(line("NO-SUCH"),))).park == ""

    def test_tax_does_not_make_a_mismatch(self) -> None:
        taxed = reading(currency="eur", lines=(line(subtotal=23_000, total=27_370),),
                        payments=(payment(amount=27_370, currency="eur"),))  # fmt: skip
        assert (judged(taxed).park, judged(taxed).status) == ("", "paid")

    def test_a_price_that_was_offered_then_still_holds(self) -> None:
        old = replace(CATALOGUE[TRADER], prices=(Price("usd", 20_000, retired_at=at(5)), Price("usd", 25_000)))
        cheap = reading(lines=(line(subtotal=20_000, total=20_000),))
        assert decide(cheap, {TRADER: old}).park == ""
        late = replace(cheap, ordered_at=at(5))
        assert decide(late, {TRADER: old}).park == "amount_mismatch"

    def test_a_plan_that_was_retired_before_the_order_is_asked_about(self) -> None:
        retired = {TRADER: replace(CATALOGUE[TRADER], retired_at=PLACED)}
        assert decide(reading(), retired).park == "plan_retired"
        assert decide(reading(ordered_at=PLACED - timedelta(days=1)), retired).park == ""

    def test_a_person_may_wave_through_a_price_but_not_an_unknown_product(self) -> None:
        assert judged(reading(lines=(line(subtotal=20_000, total=20_000),)), accepted=True).items
        assert judged(reading(lines=(line("NO-SUCH"),)), accepted=True).park == "unknown_sku"

    def test_what_opens_nothing_is_passed_over(self) -> None:
        verdict = judged(reading(lines=(line(), line("SHIP", number=2))))
        assert [(item.line, item.plan) for item in verdict.items] == [(1, "trader")] and verdict.park == ""


class TestPeriods:
    def test_a_month_ends_on_the_same_day_or_the_last(self) -> None:
        assert add_months(datetime(2026, 1, 31, 8, tzinfo=UTC), 1) == datetime(2026, 2, 28, 8, tzinfo=UTC)
        assert add_months(datetime(2026, 11, 30, tzinfo=UTC), 15) == datetime(2028, 2, 29, tzinfo=UTC)

    def test_access_lasts_a_month_and_the_grace(self) -> None:
        assert judged(reading()).until == add_months(at(1), 1) + GRACE

    def test_renewals_follow_each_other_however_early_or_late_in_the_grace(self) -> None:
        start = at(1)
        early, late = add_months(start, 1) - timedelta(days=3), add_months(start, 2) + timedelta(days=6)
        paid = judged(reading(payments=(payment(1), payment(2, paid_at=early), payment(3, paid_at=late)))).periods
        assert [p.starts_at for p in paid] == [start, add_months(start, 1), add_months(start, 2)]

    def test_a_pause_is_not_paid_time(self) -> None:
        back = add_months(at(1), 3)
        paid = judged(reading(payments=(payment(1), payment(2, paid_at=back)))).periods
        assert [p.starts_at for p in paid] == [at(1), back]

    def test_a_refunded_renewal_takes_its_month_and_the_grace(self) -> None:
        renewal = payment(2, paid_at=add_months(at(1), 1), refunded=25_000)
        verdict = judged(reading(payments=(payment(1), renewal)))
        assert (len(verdict.periods), verdict.until) == (1, add_months(at(1), 1))

    def test_a_renewal_pays_for_the_subscription_alone(self) -> None:
        both = (line(), line(AUTOPSY, number=2))
        payments = (payment(1, amount=34_900), payment(2, amount=25_000, paid_at=add_months(at(1), 1)))
        assert len(judged(reading(lines=both, payments=payments)).periods) == 2

    @given(st.permutations([payment(n, paid_at=add_months(PLACED, n)) for n in range(5)]))
    def test_the_order_of_payments_in_the_answer_does_not_matter(self, payments: list) -> None:
        given_order = paid_periods(payments, first=25_000, renewal=25_000, interval="month", grace=GRACE)
        assert [p.number for p in given_order] == [1, 2, 3, 4, 5]
        assert all(a.ends_at <= b.starts_at for a, b in pairwise(given_order))


#: An order's life, one reading after each thing that happened, in the order of happening.
PLACED_R = reading(paid=False, version=at(0))
PAID_R = reading(version=at(1))
RENEWED_R = reading(version=at(2), payments=(payment(1), payment(2, paid_at=add_months(at(1), 1))))
REFUNDED_R = reading(version=at(3), payments=(payment(1, refunded=25_000),))
CANCELLED_R = reading(version=at(4), state="cancel", payments=(payment(1, refunded=25_000),))
LIVES = [
    (PLACED_R, PAID_R, REFUNDED_R),
    (PLACED_R, PAID_R, CANCELLED_R),
    (PLACED_R, PAID_R, RENEWED_R, REFUNDED_R, CANCELLED_R),
    (PAID_R, reading(version=at(3), email="new@trader.example")),
]


def folded(readings: list[tuple[OrderReading, datetime]]) -> OrderReading:
    held: tuple[Seen, OrderReading] | None = None
    for found, observed_at in readings:
        place = seen(found, observed_at=observed_at)
        if holds(place, held[0] if held else None):
            held = place, found
    assert held is not None
    return held[1]


class TestConvergence:
    @pytest.mark.parametrize("life", LIVES)
    def test_every_permutation_ends_where_the_life_ended(self, life: tuple[OrderReading, ...]) -> None:
        told = [(found, found.version) for found in life]
        assert {folded(list(order)).mark for order in permutations(told)} == {life[-1].mark}

    @given(st.integers(0, len(LIVES) - 1), st.integers(0, 2**32), st.lists(st.integers(0, 4), max_size=8))
    def test_repetition_changes_nothing(self, which: int, seed: int, again: list[int]) -> None:
        life = LIVES[which]
        told = [(found, found.version) for found in life] + [
            (life[number % len(life)], life[number % len(life)].version + timedelta(seconds=number)) for number in again
        ]
        random.Random(seed).shuffle(told)
        assert folded(told).mark == life[-1].mark

    def test_of_the_same_second_what_was_read_later_holds(self) -> None:
        paid, refunded = PAID_R, replace(REFUNDED_R, version=PAID_R.version)
        for order in permutations([(paid, at(5)), (refunded, at(6))]):
            assert folded(list(order)) is refunded
        for order in permutations([(paid, at(5)), (refunded, at(5))]):
            assert folded(list(order)) is refunded  # the same moment, too: what is more final

    def test_the_same_reading_again_does_not_hold_anew(self) -> None:
        place = seen(PAID_R, observed_at=at(2))
        assert not holds(place, place)


def test_a_stored_reading_is_the_same_reading() -> None:
    assert from_json(RENEWED_R.as_json()) == RENEWED_R
    assert from_json(RENEWED_R.as_json()).mark == RENEWED_R.mark != PAID_R.mark
