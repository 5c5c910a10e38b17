"""Row security for the trading desk's results."""

from django.db import migrations

from accounts.tenancy import RowSecurity


class Migration(migrations.Migration):
    dependencies = [("analytics", "0004_trading_snapshots")]
    operations = [RowSecurity("TradingSnapshot"), RowSecurity("TradingFreshness")]
