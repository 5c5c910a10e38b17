"""Inserts many new rows of a table at once: COPY into a temporary table, one INSERT … SELECT.

Row security refuses COPY into the table itself, and Django's `bulk_create` prepares every value of every row in Python.
For rows that nothing can conflict with; facts go through `merge`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

from django.db import connection, models, transaction
from psycopg import sql
from psycopg.types.json import Jsonb

STAGE = "rows_to_insert"


def insert_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert `rows`, tuples in the order of `fields` (names as in `values_list`); returns how many there were.

    Every other column takes its field's default, the same for all rows; the primary key must be made by the database.
    Errors: KeyError for an unknown field; ValueError for a field that can neither be left out nor has a default;
            IntegrityError and DataError as any insert.
    """
    by_name = {name: field for field in model._meta.concrete_fields for name in (field.name, field.attname)}
    known = [by_name[name] for name in fields]
    columns = [str(field.column) for field in known]
    constant = _defaults(model, set(columns))
    as_json = frozenset(place for place, field in enumerate(known) if isinstance(field, models.JSONField))
    count = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_stage(model, columns))
        with cursor.copy(_copy(columns)) as copy:
            for row in rows:
                copy.write_row([_value(value, as_json=place in as_json) for place, value in enumerate(row)])
                count += 1
        cursor.execute(_insert(model, columns, list(constant)), list(constant.values()))
        cursor.execute(sql.SQL("drop table {}").format(sql.Identifier(STAGE)))
    return count


def _value(value: Any, *, as_json: bool) -> Any:
    """What the driver understands: it would write an enumeration's name, and a list as an array."""
    if as_json:
        return None if value is None else Jsonb(value)
    return value.value if isinstance(value, Enum) else value


def _defaults(model: type[models.Model], given: set[str]) -> dict[str, Any]:
    """Column → the value for all rows, of the fields that the rows do not name."""
    found: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        column = str(field.column)
        if field.primary_key or column in given:
            continue
        if not (field.has_default() or field.null or field.empty_strings_allowed):
            raise ValueError(f"{model.__name__}.{field.name} has no default")
        found[column] = _value(field.get_default(), as_json=isinstance(field, models.JSONField))
    return found


def _stage(model: type[models.Model], columns: Sequence[str]) -> sql.Composed:
    table = sql.Identifier(model._meta.db_table)
    return sql.SQL("create temporary table {} on commit drop as select {} from {} with no data").format(
        sql.Identifier(STAGE), _list(columns), table
    )


def _copy(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(STAGE), _list(columns))


def _insert(model: type[models.Model], columns: Sequence[str], constant: Sequence[str]) -> sql.Composed:
    blanks = sql.SQL("").join(sql.SQL(", {}").format(sql.Placeholder()) for _ in constant)
    return sql.SQL("insert into {} ({}) select {}{} from {}").format(
        sql.Identifier(model._meta.db_table), _list([*columns, *constant]), _list(columns), blanks,
        sql.Identifier(STAGE),
    )  # fmt: skip


def _list(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
