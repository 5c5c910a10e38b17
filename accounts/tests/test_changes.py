"""What changed, and whether that is good."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.changes import Change, change

Value = Decimal | int | None


@pytest.mark.parametrize(
    ("now", "before", "unit", "better", "expected"),
    [
        (112, 100, "money", "up", Change("+12.0%", "up", "good", "better")),
        (88, 100, "money", "up", Change("−12.0%", "down", "bad", "worse")),
        (Decimal("0.0072"), Decimal("0.0065"), "rate", "down", Change("+0.07\u00a0pp", "up", "bad", "worse")),
        (Decimal("0.031"), Decimal("0.042"), "rate", "down", Change("−1.1\u00a0pp", "down", "good", "better")),
        (942, 900, "count", "neither", Change("+4.7%", "up", "", "more")),
        (900, 942, "count", "neither", Change("−4.5%", "down", "", "less")),
        (87, 82, "points", "up", Change("+5", "up", "good", "better")),
        (Decimal("0.18"), Decimal("0.25"), "index", "down", Change("−0.07", "down", "good", "better")),
        (5, 5, "count", "up", Change("0%", "flat", "", "no change")),
    ],
)
def test_change_names_amount_direction_and_tone(
    now: Value, before: Value, unit: str, better: str, expected: Change
) -> None:
    assert change(now, before, unit=unit, better=better) == expected


def test_from_zero_is_new_and_never_a_hundred_percent() -> None:
    assert change(5, 0, unit="count", better="up").text == "new"


def test_a_share_of_a_negative_amount_is_not_claimed() -> None:
    assert change(5, -5, unit="money", better="up").text == "up from below zero"
    assert change(-9, -5, unit="money", better="up") == Change("further below zero", "down", "bad", "worse")


@pytest.mark.parametrize(("now", "before"), [(None, 1), (1, None), (None, None)])
def test_a_missing_side_compares_with_nothing(now: Value, before: Value) -> None:
    assert change(now, before, unit="count") == Change("—", "flat", "", "nothing to compare with")
