import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_plan_version'),
        ('analytics', '0005_trading_row_security'),
    ]

    operations = [
        migrations.CreateModel(
            name='RuleSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('firm', models.CharField(max_length=60)),
                ('program', models.CharField(max_length=60)),
                ('size', models.DecimalField(decimal_places=2, max_digits=14)),
                ('currency', models.CharField(max_length=3)),
                ('phase', models.PositiveSmallIntegerField(default=1)),
                ('version', models.PositiveIntegerField()),
                ('effective_from', models.DateField(blank=True, help_text='Empty where the firm does not say.', null=True)),
                ('effective_to', models.DateField(blank=True, null=True)),
                ('verified_on', models.DateField()),
                ('sources', models.JSONField(help_text='Addresses, as a list.')),
                ('evidence', models.CharField(choices=[('official', "The firm's own pages"), ('dataset', 'A public data set'), ('review', 'A review')], max_length=8)),
                ('disputed', models.BooleanField(default=False)),
                ('note', models.TextField(blank=True)),
                ('rules', models.JSONField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('firm', 'program', 'size', 'phase', 'version'), name='rule_set_once')],
            },
        ),
        migrations.CreateModel(
            name='TradingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('max_trades_a_day', 'Most trades a day'), ('max_loss_a_day', 'Most loss a day'), ('stop_after_losses', 'Stop after losses in a row'), ('hours', 'Only between hours'), ('instruments', 'Only these instruments'), ('max_risk', 'Most risk a trade'), ('stop_required', 'Always with a stop'), ('cooldown', 'Pause after a loss')], max_length=20)),
                ('params', models.JSONField(blank=True, default=dict)),
                ('active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.business')),
            ],
            options={
                'indexes': [models.Index(fields=['business', 'kind'], name='trading_rule_kind')],
            },
        ),
    ]
