from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from accounts.models import Event, Job
from accounts.testing.deeds import FourRefusals
from accounts.testing.pages import FiveQuestions
from analytics.models import RuleSet as Row
from analytics.testing.traders import Trader, simulated
from analytics.testing.trading_desk import computed_desk
from analytics.trading.modules import Beside
from analytics.trading.shadow_boxing.catalogue import columns_of, first_entries, read
from analytics.trading.shadow_boxing.chances import Plan
from analytics.trading.shadow_boxing.module import ShadowBoxing, compute
from analytics.trading.shadow_boxing.study import study
from analytics.trading.shadow_boxing.wording import changed, verdict_sentence
from analytics.trading.snapshots.codec import from_json, to_json

RULES = tuple(first_entries())
FEW = Plan(paths=400, outer=10, inner=20, sizes=(0.5, 1.0), size_paths=50)


@pytest.fixture
def few_futures(monkeypatch):
    """Draw few futures: what is shown does not depend on how many there are."""
    real = study
    monkeypatch.setattr(
        "analytics.trading.shadow_boxing.module.study", lambda *args, **known: real(*args, **known, plan=FEW)
    )


def address(world, name="trading:shadow-boxing", **more):
    return reverse(name, kwargs={"business": world.business.slug, **more})


@pytest.mark.usefixtures("few_futures")
class TestModule:
    def test_survives_its_way_through_the_store(self):
        found = compute(simulated(Trader(n=120)), Beside(rule_sets=RULES), 3)
        assert from_json(ShadowBoxing, to_json(found)) == found

    def test_sorts_by_outlook_and_puts_programmes_without_a_target_last(self):
        programmes = compute(simulated(Trader(n=200, win_rate=0.6)), Beside(rule_sets=RULES), 3).programmes
        with_target = [one.outlook for one in programmes if one.has_target]
        assert with_target == sorted(with_target, reverse=True)
        assert [one.has_target for one in programmes] == [True] * 20 + [False] * 4

    def test_every_outcome_of_the_futures_adds_up(self):
        for one in compute(simulated(Trader(n=200)), Beside(rule_sets=RULES), 3).programmes:
            assert one.chances is not None
            assert one.chances.passed.p + one.chances.fail + one.chances.open.p == pytest.approx(1)

    def test_a_short_record_is_replayed_without_chances(self):
        found = compute(simulated(Trader(n=40)), Beside(rule_sets=RULES), 3)
        assert found.gap and all(one.chances is None and one.phases for one in found.programmes)
        figure = found.figures[f"trading.pass_chance:{found.programmes[0].key}"]
        assert figure.value is None and figure.gap == found.gap

    def test_nothing_is_played_without_decisions_or_rules(self):
        assert compute(simulated(Trader(n=40)), Beside(), 3).programmes == ()
        assert compute(simulated(Trader(n=1)).where(simulated(Trader(n=1)).net > 1e9), Beside(), 3).programmes == ()

    def test_the_same_record_meets_the_same_futures(self):
        record, beside = simulated(Trader(n=120)), Beside(rule_sets=RULES[:3])
        assert compute(record, beside, 3) == compute(record, beside, 3)


class TestWording:
    def test_a_failure_names_the_trade_the_floor_and_the_distance(self):
        found = study(simulated(Trader(n=120, win_rate=0.2)), RULES, seed=1, plan=FEW)
        combine = next(one for one in found if one.key == "topstep-trading-combine-50000")
        sentence = verdict_sentence(combine)
        assert f"in the decision in {combine.last.instrument} at " in sentence
        assert "below the floor of $48,000.00" in sentence
        assert "by the maximum loss" in sentence

    def test_says_what_changed_between_versions(self):
        old = RULES[0]
        assert changed(old, old) == []
        assert [name for name, _, _ in changed(old, replace(old, min_days=9, disputed=False))] == [
            "Trading days", "Disputed",
        ]  # fmt: skip


@pytest.mark.usefixtures("few_futures")
class TestShadowBoxingPage(FiveQuestions):
    url = "trading:shadow-boxing"
    queries = 15

    @pytest.fixture(autouse=True)
    def _desk(self, world, few_futures):
        computed_desk(world.business, simulated(Trader(n=120)), only=("shadow_boxing",))


@pytest.mark.usefixtures("few_futures")
class TestProgrammePage(FiveQuestions):
    url = "trading:shadow-boxing-programme"
    kwargs = {"programme": "ftmo-2-step-100000"}

    @pytest.fixture(autouse=True)
    def _desk(self, world, few_futures):
        computed_desk(world.business, simulated(Trader(n=120)), only=("shadow_boxing",))


@pytest.mark.usefixtures("few_futures")
class TestContent:
    def test_shows_all_of_a_programme(self, world, client_of):
        computed_desk(world.business, simulated(Trader(n=120)), only=("shadow_boxing",))
        page = address(world, "trading:shadow-boxing-programme", programme="ftmo-2-step-100000")
        html = client_of(world.owner).get(page).content.decode()
        for text in (
            "If your future days resemble your past ones", "Closed-trade view", "academy.ftmo.com", "Disputed.",
            "Room to the floors", "At another size", "All programmes", "Version 1, read on 4 Oct 2026", "phase 2",
            "Topstep Trading Combine",
        ):  # fmt: skip
            assert text in html, text
        assert "Rules changed" not in html

    def test_marks_what_was_played_against_a_superseded_version(self, world, client_of):
        computed_desk(world.business, simulated(Trader(n=120)), only=("shadow_boxing",))
        old = read(Row.objects.get(firm="FTMO", program="1-Step"))
        Row.objects.create(**columns_of(replace(old, version=2, min_days=4)))
        page = address(world, "trading:shadow-boxing-programme", programme="ftmo-1-step-100000")
        html = client_of(world.owner).get(page).content.decode()
        assert "Rules changed since your last run" in html and "version 1 → 2" in html
        assert "at least 4, counted where a trade was closed" in html and "Play against the newest rules" in html

    def test_an_unknown_programme_is_not_found(self, world, client_of):
        computed_desk(world.business, simulated(Trader(n=120)), only=("shadow_boxing",))
        page = address(world, "trading:shadow-boxing-programme", programme="nobody-1")
        assert client_of(world.owner).get(page).status_code == 404

    def test_gives_all_programmes_as_a_file(self, world, client_of):
        computed_desk(world.business, simulated(Trader(n=120)), only=("shadow_boxing",))
        body = client_of(world.owner).get(address(world, "trading:shadow-boxing-file")).content.decode()
        assert len(body.splitlines()) == 25 and "FTMO 2-Step" in body


@pytest.mark.usefixtures("few_futures")
class TestPlayAgainDeed(FourRefusals):
    url = "trading:shadow-boxing-again"
    permission = "write:recommendations"

    @pytest.fixture(autouse=True)
    def _desk(self, world, few_futures):
        computed_desk(world.business, simulated(Trader(n=120)), only=("shadow_boxing",))

    def test_enqueues_one_recomputation_and_notes_who_asked(self, world, client_of):
        response = client_of(world.owner).post(self.address)
        assert response.status_code == 302 and "shadow-boxing" in response["Location"]
        assert Job.objects.filter(name="trading.recompute").count() == 1
        assert Event.objects.filter(name="trading.shadow_boxing.asked_again").count() == 1


class TestShadowBoxingFile(FiveQuestions):
    url = "trading:shadow-boxing-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world, few_futures):
        computed_desk(world.business, simulated(Trader(n=120)), only=("shadow_boxing",))
