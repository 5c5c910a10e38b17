from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from recommendations.trading.desk import LastDay, Waiting
from recommendations.trading.moments import moments
from recommendations.trading.tests.desks import AS_OF, GOOD, account, desk, monte_carlo, results

D = Decimal


def told(*accounts):
    return list(moments(desk(*accounts)))


def lost(money: float):
    return account(last_day=LastDay(date(2026, 6, 12), -money, 0.0, 5))


class TestDailyLimit:
    @pytest.mark.parametrize(
        ("money", "kind"),
        [(249.99, None), (250, "limit50"), (374.99, "limit50"), (375, "limit75"), (450, "limit90"), (900, "limit90")],
    )
    def test_tells_the_highest_step(self, money, kind):
        assert [one.kind for one in told(lost(money))] == ([kind] if kind else [])

    def test_speaks_in_the_past_tense_with_the_time_of_the_data(self):
        one = told(lost(375))[0]
        assert one.title.text() == "Main used 75.0% of its daily limit"
        said = " ".join(part.text() for part in one.text)
        assert said == "At its deepest the session of 12 Jun 2026 was down $375.00. Data up to 13 Jun 2026, 12:00 UTC."

    @pytest.mark.parametrize("limit", [None, D(0)])
    def test_says_nothing_without_a_limit(self, limit):
        assert told(replace(lost(900), daily_limit=limit)) == []

    def test_is_a_limit(self):
        assert told(lost(300))[0].is_limit


class TestOthers:
    @pytest.mark.parametrize(("cushion", "count"), [(D("0.99"), 1), (D(1), 0), (D(0), 0), (D("-1"), 0)])
    def test_the_floor_is_near_below_one_ordinary_day(self, cushion, count):
        found = told(account(result={"monte_carlo": monte_carlo(cushion=cushion)}))
        assert [one.kind for one in found] == ["floor"] * count

    def test_acute_tilt_and_a_lower_level(self):
        steady, drifting = results(level=4, word="Steady", override=""), results(level=3, word="Drifting", override="")
        tilt = results(level=1, word="Tilt", override="Three losses in a row.")
        assert [m.kind for m in told(account(result={"bql": tilt}, before={"bql": steady}))] == ["tilt"]
        fell = told(account(result={"bql": drifting}, before={"bql": steady}))
        assert [m.kind for m in fell] == ["level"] and fell[0].title.text() == "Main fell from Steady to Drifting"
        assert told(account(result={"bql": steady}, before={"bql": drifting})) == []
        assert told(account(result={"bql": results(level=0, word="Unavailable", override="")},
                            before={"bql": steady})) == []  # fmt: skip

    def test_a_broken_edge_and_an_alarm(self):
        for state, alarm, count in (("broken", True, 1), ("weakening", True, 1), ("weakening", False, 0)):
            found = told(account(result={"edge_health": results(state=state, alarm=alarm)}))
            assert [m.kind for m in found] == ["edge"] * count

    @pytest.mark.parametrize("kind", ["failed", "question", "conflict"])
    def test_an_upload_that_is_not_done(self, kind):
        assert [m.kind for m in told(account(waiting=Waiting("s1", kind, "june.csv")))] == [kind]

    def test_superseded_rules(self):
        assert [m.kind for m in told(account(superseded=2))] == ["rules"]

    def test_an_account_in_good_order_is_left_alone(self):
        assert told(GOOD) == []

    def test_old_data_is_not_alarming_any_more(self):
        old = replace(lost(900), last_close=AS_OF - timedelta(days=15))
        assert told(old) == []

    def test_every_key_names_what_when_and_whom(self):
        assert told(lost(300))[0].key == "moment:limit50:7:2026-06-12"
