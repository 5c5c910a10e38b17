from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.payments.criteria import ECM, HECM, PROGRAMME_LINES, VAMP
from analytics.payments.ledger import BrandMonth
from analytics.payments.programmes.calc import breached, headroom, standings

MAY, APRIL, MARCH = date(2026, 5, 1), date(2026, 4, 1), date(2026, 3, 1)


def standing(programme, brands, month=MAY, region=""):
    return next(row for row in standings(brands, month=month, region=region) if row.line.programme == programme)


class TestMastercard:
    @pytest.mark.parametrize(
        ("chargebacks", "sales_before", "ecm", "hecm"),
        [
            (99, 1000, False, False),  # ratio 9.9 %, yet under 100 cases
            (100, 6666, True, False),  # 1.5002 %
            (100, 6667, False, False),  # 1.4999 %
            (300, 20000, True, False),
            (300, 10000, True, True),
            (300, 10001, True, False),
            (299, 100, True, False),
        ],
    )
    def test_ratio_and_count_must_both_hold(self, chargebacks, sales_before, ecm, hecm):
        brands = (
            BrandMonth(APRIL, "mastercard", charges=sales_before),
            BrandMonth(MAY, "mastercard", charges=10**6, chargebacks=chargebacks),
        )
        assert standing(ECM, brands).breached is ecm
        assert standing(HECM, brands).breached is hecm

    def test_a_first_month_has_nothing_to_divide_by(self):
        row = standing(ECM, (BrandMonth(MAY, "mastercard", charges=10, chargebacks=200),))
        assert (row.ratio, row.breached) == (None, False)


class TestVisa:
    @pytest.mark.parametrize(
        ("month", "counted", "over"),
        [
            (MARCH, 2199, False),  # before April 2026 the line is 2.20 %
            (MARCH, 2200, True),
            (MAY, 1500, True),  # since then 1.50 %
            (MAY, 1499, False),
        ],
    )
    def test_the_line_depends_on_the_month(self, month, counted, over):
        brands = (BrandMonth(month, "visa", charges_cnp=100_000, disputes=counted - 100, fraud_warnings=100),)
        assert standing(VAMP, brands, month=month).breached is over

    def test_the_count_floor_protects_small_merchants(self):
        row = standing(VAMP, (BrandMonth(MAY, "visa", charges_cnp=1000, disputes=100),))
        assert (row.breached, row.headroom) == (False, 1400)

    def test_the_middle_east_has_its_own_line(self):
        def over(**counts):
            brands = (BrandMonth(MAY, "visa", charges_cnp=1000, **counts),)
            return standing(VAMP, brands, region="mena").breached

        assert over(disputes=101, contested_usd_minor=7_500_001)
        assert not over(disputes=100, contested_usd_minor=7_500_001)
        assert not over(disputes=101, contested_usd_minor=7_500_000)
        assert not over(disputes=101)


class TestHeadroom:
    @given(st.integers(0, 2000), st.integers(1, 200_000), st.sampled_from(PROGRAMME_LINES))
    def test_is_exactly_the_number_of_cases_until_the_line(self, counted, base, line):
        left = headroom(counted=counted, base=base, line=line)

        def over(cases):
            return cases >= line.count and cases >= line.ratio * base

        assert over(counted + left)
        assert left == 0 or not over(counted + left - 1)


def test_only_brands_with_payments_are_listed():
    assert standings((BrandMonth(MAY, "amex", charges=5),), month=MAY) == ()


def test_breaches_look_at_the_last_whole_month():
    brands = (BrandMonth(APRIL, "mastercard", charges=1000), BrandMonth(MAY, "mastercard", chargebacks=150))
    assert [row.line.programme for row in breached(brands, as_of=date(2026, 6, 20))] == [ECM]
    assert breached(brands, as_of=date(2026, 5, 20)) == ()


def test_every_line_names_its_source_and_date():
    assert all(line.source and line.read_on for line in PROGRAMME_LINES)
