"""Prices: tiers price whole requests, rows are found by name and day, and a name without a row has no price."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from agent.llm.cost import Tokens, cost_of, worst_case
from agent.llm.prices import EVER, ensure_prices, price_of, snapshot_lines
from agent.models import ModelPrice

FLAT = [{"above": 0, "input": "3", "output": "15", "cache_read": "0.3", "cache_write": "3.75"}]
TIERED = [*FLAT, {"above": 200_000, "input": "6", "output": "22.5"}]
DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("tokens", "tiers", "cost"),
    [
        (Tokens(), FLAT, "0"),
        (Tokens(1_000_000, 0, 0, 0), FLAT, "3"),
        (Tokens(1_000, 0, 0, 100), FLAT, "0.0045"),
        (Tokens(1_000, 600, 200, 0), FLAT, "0.00153"),  # 200 plain, 600 read, 200 written
        (Tokens(1, 0, 0, 0), FLAT, "0.000003"),
        (Tokens(1, 1, 0, 0), FLAT, "0.000001"),  # 0.0000003 rounded up: never below what is billed
        (Tokens(200_000, 0, 0, 0), TIERED, "0.6"),
        (Tokens(200_001, 0, 0, 1_000), TIERED, "1.222506"),  # the whole request at the higher rates
        (Tokens(1_000_000, 0, 0, 0), TIERED, "6"),
        (Tokens(300_000, 300_000, 0, 0), TIERED, "1.8"),  # no cache price in that tier: plain input
    ],
)
def test_cost_of_a_request(tokens: Tokens, tiers: list[dict[str, str | int]], cost: str) -> None:
    assert cost_of(tokens, tiers) == Decimal(cost)


def test_the_worst_case_takes_the_dearest_way_to_use_the_cache() -> None:
    assert worst_case(FLAT, requests=6, input_tokens=30_000, output_tokens=1_500) == Decimal("0.81")


def test_a_price_without_tiers_is_no_price() -> None:
    with pytest.raises(ValueError):
        cost_of(Tokens(1), [])


def test_the_snapshot_prices_both_providers_with_whole_tiers() -> None:
    lines = snapshot_lines()
    assert {line.provider for line in lines} == {"anthropic", "openai"}
    assert len(lines) > 200
    for line in lines:
        assert line.tiers[0]["above"] == 0 and all({"input", "output"} <= set(tier) for tier in line.tiers)
        assert [tier["above"] for tier in line.tiers] == sorted({tier["above"] for tier in line.tiers})


@pytest.mark.django_db
class TestRows:
    def price(self, model: str, amount: str, *, starts: date = EVER, source: str = "by hand") -> ModelPrice:
        tiers = [{"above": 0, "input": amount, "output": amount}]
        return ModelPrice.objects.create(provider="openai", model=model, starts=starts, tiers=tiers, source=source)

    def test_every_name_of_the_snapshot_finds_a_price(self) -> None:
        for line in snapshot_lines():
            assert price_of(line.provider, line.model.replace("?", "1").replace("*", "-x"), on=DAY) is not None

    def test_an_unknown_name_has_none(self) -> None:
        assert price_of("openai", "nobody-knows-this", on=DAY) is None
        assert price_of("nobody", snapshot_lines()[0].model, on=DAY) is None

    def test_the_exact_name_comes_before_the_longest_pattern(self) -> None:
        short, long, exact = self.price("zz-*", "1"), self.price("zz-big-*", "2"), self.price("zz-big-2", "3")
        assert price_of("openai", "zz-small", on=DAY) == short
        assert price_of("openai", "zz-big-1", on=DAY) == long
        assert price_of("openai", "zz-big-2", on=DAY) == exact

    def test_the_price_of_the_day_is_the_newest_that_has_begun(self) -> None:
        old, new = self.price("zz", "1"), self.price("zz", "2", starts=DAY)
        assert price_of("openai", "zz", on=date(2026, 2, 28)) == old
        assert price_of("openai", "zz", on=DAY) == new

    def test_writing_again_writes_nothing(self) -> None:
        before = ModelPrice.objects.count()
        call_command("seed_model_prices")
        assert ensure_prices(today=DAY) == 0 and ModelPrice.objects.count() == before

    def test_a_new_price_is_a_new_row_and_the_old_one_stays(self) -> None:
        line = snapshot_lines()[0]
        rows = ModelPrice.objects.filter(provider=line.provider, model=line.model)
        rows.update(tiers=[{"above": 0, "input": "99", "output": "99"}])
        assert ensure_prices(today=DAY) == 1
        assert rows.count() == 2
        assert price_of(line.provider, line.model, on=DAY).tiers == line.tiers
        assert price_of(line.provider, line.model, on=date(2026, 2, 1)).tiers[0]["input"] == "99"

    def test_a_price_of_staff_stays(self) -> None:
        line = snapshot_lines()[0]
        rows = ModelPrice.objects.filter(provider=line.provider, model=line.model)
        rows.update(tiers=[{"above": 0, "input": "99", "output": "99"}], source="our contract")
        assert ensure_prices(today=DAY) == 0
