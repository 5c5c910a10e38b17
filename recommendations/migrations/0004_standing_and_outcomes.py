import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.tenancy import RowSecurity


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_plan_version"),
        ("recommendations", "0003_trading_notifications"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Outcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.CharField(max_length=80)),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("worked", "Worked"),
                            ("no_effect", "No measurable effect"),
                            ("harmed", "Harmed"),
                            ("unknowable", "Unknowable"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "effect",
                    models.JSONField(
                        blank=True, help_text="After less before with its 90 % interval, as a figure.", null=True
                    ),
                ),
                ("before", models.JSONField(blank=True, null=True)),
                ("after", models.JSONField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("measured_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="OutcomePlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("before_after", "Before and after"),
                            ("difference", "Against controls"),
                            ("none", "Cannot be measured"),
                        ],
                        max_length=12,
                    ),
                ),
                ("metric", models.CharField(blank=True, max_length=80)),
                ("series", models.CharField(blank=True, max_length=80)),
                ("better", models.SmallIntegerField(default=0, help_text="+1 up, -1 down.")),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("controls", models.JSONField(default=list, help_text="Subjects that were left alone.")),
                ("before_from", models.DateField(blank=True, null=True)),
                ("before_until", models.DateField(blank=True, null=True)),
                ("after_from", models.DateField(blank=True, null=True)),
                ("after_until", models.DateField(blank=True, null=True)),
                (
                    "due_on",
                    models.DateField(
                        blank=True, help_text="Measured from this day on, when late facts are in.", null=True
                    ),
                ),
                (
                    "baseline",
                    models.JSONField(
                        default=list, help_text="Day, numerator, denominator, as they stood at acceptance."
                    ),
                ),
                ("baseline_figure", models.JSONField(blank=True, null=True)),
                ("minimum", models.DecimalField(blank=True, decimal_places=12, max_digits=24, null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("frozen_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="RuleState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.CharField(max_length=80)),
                ("ran_at", models.DateTimeField(blank=True, null=True)),
                (
                    "failed_at",
                    models.DateTimeField(blank=True, help_text="Since when it fails; empty while it works.", null=True),
                ),
                ("muted_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="recommendation",
            name="recommendation_stands_once",
        ),
        migrations.RemoveConstraint(
            model_name="recommendation",
            name="recommendation_snoozed_until_a_time",
        ),
        migrations.AddField(
            model_name="recommendation",
            name="confidence",
            field=models.DecimalField(
                decimal_places=3, default=1, help_text="0 to 1, by the rule's formula.", max_digits=4
            ),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="dismissed_scope",
            field=models.CharField(
                blank=True, choices=[("subject", "This one"), ("rule", "All of this kind")], max_length=7
            ),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="effort",
            field=models.SmallIntegerField(default=1, help_text="1 minutes, 2 hours, 3 days."),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="expires_at",
            field=models.DateTimeField(blank=True, help_text="Valid until then unless it is seen again.", null=True),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="impact",
            field=models.JSONField(
                blank=True, help_text="What it would bring a month, with range and method.", null=True
            ),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="snoozed_until_worse_by",
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=6, null=True),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="waiting_reason",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="waits_for",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="recommendations.recommendation",
            ),
        ),
        migrations.AlterField(
            model_name="recommendation",
            name="status",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("accepted", "Accepted"),
                    ("dismissed", "Dismissed"),
                    ("snoozed", "Snoozed"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("waiting", "Waiting"),
                    ("resolved", "Resolved"),
                    ("expired", "Expired"),
                ],
                default="open",
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="recommendationevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("created", "Found"),
                    ("updated", "Evidence changed"),
                    ("reopened", "Open again"),
                    ("accepted", "Accepted"),
                    ("dismissed", "Dismissed"),
                    ("snoozed", "Snoozed"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("waiting", "Put on hold"),
                    ("resolved", "No longer true"),
                    ("expired", "Ran out"),
                    ("outcome", "Outcome measured"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["open", "waiting", "snoozed", "accepted", "dismissed"])),
                fields=("business", "fingerprint"),
                name="recommendation_stands_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("snoozed_until__isnull", False),
                    ("snoozed_until_worse_by__gt", 0),
                    models.Q(("status", "snoozed"), _negated=True),
                    _connector="OR",
                ),
                name="recommendation_snoozed_until_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendation",
            constraint=models.CheckConstraint(
                condition=models.Q(("confidence__gte", 0), ("confidence__lte", 1)),
                name="recommendation_confidence_a_share",
            ),
        ),
        migrations.AddField(
            model_name="outcome",
            name="business",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.business"
            ),
        ),
        migrations.AddField(
            model_name="outcome",
            name="recommendation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="outcome", to="recommendations.recommendation"
            ),
        ),
        migrations.AddField(
            model_name="outcomeplan",
            name="business",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.business"
            ),
        ),
        migrations.AddField(
            model_name="outcomeplan",
            name="recommendation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="plan", to="recommendations.recommendation"
            ),
        ),
        migrations.AddField(
            model_name="rulestate",
            name="business",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.business"
            ),
        ),
        migrations.AddField(
            model_name="rulestate",
            name="muted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="outcome",
            index=models.Index(fields=["business", "rule"], name="outcome_by_rule"),
        ),
        migrations.AddIndex(
            model_name="outcomeplan",
            index=models.Index(fields=["business", "due_on"], name="outcome_plan_due"),
        ),
        migrations.AddConstraint(
            model_name="rulestate",
            constraint=models.UniqueConstraint(fields=("business", "rule"), name="rule_state_once"),
        ),
        RowSecurity("Outcome"),
        RowSecurity("OutcomePlan"),
        RowSecurity("RuleState"),
    ]
