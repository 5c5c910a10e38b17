from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.figures import canonical
from analytics.payments.ledger import (
    AccountState,
    BrandMonth,
    DayTotals,
    DisputeTotals,
    IntentCounts,
    Ledger,
    PayerWindow,
    PayoutDay,
    Rates,
    converted,
)
from analytics.payments.metrics.calc import compute_metrics
from analytics.payments.metrics.model import Metrics
from analytics.payments.metrics.sheet import figures
from analytics.payments.subscriptions.book import MrrChange

AS_OF = date(2026, 6, 1)


def shop(**changes) -> Ledger:
    """Two years of the same day: 1,000.00 gross, 10.00 refunded, 3.00 cost, 20 charges."""
    first = date(2024, 6, 1)
    days = tuple(
        DayTotals(first + timedelta(i), "usd", gross=100_000, refunds=1_000, cost=300, charges=20)
        for i in range((AS_OF - first).days)
    )
    return replace(Ledger("usd", days, first_charge=first, last_charge=AS_OF - timedelta(1)), **changes)


class TestRevenue:
    def test_windows_are_trailing_and_exclude_the_as_of_day(self):
        today = DayTotals(AS_OF, "usd", gross=10**9, charges=1)
        ledger = shop()
        metrics = compute_metrics(replace(ledger, days=(*ledger.days, today)), as_of=AS_OF)
        assert (metrics.revenue_gross_30, metrics.revenue_net_30, metrics.fees_30) == (
            3_000_000,
            2_970_000,
            9_000,
        )
        assert (metrics.revenue_gross_90, metrics.revenue_gross_365) == (9_000_000, 36_500_000)

    def test_net_is_gross_less_refunds_and_dispute_losses_before_fees(self):
        days = (DayTotals(AS_OF - timedelta(1), "usd", gross=1000, refunds=200, disputes=50, cost=30, charges=1),)
        metrics = compute_metrics(Ledger("usd", days), as_of=AS_OF)
        assert metrics.revenue_net_30 == 750
        assert (metrics.take_rate, metrics.refund_ratio_90) == (Decimal("0.75"), Decimal("0.2"))

    def test_a_refund_ratio_may_exceed_one(self):
        days = (DayTotals(AS_OF - timedelta(1), "usd", gross=100, refunds=300),)
        assert compute_metrics(Ledger("usd", days), as_of=AS_OF).refund_ratio_90 == 3

    def test_an_empty_ledger_is_zero_and_says_so(self):
        metrics = compute_metrics(Ledger("usd"), as_of=AS_OF)
        assert (metrics.has_data, metrics.revenue_gross_365, metrics.history_months) == (False, 0, None)
        assert metrics.take_rate is metrics.revenue_cv is metrics.growth is metrics.avg_monthly_net is None
        assert metrics.active_customers_90 is None

    def test_months_without_activity_count_as_zero(self):
        days = (DayTotals(date(2026, 1, 1), "usd", gross=300, charges=1),)
        ledger = Ledger("usd", days, first_charge=date(2026, 1, 1), last_charge=date(2026, 1, 1))
        metrics = compute_metrics(ledger, as_of=AS_OF)
        assert [month.net for month in metrics.months] == [300, 0, 0, 0, 0]
        assert (metrics.avg_monthly_net, metrics.days_since_last_payment) == (0, 151)

    def test_average_monthly_net_may_be_negative(self):
        days = (DayTotals(date(2026, 4, 1), "usd", refunds=300),)
        ledger = Ledger("usd", days, first_charge=date(2026, 1, 1))
        assert compute_metrics(ledger, as_of=AS_OF).avg_monthly_net == -100

    def test_average_monthly_net_needs_three_complete_months(self):
        ledger = Ledger("usd", shop().days, first_charge=date(2026, 3, 2))
        metrics = compute_metrics(ledger, as_of=AS_OF)
        assert (metrics.n_months, metrics.avg_monthly_net, metrics.avg_monthly_net_scale) == (2, None, None)

    def test_an_advance_is_no_revenue_but_is_flagged(self):
        days = (DayTotals(AS_OF - timedelta(40), "usd", financing=500_000),)
        metrics = compute_metrics(Ledger("usd", days), as_of=AS_OF)
        assert (metrics.has_advance, metrics.revenue_gross_365) == (True, 0)


class TestRhythm:
    def test_a_steady_shop_varies_little(self):
        metrics = compute_metrics(shop(), as_of=AS_OF)
        assert (metrics.history_months, metrics.n_months, metrics.n_weeks) == (24, 24, 26)
        assert metrics.weekly_cv == 0
        assert metrics.revenue_cv < Decimal("0.05")
        assert metrics.growth_basis == "yoy"

    def test_weeks_count_successful_charges_with_zero_weeks(self):
        first = date(2026, 3, 2)  # a Monday
        days = tuple(DayTotals(first + timedelta(14 * i), "usd", charges=6) for i in range(6))
        metrics = compute_metrics(Ledger("usd", days, first_charge=first), as_of=date(2026, 5, 25))
        assert metrics.weeks == (6, 0) * 6


class TestCounts:
    def test_failed_payment_rate_needs_ten_intents(self):
        assert compute_metrics(shop(intents=IntentCounts(9, 9)), as_of=AS_OF).failed_payment_rate is None
        rate = compute_metrics(shop(intents=IntentCounts(10, 3)), as_of=AS_OF).failed_payment_rate
        assert rate == Decimal("0.3")

    def test_win_rate_divides_by_closed_disputes(self):
        assert compute_metrics(shop(), as_of=AS_OF).win_rate is None
        assert compute_metrics(shop(disputes=DisputeTotals(won=1, lost=3)), as_of=AS_OF).win_rate == Decimal("0.25")

    def test_payouts_are_counted_in_their_windows(self):
        payouts = (
            PayoutDay(AS_OF - timedelta(181), failed=9),
            PayoutDay(AS_OF - timedelta(180), paid=3),
            PayoutDay(AS_OF - timedelta(60), paid=5, failed=1, negative=2),
            PayoutDay(AS_OF, failed=9),
        )
        metrics = compute_metrics(shop(payouts=payouts), as_of=AS_OF)
        assert metrics.payout_fail_rate == ratio_of(1, 9)
        assert (metrics.failed_payouts_60, metrics.negative_payouts_60, metrics.payout_regularity) == (
            1,
            2,
            None,
        )

    def test_restrictions_of_the_account_are_carried(self):
        account = AccountState(payouts_enabled=False, disabled_reason="requirements.past_due")
        assert compute_metrics(shop(account=account), as_of=AS_OF).restricted

    def test_network_lines_of_the_last_whole_month_are_listed(self):
        brands = (
            BrandMonth(date(2026, 4, 1), "mastercard", charges=5000),
            BrandMonth(date(2026, 5, 1), "mastercard", chargebacks=120),
        )
        rows = compute_metrics(shop(brands=brands), as_of=AS_OF).programmes
        assert [(row.programme, row.counted, row.base, row.breached) for row in rows] == [
            ("mastercard_ecm", 120, 5000, True),
            ("mastercard_hecm", 120, 5000, False),
        ]


class TestCurrencies:
    rates = Rates({"usd": ((date(2026, 5, 1), Decimal("1.25")),), "jpy": ((date(2026, 5, 1), Decimal("150")),)})

    def test_amounts_convert_at_the_rate_of_their_own_day(self):
        rates = Rates({"usd": ((date(2026, 5, 1), Decimal("1.25")), (date(2026, 5, 4), Decimal("1.5")))})
        days = [DayTotals(date(2026, 5, day), "eur", gross=100) for day in (1, 3, 4)]
        rows = converted(days, currency="usd", rates=rates).days
        assert [row.gross for row in rows] == [125, 125, 150]

    def test_exponents_of_currencies_are_respected(self):
        """15,000 yen at 150 a euro and 1.25 dollars a euro are 125.00 dollars."""
        assert self.rates.convert(15_000, "jpy", "usd", date(2026, 5, 2)) == 12_500

    def test_a_missing_rate_leaves_the_amount_out_and_names_the_currency(self):
        days = (
            DayTotals(date(2026, 5, 2), "usd", gross=100, charges=1),
            DayTotals(date(2026, 5, 2), "sek", gross=900, charges=3),
        )
        metrics = compute_metrics(Ledger("usd", days, rates=self.rates), as_of=AS_OF)
        assert (metrics.partial, metrics.revenue_gross_30, metrics.payments_180) == (("sek",), 100, 4)
        assert "no exchange rate for SEK" in figures(metrics)["payments.revenue_gross_30"].note

    def test_a_rate_older_than_a_week_is_no_rate(self):
        assert self.rates.on("usd", date(2026, 5, 8)) == Decimal("1.25")
        assert self.rates.on("usd", date(2026, 5, 9)) is None

    def test_scale_is_read_in_dollars_for_other_currencies(self):
        """450,000 yen in three months are 150,000 a month: at 150 and 1.25, 1,250.00 dollars."""
        rates = Rates({"usd": ((date(2026, 5, 31), Decimal("1.25")),), "jpy": ((date(2026, 5, 31), Decimal(150)),)})
        days = (DayTotals(date(2026, 3, 1), "jpy", gross=450_000, charges=1),)
        ledger = Ledger("jpy", days, first_charge=date(2026, 3, 1), rates=rates)
        metrics = compute_metrics(ledger, as_of=AS_OF)
        assert (metrics.avg_monthly_net_scale, metrics.scale_currency) == (1250, "usd")

    def test_exposure_converts_at_the_latest_rate(self):
        rates = Rates({"usd": ((date(2026, 5, 31), Decimal("1.5")),)})
        ledger = shop(rates=rates, disputes=DisputeTotals(open_count=2, open_exposure=(("eur", 100), ("usd", 7))))
        assert compute_metrics(ledger, as_of=AS_OF).open_dispute_exposure == 157


class TestSubscriptions:
    def test_are_left_out_where_there_are_none(self):
        metrics = compute_metrics(shop(), as_of=AS_OF)
        assert metrics.mrr is None
        assert "payments.mrr" not in figures(metrics)

    def test_movements_of_the_last_thirty_days(self):
        changes = (
            MrrChange(date(2026, 1, 1), "a", "s1", "usd", Fraction(1000)),
            MrrChange(date(2026, 5, 10), "b", "s2", "usd", Fraction(500)),
            MrrChange(date(2026, 5, 20), "a", "s1", "usd", Fraction(0)),
        )
        metrics = compute_metrics(shop(mrr_changes=changes), as_of=AS_OF)
        assert (metrics.mrr, metrics.arr, metrics.mrr_new, metrics.mrr_churn) == (500, 6000, 500, 1000)
        assert (metrics.quick_ratio, metrics.net_revenue_retention, metrics.subscribers) == (
            Decimal("0.5"),
            0,
            1,
        )


class TestResult:
    def test_survives_a_round_trip_through_json(self):
        brands = (BrandMonth(date(2026, 5, 1), "visa", charges=10, charges_cnp=10),)
        metrics = compute_metrics(shop(brands=brands), as_of=AS_OF)
        assert Metrics.from_json(metrics.to_json()) == metrics

    def test_every_figure_has_a_value_or_a_reason(self):
        for metrics in (compute_metrics(shop(), as_of=AS_OF), compute_metrics(Ledger("usd"), as_of=AS_OF)):
            for key, figure in figures(metrics).items():
                assert (figure.value is None) == bool(figure.gap), key

    @settings(max_examples=25, deadline=None)
    @given(st.randoms(use_true_random=False))
    def test_the_order_of_rows_is_irrelevant(self, rng: random.Random):
        ledger = shop(payers=PayerWindow.from_amounts({"a": 5, "b": 7}, active_90=2))
        days = list(ledger.days[-60:])
        expected = compute_metrics(replace(ledger, days=tuple(days)), as_of=AS_OF)
        rng.shuffle(days)
        shuffled = compute_metrics(replace(ledger, days=tuple(days)), as_of=AS_OF)
        assert canonical(shuffled.to_json()) == canonical(expected.to_json())


def ratio_of(numerator: int, denominator: int) -> Decimal:
    return (Decimal(numerator) / denominator).quantize(Decimal("1e-12"))


@pytest.mark.parametrize("name", ["revenue_cv", "growth", "avg_monthly_net", "weekly_cv"])
def test_gaps_say_how_much_is_there(name):
    ledger = Ledger("usd", (), first_charge=date(2026, 3, 20))
    figure = figures(compute_metrics(ledger, as_of=AS_OF))[f"payments.{name}"]
    assert "there are 2" in figure.gap or "there are 9" in figure.gap or figure.value is not None
