"""Each rule: when it speaks, when it does not, and where the line is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from recommendations.registry import RULES, evaluate, rules_of
from recommendations.trading import rules as _rules  # noqa: F401 - registers the rules
from recommendations.trading.desk import TradingDesk, Waiting
from recommendations.trading.tests.desks import AS_OF, account, desk, figure, kpis, monte_carlo, results

D = Decimal
ALL = {
    "reduce_size", "stop_sooner", "pause_edge", "retire_sleeve", "upload_newer", "settle_statement", "record_stops",
    "play_again",
}  # fmt: skip


def found(key, *accounts):
    return list(RULES[f"trading.{key}"].evaluate(desk(*accounts)))


def sliced(word: str, high: int, dimension: str = "instrument"):
    one = SimpleNamespace(dimension=dimension, label="MNQ", figure="trading.slice_expectancy", word=word)
    return results(figure("slice_expectancy", -900, low=-1500, high=high), slices=(one,))


def suggestion(money: int = 40_000):
    best = SimpleNamespace(key="trading.rule_effect", words="Stop for the day after 2 losses in a row")
    return results(figure("rule_effect", money, low=10_000, high=70_000), suggested=(best,))


def waiting(kind: str, **more):
    return Waiting("s1", kind, "june.csv", at=AS_OF, **more)


#: (rule, an account it is quiet about, an account it speaks about)
LINES = [
    ("reduce_size", account(result={"monte_carlo": monte_carlo(safe="1")}),
     account(result={"monte_carlo": monte_carlo(safe="0.99", floor="0.06")})),
    ("stop_sooner", account(result={"rules": results(suggested=())}), account(result={"rules": suggestion()})),
    ("pause_edge", account(result={"kpis": kpis(expectancy=-100, low=-300, high=0)}),
     account(result={"kpis": kpis(expectancy=-100, low=-300, high=-1)})),
    ("retire_sleeve", account(result={"slices": sliced("worse", 0)}), account(result={"slices": sliced("worse", -1)})),
    ("upload_newer", account(last_close=AS_OF - timedelta(days=14)),
     account(last_close=AS_OF - timedelta(days=14, seconds=1))),
    ("settle_statement", account(waiting=None), account(waiting=waiting("conflict"))),
    ("record_stops", account(stops_known=D("0.5")), account(stops_known=D("0.49"))),
    ("play_again", account(superseded=0), account(superseded=1)),
]  # fmt: skip


def test_every_rule_is_registered():
    assert {one.key.removeprefix("trading.") for one in rules_of("trading")} == ALL == {key for key, _, _ in LINES}


def test_an_account_in_good_order_gets_no_advice():
    assert evaluate(rules_of("trading"), desk()).findings == ()


def test_a_business_without_accounts_gets_no_advice():
    seen = evaluate(rules_of("trading"), TradingDesk(AS_OF))
    assert seen.findings == () and seen.failed == ()


def test_an_account_that_was_never_computed_fails_no_rule():
    bare = account(stops_known=None, last_close=None, last_day=None)
    seen = evaluate(rules_of("trading"), desk(bare.__class__(**{**_fields(bare), "results": {}})))
    assert seen.findings == () and seen.failed == ()


def _fields(of):
    return {name: getattr(of, name) for name in of.__dataclass_fields__}


@pytest.mark.parametrize(("key", "quiet", "speaks"), LINES)
def test_begins_where_it_says(key, quiet, speaks):
    assert found(key, quiet) == []
    assert len(found(key, speaks)) == 1


@pytest.mark.parametrize(("key", "quiet", "speaks"), LINES)
def test_says_it_with_evidence(key, quiet, speaks):
    one = found(key, speaks)[0]
    assert one.figures and one.evidence > 0
    assert one.title.text() and all(part.text() for part in one.body)
    printed = {figure for part in (one.title, *one.body) for figure in part.figures}
    assert printed <= set(one.figures)
    assert one.knowledge and one.action.startswith("trading:")


@pytest.mark.parametrize(("key", "quiet", "speaks"), LINES)
def test_speaks_of_each_account_apart(key, quiet, speaks):
    second = speaks.__class__(**{**_fields(speaks), "id": 8, "waiting": None if key != "settle_statement" else
                                 Waiting("s2", "failed", "july.csv")})  # fmt: skip
    subjects = [one.subject for one in found(key, speaks, second)]
    assert len(set(subjects)) == 2


class TestDetails:
    def test_a_sleeve_that_is_merely_negative_is_not_retired(self):
        assert found("retire_sleeve", account(result={"slices": sliced("no difference", -1)})) == []

    def test_an_hour_is_no_sleeve(self):
        assert found("retire_sleeve", account(result={"slices": sliced("worse", -1, "hour")})) == []

    def test_a_broken_edge_is_paused_even_where_the_whole_record_is_not_negative(self):
        broken = account(result={"edge_health": results(state="broken")})
        assert len(found("pause_edge", broken)) == 1
        assert found("pause_edge", account(result={"edge_health": results(state="weakening")})) == []

    def test_few_decisions_need_no_stops_yet(self):
        assert found("record_stops", account(n=29, stops_known=D(0))) == []

    @pytest.mark.parametrize(
        ("kind", "says"),
        [("question", "without an answer"), ("failed", "could not be read: It is empty"), ("conflict", "add up")],
    )
    def test_says_what_is_wrong_with_a_statement(self, kind, says):
        one = found("settle_statement", account(waiting=waiting(kind, message="It is empty.")))[0]
        assert says in " ".join(part.text() for part in one.body)

    def test_money_at_stake_is_the_effect_of_the_rule(self):
        one = found("stop_sooner", account(result={"rules": suggestion()}))[0]
        assert one.exposure is not None and one.exposure.value == 40_000

    def test_nothing_is_claimed_of_the_readiness_score(self):
        assert all(found(key, speaks)[0].gain is None for key, _, speaks in LINES)
