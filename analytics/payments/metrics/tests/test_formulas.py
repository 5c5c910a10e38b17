from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.payments.ledger import DayTotals, PayerWindow
from analytics.payments.metrics.concentration import concentration
from analytics.payments.metrics.dispute_rates import (
    dispute_months,
    is_chargeback,
    settled_rate,
    smoothed_ratio,
)
from analytics.payments.metrics.payout_rhythm import payout_fail_rate, payout_regularity
from analytics.payments.metrics.volatility import growth, revenue_cv, weekly_cv

DAY = date(2026, 6, 1)


class TestRevenueCv:
    @pytest.mark.parametrize("series", [[], [5, 5, 5], [0, 0, 0, 0], [-3, -3, -3, 1]])
    def test_is_empty_with_under_four_months_or_no_positive_mean(self, series):
        assert revenue_cv(series) is None

    def test_is_zero_for_steady_growth(self):
        assert revenue_cv([100, 200, 300, 400, 500]) == 0

    def test_divides_the_spread_about_the_trend_by_the_mean(self):
        """y = 10, 20, 10, 20: mean 15, slope 2, residuals −2, 6, −6, 2; √(80 ÷ 2) ÷ 15 = 0.421637…"""
        assert revenue_cv([10, 20, 10, 20]) == Decimal("0.421637021356")

    def test_looks_at_the_last_twelve_months_only(self):
        assert revenue_cv([10**9] + [100] * 12) == 0

    @given(st.lists(st.integers(1, 10**9), min_size=4, max_size=12), st.integers(1, 1000))
    def test_does_not_depend_on_the_unit_of_money(self, series, factor):
        assert revenue_cv(series) == revenue_cv([value * factor for value in series])


class TestWeeklyCv:
    def test_is_empty_under_eight_weeks(self):
        assert weekly_cv([4] * 7) is None

    def test_is_99_when_nothing_happened(self):
        assert weekly_cv([0] * 8) == 99

    def test_uses_the_sample_deviation(self):
        """Eight weeks 0, 2, 0, 2…: mean 1, Σ(x − 1)² = 8, √(8 ÷ 7) = 1.069044…"""
        assert weekly_cv([0, 2] * 4) == Decimal("1.069044967650")


class TestGrowth:
    @pytest.mark.parametrize(
        ("series", "expected"),
        [
            ([1] * 5, (None, "")),
            ([100] * 3 + [120] * 3, (Decimal("0.2"), "qoq")),
            ([0] * 3 + [120] * 3, (None, "qoq")),
            ([100] * 3 + [500] * 9 + [150] * 3, (Decimal("0.5"), "yoy")),
            ([9] * 5 + [100] * 3 + [500] * 9 + [50] * 3, (Decimal("-0.5"), "yoy")),
            ([-1] * 3 + [5] * 12, (None, "yoy")),
            ([100] * 3 + [1] * 8 + [150] * 3, (Decimal(149), "qoq")),
        ],
    )
    def test_compares_with_the_right_base(self, series, expected):
        value, basis = growth(series)
        assert (value, basis) == expected


class TestConcentration:
    def test_is_empty_without_revenue(self):
        assert concentration(PayerWindow()).top1_share is None

    def test_shares_of_four_payers(self):
        """60, 20, 10, 10 of 100: 0.6; 1; 0.36 + 0.04 + 0.01 + 0.01 = 0.42."""
        shares = concentration(PayerWindow.from_amounts({"a": 60, "b": 20, "c": 10, "d": 10}, active_90=4))
        assert (shares.top1_share, shares.top10_share, shares.hhi) == (Decimal("0.6"), 1, Decimal("0.42"))

    def test_top_ten_leaves_out_the_eleventh(self):
        shares = concentration(PayerWindow.from_amounts({str(i): 10 for i in range(20)}, active_90=20))
        assert (shares.top1_share, shares.top10_share, shares.hhi) == (
            Decimal("0.05"),
            Decimal("0.5"),
            Decimal("0.05"),
        )


class TestPayouts:
    @pytest.mark.parametrize(("paid", "failed", "rate"), [(0, 0, None), (9, 1, "0.1"), (0, 2, "1"), (180, 0, "0")])
    def test_fail_rate_divides_by_finished_payouts(self, paid, failed, rate):
        assert payout_fail_rate(paid=paid, failed=failed) == (None if rate is None else Decimal(rate))

    def test_regularity_needs_four_distinct_dates(self):
        assert payout_regularity([DAY, DAY, DAY, DAY + timedelta(1), DAY + timedelta(2)]) is None

    def test_weekly_payouts_are_perfectly_regular(self):
        assert payout_regularity([DAY + timedelta(7 * i) for i in range(6)]) == 1

    def test_week_ends_do_not_hurt_daily_payouts(self):
        days = [DAY + timedelta(i) for i in range(60) if (DAY + timedelta(i)).weekday() < 5]
        assert payout_regularity(days) == 1

    def test_spread_gaps_lower_it(self):
        """Gaps 2, 4, 6, 8: median 5, deviations 3, 1, 1, 3 → MAD 2; 1 − 2 ÷ 5 = 0.6."""
        days = [DAY + timedelta(i) for i in (0, 2, 6, 12, 20)]
        assert payout_regularity(days) == Decimal("0.6")

    @given(st.sets(st.integers(0, 180), min_size=4))
    def test_regularity_stays_between_zero_and_one(self, offsets):
        value = payout_regularity(DAY + timedelta(i) for i in offsets)
        assert value is not None
        assert 0 <= value <= 1


class TestDisputeRates:
    @pytest.mark.parametrize(
        ("status", "case_type", "counts"),
        [
            ("needs_response", "", True),
            ("won", "chargeback", True),
            ("lost", "compliance", True),
            ("warning_closed", "", False),
            ("warning_needs_response", "chargeback", False),
            ("prevented", "chargeback", False),
            ("lost", "inquiry", False),
            ("won", "resolution", False),
            ("won", "block", False),
            ("something_new", "", True),
        ],
    )
    def test_a_chargeback_is_what_the_networks_count(self, status, case_type, counts):
        assert is_chargeback(status=status, case_type=case_type) is counts

    def test_stripes_worked_example(self):
        """1,000 payments in a month, 10 disputes received, 3 of them about those payments:

        1.0 % and 0.3 %.
        """
        days = [DayTotals(date(2026, 5, 10), "usd", charges=1000, chargebacks=10, chargebacks_by_charge_date=3)]
        month = dispute_months(days, as_of=DAY)[-1]
        assert (month.activity, month.rate, month.mature) == (Decimal("0.01"), Decimal("0.003"), False)

    def test_a_month_is_mature_after_120_days(self):
        days = [DayTotals(date(2026, 1, 10), "usd", charges=10, chargebacks_by_charge_date=1)]
        ripe = date(2026, 2, 1) + timedelta(120)
        assert [month.mature for month in dispute_months(days, as_of=ripe) if month.charges] == [True]
        early = dispute_months(days, as_of=ripe - timedelta(1))
        assert [month.mature for month in early if month.charges] == [False]

    def test_the_settled_rate_prefers_the_latest_mature_month(self):
        days = [DayTotals(date(2026, month, 10), "usd", charges=10) for month in (1, 5)]
        months = dispute_months(days, as_of=DAY)
        assert settled_rate(months).month == date(2026, 1, 1)
        assert settled_rate(dispute_months([], as_of=DAY)) is None

    def test_rates_are_empty_without_charges(self):
        month = dispute_months([DayTotals(date(2026, 5, 1), "usd", chargebacks=2)], as_of=DAY)[-1]
        assert (month.activity, month.rate, month.opened) == (None, None, 2)

    @pytest.mark.parametrize(("d", "n", "r"), [(0, 0, "0.005"), (1, 40, "0.008333333333"), (6, 2400, "0.002692307692")])
    def test_the_smoothed_ratio_has_a_prior_worth_200_payments(self, d, n, r):
        assert smoothed_ratio(disputes=d, payments=n) == Decimal(r)
