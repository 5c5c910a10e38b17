"""What numbers look like to a person."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts import formats


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (None, 0, "—"),
        (0, 0, "0"),
        (1234567, 0, "1,234,567"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("-2.5"), 0, "−3"),
        (Decimal("1.005"), 2, "1.01"),
        (Decimal("-0.4"), 0, "0"),
        (-1234, 0, "−1,234"),
    ],
)
def test_number_rounds_half_up_and_uses_a_true_minus(value: Decimal | int | None, places: int, text: str) -> None:
    assert formats.number(value, places) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (942, "942"),
        (9_420, "9,420"),
        (94_200, "94.2k"),
        (1_999_000, "2.0M"),
        (-94_250, "−94.3k"),
        (3 * 10**9, "3.0B"),
    ],
)
def test_compact_shortens_from_ten_thousand(value: int | None, text: str) -> None:
    assert formats.compact(value) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (None, "—"),
        (0, "0.0%"),
        (Decimal("0.0412"), "4.1%"),
        (Decimal("0.0072"), "0.72%"),
        (Decimal("-0.0412"), "−4.1%"),
        (1, "100.0%"),
        (Decimal("0.00996"), "1.00%"),
    ],
)
def test_percent_shows_one_decimal_and_two_below_one_percent(fraction: Decimal | int | None, text: str) -> None:
    assert formats.percent(fraction) == text


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (None, "—"),
        (Decimal("0.0007"), "+0.07\u00a0pp"),
        (Decimal("-0.031"), "−3.1\u00a0pp"),
        (Decimal(0), "0.00\u00a0pp"),
    ],
)
def test_differences_of_rates_are_signed_percentage_points(difference: Decimal | None, text: str) -> None:
    assert formats.points_of_percent(difference) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "—"),
        (0, "0s"),
        (59, "59s"),
        (60, "1m\u00a000s"),
        (185, "3m\u00a005s"),
        (7_620, "2h\u00a007m"),
        (356_400, "4d\u00a003h"),
        (timedelta(minutes=3, seconds=5), "3m\u00a005s"),
    ],
)
def test_duration_shows_two_units(seconds: int | timedelta | None, text: str) -> None:
    assert formats.duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "unit", "long", "short"),
    [
        (18_420_315, "money", "$184,203.15", "$184.2k"),
        (Decimal("0.03124"), "rate", "3.12%", "3.1%"),
        (94_200, "count", "94,200", "94.2k"),
        (1, "months", "1\u00a0month", "1\u00a0month"),
        (14, "days", "14\u00a0days", "14\u00a0days"),
        (Decimal("0.185"), "index", "0.19", "0.19"),
        (Decimal("86.82"), "points", "86.8", "86.8"),
        (87, "points", "87.0", "87"),
        (None, "money", "—", "—"),
    ],
)
def test_each_unit_has_a_long_and_a_short_form(value: Decimal | int | None, unit: str, long: str, short: str) -> None:
    assert formats.by_unit(value, unit, currency="usd") == long
    assert formats.by_unit(value, unit, currency="usd", short=True) == short


def test_an_unknown_unit_is_a_mistake_in_the_code() -> None:
    with pytest.raises(KeyError):
        formats.by_unit(1, "furlongs")


def test_days_months_and_plurals_read_as_text() -> None:
    assert formats.day(date(2026, 6, 5)) == "5 Jun 2026"
    assert formats.month(date(2026, 6, 1)) == "Jun 2026"
    assert formats.day(None) == formats.month(None) == "—"
    assert formats.plural(1, "charge") == "1\u00a0charge"
    assert formats.plural(1_204, "dispute") == "1,204\u00a0disputes"
    assert formats.plural(0, "company", "companies") == "0\u00a0companies"
