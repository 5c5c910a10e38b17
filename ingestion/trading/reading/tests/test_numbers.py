"""Numbers: every way they are written, and what a column needs before its comma means something."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.trading.reading.model import Decision, Hints, Question
from ingestion.trading.reading.numbers import (
    COMMA,
    POINT,
    POINT_ONLY,
    BadValue,
    decide_decimals,
    split_unit,
    to_decimal,
)


def decide(cells, **more):
    return decide_decimals(cells, column="Price", hints=more.pop("hints", Hints()), **more)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1234.50", "1234.50"), ("1 234.50", "1234.50"), ("1\u00a0234.50", "1234.50"), ("1\u202f234.50", "1234.50"),
        ("1\u2009234.50", "1234.50"), ("1'234.50", "1234.50"), ("1,234.50", "1234.50"), ("1,234,567", "1234567"),
        ("(1,234.50)", "-1234.50"), ("$(41.25)", "-41.25"), ("-$41.25", "-41.25"), ("$-41.25", "-41.25"),
        ("\u221212.5", "-12.5"), ("12.5-", "-12.5"), ("+3", "3"), (".70", "0.70"), ("=\"12345\"", "12345"),
        ("0.10 Lots", "0.10"), ("1500 Oz", "1500"), ("10SOL", "10"), ("1.5USDT", "1.5"), ("12.50%", "12.50"),
        ("1.5E-05", "0.000015"), ("€ 5", "5"), ("USD 5.5", "5.5"), ("1,23,456.7", "123456.7"),
    ],
)  # fmt: skip
def test_numbers_with_a_decimal_point(cell, value):
    assert to_decimal(cell) == D(value)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1.234,50", "1234.50"), ("1 234,50", "1234.50"), ("-0,52", "-0.52"), ("$1,25", "1.25"), ("1.234", "1234")],
)
def test_numbers_with_a_decimal_comma(cell, value):
    assert to_decimal(cell, COMMA) == D(value)


@pytest.mark.parametrize("cell", ["", " ", "-", "—", "–", "n/a", "N/A", "--", "\u00a0"])
def test_nothing_is_none_and_not_zero(cell):
    assert to_decimal(cell) is None


@pytest.mark.parametrize(
    "cell", ["abc", "1.2.3,4", "1,2,3", "12,34", "Jan-05", "########", "1/2", "1e999", "5" * 25, "0x1F"]
)
def test_what_is_no_number_is_refused(cell):
    with pytest.raises(BadValue):
        to_decimal(cell)


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        (["1.5", "1,234"], POINT),
        (["1,5", "1.234"], COMMA),
        (["1,234.5"], POINT),
        (["1.234.567"], COMMA),
        (["0,123"], COMMA),
        (["0.123", "7"], POINT),
        (["1 234,5"], COMMA),
        (["12", "7"], POINT),
        (["(1,234.50)", "9,999"], POINT),
        (["1234,567"], COMMA),
    ],
)
def test_one_cell_that_can_be_read_in_one_way_decides_the_column(cells, style):
    verdict = decide(cells)
    assert isinstance(verdict, Decision) and (verdict.value, verdict.made_by) == (style, "evidence")


@pytest.mark.parametrize("cells", [["1,234"], ["1.234", "5,678"], ["1,5", "1.5"]])
def test_without_evidence_or_against_itself_a_column_is_asked(cells):
    verdict = decide(cells)
    assert isinstance(verdict, Question) and verdict.key == "decimals:Price" and verdict.because


def test_a_person_s_answer_settles_it():
    assert decide(["1,234"], hints=Hints(answers={"decimals:Price": COMMA})) == Decision(
        "decimals:Price", COMMA, "person", "You said so."
    )


def test_arithmetic_settles_what_shape_cannot():
    verdict = decide(["1,234"], checks=[lambda style: (9, 10) if style == COMMA else (1, 10)])
    assert isinstance(verdict, Decision) and verdict.value == COMMA


def test_arithmetic_that_fits_both_settles_nothing():
    assert isinstance(decide(["1,234"], checks=[lambda style: (0, 0)]), Question)


def test_the_other_columns_come_before_the_habit_of_the_format():
    assert decide(["1.234"], siblings=[COMMA], default=POINT).value == COMMA
    assert decide(["1,234"], siblings=[POINT, COMMA], default=POINT).made_by == "format"


def test_a_format_that_never_groups_by_comma_is_not_stretched_to_one():
    assert decide(["110.123"], default=POINT_ONLY).value == POINT
    assert isinstance(decide(["110,123"], default=POINT_ONLY), Question)


def test_units_come_off_with_their_sign_kept():
    assert split_unit("-1,5 Lots") == ("-1,5", "Lots") and split_unit("12") == ("12", "")


@given(
    value=st.decimals(min_value=D("-1e12"), max_value=D("1e12"), places=4),
    group=st.sampled_from(["", ",", " ", "\u202f"]),
)
def test_what_is_written_is_what_is_read(value, group):
    text = f"{value:,f}".replace(",", group)
    assert to_decimal(text) == value
    swapped = text.translate(str.maketrans(",.", ".,"))
    assert to_decimal(swapped, COMMA) == value
