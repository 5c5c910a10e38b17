"""Questions whose plan a member stands for, and what an answer has to keep for that."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.tenancy import RowSecurity


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_digest_choice_moves_out'),
        ('agent', '0013_evaluations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='slots',
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name='message',
            name='verified',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.CreateModel(
            name='VerifiedAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=500)),
                ('question', models.CharField(max_length=500)),
                ('plan', models.JSONField()),
                ('note', models.CharField(blank=True, max_length=300)),
                ('verified_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('uses', models.PositiveIntegerField(default=0)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('broken', models.CharField(blank=True, max_length=120)),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.business')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-verified_at', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('business', 'key'), name='verified_once')],
            },
        ),
        RowSecurity("VerifiedAnswer"),
    ]
