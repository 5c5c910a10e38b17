"""Row security for notes and passages: shared ones are read by everybody; and pgvector where the server has it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.utils import DatabaseError

from accounts.tenancy import RowSecurity

SHARED = "business_id is null"


def take_pgvector(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Without the extension, or the right to create it, nearness is computed by the program."""
    connection = editor.connection
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from pg_available_extensions where name = 'vector')")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("savepoint pgvector")
        try:
            cursor.execute("create extension if not exists vector")
        except DatabaseError:
            cursor.execute("rollback to savepoint pgvector")
        cursor.execute("release savepoint pgvector")


class Migration(migrations.Migration):
    dependencies = [("agent", "0011_knowledge_and_notes")]
    operations = [
        RowSecurity("Note"),
        RowSecurity("StoredPassage", also=SHARED),
        RowSecurity("PassageVector", also=SHARED),
        migrations.RunPython(take_pgvector, migrations.RunPython.noop),
    ]
