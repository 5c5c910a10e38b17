"""The wall between businesses.

Every row that belongs to a business carries its key, and Postgres itself refuses the rows of others: requests and
jobs work as the unprivileged role `bellwether_tenant`, for which each table has a row-security policy that compares
`business_id` with the setting `app.business_id`. The role and the settings are local to one transaction, so a pooled
connection can never carry them into the next piece of work.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from django.db import connection, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

TENANT_ROLE = "bellwether_tenant"
SETTINGS = ("role", "app.business_id", "app.user_id", "app.credential")

View = TypeVar("View", bound=Callable[..., Any])


class BusinessQuerySet(models.QuerySet[Any]):
    """Rows that belong to businesses. Every read starts with `of`."""

    def of(self, business: models.Model) -> Self:
        return self.filter(business_id=business.pk)


class BusinessOwned(models.Model):
    """A row that belongs to one business. Its migration adds `RowSecurity("<Model>")`."""

    business = models.ForeignKey("accounts.Business", on_delete=models.CASCADE, related_name="+")

    objects = BusinessQuerySet.as_manager()

    class Meta:
        abstract = True


@contextmanager
def acting_for(business: models.Model, *, writable: bool = True) -> Iterator[None]:
    """Run the block in its own transaction as the tenant role, seeing and writing only `business`.

    Errors: RuntimeError when a transaction is already open (the settings would outlive the block).
    """
    with tenant_transaction(business_id=business.pk, writable=writable, durable=True):
        yield


@contextmanager
def tenant_transaction(
    *,
    business_id: uuid.UUID | None = None,
    user_id: uuid.UUID | None = None,
    writable: bool = True,
    durable: bool = False,
) -> Iterator[None]:
    """One transaction as the tenant role. Without a business it sees no business's rows."""
    with transaction.atomic(durable=durable):
        with connection.cursor() as cursor:
            if not writable:
                cursor.execute("set transaction read only")
            before = _read_settings(cursor) if _nested() else None
            _write_settings(cursor, (TENANT_ROLE, _text(business_id), _text(user_id), ""))
        yield
        if before is not None and not connection.needs_rollback:
            # Only under a test's own transaction: there the settings would outlive this block. A rollback to the
            # savepoint undoes them by itself.
            with connection.cursor() as cursor:
                _write_settings(cursor, before)


@contextmanager
def lifted(reason: str) -> Iterator[None]:
    """Work across businesses inside a request's transaction; `reason` says why it has to. Afterwards the wall stands
    as it stood before.

    For what is found by a secret and belongs to no business yet, such as an order that waits to be activated. An error
    inside rolls the block back, and the role with it.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            before = _read_settings(cursor)
            _write_settings(cursor, ("none", *before[1:]))
        yield
        with connection.cursor() as cursor:
            _write_settings(cursor, before)


def bind(
    *,
    business: models.Model | None = None,
    user: models.Model | None = None,
    credential: str | None = None,
) -> None:
    """Narrow the current tenant transaction to a user, then to a business, once they are known.

    `credential` is the hash of a presented API key or invitation: it lets that one row be found before its business
    is known.
    """
    wanted = {"app.business_id": business, "app.user_id": user}
    values = {name: _text(row.pk) for name, row in wanted.items() if row is not None}
    if credential is not None:
        values["app.credential"] = credential
    with connection.cursor() as cursor:
        for name, value in values.items():
            cursor.execute("select set_config(%s, %s, true)", [name, value])


def as_owner(reason: str) -> Callable[[View], View]:
    """Mark a view that has to work across businesses, with the reason why. It opens no tenant transaction."""

    def mark(view: View) -> View:
        view.runs_as_owner = reason  # type: ignore[attr-defined]
        return view

    return mark


class RowSecurity(Operation):
    """Migration operation: row-level security for one business-owned model.

    `column` holds the business key; `also` is a further SQL condition under which a row may be read (never written);
    `anyone_may_insert` lets rows without a business be written (events of people who have no business yet).
    """

    reversible = True
    reduces_to_sql = True

    def __init__(
        self, model: str, *, column: str = "business_id", also: str = "", anyone_may_insert: bool = False
    ) -> None:
        self.model = model
        self.column = column
        self.also = also
        self.anyone_may_insert = anyone_may_insert

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs = {"column": self.column, "also": self.also, "anyone_may_insert": self.anyone_may_insert}
        return type(self).__name__, [self.model], kwargs

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Security is not part of the model state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model)._meta.db_table
        own = f"{self.column} = (select nullif(current_setting('app.business_id', true), '')::uuid)"
        seen = f"{own} or {self.also}" if self.also else own
        schema_editor.execute(f'alter table "{table}" enable row level security')
        schema_editor.execute(
            f'create policy own_business on "{table}" to {TENANT_ROLE} using ({own}) with check ({own})'
        )
        if self.also:
            schema_editor.execute(f'create policy also_seen on "{table}" for select to {TENANT_ROLE} using ({seen})')
        if self.anyone_may_insert:
            schema_editor.execute(
                f'create policy no_business on "{table}" for insert to {TENANT_ROLE} with check ({self.column} is null)'
            )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model)._meta.db_table
        for policy in ("own_business", "also_seen", "no_business"):
            schema_editor.execute(f'drop policy if exists {policy} on "{table}"')
        schema_editor.execute(f'alter table "{table}" disable row level security')

    def describe(self) -> str:
        return f"Row security for {self.model}"


def _nested() -> bool:
    return len(connection.savepoint_ids) > 0


def _text(value: object | None) -> str:
    return "" if value is None else str(value)


def _read_settings(cursor: Any) -> tuple[str, ...]:
    cursor.execute("select " + ", ".join("current_setting(%s, true)" for _ in SETTINGS), list(SETTINGS))
    role, *rest = cursor.fetchone()
    return (role or "none", *(value or "" for value in rest))


def _write_settings(cursor: Any, values: tuple[str, ...]) -> None:
    parameters = [part for pair in zip(SETTINGS, values, strict=True) for part in pair]
    cursor.execute("select " + ", ".join("set_config(%s, %s, true)" for _ in SETTINGS), parameters)
