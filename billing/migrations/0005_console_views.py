"""The console's looks at events and revenue: the same rows, other pages."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_plan_version'),
        ('billing', '0004_row_security_of_orders'),
    ]

    operations = [
        migrations.CreateModel(
            name='BillingEvent',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('accounts.event',),
        ),
        migrations.CreateModel(
            name='Revenue',
            fields=[
            ],
            options={
                'verbose_name_plural': 'revenue',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('billing.subscription',),
        ),
    ]
