"""Re-encrypt every stored secret under the first of ENCRYPTION_KEYS."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection, models, transaction

from accounts.authenticators import rotate_authenticators
from accounts.secrets import EncryptedJSONField, rotate


class Command(BaseCommand):
    help = "Re-encrypt stored secrets with the first key in ENCRYPTION_KEYS; afterwards the older keys may go."

    def handle(self, *args: Any, **options: Any) -> None:
        total = sum(rotate_column(model, field) for model, field in secret_columns()) + rotate_authenticators()
        self.stdout.write(f"{total} secrets are under the first key.")


def secret_columns() -> list[tuple[type[models.Model], str]]:
    """Every encrypted column of every model."""
    return [
        (model, str(field.column))
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedJSONField)
    ]


def rotate_column(model: type[models.Model], column: str) -> int:
    """Rotate one column in one transaction, row by row and locked, so that no concurrent write is lost."""
    table, key = (
        connection.ops.quote_name(model._meta.db_table),
        connection.ops.quote_name(str(model._meta.pk.column)),
    )
    name = connection.ops.quote_name(column)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"select {key}, {name} from {table} where {name} <> '' for update")  # noqa: S608 - quoted names
        rows = cursor.fetchall()
        cursor.executemany(
            f"update {table} set {name} = %s where {key} = %s",  # noqa: S608 - quoted names
            [(rotate(token), pk) for pk, token in rows],
        )
    return len(rows)
