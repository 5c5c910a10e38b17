from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0002_row_security_and_fact_keys"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="rawpage",
            index=models.Index(fields=["business", "sha256"], name="raw_page_by_content"),
        ),
    ]
