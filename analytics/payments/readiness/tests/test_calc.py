from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.payments.metrics.dispute_rates import smoothed_ratio
from analytics.payments.metrics.model import Metrics, ProgrammeStanding
from analytics.payments.readiness.calc import (
    counterfactual,
    curve_points,
    gain,
    score,
    shown_contributions,
    trend,
)
from analytics.payments.readiness.model_r1 import R1

AS_OF = date(2026, 6, 1)

HEALTHY = Metrics(
    as_of=AS_OF,
    currency="usd",
    has_data=True,
    revenue_cv=D("0.18"),
    weekly_cv=D("0.30"),
    history_months=14,
    growth=D("0.12"),
    avg_monthly_net_scale=D(18000),
    scale_currency="usd",
    disputes_180=6,
    payments_180=2400,
    payments_365=4800,
    dispute_ratio=smoothed_ratio(disputes=6, payments=2400),
    active_customers_90=900,
    top1_share=D("0.03"),
    refund_ratio_90=D("0.035"),
    payout_fail_rate=D(0),
    payout_regularity=D("0.9"),
    days_since_last_payment=1,
)
YOUNG = {
    "revenue_cv": None,
    "weekly_cv": None,
    "growth": None,
    "avg_monthly_net_scale": None,
    "history_months": 2,
    "disputes_180": 0,
    "payments_180": 80,
}
CONSULTANT = {
    "active_customers_90": 4,
    "top1_share": D("0.62"),
    "weekly_cv": D("1.1"),
    "revenue_cv": D("0.55"),
    "history_months": 30,
    "avg_monthly_net_scale": D(9000),
    "growth": D("-0.05"),
    "disputes_180": 0,
    "payments_180": 24,
    "refund_ratio_90": D(0),
}


class TestWorkedExamples:
    """The cases A to H of the specification, § 13; what a row leaves open is taken from A (H: without
    refunds).
    """

    @pytest.mark.parametrize(
        ("changed", "raw", "points", "tier"),
        [
            pytest.param({}, "86.82", 87, "strong", id="A healthy shop"),
            pytest.param({"disputes_180": 24}, "77.94", 78, "ready", id="B 24 disputes"),
            pytest.param({"disputes_180": 60}, "73.72", 49, "building", id="C 60 disputes"),
            pytest.param({"growth": D("-0.35"), "revenue_cv": D("0.25")}, "76.17", 59, "building", id="D declining"),
            pytest.param({"payouts_enabled": False}, "86.82", 29, "not_ready", id="E restricted"),
            pytest.param({"disputes_180": 1, "payments_180": 40}, "79.47", 79, "ready", id="F one in forty"),
            pytest.param(YOUNG, "55.36", 39, "not_ready", id="G two months old"),
            pytest.param(CONSULTANT, "61.10", 59, "building", id="H consultant"),
        ],
    )
    def test_score_as_written(self, changed, raw, points, tier):
        result = counterfactual(HEALTHY, **changed)
        assert result.raw.quantize(D("0.01")) == D(raw)
        assert (result.score, result.tier) == (points, tier)

    def test_contributions_of_the_healthy_shop(self):
        shown = [str(value) for value in shown_contributions(score(HEALTHY).components)]
        assert shown == ["13.20", "8.25", "13.12", "11.55", "8.35", "13.10", "9.95", "4.50", "4.80"]

    def test_the_young_shop_is_trusted_little(self):
        result = counterfactual(HEALTHY, **YOUNG)
        assert result.confidence.level == "low"
        assert {part.key for part in result.components if part.assumed} == {
            "revenue_stability",
            "activity_consistency",
            "growth",
            "scale",
        }
        assert all(part.points == 40 for part in result.components if part.assumed)


class TestCurves:
    def test_hit_every_knot_and_are_flat_outside(self):
        for rule in R1.components:
            for _, curve in rule.curves:
                for at, points in curve.knots:
                    assert curve_points(curve, at) == points, (rule.key, at)
                first, last = curve.knots[0], curve.knots[-1]
                assert curve_points(curve, first[0] - 1) == first[1]
                assert curve_points(curve, last[0] + 1) == last[1]

    @pytest.mark.parametrize(
        ("key", "value", "points"),
        [
            ("revenue_stability", "0.15", "92.5"),
            ("growth", "0", "60"),
            ("history", "4", "46.6667"),
            ("scale", "10000", "75"),
            ("scale", "0", "0"),
            ("scale", "-5", "0"),
            ("disputes", "0.004", "77.5"),
            ("refunds", "0.5", "0"),
        ],
    )
    def test_are_linear_between_knots(self, key, value, points):
        rule = next(rule for rule in R1.components if rule.key == key)
        assert curve_points(rule.curves[0][1], D(value)) == D(points)

    def test_weights_add_up_to_a_hundred(self):
        assert sum(rule.weight for rule in R1.components) == 100

    def test_payouts_count_failures_alone_without_a_rhythm(self):
        part = next(p for p in counterfactual(HEALTHY, payout_regularity=None).components if p.key == "payouts")
        assert (part.points, part.assumed) == (100, False)


def breach() -> tuple[ProgrammeStanding, ...]:
    return (
        ProgrammeStanding(
            "mastercard_ecm",
            "ECM",
            "mastercard",
            AS_OF,
            150,
            1000,
            D("0.15"),
            D("0.015"),
            100,
            True,
            0,
            "BT-PP",
            AS_OF,
        ),
    )


class TestCaps:
    @pytest.mark.parametrize(
        ("changed", "limit"),
        [
            ({"history_months": 3}, None),
            ({"history_months": 2}, 39),
            ({"avg_monthly_net_scale": D(1000)}, None),
            ({"avg_monthly_net_scale": D("999.99")}, 39),
            ({"avg_monthly_net_scale": D("0.01")}, 39),
            ({"avg_monthly_net_scale": D(0)}, 19),
            ({"avg_monthly_net_scale": D(-1)}, 19),
            ({"dispute_ratio": D("0.014999999999")}, None),
            ({"dispute_ratio": D("0.015")}, 49),
            ({"disputes_180": 2, "payments_180": 0}, 49),
            ({"programmes": breach()}, 39),
            ({"charges_enabled": False}, 29),
            ({"disabled_reason": "requirements.past_due"}, 29),
            ({"top1_share": D("0.499999999999")}, None),
            ({"top1_share": D("0.5")}, 59),
            ({"growth": D("-0.299999999999")}, None),
            ({"growth": D("-0.3")}, 59),
            ({"growth": D("-0.5")}, 49),
            ({"days_since_last_payment": 30}, None),
            ({"days_since_last_payment": 31}, 39),
        ],
    )
    def test_each_limit_at_its_edge(self, changed, limit):
        result = counterfactual(HEALTHY, **changed)
        assert (result.binding_cap.limit if result.binding_cap else None) == limit

    def test_are_listed_with_the_points_they_take_lowest_first(self):
        result = counterfactual(HEALTHY, top1_share=D("0.6"), payouts_enabled=False)
        assert [(cap.key, cap.binding) for cap in result.caps] == [
            ("restricted", True),
            ("concentration", False),
        ]
        assert all(cap.lost == result.raw - cap.limit for cap in result.caps)

    def test_a_limit_above_raw_takes_nothing_and_does_not_bind(self):
        weak = replace(HEALTHY, **dict.fromkeys(("revenue_cv", "weekly_cv"), D(5)), growth=D("-0.31"), history_months=3)
        weak = replace(weak, refund_ratio_90=D(1), dispute_ratio=D("0.0149"))
        result = score(weak)
        assert result.raw < 59
        assert [(cap.lost, cap.binding) for cap in result.caps] == [(0, False)]

    def test_no_successful_charge_ever_gives_no_score(self):
        result = counterfactual(HEALTHY, history_months=None)
        assert (result.score, result.raw, result.tier, result.band) == (None, None, "insufficient_data", None)


def known(low: str, high: str):
    return st.decimals(D(low), D(high), places=6)


ANY_METRICS = st.builds(
    Metrics,
    as_of=st.just(AS_OF),
    currency=st.just("usd"),
    revenue_cv=st.none() | known("0", "2"),
    weekly_cv=st.none() | known("0", "3"),
    history_months=st.integers(0, 40),
    growth=st.none() | known("-1", "2"),
    avg_monthly_net_scale=st.none() | known("-500", "200000"),
    dispute_ratio=known("0", "0.05"),
    active_customers_90=st.none() | st.integers(0, 3000),
    top1_share=st.none() | known("0", "1"),
    refund_ratio_90=st.none() | known("0", "1.5"),
    payout_fail_rate=st.none() | known("0", "0.3"),
    payout_regularity=st.none() | known("0", "1"),
    days_since_last_payment=st.none() | st.integers(0, 60),
    payments_365=st.integers(0, 2000),
    payouts_enabled=st.booleans(),
)
MORE_IS_BETTER = {
    "history_months": known("0", "40").map(int),
    "growth": known("-1", "2"),
    "avg_monthly_net_scale": known("-500", "200000"),
    "active_customers_90": st.integers(0, 3000),
    "payout_regularity": known("0", "1"),
}
LESS_IS_BETTER = {
    "revenue_cv": known("0", "2"),
    "weekly_cv": known("0", "3"),
    "dispute_ratio": known("0", "0.05"),
    "top1_share": known("0", "1"),
    "refund_ratio_90": known("0", "1.5"),
    "payout_fail_rate": known("0", "0.3"),
    "days_since_last_payment": st.integers(0, 60),
}


class TestProperties:
    @settings(max_examples=300, deadline=None)
    @given(ANY_METRICS, st.data())
    def test_monotone_in_every_input(self, metrics, data):
        field = data.draw(st.sampled_from([*MORE_IS_BETTER, *LESS_IS_BETTER]))
        values = sorted(data.draw(st.tuples(*[(MORE_IS_BETTER | LESS_IS_BETTER)[field]] * 2)))
        worse, better = values if field in MORE_IS_BETTER else reversed(values)
        low, high = score(replace(metrics, **{field: worse})), score(replace(metrics, **{field: better}))
        assert low.raw <= high.raw
        assert low.score <= high.score

    @settings(max_examples=200, deadline=None)
    @given(ANY_METRICS)
    def test_contributions_add_up_to_raw_exactly(self, metrics):
        result = score(metrics)
        assert sum(part.contribution for part in result.components) == result.raw
        assert all(part.contribution == part.weight * part.points / 100 for part in result.components)
        assert all(part.contribution + part.lost == part.weight for part in result.components)

    @settings(max_examples=200, deadline=None)
    @given(ANY_METRICS)
    def test_shown_contributions_add_up_to_the_shown_raw(self, metrics):
        result = score(metrics)
        assert sum(shown_contributions(result.components)) == result.raw.quantize(D("0.01"))

    @settings(max_examples=100, deadline=None)
    @given(ANY_METRICS)
    def test_same_inputs_give_the_same_score_after_storage(self, metrics):
        assert score(Metrics.from_json(metrics.to_json())) == score(metrics)

    @settings(max_examples=100, deadline=None)
    @given(ANY_METRICS)
    def test_score_is_the_rounded_minimum_of_raw_and_caps(self, metrics):
        result = score(metrics)
        limits = [result.raw, *(cap.limit for cap in result.caps)]
        assert result.score == int(min(limits) + D("0.5"))
        assert 0 <= result.score <= 100


class TestExplanations:
    def test_helps_and_hurts_are_sorted_by_what_they_bring_and_cost(self):
        result = counterfactual(HEALTHY, disputes_180=24, refund_ratio_90=D("0.2"))
        assert [part.key for part in result.helps][:2] == ["revenue_stability", "history"]
        assert [part.key for part in result.hurts] == ["disputes", "refunds"]
        assert dict(result.hurts[0].evidence)["disputes_180"] == 24

    @pytest.mark.parametrize(
        ("changed", "level"),
        [
            ({}, "high"),
            ({"history_months": 7, "payments_365": 500}, "high"),  # .35 + .2 + .2 = .75
            ({"history_months": 7, "payments_365": 499}, "medium"),
            ({"history_months": 4, "payments_365": 125}, "medium"),  # .2 + .05 + .2 = .45
            ({"history_months": 4, "payments_365": 124}, "low"),
            ({"history_months": 2, "payments_365": 5000}, "low"),
        ],
    )
    def test_confidence_at_its_edges(self, changed, level):
        assert counterfactual(HEALTHY, **changed).confidence.level == level

    def test_the_band_widens_as_confidence_falls(self):
        result = counterfactual(HEALTHY, history_months=6)
        assert result.confidence.value == D("0.7")
        assert result.confidence.margin == D("4.5")

    @pytest.mark.parametrize(
        ("now", "before", "direction"),
        [
            (70, 67, "improving"),
            (70, 68, "stable"),
            (70, 72, "stable"),
            (70, 73, "declining"),
            (70, None, None),
        ],
    )
    def test_trend_changes_at_three_points(self, now, before, direction):
        current = replace(score(HEALTHY), score=now)
        assert trend(current, replace(score(HEALTHY), score=before)).direction == direction

    def test_trend_is_silent_for_young_businesses_and_other_models(self):
        result = score(HEALTHY)
        assert trend(replace(result, history_months=1), result).direction is None
        assert trend(result, replace(result, model="r0")).direction is None
        assert trend(result, None).direction is None

    def test_gain_is_the_recomputed_difference_and_names_lifted_caps(self):
        before = counterfactual(HEALTHY, disputes_180=60)
        after = counterfactual(replace(HEALTHY, disputes_180=60), dispute_ratio=D("0.003"))
        change = gain(before, after)
        assert (change.raw, change.score, change.lifted) == (D("12.75"), 37, ("disputes",))

    def test_an_unknown_target_is_a_mistake(self):
        with pytest.raises(TypeError):
            counterfactual(HEALTHY, revenue_cvv=D(0))
