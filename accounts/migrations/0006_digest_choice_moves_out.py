"""The choice of mails leaves `Member`: the app that sends them keeps it now and has copied it before this runs.

The column stays, with a default, so that processes of the version before still work while both run. It is dropped
with a later version.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_plan_version")]
    operations = [
        migrations.AlterField(
            model_name="member",
            name="wants_digest",
            field=models.BooleanField(default=True, db_default=True),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="member", name="wants_digest")]
        ),
    ]
