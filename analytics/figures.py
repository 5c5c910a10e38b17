"""A figure: a value that knows what it is, how sure it is, and what it stands on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any, Self

from accounts.errors import InsufficientData

PLACES = Decimal("1e-12")
WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Rows:
    """The facts behind a figure, as a query that can be run again: a name and its text parameters, sorted."""

    query: str
    params: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, query: str, **params: date | str | int) -> Self:
        return cls(query, tuple(sorted((name, str(value)) for name, value in params.items())))

    def as_dict(self) -> dict[str, str]:
        return dict(self.params)


@dataclass(frozen=True, slots=True)
class Figure:
    """A value that knows what it is and what it stands on.

    Units:  those of `metric` in the registry; money in minor units of `currency`; rates as fractions.
    Empty:  `value` is None exactly when `gap` says why, in a sentence.
    """

    metric: str
    value: Decimal | int | None
    n: int
    as_of: date | datetime
    low: Decimal | None = None
    high: Decimal | None = None
    currency: str = ""
    rows: Rows | None = None
    inputs: tuple[Figure, ...] = ()
    gap: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.gap):
            raise ValueError(f"{self.metric}: a figure has either a value or a gap that says why not")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """In stored results a figure is what `to_json` writes, so that one form of it exists."""
        from pydantic_core import core_schema

        def read(body: Any) -> Figure:
            return body if isinstance(body, Figure) else from_json(body)

        written = core_schema.plain_serializer_function_ser_schema(to_json)
        return core_schema.no_info_plain_validator_function(read, serialization=written)

    def required(self, *, need: int) -> Decimal | int:
        """The value, for callers that cannot go on without it.

        Errors: InsufficientData with the gap as message.
        """
        if self.value is None:
            raise InsufficientData(self.gap, have=self.n, need=need)
        return self.value


def ratio(numerator: Fraction | int, denominator: Fraction | int = 1) -> Decimal:
    """`numerator ÷ denominator` to twelve decimals, half to even: the resolution in which ratios are stored.

    The result survives a round trip through text, so a stored snapshot scores exactly as a fresh one.
    """
    value = Fraction(numerator) / Fraction(denominator)
    return WIDE.quantize(WIDE.divide(Decimal(value.numerator), Decimal(value.denominator)), PLACES).normalize(WIDE)


def half_up(value: Fraction) -> int:
    """Nearest whole number, halves away from zero, as invoices are rounded."""
    whole = (abs(value.numerator) * 2 + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole


def to_json(figure: Figure) -> dict[str, Any]:
    """Plain JSON of a figure; empty parts are left out, decimals are text."""
    body: dict[str, Any] = {"metric": figure.metric, "value": number_text(figure.value), "n": figure.n}
    body["as_of"] = figure.as_of.isoformat()
    optional: dict[str, Any] = {
        "low": number_text(figure.low),
        "high": number_text(figure.high),
        "currency": figure.currency,
        "rows": {"query": figure.rows.query, "params": figure.rows.as_dict()} if figure.rows else None,
        "inputs": [to_json(part) for part in figure.inputs],
        "gap": figure.gap,
        "note": figure.note,
    }
    return body | {name: value for name, value in optional.items() if value}


def from_json(body: Mapping[str, Any]) -> Figure:
    """The figure that `to_json` wrote."""
    rows = body.get("rows")
    return Figure(
        metric=body["metric"],
        value=number(body["value"]),
        n=body["n"],
        as_of=_moment(body["as_of"]),
        low=_decimal(body.get("low")),
        high=_decimal(body.get("high")),
        currency=body.get("currency", ""),
        rows=Rows.of(rows["query"], **rows["params"]) if rows else None,
        inputs=tuple(from_json(part) for part in body.get("inputs", ())),
        gap=body.get("gap", ""),
        note=body.get("note", ""),
    )


def canonical(body: Any) -> bytes:
    """The one byte form of a JSON value: sorted keys, no spaces, UTF-8. Same content, same bytes."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def number_text(value: Decimal | int | None) -> str | int | None:
    """Whole numbers stay numbers; decimals become plain text without an exponent."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def number(value: str | int | None) -> Decimal | int | None:
    """What `number_text` wrote."""
    return Decimal(value) if isinstance(value, str) else value


def _decimal(value: str | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _moment(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
