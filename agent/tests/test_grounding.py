"""The number check: no false alarm on honest phrasing, no honest look for a wrong number."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest

from agent.grounding import Known, Pool, check, dates, numbers, sentences

D = Decimal
RATIO = Known(D("0.0096"), "rate", "c1.f1")
REVENUE = Known(D("52110.00"), "money", "c1.f2", "usd")
CHARGES = Known(D(4312), "count", "c1.f3")
GROWTH = Known(D("-0.1085"), "rate", "c1.f4")
MONTHS = Known(D(14), "months", "c1.f5", span="months")
SCORE = Known(D(70), "points", "c1.f6")
LOST = Known(D("10.8123"), "points", "c1.f7")
DAYS = frozenset({date(2026, 6, 17), date(2026, 5, 1)})
FIGURES = [RATIO, REVENUE, CHARGES, GROWTH, MONTHS, SCORE, LOST]
POOL = Pool.of(FIGURES, texts=["a score from 0 to 100", "the last 180 days", "Dispute 3 in four accounts?"], days=DAYS)


@pytest.mark.parametrize(
    "text",
    [
        "The ratio is 0.96% [ev:c1.f1].",
        "The ratio is 0.96 %.",
        "It is 1.0 % of payments.",
        "It is about 0.0096 of all.",
        "Revenue was $52,110.00.",
        "Revenue was $52.1k in that time.",
        "Revenue was USD 52,110.",
        "Revenue fell by 10.9%.",
        "Revenue changed by −10.85 %.",
        "There were 4,312 payments, or 4.3k.",
        "There are 14 months of history.",
        "Your score is 70 of 100.",
        "It costs 10.8 points over the last 180 days.",
        "It is due on 17 Jun 2026, or 2026-06-17.",
        "In May 2026 nothing changed.",
        "1. First\n2. Second",
        "See [the page](https://example.com/2024/99) at 12:30.",
        "Dispute du_1Q2w3e4r and model r1, TC40.",
        "You asked about 3 disputes in 4 accounts.",
        "No number at all.",
    ],
)
def test_honest_phrasing_raises_no_alarm(text: str) -> None:
    outcome = check(text, POOL)
    assert outcome.holds, outcome.unmatched


@pytest.mark.parametrize(
    "text",
    [
        "The ratio is 0.97%.",
        "The ratio is 0.96.",
        "Revenue was $52,111.00.",
        "Revenue was €52,110.00.",
        "Revenue was 52,110 %.",
        "Revenue rose by +10.9%.",
        "There were 4,313 payments.",
        "There are 14 days of history.",
        "There are 15 months of history.",
        "Your score is 71.",
        "It costs 10.9 points.",
        "It costs 11 points.",  # below 100 a whole number is meant exactly
        "It is due on 18 Jun 2026.",
        "In April 2026 nothing changed.",
        "Sales doubled.",
        "It is half of it.",
        "Your score is 70 [ev:c1.f99].",
    ],
)
def test_a_wrong_number_is_found(text: str) -> None:
    assert not check(text, POOL).holds


def test_a_true_number_under_a_wrong_reference_is_found() -> None:
    assert check("The score is 70 [ev:c1.f6].", POOL).holds
    assert not check("The score is 14 [ev:c1.f6].", POOL).holds


def test_a_reference_behind_the_full_stop_belongs_to_its_sentence() -> None:
    assert sentences("One is 70. [ev:a] Two is 3.5 %.") == ["One is 70. [ev:a]", "Two is 3.5 %."]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("−€3.00 and R$4", [("-3.00", "eur"), ("4", "brl")]),
        ("12,345,678.90", [("12345678.90", "")]),
        ("3–5 or 3-5", [("3", ""), ("5", ""), ("3", ""), ("5", "")]),
        ("ABC 5", [("5", "")]),
        ("v1.2.3", []),
        ("Record the stops of Harbour-Live …2461, all … 12", [("12", "")]),
    ],
)
def test_numbers_are_read_as_printed(text: str, found: list[tuple[str, str]]) -> None:
    assert [(str(printed.value), printed.currency) for printed in numbers(text)] == found


def test_an_impossible_date_is_no_date() -> None:
    assert dates("31 Feb 2026") == []


@pytest.mark.parametrize(("n", "least"), [(10, 97), (50, 93)])
def test_a_changed_digit_is_nearly_always_found(n: int, least: int) -> None:
    """Single digits of printed values are changed at random; the sentence cites nothing, so the whole pool is open."""
    draw = random.Random(7)
    caught, tries = 0, 400
    for _ in range(tries):
        values = [D(draw.randint(100, 9_999_999)) / 100 for _ in range(n)]
        pool = Pool.of([Known(value, "money", f"c1.f{place}", "usd") for place, value in enumerate(values)])
        shown = f"{values[0]:.2f}"
        place = draw.choice([index for index, character in enumerate(shown) if character.isdigit()])
        digit = draw.choice([d for d in "0123456789" if d != shown[place]])
        caught += not check(f"It was ${shown[:place]}{digit}{shown[place + 1 :]}.", pool).holds
    assert caught * 100 >= least * tries
