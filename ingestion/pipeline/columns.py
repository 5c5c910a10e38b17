"""How the values of one column are checked and written as COPY text, by the kind of the model's field."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial
from operator import attrgetter
from typing import Any, TypeAlias

from django.db import models

#: Index of a refused row → (code, reason). The first column that objects is the one that counts.
Refusals = dict[int, tuple[str, str]]
Values = Sequence[Any]
Writer = Callable[[Values, Refusals], Sequence[str]]
Field: TypeAlias = "models.Field[Any, Any]"

NULL = "\\N"
SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
SAMPLE = 200
BOOLEANS = {True: "t", False: "f"}


def _text(field: Field, values: Values, refusals: Refusals) -> Sequence[str]:
    if not _typed(field, values, refusals, str):
        values = _blanked(values, str, "")
    longest = field.max_length
    if longest is not None and max(map(len, values)) > longest:
        _refuse(field, values, refusals, "too_long", lambda value: len(value) > longest)
    joined = " ".join(values)
    if "\0" in joined:
        _refuse(field, values, refusals, "nul_character", lambda value: "\0" in value)
    if not _encodable(joined):
        _refuse(field, values, refusals, "not_unicode", lambda value: not _encodable(value))
    if not joined.isprintable() or "\\" in joined:
        values = [value.translate(SPECIAL) for value in values]
    return values


def _key(field: Field, values: Values, refusals: Refusals) -> Sequence[str]:
    """The external id: a text that may not be empty."""
    if not all(values):
        _refuse(field, values, refusals, "no_id", lambda value: not value)
    return _text(field, values, refusals)


def _integer(field: Field, values: Values, refusals: Refusals) -> Sequence[str]:
    bits = 15 if isinstance(field, models.SmallIntegerField) else 63
    if not _typed(field, values, refusals, int):
        values = _blanked(values, int, 0)
    if not (-(2**bits) <= min(values) and max(values) < 2**bits):
        _refuse(field, values, refusals, "out_of_range", lambda value: not -(2**bits) <= value < 2**bits)
        values = [0] * len(values)
    return list(map(str, values))


def _boolean(field: Field, values: Values, refusals: Refusals) -> Sequence[str]:
    if not _typed(field, values, refusals, bool):
        values = _blanked(values, bool, False)
    return list(map(BOOLEANS.__getitem__, values))


def _moment(field: Field, values: Values, refusals: Refusals) -> Sequence[str]:
    if not _typed(field, values, refusals, datetime):
        values = _blanked(values, datetime, None)
    present = values if not field.null and None not in values else [value for value in values if value is not None]
    if set(map(attrgetter("tzinfo"), present)) == {UTC}:
        # Versions and settlement times repeat: each is written once. Creation times do not.
        if len(present) == len(values) and len(set(values[:SAMPLE])) > SAMPLE // 2:
            return list(map(datetime.isoformat, values))
        written: dict[datetime | None, str] = {value: value.isoformat() for value in set(present)}
        written[None] = NULL
        return list(map(written.__getitem__, values))
    return [_moment_text(field, index, value, refusals) for index, value in enumerate(values)]


def _moment_text(field: Field, index: int, value: datetime | None, refusals: Refusals) -> str:
    if value is None:
        return NULL
    if value.tzinfo is None:
        refusals.setdefault(index, ("naive_time", f"{field.name} {value} has no time zone."))
        return NULL
    try:
        return value.astimezone(UTC).isoformat()
    except OverflowError:
        refusals.setdefault(index, ("out_of_range", f"{field.name} {value} is outside the calendar."))
        return NULL


def _day(field: Field, values: Values, refusals: Refusals) -> Sequence[str]:
    if not _typed(field, values, refusals, date):
        values = _blanked(values, date, None)
    return [NULL if value is None else str(value) for value in values]


def _decimal(field: models.DecimalField[Any, Any], values: Values, refusals: Refusals) -> Sequence[str]:
    if not _typed(field, values, refusals, Decimal):
        values = _blanked(values, Decimal, None)
    limit = Decimal(10) ** (field.max_digits - field.decimal_places)
    return [_decimal_text(field, index, value, limit, refusals) for index, value in enumerate(values)]


def _decimal_text(field: Field, index: int, value: Decimal | None, limit: Decimal, refusals: Refusals) -> str:
    if value is None:
        return NULL
    if not value.is_finite() or abs(value) >= limit:
        refusals.setdefault(index, ("out_of_range", f"{field.name} is {value}."))
        return NULL
    # 1.10 and 1.1 are one value and must be one text, or they would count as a change.
    return format(value.normalize(), "f")


def _json(field: Field, values: Values, refusals: Refusals) -> Sequence[str]:
    return [_json_text(field, index, value, refusals) for index, value in enumerate(values)]


def _json_text(field: Field, index: int, value: Any, refusals: Refusals) -> str:
    try:
        return json.dumps(value, sort_keys=True, allow_nan=False, separators=(",", ":")).translate(SPECIAL)
    except (TypeError, ValueError) as problem:
        refusals.setdefault(index, ("not_json", f"{field.name}: {problem}"))
        return NULL


_WRITERS: tuple[tuple[type[models.Field], Callable[..., Sequence[str]]], ...] = (
    (models.JSONField, _json),
    (models.DateTimeField, _moment),
    (models.DateField, _day),
    (models.DecimalField, _decimal),
    (models.BooleanField, _boolean),
    (models.IntegerField, _integer),
    (models.CharField, _text),
    (models.TextField, _text),
)


@cache
def writer_of(field: Field) -> Writer:
    """The writer of a model's field. Errors: TypeError for a kind of field that no fact has yet."""
    if field.name == "external_id":
        return partial(_key, field)
    for kind, writer in _WRITERS:
        if isinstance(field, kind):
            return partial(writer, field)
    raise TypeError(f"No COPY text is defined for {field!r}.")


def _typed(field: Field, values: Values, refusals: Refusals, kind: type) -> bool:
    """Whether all values are of exactly this type (True is no integer), or None where the column may be empty."""
    allowed = {kind, type(None)} if field.null else {kind}
    if set(map(type, values)) <= allowed:
        return True
    for index, value in enumerate(values):
        if type(value) not in allowed:
            found = f"{field.name} is {value!r}"[:200]
            refusals.setdefault(index, ("wrong_type", f"{found}; expected {kind.__name__}."))
    return False


def _blanked(values: Values, kind: type, blank: Any) -> Values:
    """The values with those of a wrong type, whose rows are refused already, made harmless."""
    return [value if type(value) is kind else blank for value in values]


def _refuse(field: Field, values: Values, refusals: Refusals, code: str, is_bad: Callable[[Any], bool]) -> None:
    for index, value in enumerate(values):
        if is_bad(value):
            refusals.setdefault(index, (code, f"{field.name} is {value!r}"[:300]))


def _encodable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
