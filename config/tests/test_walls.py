"""Raw SQL in a tenant context, against every business-owned table: a row of each business, and only one is seen."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.utils import ProgrammingError

from accounts.models import Business
from accounts.tenancy import acting_for
from accounts.testing.world import World

OWN_APPS = ("accounts", "billing", "ingestion", "analytics", "recommendations", "agent")
#: The standing world has its own rows of these already.
FILLED = {"accounts.Member"}
#: Rows without a business are for everybody to read, and for no tenant to write.
SHARED = {"agent.StoredPassage", "agent.PassageVector"}

DUMMIES = {
    "boolean": "false",
    "smallint": "1",
    "integer": "1",
    "bigint": "1",
    "numeric": "1",
    "double precision": "1",
    "date": "'2026-06-15'",
    "time without time zone": "'17:00'",
    "timestamp with time zone": "'2026-06-15T12:00Z'",
    "jsonb": "'{}'",
    "bytea": "'\\x00'",
    "uuid": "gen_random_uuid()",
    "ARRAY": "'{}'",
    "interval": "'1 hour'",
    "tsvector": "''",
}


def owned_models() -> list[type[models.Model]]:
    found = [m for label in OWN_APPS for m in apps.get_app_config(label).get_models()]
    return [m for m in found if any(f.name == "business" for f in m._meta.get_fields())]


def run(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def put_row(table: str, business: Business) -> None:
    """One row of `business` with something in every column that must hold something; as the owner of the table."""
    columns = run(
        """select column_name, data_type, character_maximum_length from information_schema.columns
           where table_schema = 'public' and table_name = %s and is_nullable = 'NO' and is_identity = 'NO'""",
        table,
    )
    names = [name for name, _, _ in columns if name != "business_id"]
    values = [_dummy(data_type, length, business) for name, data_type, length in columns if name != "business_id"]
    listed = ", ".join(f'"{name}"' for name in ["business_id", *names])
    run(f'insert into "{table}" ({listed}) values ({", ".join(["%s", *values])})', business.pk)


def _dummy(data_type: str, length: int | None, business: Business) -> str:
    if data_type in ("character varying", "text", "character"):
        return f"'{business.slug[: length or 6]}'"
    return DUMMIES[data_type]


def allow_anything(table: str) -> None:
    """Neither keys of others, nor uniqueness, nor checks matter here; the test's transaction brings them back."""
    run("set constraints all immediate")
    run("set local session_replication_role = replica")
    named = "select conname from pg_constraint where conrelid = %s::regclass and contype in ('c', 'u')"
    for (name,) in run(named, table):
        run(f'alter table "{table}" drop constraint "{name}" cascade')
    unique = "select indexrelid::regclass from pg_index where indrelid = %s::regclass and indisunique"
    for (name,) in run(f"{unique} and not indisprimary", table):
        run(f"drop index {name}")


@pytest.mark.django_db
@pytest.mark.parametrize("model", owned_models(), ids=lambda m: m._meta.label)
class TestEveryBusinessOwnedTable:
    def test_shows_a_tenant_its_own_rows_only(self, model: type[models.Model], world: World) -> None:
        table = model._meta.db_table
        if model._meta.label not in FILLED:
            allow_anything(table)
            for business in (world.business, world.other):
                put_row(table, business)
        for business in (world.business, world.other):
            with acting_for(business):
                seen = {owner for (owner,) in run(f'select distinct business_id from "{table}"')}
                assert seen - ({None} if model._meta.label in SHARED else set()) == {business.pk}

    def test_lets_a_tenant_neither_change_nor_delete_the_rows_of_others(
        self, model: type[models.Model], world: World
    ) -> None:
        table = model._meta.db_table
        if model._meta.label not in FILLED:
            allow_anything(table)
            put_row(table, world.other)
        theirs = f'select count(*) from "{table}" where business_id = %s'
        before = run(theirs, world.other.pk)
        with acting_for(world.business):
            run(f'update "{table}" set business_id = business_id')
            run(f'delete from "{table}" where business_id <> %s', world.business.pk)
        assert run(theirs, world.other.pk) == before
        assert before[0][0] >= 1

    def test_takes_no_row_for_another_business(self, model: type[models.Model], world: World) -> None:
        table = model._meta.db_table
        allow_anything(table)
        with pytest.raises(ProgrammingError, match="row-level security"), acting_for(world.business):
            put_row(table, world.other)


@pytest.mark.django_db
@pytest.mark.parametrize("label", sorted(SHARED))
def test_no_tenant_writes_what_is_shared(label: str, world: World) -> None:
    table = apps.get_model(label)._meta.db_table
    shared = f'select count(*), min(id), max(id) from "{table}" where business_id is null'
    before = run(shared)
    allow_anything(table)
    with acting_for(world.business):
        assert run(shared) == before
        run(f'update "{table}" set business_id = %s where business_id is null', world.business.pk)
        run(f'delete from "{table}" where business_id is null')
    assert run(shared) == before and before[0][0] > 0
    put_row(table, world.business)
    with pytest.raises(ProgrammingError, match="row-level security"), acting_for(world.business):
        run(f'update "{table}" set business_id = null')
