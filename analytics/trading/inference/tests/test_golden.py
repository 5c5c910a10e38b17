"""Numbers that are known from the literature, or by counting on fingers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from analytics.trading.inference import cusum, drawdown, intervals, samples, sharpe, stat
from analytics.trading.inference.multiplicity import benjamini_hochberg, holm
from analytics.trading.inference.verdict import Grounds, Verdict, verdict

CLASSIC = (.001, .008, .039, .041, .042, .06, .074, .205, .212, .216, .222, .251, .269, .275, .34, .341, .384, .569,
           .594, .696, .762, .94, .942, .975, .986)  # fmt: skip


@pytest.mark.parametrize(
    ("returns", "deepest"),
    [((-0.10, 0.02, -0.05, 0.03), 0.12790), ((0.10, -0.05, 0.08, -0.12, 0.03), 0.12), ((0.1, 0.2), 0), ((), 0)],
)
def test_drawdown_counts_from_the_start(returns, deepest):
    assert drawdown.max_drawdown_of_returns(returns) == pytest.approx(deepest, abs=5e-5)


@pytest.mark.parametrize(("q", "rejected"), [(0.05, 1), (0.25, 6)])
def test_benjamini_hochberg_on_the_classic_family(q, rejected):
    assert sum(p <= q for p in benjamini_hochberg(CLASSIC)) == rejected


def test_adjusted_p_values_keep_their_places():
    assert holm((0.04, 0.01, 0.03)) == pytest.approx((0.06, 0.03, 0.06))
    assert benjamini_hochberg((0.04, 0.01, 0.03)) == pytest.approx((0.04, 0.03, 0.04))
    assert benjamini_hochberg(()) == () == holm(())


def test_deflated_sharpe_of_the_paper():
    known = sharpe.Moments(sharpe=2.5 / math.sqrt(250), skew=-3, kurtosis=10, n=1250)
    assert sharpe.luckiest(100, 0.5 / 250) == pytest.approx(0.1132, abs=5e-5)
    assert sharpe.dsr(known, trials=100, variance=0.5 / 250) == pytest.approx(0.9004, abs=5e-5)


def test_a_record_as_long_as_its_minimum_is_just_proven():
    known = sharpe.Moments(sharpe=0.1, skew=-0.5, kurtosis=5, n=10)
    length = sharpe.min_trl(known)
    assert length is not None
    exactly = sharpe.psr(sharpe.Moments(0.1, -0.5, 5, round(length)))
    assert exactly == pytest.approx(0.95, abs=5e-4)
    assert sharpe.min_trl(sharpe.Moments(-0.1, 0, 3, 50)) is None


def test_sortino_divides_by_all_periods():
    assert sharpe.sortino([0.02, -0.01, 0.0, 0.01], a=1) == pytest.approx(0.005 / math.sqrt(0.0001 / 4))
    assert sharpe.sortino([0.01, 0.02], a=1) is None
    assert sharpe.sharpe([0.01, 0.01], a=1) is None


def test_wilson_of_eight_in_ten():
    found = intervals.wilson(8, 10)
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=5e-5)
    assert not intervals.wilson(0, 0).known


class TestNav:
    def test_a_deposit_neither_lifts_nor_sinks(self):
        plain = drawdown.nav([-100, 50], [1, 3], balance=1000)
        assert plain.values.tolist() == pytest.approx([1, 0.9, 0.95])
        deposited = drawdown.nav([-100, 50], [1, 3], balance=1000, flows=[(2, 900)])
        assert deposited.values.tolist() == pytest.approx([1, 0.9, 0.925])
        assert drawdown.max_drawdown(deposited.values) == pytest.approx(0.1)

    def test_ends_where_the_account_is_empty(self):
        gone = drawdown.nav([-600, -500, 100], [1, 2, 3], balance=1000)
        assert (gone.values.tolist(), gone.exhausted) == ([1, pytest.approx(0.4), 0], 2)
        withdrawn = drawdown.nav([10, 10], [1, 3], balance=100, flows=[(2, -110)])
        assert (len(withdrawn.returns), withdrawn.exhausted) == (1, 1)

    def test_lists_every_fall_with_its_recovery(self):
        first, second = drawdown.episodes([1, 0.9, 0.8, 1.1, 1.0])
        assert (first.peak, first.trough, first.recovered, first.depth) == (0, 2, 3, pytest.approx(0.2))
        assert (second.peak, second.recovered) == (3, None)
        assert drawdown.money_drawdown([-5, 3, -4]) == 6


class TestCusum:
    def test_adds_up_shortfalls_beyond_the_slack(self):
        assert cusum.path_of([-1, -1, 5, -0.5]).tolist() == pytest.approx([0.75, 1.5, 0, 0.25])

    def test_alarms_once_in_250_decisions_when_nothing_changed(self):
        draw = np.random.default_rng(5)
        baseline = draw.normal(0, 1, 400)
        height = cusum.threshold(baseline, seed=1)
        fresh = np.maximum.accumulate(
            cusum.path_of(cusum.standardised(draw.choice(baseline, (300, 4000)), baseline)), 1
        )
        assert (fresh < height).sum(axis=1).mean() == pytest.approx(250, rel=0.2)

    def test_finds_an_edge_that_broke(self):
        draw = np.random.default_rng(6)
        baseline = draw.normal(0.2, 1, 300)
        assert cusum.monitor(baseline, draw.normal(-1, 1, 40), seed=1).alarm is not None
        with pytest.raises(ValueError, match="never differs"):
            cusum.monitor([1, 1, 1], [1], seed=1)


GOOD = Grounds(
    low_95=1.0, high_90=9.0, above_zero=0.99, day_p=0.01, net=100, without_best_trade=80, without_best_day=70
)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, Verdict.PROVEN),
        ({"day_p": 0.06}, Verdict.LEANING),
        ({"low_95": -1.0}, Verdict.LEANING),
        ({"low_95": -1.0, "above_zero": 0.7}, Verdict.UNPROVEN),
        ({"without_best_day": -1.0}, Verdict.LEANING),
        ({"without_best_trade": 20.0}, Verdict.UNPROVEN),
        ({"low_95": -9.0, "high_90": -1.0, "above_zero": 0.01}, Verdict.NEGATIVE),
        ({"low_95": None}, Verdict.UNPROVEN),
    ],
)
def test_verdict_words(change, word):
    assert verdict(replace(GOOD, **change)) is word


def test_a_gap_counts_what_is_missing():
    assert (
        samples.BQL.gap(12, 4)
        == "Needs 18 more closed decisions and 6 more trading days; so far 12 decisions on 4 days."
    )
    assert samples.AFMA.gap(39) == "Needs 1 more closed decision; so far 39 decisions."
    assert samples.BQL.gap(30, 10) == ""


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [(1.005, "usd", 101), (-1.005, "usd", -101), (12.4, "jpy", 12), (math.nan, "usd", None)],
)
def test_money_becomes_whole_minor_units(amount, currency, minor):
    assert stat.minor(amount, currency) == minor


def test_undefined_statistics_have_no_decimal():
    assert stat.decimal(math.inf) is None
    assert str(stat.decimal(-0.0)) == "0"
