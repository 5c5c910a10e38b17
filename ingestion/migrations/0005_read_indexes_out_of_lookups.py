
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingestion', '0004_fx_rates_for_reading_only'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='balancetransaction',
            name='balance_transaction_created',
        ),
        migrations.RemoveIndex(
            model_name='charge',
            name='charge_created',
        ),
        migrations.RemoveIndex(
            model_name='dispute',
            name='dispute_created',
        ),
        migrations.RemoveIndex(
            model_name='dispute',
            name='dispute_closed',
        ),
        migrations.RemoveIndex(
            model_name='dispute',
            name='dispute_by_charge',
        ),
        migrations.RemoveIndex(
            model_name='fraudwarning',
            name='fraud_warning_created',
        ),
        migrations.RemoveIndex(
            model_name='fraudwarning',
            name='fraud_warning_by_charge',
        ),
        migrations.RemoveIndex(
            model_name='invoice',
            name='invoice_created',
        ),
        migrations.RemoveIndex(
            model_name='invoice',
            name='invoice_by_subscription',
        ),
        migrations.RemoveIndex(
            model_name='payout',
            name='payout_created',
        ),
        migrations.RemoveIndex(
            model_name='payout',
            name='payout_arrival_date',
        ),
        migrations.RemoveIndex(
            model_name='refund',
            name='refund_created',
        ),
        migrations.RemoveIndex(
            model_name='subscription',
            name='subscription_created',
        ),
        migrations.RemoveIndex(
            model_name='subscription',
            name='subscription_by_customer',
        ),
        migrations.AddIndex(
            model_name='balancetransaction',
            index=models.Index(condition=models.Q(('created_at__isnull', False)), fields=['business', 'created_at', 'source'], name='balance_transaction_created'),
        ),
        migrations.AddIndex(
            model_name='charge',
            index=models.Index(condition=models.Q(('created_at__isnull', False)), fields=['business', 'created_at', 'source'], name='charge_created'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('created_at__isnull', False)), fields=['business', 'created_at', 'source'], name='dispute_created'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['business', 'closed_at', 'source'], name='dispute_closed'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('charge__isnull', False)), fields=['business', 'charge'], name='dispute_by_charge'),
        ),
        migrations.AddIndex(
            model_name='fraudwarning',
            index=models.Index(condition=models.Q(('created_at__isnull', False)), fields=['business', 'created_at', 'source'], name='fraud_warning_created'),
        ),
        migrations.AddIndex(
            model_name='fraudwarning',
            index=models.Index(condition=models.Q(('charge__isnull', False)), fields=['business', 'charge'], name='fraud_warning_by_charge'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('created_at__isnull', False)), fields=['business', 'created_at', 'source'], name='invoice_created'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('subscription__isnull', False)), fields=['business', 'subscription'], name='invoice_by_subscription'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(condition=models.Q(('created_at__isnull', False)), fields=['business', 'created_at', 'source'], name='payout_created'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(condition=models.Q(('arrival_date__isnull', False)), fields=['business', 'arrival_date', 'source'], name='payout_arrival_date'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('created_at__isnull', False)), fields=['business', 'created_at', 'source'], name='refund_created'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('created_at__isnull', False)), fields=['business', 'created_at', 'source'], name='subscription_created'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('customer__isnull', False)), fields=['business', 'customer'], name='subscription_by_customer'),
        ),
    ]
