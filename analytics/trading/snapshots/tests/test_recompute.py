"""Storing results: written once, kept while nothing changed, superseded when it did, one failure alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.tenancy import acting_for
from accounts.testing.world import MOMENT, World
from analytics.figures import Figure
from analytics.models import TradingFreshness, TradingSnapshot
from analytics.testing.traders import Trader, simulated
from analytics.trading import modules
from analytics.trading.modules import Beside, Module, module
from analytics.trading.record import Record
from analytics.trading.snapshots.codec import from_json, to_json
from analytics.trading.snapshots.queries import freshness, stored
from analytics.trading.snapshots.services import recompute
from ingestion.models import Source


@dataclass(frozen=True, slots=True)
class Counted:
    n: int
    series: tuple[float, ...]
    figure: Figure

    @property
    def figures(self) -> dict[str, Figure]:
        return {"n": self.figure}


def count(record: Record, beside: Beside, seed: int) -> Counted:
    figure = Figure("test.n", Decimal("1.50"), len(record), record.as_of)
    return Counted(len(record), tuple(record.net[:3].tolist()), figure)


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Module]]:
    """A house with no modules but those of the test."""
    monkeypatch.setattr(modules, "MODULES", {})
    return modules.MODULES


@pytest.fixture
def account(world: World) -> Source:
    return Source.objects.create(
        business=world.business, provider="statements", label="Broker", auth_mode="upload", state="active"
    )


def test_a_result_survives_the_way_to_json_and_back():
    result = count(simulated(Trader(n=5)), Beside(), 1)
    assert from_json(Counted, to_json(result)) == result


def test_an_undefined_number_is_refused():
    result = replace(count(simulated(Trader(n=5)), Beside(), 1), series=(float("nan"),))
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json(result)


def test_writes_once_keeps_what_is_equal_and_supersedes_what_changed(world, account, only):
    counted = module("counted", "Counted", version="1", result=Counted, compute=count)
    with acting_for(world.business):
        first = recompute(world.business, account, simulated(Trader(n=8)), Beside(), now=MOMENT)
        again = recompute(world.business, account, simulated(Trader(n=8)), Beside(), now=MOMENT + timedelta(hours=1))
        more = recompute(world.business, account, simulated(Trader(n=12)), Beside(), now=MOMENT + timedelta(hours=2))
        held = stored(world.business, account, counted)
        rows = list(TradingSnapshot.objects.of(world.business).order_by("id").values_list("n", "superseded_at"))
    assert (first.written, again.kept, more.written) == (("counted",), ("counted",), ("counted",))
    assert held is not None and held.result.n == 12
    assert rows == [(8, MOMENT + timedelta(hours=2)), (12, None)]


def test_one_failing_module_leaves_the_others_and_is_told(world, account, only):
    module("counted", "Counted", version="1", result=Counted, compute=count)
    module("broken", "Broken", version="1", result=Counted, compute=lambda record, beside, seed: 1 / 0)
    with acting_for(world.business):
        done = recompute(world.business, account, simulated(Trader(n=8)), Beside(), now=MOMENT)
        kept = freshness(world.business, account)
    assert done.written == ("counted",)
    assert isinstance(kept, TradingFreshness) and kept.failed == {"broken": "ZeroDivisionError"}


def test_a_module_reads_what_an_earlier_one_found(world, account, only):
    def follow(record: Record, beside: Beside, seed: int) -> Counted:
        before = beside.of(first)
        assert before is not None
        return replace(before, n=before.n + 1)

    module("a_follower", "Follower", version="1", result=Counted, compute=follow, after=("z_first",))
    first = module("z_first", "First", version="1", result=Counted, compute=count)
    with acting_for(world.business):
        recompute(world.business, account, simulated(Trader(n=8)), Beside(), now=MOMENT)
        held = stored(world.business, account, modules.MODULES["a_follower"])
    assert held is not None and held.result.n == 9


def test_modules_that_read_each_other_in_a_circle_are_refused(only):
    module("a", "A", version="1", result=Counted, compute=count, after=("b",))
    module("b", "B", version="1", result=Counted, compute=count, after=("a",))
    with pytest.raises(ValueError, match="circle"):
        list(modules.in_order())


def test_the_other_business_sees_nothing(world, account, only):
    counted = module("counted", "Counted", version="1", result=Counted, compute=count)
    with acting_for(world.business):
        recompute(world.business, account, simulated(Trader(n=8)), Beside(), now=MOMENT)
    with acting_for(world.other):
        assert stored(world.other, account, counted) is None
        assert not TradingSnapshot.objects.all().exists()
