"""Measured evaluations, closed to tenants, and the cases that staff draft from feedback."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.tenancy import RowSecurity

#: Row security without a policy: the tenant role reads and writes none of it.
CLOSED = migrations.RunSQL(
    "alter table agent_evaluationrun enable row level security",
    "alter table agent_evaluationrun disable row level security",
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_digest_choice_moves_out'),
        ('agent', '0012_knowledge_row_security'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(name='feedback', options={'verbose_name_plural': 'feedback'}),
        migrations.CreateModel(
            name='EvaluationCandidate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('draft', models.TextField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.business')),
                ('feedback', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='candidate', to='agent.feedback')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='EvaluationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(help_text='Of the measurement; kept twice, it is one row.', unique=True)),
                ('at', models.DateTimeField()),
                ('engine', models.CharField(max_length=40)),
                ('model', models.CharField(blank=True, max_length=80)),
                ('prompt_version', models.CharField(blank=True, max_length=16)),
                ('revision', models.CharField(blank=True, help_text='The commit that was measured.', max_length=40)),
                ('questions', models.PositiveIntegerField()),
                ('right_tools', models.DecimalField(decimal_places=4, max_digits=5)),
                ('recall', models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                ('precision', models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                ('figures_right', models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                ('citations_valid', models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                ('abstained', models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                ('ungrounded', models.PositiveIntegerField(help_text='Numbers without a source in what was shown.')),
                ('instead', models.PositiveIntegerField(help_text="Questions that the analyst answered in the engine's place.")),
                ('p50_ms', models.PositiveIntegerField()),
                ('p95_ms', models.PositiveIntegerField()),
                ('input_tokens', models.PositiveIntegerField()),
                ('most_input_tokens', models.PositiveIntegerField()),
                ('cost_usd', models.DecimalField(decimal_places=6, max_digits=14)),
                ('broken', models.JSONField(blank=True, default=list)),
                ('kept_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'indexes': [models.Index(fields=['engine', '-at'], name='evaluation_by_engine')],
            },
        ),
        RowSecurity("EvaluationCandidate"),
        CLOSED,
    ]
