"""Formulas on records small enough to check by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from analytics.figures import Rows
from analytics.testing.traders import Trader, record_of_results, simulated
from analytics.trading.inference.verdict import Verdict
from analytics.trading.kpis import calc, curve, returns, sizes
from analytics.trading.kpis.module import compute
from analytics.trading.modules import Beside
from analytics.trading.record import number_of

BY_HAND = (100, -50, 0, 200, -150, 100, -20, 100)


def kpis(record, **beside):
    return compute(record, Beside(**beside), 1)


def values(record):
    return {key.removeprefix("trading."): figure.value for key, figure in kpis(record).figures.items()}


class TestByHand:
    @pytest.fixture(scope="class")
    def known(self):
        return values(record_of_results(BY_HAND))

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("decisions", 8), ("sessions", 2), ("net", 28_000), ("zeros", 1), ("win_rate", Decimal("0.5")),
            ("win_rate_platform", Decimal("0.625")), ("profit_factor", Decimal("2.27272727")), ("expectancy", 3500),
            ("average_win", 12_500), ("average_loss", -7333), ("payoff", Decimal("1.70454545")), ("winning_run", 1),
            ("winning_run_platform", 2), ("losing_run", 1), ("max_drawdown_money", 15_000), ("current_drawdown", 0),
            ("without_best_trade", 8_000), ("without_best_day", 3_000), ("recovery_factor", Decimal("1.86666667")),
            ("expectancy_proxy", Decimal("0.7")), ("max_drawdown", Decimal("0.01463415")),
        ],
    )  # fmt: skip
    def test_value(self, known, key, value):
        assert known[key] == value

    def test_what_is_too_short_has_a_gap_and_no_number(self, known):
        for key in ("sharpe", "sortino", "sqn", "t_score", "runs_z", "psr", "cvar", "ruin", "half_kelly", "edge_ratio"):
            assert known[key] is None

    def test_intervals_need_twenty(self):
        short = kpis(record_of_results(list(range(1, 20)))).figures["trading.expectancy"]
        enough = kpis(record_of_results([*range(1, 19), -3, 5])).figures["trading.expectancy"]
        assert short.low is None and enough.low is not None and enough.high is not None
        assert enough.low < enough.value < enough.high


class TestEdgeCases:
    def test_no_trades(self):
        empty = kpis(record_of_results([1.0]).where(np.zeros(1, dtype=bool)))
        assert (empty.figures["trading.net"].value, empty.verdict) == (0, Verdict.UNPROVEN)
        for key in ("win_rate", "profit_factor", "expectancy", "payoff", "losing_run", "max_drawdown_money"):
            assert empty.figures[f"trading.{key}"].value is None
        assert empty.figures["trading.profit_factor"].gap == "No closed decision yet."

    def test_no_losses_is_never_infinite(self):
        figure = kpis(record_of_results([5, 6])).figures["trading.profit_factor"]
        assert (figure.value, figure.gap) == (None, "No losses yet.")

    def test_without_a_balance_nothing_is_said_in_percent(self):
        known = values(replace(simulated(Trader(n=400)), balance=None))
        for key in ("max_drawdown", "calmar", "return_over_drawdown", "cvar", "ulcer", "ruin"):
            assert known[key] is None, key
        assert known["max_drawdown_money"] > 0 and known["sharpe"] is not None

    def test_a_first_loss_is_a_drawdown(self):
        known = values(record_of_results([-1000, 500], balance=Decimal(10_000)))
        assert (known["max_drawdown"], known["max_drawdown_money"]) == (Decimal("0.1"), 100_000)

    def test_deposits_neither_create_nor_hide_a_drawdown(self):
        plain = record_of_results([-1000, 500, -300], a_day=1)
        rich = replace(plain, flows=((float(plain.closed[0]) + 60, Decimal(90_000)),))
        assert values(plain)["max_drawdown"] == Decimal("0.1") == values(rich)["max_drawdown"]
        assert values(rich)["max_drawdown_money"] == values(plain)["max_drawdown_money"]

    def test_an_exhausted_account_says_so(self):
        found = kpis(record_of_results([-6000, -6000, 500], balance=Decimal(10_000)))
        assert found.exhausted and found.points[-1].nav is None

    def test_a_stop_known_for_some_measures_those(self):
        record = simulated(Trader(n=40))
        risk = record.risk.copy()
        risk[:10] = np.nan
        figure = kpis(replace(record, risk=risk)).figures["trading.expectancy_r"]
        assert (figure.n, figure.note) == (30, "30 of 40 decisions know their risk")
        assert float(figure.value) == pytest.approx(float((record.net[10:] / risk[10:]).mean()), abs=1e-7)

    def test_excursions_only_from_the_file(self):
        record = record_of_results([10, -5])
        known = values(replace(record, mae=np.array([-2.0, -8.0]), mfe=np.array([20.0, 5.0])))
        assert (known["edge_ratio"], known["capture"]) == (Decimal("2.5"), Decimal("0.2"))

    def test_figures_lead_to_their_decisions(self):
        found = kpis(record_of_results([10, -5]), extra=(("account", "7"),)).figures
        assert found["trading.net"].rows == Rows.of("trading.trades", account=7)
        assert found["trading.average_win"].rows == Rows.of("trading.trades", account=7, outcome="win")


class TestVerdict:
    def test_one_trade_that_makes_eighty_percent_is_unproven(self):
        """Profit factor 2.9, and one trade has 80 % of the net result."""
        results = [10.0, -9.5] * 18 + [45.0] + [-5.0]
        assert calc.basics(np.array(results)).gains / calc.basics(np.array(results)).losses < 2.9
        luck = record_of_results([*([10.0, -6.0] * 20), 320.0])
        known = calc.basics(luck.net)
        assert known.gains / known.losses > 2.9 and 320 / float(luck.net.sum()) == pytest.approx(0.8)
        assert kpis(luck).verdict is Verdict.UNPROVEN

    @pytest.mark.parametrize(("win_rate", "word"), [(0.65, Verdict.PROVEN), (0.35, Verdict.NEGATIVE)])
    def test_clear_records(self, win_rate, word):
        assert kpis(simulated(Trader(n=400, win_rate=win_rate))).verdict is word

    def test_traders_without_an_edge_are_seldom_proven(self):
        words = [kpis(simulated(Trader(n=120, cost=0), seed=seed)).verdict for seed in range(30)]
        assert words.count(Verdict.PROVEN) <= 3


class TestFormulas:
    def test_runs_z_is_metatraders(self):
        """Wins and losses by turns: 40 runs of 40, Z = (40·39.5 − 800) ÷ √(800·760 ÷ 39)."""
        assert calc.runs_z(np.tile([1.0, -1.0], 20)) == pytest.approx(780 / math.sqrt(800 * 760 / 39))
        assert calc.runs_z(np.tile([1.0, -1.0], 19)) is None

    def test_system_quality_is_capped_at_a_hundred(self):
        x = np.tile([2.0, -1.0], 200)
        assert calc.system_quality(x) == pytest.approx(10 * x.mean() / x.std(ddof=1))
        assert calc.system_quality(x[:29]) is None and calc.system_quality(np.ones(50)) is None

    def test_kelly_of_a_coin_with_known_odds(self):
        """Kelly's fraction of a bet that wins 60 % at even odds is 0.2."""
        assert sizes.best_fraction(np.repeat([1.0, -1.0], [60, 40]))[0] == pytest.approx(0.2, abs=1e-6)
        assert sizes.optimal_f(np.repeat([50.0, -50.0], [60, 40])) == pytest.approx(0.2, abs=1e-6)
        assert sizes.optimal_f(np.repeat([1.0, -1.0], [40, 60])) is None

    def test_half_kelly_is_nothing_without_an_edge(self):
        draw = np.random.default_rng(3)
        assert sizes.half_kelly(draw.choice([1.0, -1.0], 200, p=[0.45, 0.55]), seed=1) is None
        found = sizes.half_kelly(draw.choice([1.0, -1.0], 2000, p=[0.6, 0.4]), seed=1)
        assert found is not None and 0.05 < found < 0.1

    def test_ruin_is_certain_for_a_steady_loser_and_absent_for_a_winner(self):
        assert sizes.ruin(np.full(60, -0.02), floor=0.5, seed=1) == 1
        assert sizes.ruin(np.full(60, 0.02), floor=0.5, seed=1) == 0

    def test_expected_run_of_a_coin(self):
        assert calc.expected_run(1000, 0.5) == pytest.approx(math.log(500) / math.log(2))
        assert calc.expected_run(10, 1.0) is None


class TestSessions:
    def test_idle_weekdays_count_and_weekends_do_not(self):
        record = record_of_results([1] * 6, a_day=1)  # Monday to Friday, and the next Monday
        gone = record.where(np.array([True, False, True, True, True, True]))
        assert returns.calendar(gone).tolist() == [number_of(record.first_session) + d for d in (0, 1, 2, 3, 4, 7)]
        assert returns.sessions(gone).results.tolist() == [1, 0, 1, 1, 1, 1]

    def test_crypto_trades_every_day_and_its_year_is_longer(self):
        crypto = replace(record_of_results([1] * 6, a_day=1), asset_class="crypto")
        assert len(returns.calendar(crypto)) == 8 and returns.sessions(crypto).a == 365

    def test_returns_stand_on_the_balance_at_the_start_of_the_session(self):
        record = record_of_results([100, -50, 210], a_day=2, balance=Decimal(1000))
        assert returns.sessions(record).returns.tolist() == pytest.approx([0.05, 0.2])
        rich = replace(record, flows=((float(record.closed[1]) + 60, Decimal(1050)),))
        assert returns.sessions(rich).returns.tolist() == pytest.approx([0.05, 0.1])

    def test_months_add_up(self):
        record = simulated(Trader(n=300))
        made = curve.months(record, returns.sessions(record))
        assert sum(row.net for row in made) == sum(record.exact) * 100
        assert sum(row.decisions for row in made) == 300

    def test_the_longest_drawdown_lasts_to_the_last_close(self):
        record = record_of_results([10, -5, 1, 1], a_day=1)
        line = curve.curve_of(record)
        assert curve.longest(line) == 3 and curve.falls(record, line)[0].recovered is None
