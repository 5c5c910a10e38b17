from __future__ import annotations

from datetime import date
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from analytics.payments.subscriptions.calc import item_mrr
from analytics.payments.subscriptions.parse import billed_items, discounts, item, local

ZONE = ZoneInfo("Europe/Berlin")
KNOWN = {"p": {"price": "p", "unit_amount": "6600", "interval": "month", "interval_count": 3}}


def line(**changed):
    known = {"price": "p", "amount": 6600, "quantity": 1, "unit_amount": "6600", "interval": "", "interval_count": 1}
    return known | {"period_end": "2026-08-15T10:00:00+00:00"} | changed


class TestItem:
    def test_a_line_without_an_interval_takes_that_of_its_price(self):
        (found,) = billed_items([line()], known=KNOWN)
        assert item_mrr(found) == 2200

    @pytest.mark.parametrize("changed", [{"unit_amount": None}, {"interval": "fortnight"}, {"interval": ""}])
    def test_without_price_or_interval_has_no_worth(self, changed):
        terms = {"unit_amount": "500", "interval": "month", "interval_count": 1, "quantity": 1} | changed
        assert item_mrr(item(terms)) is None

    def test_parts_of_a_cent_are_kept(self):
        assert item({"unit_amount": "0.25", "interval": "month", "quantity": 2}).unit_amount == Fraction(1, 4)


class TestBilledItems:
    def test_a_credit_for_unused_time_is_no_item(self):
        found = billed_items([line(amount=-3000), line(price="q", interval="month")], known=KNOWN)
        assert len(found) == 1

    def test_of_two_lines_of_one_price_the_longer_counts(self):
        pro_rata = line(quantity=9, period_end="2026-06-01T00:00:00+00:00")
        (found,) = billed_items([pro_rata, line(quantity=2)], known=KNOWN)
        assert found.quantity == 2


class TestDiscounts:
    def test_an_amount_off_in_another_currency_is_left_out(self):
        rows = [
            {"amount_off": 500, "currency": "eur", "duration": "forever"},
            {"percent_off": "10", "duration": "once"},
        ]
        assert [found.percent_off for found in discounts(rows, currency="usd", zone=ZONE)] == [10]


def test_moments_become_the_business_own_days():
    assert local("2026-06-10T22:30:00+00:00", ZONE) == date(2026, 6, 11)
    assert local(None, ZONE) is None
