"""Rows inserted by COPY are the rows `bulk_create` would have written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.tenancy import acting_for
from accounts.testing.world import World
from ingestion.models import Trade
from ingestion.pipeline.inserting import insert_rows
from ingestion.testing.factories import make_trading_account

FIELDS = ("business_id", "source_id", "key", "symbol", "instrument", "direction", "closed_at", "session_date",
          "quantity", "gross", "net", "currency", "setup", "members", "exits", "mae")  # fmt: skip
AT = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)


def row(world: World, source: Any, key: str, **changes: Any) -> tuple[Any, ...]:
    values = {
        "business_id": world.business.pk, "source_id": source.pk, "key": key, "symbol": "ES\tU6", "instrument": "ES",
        "direction": -1, "closed_at": AT, "session_date": date(2026, 6, 1), "quantity": Decimal("2"),
        "gross": Decimal("12.5"), "net": Decimal("12.5"), "currency": "usd", "setup": "a \\N \n 'quoted'",
        "members": ["x,y", '"z"'], "exits": [["2026-06-01", "2"]], "mae": None,
    } | changes  # fmt: skip
    return tuple(values[name] for name in FIELDS)


@pytest.mark.django_db
def test_are_what_they_were_with_the_defaults_of_the_rest(world: World) -> None:
    source = make_trading_account(world.business)
    assert insert_rows(Trade, FIELDS, [row(world, source, "one"), row(world, source, "two", mae=Decimal("-3"))]) == 2
    one, two = Trade.objects.of(world.business).order_by("key")
    assert (one.symbol, one.setup, one.members, one.exits) == (
        "ES\tU6", "a \\N \n 'quoted'", ["x,y", '"z"'], [["2026-06-01", "2"]],
    )  # fmt: skip
    assert (one.closed_at, one.session_date, one.mae, two.mae) == (AT, date(2026, 6, 1), None, Decimal("-3"))
    assert (one.tags, one.flags, one.commission, one.supported, one.stop) == ([], [], Decimal(0), True, None)
    assert one.pk != two.pk


@pytest.mark.django_db
def test_nothing_is_nothing_and_the_table_can_be_used_again(world: World) -> None:
    source = make_trading_account(world.business)
    assert insert_rows(Trade, FIELDS, []) == 0
    assert insert_rows(Trade, FIELDS, [row(world, source, "one")]) == 1


@pytest.mark.django_db
def test_a_row_that_breaks_a_rule_writes_none(world: World) -> None:
    source = make_trading_account(world.business)
    rows = [row(world, source, "one"), row(world, source, "two", net=Decimal(1))]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Trade, FIELDS, rows)
    assert not Trade.objects.of(world.business).exists()


@pytest.mark.django_db(transaction=True)
def test_the_tenant_cannot_write_for_another_business(world: World) -> None:
    source = make_trading_account(world.other)
    foreign = row(world, source, "one", business_id=world.other.pk)
    with pytest.raises(Exception, match="row-level security"), acting_for(world.business):
        insert_rows(Trade, FIELDS, [foreign])


@pytest.mark.parametrize("fields", [("nonsense",), ("key",)])
@pytest.mark.django_db
def test_a_column_that_is_missing_or_unknown_is_named(fields: tuple[str, ...]) -> None:
    with pytest.raises((KeyError, ValueError), match=r"nonsense|has no default"):
        insert_rows(Trade, fields, [])
