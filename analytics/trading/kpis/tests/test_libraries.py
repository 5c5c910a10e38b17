"""Where definitions coincide the KPIs agree with quantstats and empyrical; the rest is told in docs/trading/kpis.md."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from analytics.testing.traders import Trader, simulated
from analytics.trading.inference import drawdown
from analytics.trading.inference import sharpe as ratios
from analytics.trading.kpis import calc, returns
from analytics.trading.kpis.module import compute
from analytics.trading.kpis.sizes import ruin
from analytics.trading.modules import Beside

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import empyrical
    import pandas as pd
    import quantstats.stats as qs


@pytest.fixture(scope="module")
def record():
    return simulated(Trader(n=1300, win_rate=0.55), seed=11)


@pytest.fixture(scope="module")
def figures(record):
    return compute(record, Beside(), 1).figures


@pytest.fixture(scope="module")
def daily(record):
    known = returns.sessions(record)
    return pd.Series(known.returns, index=pd.to_datetime(known.days, unit="D"))


def value(figures, key):
    return float(figures[f"trading.{key}"].value)


class TestAgrees:
    def test_sharpe(self, figures, daily):
        assert value(figures, "sharpe") == pytest.approx(qs.sharpe(daily), abs=1e-6)
        assert value(figures, "sharpe") == pytest.approx(empyrical.sharpe_ratio(daily), abs=1e-6)

    def test_sortino(self, figures, daily):
        assert value(figures, "sortino") == pytest.approx(qs.sortino(daily), abs=1e-6)
        assert value(figures, "sortino") == pytest.approx(empyrical.sortino_ratio(daily), abs=1e-6)

    def test_drawdown_of_returns(self, daily):
        ours = drawdown.max_drawdown_of_returns(daily.to_numpy())
        assert ours == pytest.approx(-qs.max_drawdown(daily), abs=1e-9)
        assert ours == pytest.approx(-empyrical.max_drawdown(daily), abs=1e-9)

    def test_a_first_loss_counts_in_empyrical_too(self):
        lost_first = pd.Series([-0.10, 0.02, -0.05, 0.03], index=pd.date_range("2026-01-05", periods=4))
        assert drawdown.max_drawdown_of_returns(lost_first) == pytest.approx(-empyrical.max_drawdown(lost_first))

    def test_profit_factor_payoff_and_win_rate_of_single_results(self, record, figures):
        x = pd.Series(record.net)
        assert value(figures, "profit_factor") == pytest.approx(qs.profit_factor(x), abs=1e-6)
        assert value(figures, "payoff") == pytest.approx(qs.payoff_ratio(x), abs=1e-6)
        assert value(figures, "win_rate") == pytest.approx(qs.win_rate(x), abs=1e-6)

    def test_streaks(self, record, figures):
        x = pd.Series(record.net)
        assert value(figures, "winning_run") == qs.consecutive_wins(x)
        assert value(figures, "losing_run") == qs.consecutive_losses(x)

    def test_probabilistic_sharpe(self, figures, daily):
        """Equal to what the sample's own skew and kurtosis allow; quantstats corrects both for small samples."""
        assert value(figures, "psr") == pytest.approx(qs.probabilistic_sharpe_ratio(daily), abs=2e-3)


class TestDiffers:
    """Each difference is meant, and told in the docs."""

    def test_an_idle_session_is_a_return_of_zero_here_and_no_chance_to_win_there(self, daily):
        idle = pd.concat([daily, pd.Series(0.0, index=pd.date_range("2040-01-02", periods=200))])
        assert qs.win_rate(idle) == pytest.approx(qs.win_rate(daily))
        assert qs.sharpe(idle) < qs.sharpe(daily)

    def test_flat_decisions_count_in_our_win_rate(self):
        assert calc.ratio(1, 3) == pytest.approx(1 / 3)
        assert qs.win_rate(pd.Series([1.0, -1.0, 0.0])) == pytest.approx(1 / 2)

    def test_ruin_of_a_losing_trader_is_not_nothing(self):
        """The library's formula ignores payoff: four wins of 1 and one loss of 9 lose for certain, it says 0 %."""
        loser = np.tile([0.01, 0.01, 0.01, 0.01, -0.09], 40)
        assert qs.risk_of_ruin(pd.Series(loser)) < 0.01
        assert ruin(loser, floor=0.5, seed=1) > 0.9

    def test_cagr_needs_a_year(self, record, daily):
        assert returns.cagr(returns.sessions(record)) == pytest.approx(empyrical.cagr(daily), rel=0.05)
        short = simulated(Trader(n=200))
        assert returns.cagr(returns.sessions(short)) is None

    def test_moments_of_a_flat_record_are_no_number_instead_of_infinity(self):
        assert ratios.moments([0.01] * 40) is None
