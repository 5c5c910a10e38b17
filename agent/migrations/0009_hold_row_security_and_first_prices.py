"""Row security for what questions hold back, and the first prices of models."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

from accounts.tenancy import RowSecurity
from agent.llm.prices import write_prices


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    write_prices(apps.get_model("agent", "ModelPrice").objects, today=timezone.now().date())


class Migration(migrations.Migration):
    dependencies = [("agent", "0008_spending_holds")]
    operations = [RowSecurity("SpendingHold"), migrations.RunPython(seed, migrations.RunPython.noop)]
