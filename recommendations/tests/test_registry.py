"""Every rule says what it needs, how sure it is and how its outcome is measured; the shared scale of the one list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from analytics.figures import Figure
from analytics.registry import METRICS, Better
from recommendations.confidence import of_sample, of_sign
from recommendations.findings import Finding, Impact, Priority, priority, weight, worth
from recommendations.generation import desks as _desks  # noqa: F401 - registers the rules
from recommendations.generation.conflicts import PAIRS, Advice, clashes
from recommendations.outcomes import keys as _keys  # noqa: F401 - registers the metrics
from recommendations.outcomes.checks import Measured, Unmeasured
from recommendations.registry import RULES, UNSTATED, Rule, evaluate
from recommendations.testing.findings import finding

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
D = Decimal


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
class TestEveryRule:
    def test_names_registered_metrics_it_needs(self, rule: Rule) -> None:
        assert rule.needs and set(rule.needs) <= METRICS.keys()

    def test_says_how_sure_it_is(self, rule: Rule) -> None:
        assert rule.confidence.endswith((".", ":")) and rule.effort in (1, 2, 3)

    def test_names_its_outcome_check_or_says_why_there_is_none(self, rule: Rule) -> None:
        assert rule.check is not UNSTATED
        if isinstance(rule.check, Unmeasured):
            assert rule.check.why.endswith(".") and len(rule.check.why) > 40
        else:
            assert METRICS[rule.check.metric].better is not Better.NEITHER


def test_pairs_name_rules_that_exist() -> None:
    assert {name for pair in PAIRS for name in (pair.first, pair.second)} <= RULES.keys()


def test_who_waits_does_not_depend_on_the_order() -> None:
    rows = [
        Advice("a", "trading.pause_edge", "account:1", (False, True, D(5))),
        Advice("b", "trading.reduce_size", "account:1", (False, True, D(9))),
        Advice("c", "trading.stop_sooner", "account:1", (False, True, D(1))),
    ]
    found = {(clash.loser, clash.winner) for clash in clashes(rows)}
    assert found == {("a", "b")} == {(clash.loser, clash.winner) for clash in clashes(reversed(rows))}


def money(value: str, *, unit: str = "money") -> Finding:
    impact = Impact(D(value), D(0), D(value), "Test", unit=unit)
    return Finding(**{**_fields(finding(as_of=NOW, points=None)), "impact": impact})


def _fields(of: Finding) -> dict[str, Any]:
    return {name: getattr(of, name) for name in of.__dataclass_fields__}


class TestWorth:
    @pytest.mark.parametrize(
        ("value", "unit", "expected"),
        [("1000", "money", Priority.MEDIUM), ("9000", "money", Priority.HIGH), ("100", "money", Priority.LOW),
         ("0.03", "ruin", Priority.MEDIUM), ("0.18", "ruin", Priority.HIGH), ("0.005", "ruin", Priority.LOW)],
    )  # fmt: skip
    def test_money_and_ruin_compete_in_one_list(self, value: str, unit: str, expected: Priority) -> None:
        assert priority(worth(money(value, unit=unit), turnover=D(100_000))) == expected

    def test_the_same_money_weighs_more_in_a_smaller_business(self) -> None:
        assert worth(money("1000"), turnover=D(50_000)) > worth(money("1000"), turnover=D(500_000))

    def test_effort_and_doubt_lower_it(self) -> None:
        sure = money("1000")
        doubted = Finding(**{**_fields(sure), "confidence": D("0.6")})
        full = worth(sure, turnover=D(100_000))
        assert worth(doubted, turnover=D(100_000)) < full > worth(sure, turnover=D(100_000), effort=3)

    def test_without_a_turnover_money_claims_nothing(self) -> None:
        assert worth(money("1000")) == 0 == weight(money("1000"), as_of=NOW)

    def test_an_impact_lies_within_its_range(self) -> None:
        with pytest.raises(ValueError, match="range"):
            Impact(D(5), D(6), D(7), "Test")


class TestConfidence:
    @pytest.mark.parametrize(("n", "expected"), [(0, "0"), (2, "0.5"), (8, "0.8")])
    def test_of_a_sample(self, n: int, expected: str) -> None:
        assert of_sample(n, half=2) == D(expected)

    @pytest.mark.parametrize(
        ("value", "low", "high", "expected"),
        [(-100, "-200", "0", "0.95"), (0, "-100", "100", "0.5"), (100, None, None, "0.5"), (5, "5", "5", "1")],
    )
    def test_of_a_sign(self, value: int, low: str | None, high: str | None, expected: str) -> None:
        ends = [None if end is None else D(end) for end in (low, high)]
        one = Figure("trading.expectancy", value, 100, NOW, low=ends[0], high=ends[1], currency="usd")
        assert of_sign(one) == pytest.approx(D(expected), abs=D("0.001"))


class Broken:
    as_of = NOW

    def known_at(self, subject: str) -> datetime | None:
        return NOW - timedelta(days=8)


def test_one_failing_rule_never_stops_the_others() -> None:
    def fails(desk: Any) -> Iterator[Finding]:
        raise RuntimeError("no such column")

    def works(desk: Any) -> Iterator[Finding]:
        yield finding(as_of=NOW, rule="payments.works")

    seen = evaluate(
        [Rule("payments.fails", "Fails", "daily", fails), Rule("payments.works", "Works", "daily", works)], Broken()
    )
    assert seen.failed == ("payments.fails",) and seen.ran == ("payments.works",) and len(seen.findings) == 1


def test_data_older_than_a_rule_allows_is_stale() -> None:
    seen = evaluate([], Broken())
    assert seen.is_stale("payments.reduce_refunds", "payments")
    assert not seen.is_stale("payments.reconnect", "source:1") and not seen.is_stale("payments.unknown", "payments")


def test_windows_are_whole_weeks() -> None:
    with pytest.raises(ValueError, match="whole weeks"):
        Measured("outcomes.net_day", horizon=30)
