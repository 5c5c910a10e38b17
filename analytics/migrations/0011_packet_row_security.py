"""Row security for packets."""

from django.db import migrations

from accounts.tenancy import RowSecurity


class Migration(migrations.Migration):
    dependencies = [("analytics", "0010_packets")]
    operations = [RowSecurity("Packet")]
