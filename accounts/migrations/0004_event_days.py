"""Daily counts of events past their retention."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.tenancy import RowSecurity


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_api_credentials")]
    operations = [
        migrations.CreateModel(
            name="EventDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("day", models.DateField()),
                ("n", models.PositiveIntegerField()),
                (
                    "business",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.business",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("business", "name", "day"), name="event_day_once", nulls_distinct=False
                    )
                ],
            },
        ),
        RowSecurity("EventDay"),
    ]
