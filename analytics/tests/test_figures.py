from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import InsufficientData
from analytics.figures import Figure, Rows, canonical, from_json, half_up, ratio, to_json

DAY = date(2026, 6, 1)


class TestFigure:
    def test_refuses_a_missing_value_without_a_reason(self):
        with pytest.raises(ValueError, match="gap"):
            Figure("payments.growth", None, 0, DAY)

    def test_refuses_a_reason_beside_a_value(self):
        with pytest.raises(ValueError, match="gap"):
            Figure("payments.growth", Decimal("0.1"), 9, DAY, gap="Too little.")

    def test_raises_its_gap_where_a_value_is_required(self):
        gap = Figure("payments.growth", None, 2, DAY, gap="Needs 6 months.")
        with pytest.raises(InsufficientData) as caught:
            gap.required(need=6)
        assert (caught.value.have, caught.value.need, str(caught.value)) == (2, 6, "Needs 6 months.")

    def test_survives_a_round_trip_through_json(self):
        part = Figure("payments.refunds_90", 120, 3, DAY, currency="usd")
        whole = Figure(
            "payments.refund_ratio_90",
            Decimal("0.035"),
            3,
            DAY,
            low=Decimal("0.01"),
            high=Decimal("0.06"),
            rows=Rows.of("payments.ledger", start=DAY, bucket="refund"),
            inputs=(part,),
            note="n",
        )
        assert from_json(to_json(whole)) == whole

    def test_rows_are_equal_whatever_the_order_of_their_parameters(self):
        assert Rows.of("q", a=1, b="x") == Rows.of("q", b="x", a="1")


class TestRatio:
    @pytest.mark.parametrize(
        ("numerator", "denominator", "expected"),
        [(1, 3, "0.333333333333"), (2, 3, "0.666666666667"), (0, 5, "0"), (-1, 8, "-0.125"), (10, 1, "10")],
    )
    def test_keeps_twelve_decimals(self, numerator, denominator, expected):
        assert ratio(numerator, denominator) == Decimal(expected)

    @given(st.integers(-(10**15), 10**15), st.integers(1, 10**12))
    def test_text_form_reads_back_equal(self, numerator, denominator):
        value = ratio(numerator, denominator)
        assert Decimal(f"{value:f}") == value


@pytest.mark.parametrize(("value", "expected"), [("1/2", 1), ("-1/2", -1), ("3/2", 2), ("149/100", 1), ("-7/3", -2)])
def test_half_up_rounds_halves_away_from_zero(value, expected):
    assert half_up(Fraction(value)) == expected


def test_canonical_bytes_do_not_depend_on_the_order_of_keys():
    assert canonical({"b": 1, "a": ["é"]}) == canonical({"a": ["é"], "b": 1}) == '{"a":["é"],"b":1}'.encode()
